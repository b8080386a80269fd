"""`--until-soc`: the option of an entry that it stands for, by the mode."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from homevolt.cli.errors import usage_error
from homevolt.cli.output import PROGRAM
from homevolt.cli.render.formatting import percent
from homevolt.schedule.entry import BatteryMode
from homevolt.schedule.validation import check_mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.schedule.entry import ScheduleEntry

OPTIONS: Mapping[int, str] = MappingProxyType(
    {
        BatteryMode.INVERTER_CHARGE: "max_soc",
        BatteryMode.INVERTER_DISCHARGE: "min_soc",
        BatteryMode.GRID_CHARGE: "max_soc",
        BatteryMode.GRID_DISCHARGE: "min_soc",
        BatteryMode.SOLAR_CHARGE: "max_soc",
    }
)
"""The option by which each mode that moves the charge in one direction stops."""
VERBS = {"max_soc": "charges up to", "min_soc": "discharges down to"}
"""What each of these options says."""
_BOTH_WAYS = (
    "charges and discharges, so no one state of charge ends it. Limit it with '{program} mode "
    "{mode}{setpoint} --min-soc PERCENT --max-soc PERCENT'."
)
_NEITHER = "does not move the charge to a level, so --until-soc has no meaning for it."
_REFUSALS: Mapping[int, str] = MappingProxyType(
    {
        BatteryMode.GRID_CHARGE_DISCHARGE: _BOTH_WAYS,
        BatteryMode.SOLAR_CHARGE_DISCHARGE: _BOTH_WAYS,
        BatteryMode.FREQUENCY_RESERVE: _BOTH_WAYS,
        BatteryMode.IDLE: _NEITHER,
        BatteryMode.FULL_SOLAR_EXPORT: _NEITHER,
    }
)


def at_level(entry: ScheduleEntry, ratio: float | None) -> str | None:
    """Return what to know of an entry that does not move the charge, as it is there already.

    Args:
        entry: The entry.
        ratio: The state of charge from 0 to 1, None if it is not known.
    """
    option = OPTIONS.get(entry.mode)
    level = None if option is None else getattr(entry, option)
    if level is None or ratio is None:
        return None
    is_charge = option == "max_soc"
    if (ratio * 100 < level) if is_charge else (ratio * 100 > level):
        return None
    what = "charge" if is_charge else "discharge"
    return f"The battery is at {percent(ratio)} already, so it will not {what} now."


def with_until_soc(
    mode: object, options: Mapping[str, object], soc_percent: int | None
) -> dict[str, object]:
    """Return the options of an entry with the state of charge at which it is to stop.

    Args:
        mode: The mode as it was typed.
        options: The options so far.
        soc_percent: The state of charge, None if none was given.

    Raises:
        ShellError: The mode does not stop at a state of charge, or its option is given too.
        HomevoltValueError: There is no such mode.
    """
    if soc_percent is None:
        return {**options}
    known = check_mode(mode)
    if known not in OPTIONS:
        setpoint = " --setpoint W" if known is BatteryMode.GRID_CHARGE_DISCHARGE else ""
        why = _REFUSALS[known].format(program=PROGRAM, mode=known.slug, setpoint=setpoint)
        raise usage_error(f"Mode {known.slug} {why} Nothing was sent.")
    name = OPTIONS[known]
    if options.get(name) is not None:
        raise usage_error(f"--until-soc and --{name.replace('_', '-')} are the same; give one.")
    return {**options, name: soc_percent}
