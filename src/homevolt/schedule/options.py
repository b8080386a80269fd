"""Every option of a schedule entry, in ONE table.

The table drives checking, rendering, reading back and the documentation. Source: the arguments of
`sched_set` and `sched_add` of the console, and `params` of an entry in `/schedule.json`.
"""

from __future__ import annotations

import operator
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

INT32_MAX = 2**31 - 1
_LONGEST_NAME = 100

Value: TypeAlias = "int | bool | datetime"


class Kind(Enum):
    """What kind of value an option takes."""

    WHOLE = "whole number"
    FLAG = "flag"
    TIME = "time"


class Option(NamedTuple):
    """One row of the table.

    Attributes:
        name: The keyword argument and the field of `ScheduleEntry`.
        flag: The long flag on the command line.
        unit: The unit of the number, empty for flags and times.
        kind: What kind of value it takes.
        low: The smallest number allowed.
        high: The largest number allowed.
        default: What a device means that leaves the option out, or None if that is not known.
        about: What it does.
    """

    name: str
    flag: str
    unit: str
    kind: Kind
    low: int
    high: int
    default: int | bool | None
    about: str


def _whole(name: str, unit: str, about: str, *, low: int = 0, high: int = INT32_MAX) -> Option:
    return Option(name, f"--{name}", unit, Kind.WHOLE, low, high, None, about)


def _flag(name: str, about: str) -> Option:
    return Option(name, f"--{name}", "", Kind.FLAG, 0, 1, False, about)


def _time(name: str, about: str) -> Option:
    return Option(name, f"--{name}", "", Kind.TIME, 0, 0, None, about)


def _soc(name: str, flag: str, default: int, about: str) -> Option:
    return Option(name, flag, "%", Kind.WHOLE, 0, 100, default, about)


FROM_TIME = Option("from_time", "--from", "", Kind.TIME, 0, 0, None, "Start of the window.")
TO_TIME = Option("to_time", "--to", "", Kind.TIME, 0, 0, None, "End of the window, exclusive.")
WINDOW = (FROM_TIME, TO_TIME)

OPTIONS: tuple[Option, ...] = (
    _soc("min_soc", "--min", 0, "Do not discharge below this state of charge."),
    _soc("max_soc", "--max", 100, "Do not charge above this state of charge."),
    Option(
        *("setpoint", "--setpoint", "W", Kind.WHOLE, -INT32_MAX, INT32_MAX, None),
        "Power to hold: at the inverter in modes 1-2, at the grid connection point in modes 3-5; "
        "in mode 5 signed, + import, - export.",
    ),
    _whole("max_charge", "W", "Limit of the charging power."),
    _whole("max_discharge", "W", "Limit of the discharge power."),
    _whole("import_limit", "W", "Limit of the import at the grid connection point."),
    _whole("export_limit", "W", "Limit of the export at the grid connection point."),
    _whole("idle_threshold_power", "W", "Power below which the battery idles."),
    _whole("discharge_threshold_power", "W", "Power above which the battery discharges."),
    _whole("main_fuse", "mA", "Main fuse."),
    _whole("charge_ramp_up", "mA/s", "How fast the charging current rises."),
    _whole("discharge_ramp_up", "mA/s", "How fast the discharge current rises."),
    _whole("import_energy_limit", "Wh", "Energy that may be imported within its window."),
    _time("import_energy_limit_from", "Start of the window of `import_energy_limit`."),
    _time("import_energy_limit_to", "End of the window of `import_energy_limit`."),
    _whole("import_energy_max_compensation", "W", "Power to compensate the import limit with."),
    _whole("export_energy_limit", "Wh", "Energy that may be exported within its window."),
    _time("export_energy_limit_from", "Start of the window of `export_energy_limit`."),
    _time("export_energy_limit_to", "End of the window of `export_energy_limit`."),
    _whole("export_energy_max_compensation", "W", "Power to compensate the export limit with."),
    _whole("fcr_n_power", "W", "Power of the normal frequency reserve."),
    _whole("fcr_d_up_power", "W", "Power of the upward disturbance reserve."),
    _whole("fcr_d_down_power", "W", "Power of the downward disturbance reserve."),
    _whole("ffr_power", "W", "Power of the fast frequency reserve."),
    _flag("use_ffr_custom_trig_freq", "Use a trigger frequency of its own for the fast reserve."),
    _flag("ffr_rearm", "Arm the fast frequency reserve again after it was triggered."),
    _time("fcr_start_from", "When the frequency reserve starts."),
    _whole("test_sequence", "", "Number of the test sequence to run.", high=16),
    _flag("test_end_schedule", "End the schedule when the test sequence has ended."),
    _flag("offline", "Take the battery off line; idle only."),
)
BY_NAME = {option.name: option for option in (*WINDOW, *OPTIONS)}


def check_names(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse a keyword that is no option.

    Args:
        given: The keywords of the caller.
        allowed: The names there are.

    Raises:
        HomevoltValueError: One of them is unknown; the nearest name is suggested.
    """
    names = list(allowed)
    for name in given:
        if name not in names:
            raise HomevoltValueError(f"there is no option {short_repr(name)}{nearest(name, names)}")


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the names nearest to an unknown one, as the end of a sentence."""
    import difflib  # noqa: PLC0415 - only a mistake needs it, and all would wait for it

    close = difflib.get_close_matches(str(name)[:_LONGEST_NAME], list(names), n=3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def check_option(option: Option, value: object) -> Value:
    """Check one value against its row.

    Args:
        option: The row of the table.
        value: What the caller gave; not None.

    Returns:
        A plain int, a bool, or an aware datetime in UTC.

    Raises:
        HomevoltValueError: It is of another kind or out of range.
    """
    if option.kind is Kind.TIME:
        return parse_time(option.name, value)
    if option.kind is Kind.FLAG:
        if not isinstance(value, bool):
            raise HomevoltValueError(
                f"{option.name} must be True or False, not {short_repr(value)}"
            )
        return value
    unit = f" {option.unit}" if option.unit else ""
    number = whole_number(option.name, value, unit)
    if not option.low <= number <= option.high:
        bounds = f"{option.low} to {option.high}{unit}"
        raise HomevoltValueError(f"{option.name} must be {bounds}, not {short_repr(number)}")
    return number


def whole_number(name: str, value: Any, unit: str = "") -> int:
    """Return a plain int.

    Args:
        name: What the argument is called, for the error message.
        value: Anything; only what Python itself takes for an index is one, and bools are not.
        unit: The unit for the error message.

    Returns:
        The number.

    Raises:
        HomevoltValueError: It is no whole number.
    """
    if not isinstance(value, bool):
        try:
            return int(operator.index(value))
        except Exception:  # noqa: BLE001, S110 - the index of somebody else's object may raise anything
            pass
    raise HomevoltValueError(
        f"{name} must be a whole number{unit and ' of' + unit}, not {short_repr(value)}"
    )
