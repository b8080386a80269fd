"""The device's parameters: their declarations, and values parsed by the declared type."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

Scalar: TypeAlias = bool | int | float | str
Value: TypeAlias = Scalar | tuple[Scalar, ...]

INTEGER_RANGES: Final[dict[str, tuple[int, int]]] = {
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    **{f"sint{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 32, 64)},
}
FLOAT_LIMITS: Final = {"flt": 3.4028234663852886e38, "double": 1.7976931348623157e308}
SIZES: Final = {
    "bool": 1,
    "uint8": 1,
    "sint8": 1,
    "uint16": 2,
    "uint32": 4,
    "sint32": 4,
    "flt": 4,
    "uint64": 8,
    "sint64": 8,
    "double": 8,
    "str32": 32,
}
UINT8_MAX: Final = 255
BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}

LOCAL_MODE: Final = "settings_local"
"""The parameter that makes the device refuse the schedules of the cloud."""

LEDSTRIP_MODES: Final = ("", "off", "on", "soc", "dem", "ser")


class ParameterError(ValueError):
    """An unknown parameter, or a value outside its declared type."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as declared in /params.json.

    Attributes:
        param_id: Number of the parameter.
        name: Name of the parameter, the key of every read and write.
        type: bool, uint8/16/32/64, sint8/32/64, flt, double or str32.
        default: Factory value; a tuple for an array.
        help: Description.
        group: Group of parameters, `desc` on the wire.
        level: Access level.
        choices: The only texts allowed, empty for any.
        maximum: Largest number allowed, None for the maximum of its type.
        secret: Whether reads mask it.
    """

    param_id: int
    name: str
    type: str
    default: Value
    help: str
    group: str = "common_params"
    level: int = 8
    choices: tuple[str, ...] = ()
    maximum: int | None = None
    secret: bool = False

    @property
    def size_bytes(self) -> int:
        """Size of the value in flash, all elements together."""
        count = len(self.default) if isinstance(self.default, tuple) else 1
        return SIZES[self.type] * count

    def parse(self, text: str, *, force: bool = False) -> Value:
        """Read a value from text by the declared type.

        Args:
            text: The text as sent; elements of an array are separated by commas.
            force: Skip the validation by `choices` and `maximum`, not that of the type.

        Returns:
            The value, a tuple for an array.

        Raises:
            ParameterError: If the value is not valid for the type.
        """
        if not isinstance(self.default, tuple):
            return self._parse_scalar(text, force=force)
        parts = text.strip().removeprefix("[").removesuffix("]").split(",")
        if len(parts) != len(self.default):
            raise ParameterError(f"expected {len(self.default)} values, got {len(parts)}")
        return tuple(self._parse_scalar(part, force=force) for part in parts)

    def _parse_scalar(self, text: str, *, force: bool) -> Scalar:
        if self.type == "str32":
            return self._parse_text(text, force=force)
        text = text.strip()
        if self.type == "bool":
            if text.lower() not in BOOLEANS:
                raise ParameterError(f"'{text}' is not a bool")
            return BOOLEANS[text.lower()]
        if self.type in FLOAT_LIMITS:
            return self._parse_float(text)
        return self._parse_integer(text, force=force)

    def _parse_text(self, text: str, *, force: bool) -> str:
        try:
            size_bytes = len(text.encode())
        except UnicodeEncodeError:
            raise ParameterError("text is not Unicode") from None
        if size_bytes >= SIZES["str32"] or "\0" in text:
            raise ParameterError("text is too long")
        if self.choices and not force and text not in self.choices:
            raise ParameterError(f"'{text}' is not one of {', '.join(self.choices)}")
        return text

    def _parse_integer(self, text: str, *, force: bool) -> int:
        low, high = INTEGER_RANGES[self.type]
        if self.maximum is not None and not force:
            high = self.maximum
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(2**64)):
            raise ParameterError(f"'{text}' is not a {self.type}")
        value = int(text)
        if not low <= value <= high:
            raise ParameterError(f"{value} is outside {low}..{high}")
        return value

    def _parse_float(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ParameterError(f"'{text}' is not a {self.type}") from None
        if not math.isfinite(value) or abs(value) > FLOAT_LIMITS[self.type]:
            raise ParameterError(f"'{text}' is outside {self.type}")
        return value


def _ems(param_id: int, name: str, kind: str, default: Value, text: str) -> Parameter:
    return Parameter(param_id, name, kind, default, text, group="ems_params")


def _led(param_id: int, name: str, default: int, maximum: int, text: str) -> Parameter:
    kind = "uint8" if maximum <= UINT8_MAX else "uint16"
    return Parameter(param_id, name, kind, default, text, group="led_params", maximum=maximum)


def _secret(param_id: int, name: str, text: str, group: str) -> Parameter:
    return Parameter(param_id, name, "str32", "", text, group=group, level=2, secret=True)


PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter(4, "smart_cli_mode", "bool", False, "Enable history and completion in the terminal"),
    Parameter(5, "log_level", "uint8", 3, "Verbosity of the log, 0 none to 5 verbose", maximum=5),
    Parameter(6, "timezone", "str32", "UTC0", "Time zone in POSIX form"),
    Parameter(7, "ntp_server", "str32", "pool.ntp.org", "Time server"),
    Parameter(9, "reboot_interval_h", "uint16", 0, "Hours between planned reboots, 0 for none"),
    Parameter(10, "system_standalone_mode", "bool", False, "Run without a backend"),
    Parameter(11, "system_service_mode", "bool", False, "Service mode: the battery stays idle"),
    Parameter(15, "ota_enable_esp32", "bool", True, "Enable updates of the main chip"),
    Parameter(16, "ota_enable_efr", "bool", True, "Enable updates of the radio hub"),
    Parameter(21, "ota_enable_hub_web", "bool", True, "Enable updates of the web pages"),
    Parameter(22, "ota_channel", "str32", "stable", "Update channel"),
    Parameter(30, "webserver_enable", "bool", True, "Serve HTTP on port 80", "web_params"),
    Parameter(31, "webserver_https", "bool", False, "Serve HTTPS on port 443", "web_params"),
    _secret(32, "webserver_password", "Password of the user admin, empty for none", "web_params"),
    Parameter(40, "wifi_sta_ssid", "str32", "EXAMPLE", "Name of the Wi-Fi network", "wifi_params"),
    _secret(41, "wifi_sta_password", "Password of the Wi-Fi network", "wifi_params"),
    Parameter(42, "wifi_ap_enable", "bool", False, "Offer a Wi-Fi network", "wifi_params"),
    _secret(43, "wifi_prov_pop", "Proof of possession for provisioning", "wifi_params"),
    Parameter(44, "wifi_power_dbm", "flt", 19.5, "Transmit power of the Wi-Fi radio, dBm"),
    Parameter(50, "ecu_mdns_instance_name", "str32", "Homevolt", "Name announced by mDNS"),
    _ems(51, "ecu_main_fuse_size_a", "uint8", 25, "Main fuse of the house, A per phase"),
    _ems(52, "ecu_group_fuse_size_a", "uint8", 16, "Group fuse of the battery, A per phase"),
    _ems(53, "ecu_peer_enable", "bool", True, "Look for other units on the network"),
    _secret(54, "ems_psk", "Key shared by the units of an installation", "ems_params"),
    _ems(55, LOCAL_MODE, "bool", False, "Local control: schedules of the cloud are refused"),
    _ems(56, "export_limitation_w", "uint32", 0, "Limit of feed-in at the grid, 0 for none, W"),
    _ems(57, "import_limitation_w", "uint32", 0, "Limit of import at the grid, 0 for none, W"),
    _ems(58, "import_energy_limit_wh", "uint32", 0, "Limit of import per hour, 0 for none, Wh"),
    _ems(59, "fallback_charge_limit_w", "uint32", 3000, "Charge limit without a schedule, W"),
    _ems(60, "fallback_discharge_limit_w", "uint32", 3000, "Discharge limit without a schedule, W"),
    _ems(
        61, "ems_idle_power_threshold", "uint16", 100, "Power below which the battery stays idle, W"
    ),
    _ems(62, "ems_grid_code_preset", "uint8", 9, "Grid code: 9 is Sweden"),
    _ems(63, "ems_soc_calibration", "bool", True, "Calibrate the state of charge regularly"),
    _ems(64, "ems_phase_map", "uint8", (1, 2, 3), "Phase of each inverter terminal"),
    _ems(65, "ems_pid_constants", "flt", (0.25, 0.2, 0.1), "Gains of the meter controller"),
    _ems(66, "ems_meter_offset_w", "sint32", 0, "Added to the power of the grid meter, W"),
    _ems(67, "ems_temperature_offset_c", "sint8", 0, "Added to the system temperature, Cel"),
    _ems(68, "ems_energy_offset_wh", "sint64", 0, "Added to the energy counters, Wh"),
    _ems(69, "ems_meter_gain", "double", 1.0, "Factor on the power of the grid meter"),
    Parameter(
        80,
        "ledstrip_mode",
        "str32",
        "soc",
        "What the light strip shows: off, on, soc, dem or ser",
        group="led_params",
        choices=LEDSTRIP_MODES,
    ),
    _led(81, "ledstrip_bright_max", 100, 100, "Brightness by day, %"),
    _led(82, "ledstrip_bright_min", 10, 100, "Brightness by night, %"),
    _led(83, "ledstrip_mode_on_hue", 180, 360, "Hue in mode on, degrees"),
    _led(84, "ledstrip_mode_on_saturation", 100, 100, "Saturation in mode on, %"),
    Parameter(90, "installed_at_ms", "uint64", 1_700_000_000_000, "Time of installation, epoch ms"),
)

BY_NAME: Final = {parameter.name: parameter for parameter in PARAMETERS}
SECRET_NAMES: Final = frozenset(p.name for p in PARAMETERS if p.secret)

MASKED = "********"
"""Reported instead of a secret that is set; one that is not set reads as empty text."""


def find(name: str) -> Parameter:
    """Return the declaration of a parameter.

    Raises:
        ParameterError: If the device has no parameter of this name.
    """
    if name not in BY_NAME:
        raise ParameterError(f"Unknown parameter '{name}'")
    return BY_NAME[name]


class ParameterStore:
    """Current values and values in flash; a reboot returns to those in flash.

    Args:
        live: Dictionary of the installation, which the physics reads; receives every value.

    Attributes:
        values: Current value of each parameter.
        version: Incremented with every change.
    """

    def __init__(self, live: dict[str, object]) -> None:
        self._live = live
        self.values: dict[str, Value] = {row.name: row.default for row in PARAMETERS}
        self.version = 0
        self._flash = dict(self.values)
        self._live.update(self.values)

    def set(self, name: str, value: Value, *, store: bool) -> None:
        """Set a parsed value, in flash too if `store`."""
        self.values[name] = value
        self._live[name] = value
        self.version += 1
        if store:
            self._flash[name] = value

    def reset(self, name: str) -> None:
        """Return one parameter to its default, in flash too."""
        self.set(name, find(name).default, store=True)

    def store(self, name: str) -> None:
        """Write the current value of one parameter to flash."""
        self._flash[name] = self.values[name]

    def load(self) -> None:
        """Return to the values in flash; values that were not stored are lost."""
        self.values.update(self._flash)
        self._live.update(self._flash)
        self.version += 1

    def reported(self, name: str) -> Value:
        """Return the value as a read reports it: secrets masked."""
        value = self.values[name]
        return (MASKED if value else "") if find(name).secret else value
