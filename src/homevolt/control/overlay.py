"""Windows written over a plan: what they cover is cut out of it, and the rest stays as it was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import msgspec

from homevolt.schedule.entry import end_of, start_of
from homevolt.schedule.times import EARLIEST, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from homevolt.schedule.entry import ScheduleEntry


def overlay_plan(
    previous: Iterable[ScheduleEntry],
    overlay: Sequence[ScheduleEntry],
    now: datetime = EARLIEST,
) -> tuple[ScheduleEntry, ...]:
    """Return the plan that `Device.overlay_schedule` would write, such as for `diff_schedule`.

    At every moment it holds the entry of the overlay that covers it, else the one that was active
    in the previous plan: where windows of that plan overlap, the first one.

    Args:
        previous: The entries of the plan to write over, in the order of the device.
        overlay: The windows to write; they do not overlap.
        now: The current time, local time of this machine if it has no zone; what ended before it
            is left out.

    Returns:
        The entries in the order of their starts. Those of the previous plan are unchanged, or, if
        something was cut out, equal to what they were apart from their window and without an id.

    Raises:
        HomevoltValueError: `now` is not a datetime, or before 1970.
    """
    since = parse_time("now", now)
    covered = _Covered()
    for entry in overlay:
        covered.add(entry)
    merged = list(overlay)
    for entry in previous:
        merged += [_part(entry, start, end) for start, end in covered.add(entry)]
    remaining = (entry for entry in merged if end_of(entry) > since)
    return tuple(sorted(remaining, key=start_of))


class _Covered:
    """The time that entries cover, as stretches in order that neither overlap nor touch."""

    def __init__(self) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []

    def add(self, entry: ScheduleEntry) -> list[tuple[datetime, datetime]]:
        """Cover the window of an entry; return the stretches of it that were not covered before."""
        start, end = start_of(entry), end_of(entry)
        if start >= end:
            return []
        touched = slice(bisect_left(self._ends, start), bisect_right(self._starts, end))
        starts, ends = self._starts[touched], self._ends[touched]
        edges = zip([start, *ends], [*starts, end], strict=True)
        self._starts[touched] = [min([start, *starts])]
        self._ends[touched] = [max([end, *ends])]
        return [(begin, until) for begin, until in edges if begin < until]


def _part(entry: ScheduleEntry, start: datetime, end: datetime) -> ScheduleEntry:
    """Return an entry with a part of its window; what was open and is not cut stays open."""
    if (start, end) == (start_of(entry), end_of(entry)):
        return entry
    return msgspec.structs.replace(
        entry,
        id=None,
        from_time=entry.from_time if start == start_of(entry) else start,
        to_time=entry.to_time if end == end_of(entry) else end,
    )
