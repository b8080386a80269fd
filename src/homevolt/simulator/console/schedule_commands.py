"""The `sched_*` commands: their options, the entries they write, and the lines of `sched_list`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final, Literal

from homevolt.simulator.console.command_spec import Invocation, Spec, spec
from homevolt.simulator.console.commandline import Command, CommandLineError
from homevolt.simulator.world.ems.plan import NEED_SETPOINT, Entry, Mode, OptionValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from homevolt.simulator.device.profiles import Profile

Kind = Literal["signed", "amount", "percent", "sequence", "time", "switch"]


@dataclass(frozen=True, slots=True)
class TypeName:
    """A schedule type in `help` and in `sched_list`.

    Attributes:
        name: In the help.
        listed: In `sched_list`.
        shows: Options that `sched_list` always prints, before any other.
    """

    name: str
    listed: str
    shows: tuple[str, ...] = ()


TYPES: Final = (
    TypeName("idle", "Idle schedule", ("offline",)),
    TypeName("inverter charge", "Inverter charge setpoint"),
    TypeName("inverter discharge", "Inverter discharge setpoint"),
    TypeName("grid charge", "Grid charge setpoint", ("max_charge",)),
    TypeName("grid discharge", "Grid discharge setpoint", ("max_discharge",)),
    TypeName(
        "grid charge and discharge",
        "Grid charge/discharge setpoint",
        ("max_charge", "max_discharge"),
    ),
    TypeName("frequency reserve", "Frequency reserve"),
    TypeName("solar charge", "Solar charge", ("max_charge",)),
    TypeName(
        "solar charge and discharge", "Solar charge/discharge", ("max_charge", "max_discharge")
    ),
    TypeName("full solar export", "Full solar export"),
)
"""By number. Names and options of 0-5 are those of captures, the others are our choice."""

SPACED_SETPOINT: Final = frozenset({Mode.INVERTER_CHARGE, Mode.INVERTER_DISCHARGE})
"""Types that print a space before the setpoint, as in captures."""

MAX_ENTRIES: Final = 256
"""How many entries the simulated flash holds."""

INTEGER_LIMIT: Final = 2**31 - 1
BOUNDS: Final[Mapping[Kind, tuple[int, int]]] = {
    "signed": (-INTEGER_LIMIT, INTEGER_LIMIT),
    "amount": (0, INTEGER_LIMIT),
    "percent": (0, 100),
    "sequence": (0, 16),
}

TIME_TEXT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
INTEGER_TEXT: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ScheduleOption:
    """One option of a schedule entry: its long and short name and the kind of its value."""

    name: str
    short: str
    kind: Kind

    @property
    def usage(self) -> str:
        """The option in a usage."""
        short = f"-{self.short}," if self.short else ""
        value = "" if self.kind == "switch" else f"=<{self.name}>"
        return f"{short}--{self.name}{value}"


def _rows(kind: Kind, **shorts: str) -> list[ScheduleOption]:
    return [ScheduleOption(name, short, kind) for name, short in shorts.items()]


def _energy_rows(direction: str) -> list[ScheduleOption]:
    limit = f"{direction}_energy_limit"
    return [
        ScheduleOption(limit, "", "amount"),
        ScheduleOption(f"{limit}_from", "", "time"),
        ScheduleOption(f"{limit}_to", "", "time"),
        ScheduleOption(f"{direction}_energy_max_compensation", "", "amount"),
    ]


OPTIONS: Final[tuple[ScheduleOption, ...]] = (
    *_rows("time", **{"from": "", "to": ""}),
    *_rows("percent", min="", max=""),
    *_rows("signed", setpoint="s"),
    *_rows("amount", max_charge="c", max_discharge="d", import_limit="l", export_limit="x"),
    *_rows("amount", idle_threshold_power="i", discharge_threshold_power="r"),
    *_rows("amount", main_fuse="", charge_ramp_up="", discharge_ramp_up=""),
    *_energy_rows("import"),
    *_energy_rows("export"),
    *_rows("amount", fcr_n_power="n", fcr_d_up_power="u", fcr_d_down_power="w", ffr_power="f"),
    *_rows("switch", use_ffr_custom_trig_freq="m", ffr_rearm="a"),
    *_rows("time", fcr_start_from=""),
    *_rows("sequence", test_sequence="t"),
    *_rows("switch", test_end_schedule="e", offline="o"),
)
_BY_NAME: Final = {option.name: option for option in OPTIONS}
_WINDOW: Final = ("from", "to", "min", "max")

CONFIRMED_OPTIONS: Final[Mapping[int, frozenset[str]]] = {
    Mode.IDLE: frozenset({"offline"}),
    Mode.INVERTER_CHARGE: frozenset({"setpoint"}),
    Mode.INVERTER_DISCHARGE: frozenset({"setpoint"}),
    Mode.FREQUENCY_RESERVE: frozenset(_BY_NAME) - {"setpoint", "offline", "from", "to"},
    Mode.SOLAR_CHARGE: frozenset(),
}
"""What a `confirmed_only` profile stores besides the window, by type: the setpoint of the inverter
types and the limits of the frequency reserve. Any other type is stored as idle."""


def build_entry(command: Command, now: float, profile: Profile) -> Entry:
    """Make an entry from the arguments of `sched_set` or `sched_add`.

    Args:
        command: The command with its options and, as its one argument, its type.
        now: Time by the device's clock, epoch seconds.
        profile: Its types and the zone of its times.

    Returns:
        The entry as the firmware stores it; its id is assigned by the plan.

    Raises:
        CommandLineError: If the device refuses it, with the device's reason.
    """
    kind = _read_type(command.arguments[0], profile.last_type)
    values = {
        name: _read(_BY_NAME[name], text, profile.zone) for name, text in command.flags.items()
    }
    window = {name: values.pop(name, None) for name in _WINDOW}
    entry = Entry(
        type=kind,
        from_time=_integer(window["from"]),
        to_time=_integer(window["to"]),
        min_soc=_integer(window["min"]),
        max_soc=_integer(window["max"]),
        options={"offline": False, **values} if kind == Mode.IDLE else values,
    )
    for is_wrong, reason in _REFUSALS:
        if is_wrong(entry, now):
            raise CommandLineError(reason)
    return _as_stored(entry, profile)


def _as_stored(entry: Entry, profile: Profile) -> Entry:
    """Return the entry without what the firmware drops."""
    if entry.type in profile.idle_modes:
        return replace(entry, type=Mode.IDLE, options={"offline": False})
    if not profile.confirmed_only:
        return entry
    if entry.type not in CONFIRMED_OPTIONS:
        entry = replace(entry, type=Mode.IDLE, options={"offline": False})
    kept = CONFIRMED_OPTIONS[entry.type]
    return replace(
        entry,
        min_soc=entry.min_soc if "min" in kept else None,
        max_soc=entry.max_soc if "max" in kept else None,
        options={name: value for name, value in entry.options.items() if name in kept},
    )


def _limit_option(entry: Entry, name: str, limit: int) -> Entry:
    """Return the entry with the magnitude of one number limited."""
    value = entry.options.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return entry
    return replace(entry, options={**entry.options, name: max(-limit, min(limit, value))})


def _setpoint(entry: Entry) -> int | None:
    return _integer(entry.options.get("setpoint"))


def _is_past(entry: Entry, now: float) -> bool:
    return entry.to_time is not None and entry.to_time <= now


def _has_reversed_window(entry: Entry, _now: float) -> bool:
    if entry.from_time is None or entry.to_time is None:
        return False
    return entry.from_time >= entry.to_time


def _has_reversed_soc(entry: Entry, _now: float) -> bool:
    return entry.min_soc is not None and entry.max_soc is not None and entry.min_soc > entry.max_soc


def _lacks_setpoint(entry: Entry, _now: float) -> bool:
    return entry.type in NEED_SETPOINT and _setpoint(entry) is None


def _has_negative_setpoint(entry: Entry, _now: float) -> bool:
    return entry.type != Mode.GRID_CHARGE_DISCHARGE and (_setpoint(entry) or 0) < 0


_REFUSALS: Final[tuple[tuple[Callable[[Entry, float], bool], str], ...]] = (
    (_lacks_setpoint, "Missing power setpoint"),
    (_has_negative_setpoint, "Invalid power setpoint"),
    (_has_reversed_soc, "Invalid SoC limits"),
    (_has_reversed_window, "Schedule end time is before its start time"),
    (_is_past, "Schedule end time is in the past"),
)


def _read_type(text: str, last: int) -> int:
    if not (INTEGER_TEXT.fullmatch(text) and 0 <= int(text) <= last):
        raise CommandLineError(f"Invalid schedule type '{text}'")
    return int(text)


def _integer(value: OptionValue | None) -> int | None:
    return None if value is None else int(value)


def _read(option: ScheduleOption, text: str, zone: tzinfo) -> OptionValue:
    if option.kind == "switch":
        return True
    if option.kind == "time":
        return _read_time(option.name, text, zone)
    low, high = BOUNDS[option.kind]
    if not INTEGER_TEXT.fullmatch(text) or not low <= int(text) <= high:
        raise CommandLineError(f'invalid argument "{text}" to option --{option.name}')
    return int(text)


def _read_time(name: str, text: str, zone: tzinfo) -> int:
    try:
        # A text of another form and a date that does not exist are refused alike.
        text = text if TIME_TEXT.fullmatch(text) else ""
        return max(0, int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()))
    except (ValueError, OverflowError):
        raise CommandLineError(f"invalid time to option --{name}") from None


def list_entries(entries: tuple[Entry, ...], schedule_id: str, zone: tzinfo) -> str:
    """Return the output of `sched_list`."""
    head = f"Schedule get: {len(entries)} schedules. Current ID: '{schedule_id}'"
    return "\n".join([head, *(_line(entry, zone) for entry in entries)])


def _line(entry: Entry, zone: tzinfo) -> str:
    kind = TYPES[entry.type]
    options = dict(entry.options)
    parts = [
        f"id: {entry.id}",
        f"type: {kind.listed}",
        f"from: {_time_text(entry.from_time, zone)}",
        f"to: {_time_text(entry.to_time, zone)}",
    ]
    if "setpoint" in options:
        space = " " if entry.type in SPACED_SETPOINT else ""
        parts.append(f"setpoint:{space}{options.pop('setpoint')}")
    for name in kind.shows:
        value = options.pop(name, False if name == "offline" else "<max allowed>")
        parts.append(f"{name}: {_value_text(name, value, zone)}")
    limits = (("min", entry.min_soc), ("max", entry.max_soc))
    parts += [f"{name}: {value}" for name, value in limits if value is not None]
    parts += [f"{name}: {_value_text(name, value, zone)}" for name, value in options.items()]
    return ", ".join(parts)


def _value_text(name: str, value: OptionValue, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    option = _BY_NAME.get(name)
    return _time_text(int(value), zone) if option and option.kind == "time" else str(value)


def _time_text(epoch_s: int | None, zone: tzinfo) -> str:
    if epoch_s is None:
        return "<unset>"
    return datetime.fromtimestamp(epoch_s, zone).strftime("%Y-%m-%dT%H:%M:%S")


def _entry(call: Invocation) -> Entry:
    entry = build_entry(call.command, call.device.now(), call.device.profile)
    for name, limit in call.control.limits.items():
        entry = _limit_option(entry, name, limit)
    return entry


def _set(call: Invocation) -> str:
    device = call.device
    entry = replace(_entry(call), from_time=int(device.now()), to_time=None)
    if not (device.local_mode or device.profile.set_without_local_mode):
        raise CommandLineError("Local mode is off: set parameter settings_local first")
    call.carry_out(lambda: device.plan.set(entry))
    return "Schedule set"


def _add(call: Invocation) -> str:
    entry, plan = _entry(call), call.device.plan
    if len(plan.entries) >= MAX_ENTRIES:
        raise CommandLineError("No space left for schedules")
    call.carry_out(lambda: plan.add(entry))
    return "Schedule added"


def _delete(call: Invocation) -> str:
    text, plan = call.argument(0), call.device.plan
    if not text.isascii() or not text.isdigit():
        raise CommandLineError(f"Invalid schedule id '{text}'")
    if all(str(entry.id) != text for entry in plan.entries):
        raise CommandLineError(f"Schedule {text} not found")
    call.carry_out(lambda: plan.delete(int(text)))
    return "Schedule deleted"


def _clear(call: Invocation) -> str:
    call.carry_out(call.device.plan.clear)
    return "Schedule cleared"


def _list(call: Invocation) -> str:
    plan = call.device.plan
    return list_entries(plan.entries, plan.schedule_id, call.device.profile.zone)


def types_text(last: int) -> str:
    """Return the schedule types up to the number `last`, for the help."""
    return ", ".join(f"{number} = {kind.name}" for number, kind in enumerate(TYPES[: last + 1]))


_USAGE: Final = " ".join(["<type>", *(option.usage for option in OPTIONS)])

COMMANDS: Final[dict[str, Spec]] = {
    "sched_add": spec(_USAGE, "Append an entry to the schedule", _add, "write"),
    "sched_clear": spec("", "Delete every entry of the schedule", _clear, "write"),
    "sched_del": spec("<id>", "Delete the entry with this id", _delete, "write"),
    "sched_list": spec("", "Print the schedule", _list),
    "sched_set": spec(_USAGE, "Replace the schedule by one entry from now on", _set, "write"),
}
