"""The arguments of `sched_set` and `sched_add`, and the lines of `sched_list`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final, Literal

from homevolt.simulator.console.commandline import Command, CommandLineError, Option
from homevolt.simulator.world.ems import modes
from homevolt.simulator.world.ems.plan import Entry, OptionValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind = Literal["signed", "amount", "percent", "sequence", "time", "switch"]

TYPE_NAMES: Final = (
    "Idle schedule",
    "Inverter charge",
    "Inverter discharge",
    "Grid charge setpoint",
    "Grid discharge setpoint",
    "Grid charge/discharge setpoint",
    "Frequency reserve",
    "Solar charge",
    "Solar charge/discharge",
    "Full solar export",
)

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
    """One option of a schedule entry: its flag and the kind of its value."""

    name: str
    short: str
    kind: Kind

    @property
    def flag(self) -> Option:
        """The option as the command line knows it."""
        return Option(self.name, self.short, takes_value=self.kind != "switch")


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
FLAGS: Final = tuple(option.flag for option in OPTIONS)
_BY_NAME: Final = {option.name: option for option in OPTIONS}
_WINDOW: Final = ("from", "to", "min", "max")


def build_entry(command: Command, now: float, zone: tzinfo) -> Entry:
    """Make an entry of the arguments of `sched_set` or `sched_add`.

    Args:
        command: The command with its flags and, as its one argument, its type.
        now: Time at the device, epoch seconds.
        zone: Zone in which times are read.

    Returns:
        The entry, with neither id nor place in a plan.

    Raises:
        CommandLineError: With the device's words, when it refuses.
    """
    kind = _read_type(command.arguments[0])
    values = {name: _read(_BY_NAME[name], text, zone) for name, text in command.flags.items()}
    window = {name: values.pop(name, None) for name in _WINDOW}
    entry = Entry(
        type=kind,
        from_time=_integer(window["from"]),
        to_time=_integer(window["to"]),
        min_soc=_integer(window["min"]),
        max_soc=_integer(window["max"]),
        options={"offline": False, **values} if kind == modes.IDLE else values,
    )
    for is_wrong, reason in _REFUSALS:
        if is_wrong(entry, now):
            raise CommandLineError(reason)
    return entry


def without_mode(entry: Entry) -> Entry:
    """Return the entry as a firmware keeps it that knows no such mode: idle, the window alone."""
    return replace(entry, type=modes.IDLE, options={"offline": False})


def limit_option(entry: Entry, key: str, limit: int) -> Entry:
    """Return the entry with the magnitude of one number limited."""
    value = entry.options.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        return entry
    return replace(entry, options={**entry.options, key: max(-limit, min(limit, value))})


def _setpoint(entry: Entry) -> int | None:
    return _integer(entry.options.get("setpoint"))


def _past(entry: Entry, now: float) -> bool:
    return entry.to_time is not None and entry.to_time <= now


def _reversed_window(entry: Entry, _now: float) -> bool:
    if entry.from_time is None or entry.to_time is None:
        return False
    return entry.from_time >= entry.to_time


def _reversed_soc(entry: Entry, _now: float) -> bool:
    return entry.min_soc is not None and entry.max_soc is not None and entry.min_soc > entry.max_soc


def _lacks_setpoint(entry: Entry, _now: float) -> bool:
    return entry.type in modes.NEED_SETPOINT and _setpoint(entry) is None


def _negative_setpoint(entry: Entry, _now: float) -> bool:
    return entry.type != modes.GRID_CHARGE_DISCHARGE and (_setpoint(entry) or 0) < 0


_REFUSALS: Final[tuple[tuple[Callable[[Entry, float], bool], str], ...]] = (
    (_lacks_setpoint, "Missing power setpoint"),
    (_negative_setpoint, "Invalid power setpoint"),
    (_reversed_soc, "Invalid SoC limits"),
    (_reversed_window, "Schedule ends before it begins"),
    (_past, "Schedule end time is in the past"),
)


def _read_type(text: str) -> int:
    if not (INTEGER_TEXT.fullmatch(text) and 0 <= int(text) < len(TYPE_NAMES)):
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
        # Two ways to be wrong, one refusal: an empty text is no date either.
        text = text if TIME_TEXT.fullmatch(text) else ""
        return max(0, int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()))
    except (ValueError, OverflowError):
        raise CommandLineError(f"invalid time to option --{name}") from None


def list_entries(entries: tuple[Entry, ...], schedule_id: str, zone: tzinfo) -> str:
    """Return what `sched_list` prints."""
    head = f"Schedule get: {len(entries)} schedules. Current ID: '{schedule_id}'"
    return "\n".join([head, *(_line(entry, zone) for entry in entries)])


def _line(entry: Entry, zone: tzinfo) -> str:
    parts = [
        f"id: {entry.id}",
        f"type: {TYPE_NAMES[entry.type]}",
        f"from: {_show_time(entry.from_time, zone)}",
        f"to: {_show_time(entry.to_time, zone)}",
    ]
    parts += [
        f"{name}: {value}"
        for name, value in (("min", entry.min_soc), ("max", entry.max_soc))
        if value is not None
    ]
    options = dict(entry.options)
    if "setpoint" in options:
        parts.append(f"setpoint:{options.pop('setpoint')}")
    if entry.type != modes.IDLE:
        for name in ("max_charge", "max_discharge"):
            parts.append(f"{name}: {options.pop(name, '<max allowed>')}")
    parts += [f"{name}: {_show(name, value, zone)}" for name, value in options.items()]
    return ", ".join(parts)


def _show(name: str, value: OptionValue, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    option = _BY_NAME.get(name)
    return _show_time(int(value), zone) if option and option.kind == "time" else str(value)


def _show_time(epoch_s: int | None, zone: tzinfo) -> str:
    if epoch_s is None:
        return "<unset>"
    return datetime.fromtimestamp(epoch_s, zone).strftime("%Y-%m-%dT%H:%M:%S")
