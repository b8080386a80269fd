"""A device that reads times in another zone than it was believed to, as the read-back shows it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from homevolt.schedule.times import offset_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from homevolt.schedule.comparing import Difference
    from homevolt.schedule.entry import ScheduleEntry

_QUARTER = timedelta(minutes=15)
_LARGEST_OFFSET = timedelta(hours=24)
"""Clocks on earth are at most 26 hours apart, and a `timezone` holds less than 24."""


class Shift(NamedTuple):
    """By how much the device misread a time.

    Attributes:
        by: What it read minus what was meant.
        assumed: The offset from UTC that was assumed of it.
    """

    by: timedelta
    assumed: timedelta

    @property
    def zone(self) -> timezone:
        """The offset at which the device does read times."""
        return timezone(self.assumed - self.by)


def find_shift(wanted: ScheduleEntry, found: Sequence[Difference], zone: tzinfo) -> Shift | None:
    """Return by how much a zone's offset moved the times, None if that is not what happened.

    A zone moves every time of an entry by as much, and nothing else.

    Args:
        wanted: The entry that was written.
        found: The differences between it and the one that was read back.
        zone: The zone in which the device was believed to read times.
    """
    times = [value for value in msgspec.structs.astuple(wanted) if isinstance(value, datetime)]
    moved = {
        item.seen - item.wanted
        for item in found
        if isinstance(item.wanted, datetime) and isinstance(item.seen, datetime)
    }
    if len(moved) != 1 or len(found) != len(times):
        return None
    (by,) = moved
    assumed = times[0].astimezone(zone).utcoffset() or timedelta()
    is_offset = not by % _QUARTER and abs(assumed - by) < _LARGEST_OFFSET
    return Shift(by, assumed) if is_offset else None


def zone_hint(shift: Shift | None, zone: tzinfo) -> str:
    """Say what to do about a shift, as a sentence to append; empty if there is none."""
    if shift is None:
        return ""
    return (
        f" The device took the time for one {shift.by.total_seconds():+.0f} s away: it reads times "
        f"at {offset_text(shift.assumed - shift.by)}, while schedule_timezone is {zone} "
        f"({offset_text(shift.assumed)}). Pass the device's own zone as schedule_timezone=."
    )
