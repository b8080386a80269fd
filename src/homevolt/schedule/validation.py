"""Checking what a caller gave for an entry or a plan, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.entry import SETPOINT_MODES, BatteryMode, ScheduleEntry, end_of, start_of
from homevolt.schedule.options import (
    BY_NAME,
    WINDOW,
    check_names,
    check_option,
    nearest,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

_LONGEST_NAME = 60
_MODES: Final = {mode.slug: mode for mode in BatteryMode}


def new_entry(
    mode: object, options: Mapping[str, object], now: datetime, *, windowed: bool = True
) -> ScheduleEntry:
    """Return the entry that a caller described, after every check that needs no device.

    Args:
        mode: A mode as number, `BatteryMode` or name.
        options: Options by their long name, and `from_time` and `to_time`; None is not given.
        now: The current time, in UTC; the end of the window must lie after it.
        windowed: False for an entry that starts now and stays.

    Returns:
        The entry, without an id.

    Raises:
        HomevoltValueError: A name is unknown or a value is wrong; the message says which.
    """
    known = check_mode(mode)
    if not windowed:
        for option in WINDOW:
            if options.get(option.name) is not None:
                raise HomevoltValueError(
                    f"{option.name} makes no sense for a mode that starts now and stays; "
                    "add_schedule() takes a window"
                )
    check_names(options, BY_NAME)
    values: dict[str, Any] = {
        name: check_option(BY_NAME[name], value)
        for name, value in options.items()
        if value is not None
    }
    entry = ScheduleEntry(mode=known, **values)
    for is_wrong, message in _RULES:
        if is_wrong(entry, now):
            raise HomevoltValueError(message.format(entry=entry, mode=entry.mode_slug))
    return entry


def checked_entry(given: object, now: datetime) -> ScheduleEntry:
    """Check an entry that a caller made, read from a device, or wrote as a mapping.

    Args:
        given: A `ScheduleEntry`, or a mapping of its fields; its id is disregarded.
        now: The current time, in UTC; the end of the window must lie after it.

    Returns:
        The entry as the device would take it, without an id.

    Raises:
        HomevoltValueError: It is neither, or something about it is wrong.
    """
    if isinstance(given, ScheduleEntry):
        fields: dict[str, Any] = msgspec.structs.asdict(given)
    elif isinstance(given, Mapping):
        fields = dict(given)
    else:
        raise HomevoltValueError(
            f"an entry is a ScheduleEntry or a mapping, not {short_repr(given)}"
        )
    fields.pop("id", None)
    if "mode" not in fields:
        raise HomevoltValueError(f"an entry needs a mode: {short_repr(given)}")
    return new_entry(fields.pop("mode"), fields, now)


def check_mode(mode: object) -> BatteryMode:
    """Return a mode given as number, `BatteryMode` or name (`grid_charge`, `Grid Charge`).

    Raises:
        HomevoltValueError: There is no such mode.
    """
    if isinstance(mode, str):
        slug = mode[:_LONGEST_NAME].strip().lower().replace(" ", "_").replace("-", "_")
        if slug in _MODES:
            return _MODES[slug]
        raise HomevoltValueError(f"there is no mode {short_repr(mode)}{nearest(slug, _MODES)}")
    number = whole_number("mode", mode)
    if 0 <= number < len(BatteryMode):
        return BatteryMode(number)
    raise HomevoltValueError(f"mode must be 0 to {len(BatteryMode) - 1}, not {short_repr(number)}")


def _reversed(start: str, end: str) -> Callable[[ScheduleEntry, datetime], bool]:
    def is_wrong(entry: ScheduleEntry, _now: datetime) -> bool:
        first, last = getattr(entry, start), getattr(entry, end)
        return first is not None and last is not None and first >= last

    return is_wrong


def _reversed_soc(entry: ScheduleEntry, _now: datetime) -> bool:
    return entry.min_soc is not None and entry.max_soc is not None and entry.min_soc > entry.max_soc


def _past(entry: ScheduleEntry, now: datetime) -> bool:
    return end_of(entry) <= now


_RULES: Final[tuple[tuple[Callable[[ScheduleEntry, datetime], bool], str], ...]] = (
    (_reversed_soc, "min_soc {entry.min_soc} % is above max_soc {entry.max_soc} %"),
    (
        lambda entry, _: entry.mode in SETPOINT_MODES and entry.setpoint is None,
        "mode {mode} needs a setpoint in W",
    ),
    (
        lambda entry, _: (
            entry.mode is not BatteryMode.GRID_CHARGE_DISCHARGE and (entry.setpoint or 0) < 0
        ),
        "setpoint {entry.setpoint} W: only mode grid_charge_discharge takes a negative one",
    ),
    (
        lambda entry, _: entry.mode is not BatteryMode.IDLE and bool(entry.offline),
        "offline goes with mode idle only, not with {mode}",
    ),
    (
        _reversed("from_time", "to_time"),
        "the window ends before it begins: {entry.from_time} to {entry.to_time}",
    ),
    (_past, "the window has ended already: to_time is {entry.to_time}"),
    *(
        (
            _reversed(f"{limit}_from", f"{limit}_to"),
            f"the window of {limit} is reversed: {{entry.{limit}_from}} to {{entry.{limit}_to}}",
        )
        for limit in ("import_energy_limit", "export_energy_limit")
    ),
)


def check_overlaps(entries: Sequence[ScheduleEntry]) -> None:
    """Refuse a plan in which two windows overlap.

    Raises:
        HomevoltValueError: Two do; both are named.
    """
    order = sorted(enumerate(entries, 1), key=lambda item: start_of(item[1]))
    for (at, entry), (next_at, following) in pairwise(order):
        if entry.overlaps(following):
            raise HomevoltValueError(
                f"entry {at} ({entry}) and entry {next_at} ({following}) overlap"
            )
