"""What is calculated: the balance of the house, the clock offset, the active schedule entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.schedule_document import EntryData, PartialEntry, PartialSchedule
from homevolt.schedule.entry import BatteryMode, known_mode, unreadable_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homevolt.protocol.schedule_document import ScheduleData

NO_ENTRY = EntryData()


class House(NamedTuple):
    """The balance of the house.

    Attributes:
        consumption_w: What the house consumes, positive, or None if a part of it is unknown.
    """

    consumption_w: float | None


class DeviceClock(NamedTuple):
    """The clock of the unit that answers.

    Attributes:
        offset_s: How far it is ahead of the clock of this machine, None if it reports no time.
    """

    offset_s: float | None


class ActiveSchedule(NamedTuple):
    """The schedule at one moment.

    Attributes:
        schedule_id: The name of the plan.
        mode: The mode of the active entry in snake_case, or its number if it is not known; None
            if no entry is active, or it is unknown which one is.
        local_mode: `on`, `off` or None.
        entry: The active entry, empty if there is none or it is unknown.
    """

    schedule_id: str | None = None
    mode: str | None = None
    local_mode: str | None = None
    entry: EntryData = NO_ENTRY


def house(
    values: Sequence[Any], loads: Sequence[int], grid: Sequence[int], others: Sequence[int]
) -> House:
    """Return the balance of a house.

    By its load points, which are negative when consuming; where there are none or their power is
    unknown, by grid + solar + battery, for which there must be a measuring point at the grid.

    Args:
        values: The readings, powers in W.
        loads: Where in them the power of each measuring point of the load is.
        grid: Where that of each measuring point at the grid connection point is.
        others: Where that of each measuring point of solar production and of each unit is.
    """
    load_w = total(values, loads) if loads else None
    if load_w is not None:
        return House(-load_w if load_w else 0.0)
    return House(total(values, (*grid, *others)) if grid else None)


def active_schedule(document: ScheduleData | None, at_s: float) -> ActiveSchedule:
    """Return the schedule with the entry whose window holds a moment.

    Where windows overlap, the entry that the device lists first is taken. An entry whose mode or
    window cannot be read makes the active one unknown wherever it may be the active one.

    Args:
        document: `/schedule.json`, or None if it was not read.
        at_s: The moment by the device's clock, in epoch seconds.
    """
    if document is None:
        return ActiveSchedule()
    local_mode = {True: "on", False: "off", None: None}[document.local_mode]
    candidates = [entry for entry in document.schedule or () if _may_hold(entry, at_s)]
    if document.schedule is None or not candidates or any(map(unreadable_key, candidates)):
        return ActiveSchedule(document.schedule_id, local_mode=local_mode)
    entry = candidates[0]
    mode = known_mode(entry.type or 0)
    slug = mode.slug if isinstance(mode, BatteryMode) else str(mode)
    return ActiveSchedule(document.schedule_id, slug, local_mode, entry)


def unreadable_part(document: ScheduleData) -> HomevoltDataError | None:
    """Return an error that names what of a plan cannot be read, None if all of it was read."""
    if document.schedule is None:
        return HomevoltDataError(
            "/schedule.json holds no list of entries in $.schedule: the plan is unknown.",
            path="$.schedule",
        )
    if isinstance(document, PartialSchedule):
        path = f"$.{document.lost[0]}"
        return HomevoltDataError(
            f"/schedule.json: {path} cannot be read, so it is unknown.", path=path
        )
    for index, entry in enumerate(document.schedule):
        lost = entry.lost if isinstance(entry, PartialEntry) else ()
        if key := unreadable_key(entry) or next(iter(lost), None):
            path = f"$.schedule[{index}].{key}"
            return HomevoltDataError(
                f"/schedule.json: {path} cannot be read, so part of the plan is unknown.", path=path
            )
    return None


def total(values: Sequence[Any], places: Iterable[int]) -> float | None:
    """Return the sum of the readings at some places, None if one of them is unknown."""
    result = 0.0
    for place in places:
        value = values[place]
        if value is None:
            return None
        result += value
    return result


def _may_hold(entry: EntryData, at_s: float) -> bool:
    """Tell whether an entry's window holds a moment; an end that cannot be read may be any time."""
    return (entry.from_ is None or entry.from_ <= at_s) and (entry.to is None or at_s < entry.to)
