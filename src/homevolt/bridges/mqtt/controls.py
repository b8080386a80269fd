"""What can be commanded of a device: one row for each thing, and the settings that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.bridges.mqtt.commands import (
    REFUSED,
    UNKNOWN,
    VERIFIED,
    Answer,
    Command,
    choice,
    outcome_of,
    whole,
)
from homevolt.bridges.mqtt.discovery import entity_ids
from homevolt.bridges.mqtt.parameters import PARAMETERS
from homevolt.exceptions import HomevoltError, HomevoltValueError
from homevolt.schedule.entry import BatteryMode
from homevolt.schedule.options import BY_NAME
from homevolt.schedule.validation import check_mode, new_entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from homevolt.bridges.feed import Feed
    from homevolt.bridges.mqtt.discovery import Document
    from homevolt.bridges.mqtt.topics import Topics
    from homevolt.readings.snapshot import Snapshot

ON, OFF = "ON", "OFF"
PRESS = "PRESS"
DURATION = "duration"
DEFAULT_DURATION_MIN, LONGEST_DURATION_MIN = 60, 1440
HIGHEST_POWER_W = 50_000
_S_PER_MIN = 60
_MODES = tuple(mode.slug for mode in BatteryMode)
_CHARGING = frozenset(BatteryMode) - {
    *(BatteryMode.IDLE, BatteryMode.INVERTER_DISCHARGE, BatteryMode.GRID_DISCHARGE),
    *(BatteryMode.FREQUENCY_RESERVE, BatteryMode.FULL_SOLAR_EXPORT),
}
_DISCHARGING = frozenset(BatteryMode) - {
    *(BatteryMode.IDLE, BatteryMode.INVERTER_CHARGE, BatteryMode.GRID_CHARGE),
    *(BatteryMode.FREQUENCY_RESERVE, BatteryMode.SOLAR_CHARGE, BatteryMode.FULL_SOLAR_EXPORT),
}

SETTINGS: dict[str, frozenset[BatteryMode]] = {
    "setpoint": (_CHARGING | _DISCHARGING)
    - {BatteryMode.SOLAR_CHARGE, BatteryMode.SOLAR_CHARGE_DISCHARGE},
    "max_charge": _CHARGING,
    "max_discharge": _DISCHARGING,
    "import_limit": _CHARGING | _DISCHARGING,
    "export_limit": _CHARGING | _DISCHARGING,
    "min_soc": _DISCHARGING,
    "max_soc": _CHARGING,
}
"""The options that are set beforehand, each with the modes that take it."""


class Controls:
    """The controls of one device.

    Args:
        feed: The device.

    Attributes:
        settings: What the next mode is started with; None is left out.
        duration_min: How long it lasts.
        parameters: The parameters that can be set, None before they were read.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.settings: dict[str, int | None] = dict.fromkeys(SETTINGS)
        self.duration_min = DEFAULT_DURATION_MIN
        self.parameters: dict[str, Any] | None = None

    async def run(self, command: Command) -> Answer:
        """Check a command, do it through the one write path, and say how it ended."""
        thing = THINGS.get(command.thing)
        if thing is None:
            known = ", ".join(THINGS)
            return Answer(REFUSED, f"there is no {command.thing[:100]!r}; there are {known}")
        try:
            warning = await thing.act(self, command)
        except HomevoltError as error:
            return outcome_of(error)
        except Exception as error:  # noqa: BLE001 - whatever a message does, the bridge goes on
            return Answer(UNKNOWN, f"an error in this program: {error!r}")
        return Answer(VERIFIED, warning or "")

    async def read_parameters(self) -> None:
        """Read the parameters that can be set.

        Raises:
            HomevoltError: They cannot be read.
        """
        async with self.feed.command() as device:
            found = await device.parameters()
        self.parameters = {name: found[name].value for name in PARAMETERS if name in found}

    def document(self, snapshot: Snapshot) -> dict[str, Any]:
        """Return what the controls show, for the state; every key is there at any time."""
        entry, schedule = snapshot.active_entry, snapshot.schedule
        mode = None if entry is None else entry.mode_slug
        local_mode = None if schedule is None else schedule.local_mode
        shown = {
            "mode": mode if mode in _MODES else None,
            "local_mode": None if local_mode is None else (OFF, ON)[local_mode],
            **self.settings,
            DURATION: self.duration_min,
            **{
                name: row.shown((self.parameters or {}).get(name))
                for name, row in PARAMETERS.items()
            },
        }
        return {_state_key(name): value for name, value in shown.items()}

    def components(self, part: str, ecu_id: str, topics: Topics) -> dict[str, Document]:
        """Return the entities of the controls for the discovery.

        Args:
            part: The key of the unit that answers.
            ecu_id: Its id.
            topics: The topics of the bridge.
        """
        present = self.parameters or {}
        return {
            f"set_{name}": {
                "platform": thing.platform,
                "name": thing.name,
                **entity_ids(part, f"set_{name}", thing.platform),
                "command_topic": topics.of(ecu_id, f"set/{name}"),
                **thing.config,
                **_reading(name, thing),
            }
            for name, thing in THINGS.items()
            if thing.platform and (name not in PARAMETERS or name in present)
        }

    async def start(self, mode: BatteryMode, given: Mapping[str, Any], duration_min: int) -> str:
        """Have the device follow a mode for a while, with the settings that the mode takes.

        Returns:
            What cannot be promised of it, empty if nothing.
        """
        chosen = {name: value for name, value in self.settings.items() if mode in SETTINGS[name]}
        async with self.feed.command() as device:
            entry = new_entry(mode, {**chosen, **given}, device.now())
            started = await self.feed.override.start(device, entry, duration_min * _S_PER_MIN)
            self.feed.announce()
        return started.warning


