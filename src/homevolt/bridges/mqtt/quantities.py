"""How a quantity is shown by Home Assistant: one row for each, whatever is read in it.

Source of the rules: `homeassistant/components/sensor/const.py` (which unit and state class a device
class takes) and the documentation of the MQTT sensor.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from homevolt.readings.models import SensorType
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from homevolt.readings.models import Sensor, SensorInfo

LONGEST_TEXT = 255
"""Characters of a state; Home Assistant refuses a longer one."""
_MOST_DIGITS = 6
_STATE_OF_CHARGE = "state_of_charge_ratio"
"""The key of the reading, of units, blades and their sum alike."""


class Shown(NamedTuple):
    """How a quantity is shown.

    Attributes:
        device_class: Home Assistant's word for the quantity, None where it has none that fits.
        unit: The unit that is shown, None for text.
        state_class: What a history of it is good for, None for text.
        precision: Decimals to show, None for text.
        category: `diagnostic` for what is not looked at every day.
        options: The values of an enumeration.
        factor: What the value in the catalogue's unit is multiplied by.
        suffix: The unit at the end of the reading's key and what takes its place.
    """

    device_class: str | None
    unit: str | None
    state_class: str | None = "measurement"
    precision: int | None = 0
    category: str | None = None
    options: tuple[str, ...] = ()
    factor: int = 1
    suffix: tuple[str, str] = ("", "")


_T = SensorType
_COUNTER, _DIAGNOSTIC = "total_increasing", "diagnostic"
_MODES = tuple(mode.slug for mode in BatteryMode)

SHOWN: dict[tuple[SensorType, str | None], Shown] = {
    (_T.VOLTAGE, "V"): Shown("voltage", "V", precision=1),
    (_T.CURRENT, "A"): Shown("current", "A", precision=1),
    (_T.POWER, "W"): Shown("power", "W"),
    (_T.POWER, "VA"): Shown("apparent_power", "VA"),
    (_T.POWER, "var"): Shown("reactive_power", "var"),
    (_T.ENERGY_INCREASING, "Wh"): Shown("energy", "Wh", _COUNTER),
    (_T.ENERGY_INCREASING, "kWh"): Shown("energy", "kWh", _COUNTER, 2),
    (_T.ENERGY_TOTAL, "Wh"): Shown("energy_storage", "Wh"),
    (_T.FREQUENCY, "Hz"): Shown("frequency", "Hz", precision=2),
    (_T.TEMPERATURE, "Cel"): Shown("temperature", "°C", precision=1),
    (_T.PERCENTAGE, "1"): Shown(None, "%", factor=100, suffix=("_ratio", "_percent"), precision=1),
    (_T.SIGNAL_STRENGTH, "dBm"): Shown("signal_strength", "dBm", category=_DIAGNOSTIC),
    (_T.COUNT, "1"): Shown(None, None, _COUNTER, category=_DIAGNOSTIC),
    (_T.COUNT, "s"): Shown("duration", "s", category=_DIAGNOSTIC),
    (_T.TEXT, None): Shown(None, None, None, None, _DIAGNOSTIC),
    (_T.SCHEDULE_TYPE, None): Shown("enum", None, None, None, options=_MODES),
}
"""Every quantity of the catalogue, by the type and the unit of its sensors."""


STATE_OF_CHARGE = SHOWN[_T.PERCENTAGE, "1"]._replace(device_class="battery")
"""Of all shares, the one that Home Assistant has a class for."""


def shown(info: SensorInfo) -> Shown:
    """Return how the quantity of a sensor is shown."""
    if info.reading == _STATE_OF_CHARGE:
        return STATE_OF_CHARGE
    return SHOWN[info.type, info.unit]


def state_key(info: SensorInfo) -> str:
    """Return the key of a reading in the state: that of the sensor, with the unit that is shown."""
    unit, replacement = shown(info).suffix
    key = info.key
    return key.removesuffix(unit) + replacement if unit and key.endswith(unit) else key


def state_value(sensor: Sensor) -> float | str | None:
    """Return the value as it is shown, None if it is unknown or cannot be shown truthfully."""
    row, value = shown(sensor.info), sensor.value
    if value is None or isinstance(value, str):
        if row.options:
            return value if value in row.options else None
        return value if value is None else shortened(value)
    if not math.isfinite(value):
        return None
    return value if row.factor == 1 else round(value * row.factor, _MOST_DIGITS)


def shortened(text: str) -> str:
    """Return a text that Home Assistant takes as a state."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
