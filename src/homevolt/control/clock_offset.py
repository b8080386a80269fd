"""The zone in which a device reads times, and how a read-back shows that it is another one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from homevolt.schedule.comparing import differences
from homevolt.schedule.times import AUTO_ZONE, EARLIEST, LATEST, offset_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from homevolt.schedule.entry import ScheduleEntry

_QUARTER = timedelta(minutes=15)
_LARGEST_OFFSET = timedelta(hours=24)
"""Clocks on earth are at most 26 hours apart, and a `timezone` holds less than 24."""


class Shift(NamedTuple):
    """By how much the device misread the times of an entry.

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


class DeviceZone:
    """The zone in which one device reads the times of a command.

    Args:
        given: The zone that the caller named, or `AUTO_ZONE`.

    Attributes:
        is_auto: Whether writes go by the zone that the device shows.
        current: The zone to write times in. Where the caller named another zone than the device
            shows, it is that of the device while a plan is restored, and afterwards the caller's.
    """

    def __init__(self, given: tzinfo) -> None:
        self._given = given
        self.is_auto = given is AUTO_ZONE
        self.current = given

    def follow(self, shift: Shift) -> None:
        """Go by the zone that a read-back shows."""
        self.current = shift.zone

    def reset(self) -> None:
        """Go by the zone again that the caller named, if one was named."""
        if not self.is_auto:
            self.current = self._given

    def hint(self, shift: Shift | None) -> str:
        """Return what to do about a shift, as a sentence to append; empty if there is none."""
        if shift is None:
            return ""
        return (
            f" The device took the time for one {shift.by.total_seconds():+.0f} s away: it reads "
            f"times at {offset_text(shift.assumed - shift.by)}, while schedule_timezone is "
            f"{self._given} ({offset_text(shift.assumed)}). Pass the device's own zone as "
            "schedule_timezone=."
        )


def find_shift(expected: ScheduleEntry, actual: ScheduleEntry, zone: tzinfo) -> Shift | None:
    """Return by how much a zone's offset moved the times, None if that is not what happened.

    A zone moves every time of an entry by as much, and nothing else.

    Args:
        expected: The entry that was written.
        actual: The entry that was read back.
        zone: The zone in which the device was believed to read times.
    """
    times = [value for value in msgspec.structs.astuple(expected) if isinstance(value, datetime)]
    found = differences(expected, actual)
    if expected.from_time is None:
        found = [item for item in found if item.name != "from_time"]  # a stamp of the device
    moved = {
        item.actual - item.expected
        for item in found
        if isinstance(item.expected, datetime) and isinstance(item.actual, datetime)
    }
    if len(moved) != 1 or len(found) != len(times):
        return None
    (by,) = moved
    assumed = times[0].astimezone(zone).utcoffset() or timedelta()
    is_offset = not by % _QUARTER and abs(assumed - by) < _LARGEST_OFFSET
    return Shift(by, assumed) if is_offset else None


def common_shift(
    expected: Sequence[ScheduleEntry], actual: Sequence[ScheduleEntry], zone: tzinfo
) -> Shift | None:
    """Return the shift that all entries of a plan have in common, None if there is none.

    Args:
        expected: The entries that were written and are missing.
        actual: The entries that were read back instead.
        zone: As for `find_shift`.
    """
    shifts = {find_shift(*pair, zone) for pair in by_window(expected, actual)}
    return shifts.pop() if len(shifts) == 1 else None


def by_window(
    expected: Sequence[ScheduleEntry], actual: Sequence[ScheduleEntry]
) -> list[tuple[ScheduleEntry, ScheduleEntry]]:
    """Pair the entries that were written with those that came back, in the order of their windows.

    Returns:
        The pairs, none if there are more of one than of the other.
    """
    if len(expected) != len(actual):
        return []
    return list(zip(sorted(expected, key=_window), sorted(actual, key=_window), strict=True))


def _window(entry: ScheduleEntry) -> tuple[datetime, datetime]:
    return entry.from_time or EARLIEST, entry.to_time or LATEST