class Thing(NamedTuple):
    """Something that can be commanded.

    Attributes:
        act: What a command does; it returns what cannot be promised of it, and raises an error of
            the library.
        platform: The platform of its entity, empty for none.
        name: The name of its entity.
        config: What else Home Assistant is told of it.
    """

    act: Callable[[Controls, Command], Awaitable[str | None]]
    platform: str = ""
    name: str = ""
    config: Mapping[str, Any] = {}


async def _mode(controls: Controls, command: Command) -> str:
    value = command.value
    fields = dict(value) if isinstance(value, dict) else {"mode": value}
    lasts = Command(DURATION, fields.pop(DURATION, controls.duration_min))
    mode = check_mode(fields.pop("mode", None))
    if window := fields.keys() & {"from_time", "to_time"}:
        raise HomevoltValueError(
            f"{min(window)} goes with the plan; a mode begins now and lasts for `{DURATION}`"
        )
    return await controls.start(mode, fields, whole(lasts, 1, LONGEST_DURATION_MIN))


async def _apply(controls: Controls, _: Command) -> str:
    snapshot = controls.feed.snapshot
    entry = None if snapshot is None else snapshot.active_entry
    if entry is None or not isinstance(entry.mode, BatteryMode):
        raise HomevoltValueError("no mode that is known is active, so choose a mode")
    return await controls.start(entry.mode, {}, controls.duration_min)


async def _duration(controls: Controls, command: Command) -> None:
    controls.duration_min = whole(command, 1, LONGEST_DURATION_MIN)
    controls.feed.announce()


async def _setting(controls: Controls, command: Command) -> None:
    row = BY_NAME[command.thing]
    forget = command.value in (None, "", "none", "null")
    number = None if forget else whole(command, row.low, row.high)
    controls.settings[command.thing] = number
    controls.feed.announce()


async def _forget(controls: Controls, _: Command) -> None:
    controls.settings = dict.fromkeys(SETTINGS)
    controls.duration_min = DEFAULT_DURATION_MIN
    controls.feed.announce()


async def _local_mode(controls: Controls, command: Command) -> None:
    is_on = choice(command, (ON, OFF)) == ON
    async with controls.feed.command() as device:
        await (device.enable_local_mode() if is_on else device.disable_local_mode())
        controls.feed.announce()


async def _resume(controls: Controls, _: Command) -> None:
    async with controls.feed.command() as device:
        try:
            await controls.feed.override.end(device)
        finally:
            controls.feed.announce()


async def _clear(controls: Controls, _: Command) -> None:
    async with controls.feed.command() as device:
        await device.clear_all_schedules()
        controls.feed.announce()


async def _reboot(controls: Controls, _: Command) -> None:
    async with controls.feed.command() as device:
        await device.reboot()
        controls.feed.announce()


async def _plan(controls: Controls, command: Command) -> None:
    value = command.value
    entries = value.get("entries") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise HomevoltValueError("a plan is a JSON list of entries, or an object with `entries`")
    async with controls.feed.command() as device:
        await device.replace_schedule(entries)
        controls.feed.announce()


async def _parameter(controls: Controls, command: Command) -> None:
    row = PARAMETERS[command.thing]
    value: int | str = (
        choice(command, row.options) if row.options else whole(command, row.low, row.high)
    )
    async with controls.feed.command() as device:
        read = await device.set_parameter(command.thing, value)
    controls.parameters = {**(controls.parameters or {}), command.thing: read}
    controls.feed.announce()


def _state_key(name: str) -> str:
    return f"control.{name}"


def _reading(name: str, thing: Thing) -> Document:
    if thing.platform == "button":
        return {"payload_press": PRESS}
    return {"value_template": f"{{{{ value_json['{_state_key(name)}'] }}}}"}


def _number(unit: str, low: int, high: int, **more: str) -> dict[str, Any]:
    return {"unit_of_measurement": unit, "min": low, "max": high, "step": 1, "mode": "box", **more}


def _number_of(name: str) -> dict[str, Any]:
    row = BY_NAME[name]
    low, high = max(row.low, -HIGHEST_POWER_W), min(row.high, HIGHEST_POWER_W)
    return _number(row.unit, low, high, **({"device_class": "power"} if row.unit == "W" else {}))


_CONFIG = {"entity_category": "config"}

THINGS: dict[str, Thing] = {
    "mode": Thing(_mode, "select", "Mode", {"options": list(_MODES)}),
    **{
        name: Thing(_setting, "number", f"Next {name.replace('_', ' ')}", _number_of(name))
        for name in SETTINGS
    },
    DURATION: Thing(
        _duration, "number", "Next duration",
        _number("min", 1, LONGEST_DURATION_MIN, device_class="duration"),
    ),
    "apply": Thing(_apply, "button", "Apply settings"),
    "forget": Thing(_forget, "button", "Forget settings"),
    "local_mode": Thing(
        _local_mode, "switch", "Local mode", {"payload_on": ON, "payload_off": OFF}
    ),
    "resume": Thing(_resume, "button", "Resume the plan"),
    "clear": Thing(_clear, "button", "Clear the plan"),
    "reboot": Thing(_reboot, "button", "Reboot", {"device_class": "restart", **_CONFIG}),
    "plan": Thing(_plan),
    **{
        name: Thing(
            _parameter,
            *(("select", row.name, {"options": list(row.options), **_CONFIG}) if row.options
              else ("number", row.name, {**_number(row.unit, row.low, row.high), **_CONFIG})),
        )
        for name, row in PARAMETERS.items()
    },
}  # fmt: skip
"""Every thing by the last level of its topic."""
