"""Windows written over a plan: what they cover is cut out of it, and the rest stays as it was."""

from __future__ import annotations

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
    covering = list(overlay)
    merged = list(overlay)
    for entry in previous:
        merged += _uncovered(entry, covering)
        covering.append(entry)
    remaining = (entry for entry in merged if end_of(entry) > since)
    return tuple(sorted(remaining, key=start_of))


def _uncovered(entry: ScheduleEntry, covering: Iterable[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the parts of an entry that no other one covers."""
    parts = []
    start, end = start_of(entry), end_of(entry)
    others = (
        other for other in covering if start_of(other) < end_of(other) and other.overlaps(entry)
    )
    for other in sorted(others, key=start_of):
        if start < start_of(other):
            parts.append(_part(entry, start, start_of(other)))
        start = max(start, end_of(other))
    if start < end:
        parts.append(_part(entry, start, end))
    return parts


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
