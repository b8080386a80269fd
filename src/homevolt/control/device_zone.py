"""The zone in which a device reads times, as read-backs show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from homevolt.schedule.comparing import differences
from homevolt.schedule.entry import end_of, start_of
from homevolt.schedule.times import AUTO_ZONE, offset_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.schedule.entry import ScheduleEntry

Offsets: TypeAlias = Mapping[datetime, timedelta]
"""Moments in UTC, each with the offset at which the device read it."""

_QUARTER = timedelta(minutes=15)
_WESTERNMOST, _EASTERNMOST = timedelta(hours=-12), timedelta(hours=14)
_SUMMER_TIME = timedelta(hours=1)


class ObservedZone(tzinfo):
    """A zone of which some offsets were observed; at other times the nearest of these holds.

    Args:
        offsets: What was observed, at least once.
    """

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets

    def fromutc(self, moment: datetime) -> datetime:
        """Return the local time of a moment that is given in UTC under this zone's name."""
        return moment + self._at(moment.replace(tzinfo=UTC))

    def utcoffset(self, local: datetime | None) -> timedelta | None:
        """Return the offset at a local time, None without one."""
        if local is None:
            return None
        plain = local.replace(tzinfo=UTC)
        fitting = [o for o in set(self._offsets.values()) if self._at(plain - o) == o]
        return max(fitting, default=self._at(plain))  # the first of two equal times

    def dst(self, _local: datetime | None) -> timedelta:
        """Return 0, since it is unknown which offset is summer time."""
        return timedelta()

    def tzname(self, _local: datetime | None) -> str:
        """Return what messages call it."""
        return "the zone that the device has shown"

    def __str__(self) -> str:
        """The name, for messages."""
        return self.tzname(None)

    def _at(self, moment: datetime) -> timedelta:
        return self._offsets[min(self._offsets, key=lambda known: abs(known - moment))]


class DeviceZone:
    """The zone in which one device reads the times of a command.

    Args:
        given: The zone that the caller named, or `AUTO_ZONE`.

    Attributes:
        is_auto: Whether writes use the zone that the device shows.
        current: The zone to write times in. Where the caller named another zone than the device
            shows, it is that of the device while a plan is restored, and afterwards the caller's.
    """

    def __init__(self, given: tzinfo) -> None:
        self._given = given
        self._observed: dict[datetime, timedelta] = {}
        self.is_auto = given is AUTO_ZONE
        self.current = given

    def follow(self, offsets: Offsets) -> None:
        """Use the offsets that a read-back shows from here on."""
        self._observed.update(offsets)
        self.current = ObservedZone(dict(self._observed))

    def reset(self) -> None:
        """Return to the zone that the caller named, if one was named."""
        if not self.is_auto:
            self._observed.clear()
            self.current = self._given

    def hint(self, offsets: Offsets | None) -> str:
        """Return what to do about another zone, as a sentence to append; empty if it is right."""
        if not offsets:
            return ""
        moment, offset = next(iter(offsets.items()))
        if self.is_auto:
            return f" The device read the time at {offset_text(offset)}."
        assumed = moment.astimezone(self._given).utcoffset() or timedelta()
        return (
            f" The device took the time for one {(assumed - offset).total_seconds():+.0f} s away: "
            f"it reads times at {offset_text(offset)}, while schedule_timezone is {self._given} "
            f"({offset_text(assumed)}). Pass the device's own zone as schedule_timezone=."
        )


def find_offsets(expected: ScheduleEntry, actual: ScheduleEntry, zone: tzinfo) -> Offsets | None:
    """Return the offsets at which a device read the times of an entry, if only the zone differs.

    Another zone moves every time of an entry, by as much but for summer time, and nothing else.

    Args:
        expected: The entry that was written.
        actual: The entry that was read back.
        zone: The zone in which its times were written.

    Returns:
        The offset at each time, or None if something else than a zone made the difference.
    """
    times = [value for value in msgspec.structs.astuple(expected) if isinstance(value, datetime)]
    found = differences(expected, actual)
    if expected.from_time is None:
        found = [item for item in found if item.name != "from_time"]  # a stamp of the device
    offsets: dict[datetime, timedelta] = {}
    for item in found:
        if not (isinstance(item.expected, datetime) and isinstance(item.actual, datetime)):
            return None
        assumed = item.expected.astimezone(zone).utcoffset() or timedelta()
        offsets[item.expected] = assumed - (item.actual - item.expected)
    if not found or len(found) != len(times):
        return None
    is_zone = max(offsets.values()) - min(offsets.values()) <= _SUMMER_TIME and all(
        not offset % _QUARTER and _WESTERNMOST <= offset <= _EASTERNMOST
        for offset in offsets.values()
    )
    return offsets if is_zone else None


def find_offsets_of_plan(
    expected: Sequence[ScheduleEntry], actual: Sequence[ScheduleEntry], zone: tzinfo
) -> Offsets | None:
    """Return the offsets at which a device read the times of a plan, if only the zone differs.

    Args:
        expected: The entries that were written and are missing.
        actual: The entries that were read back instead.
        zone: As for `find_offsets`.
    """
    offsets: dict[datetime, timedelta] = {}
    for pair in by_window(expected, actual):
        found = find_offsets(*pair, zone)
        if found is None:
            return None
        offsets.update(found)
    return offsets or None


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
    return start_of(entry), end_of(entry)
