"""What a command will do, and what the battery does now and until when, in one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homevolt.cli.render.formatting import clock, limits, plan, window_text
from homevolt.cli.writing import until_soc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.schedule.entry import ScheduleEntry

_DOING = {
    "charge": "charging",
    "discharge": "discharging",
    "export": "exporting",
    "hold": "holding",
    "provide": "providing",
}
_VERB = re.compile(rf"(?<!of )\b({'|'.join(_DOING)})\b")


def will_do(
    entry: ScheduleEntry, merged: Iterable[ScheduleEntry], now: datetime, offset: timedelta
) -> str:
    """Return what an entry will make the battery do, and what comes then.

    Args:
        entry: The entry.
        merged: The plan that it is a part of.
        now: The present by the clock of this machine.
        offset: How far the device's clock, which the times go by, is ahead of it.
    """
    return f"Will {_what(entry)}{_end(entry, merged, now, offset)}"


def will_add(
    added: Sequence[ScheduleEntry],
    merged: Iterable[ScheduleEntry],
    now: datetime,
    offset: timedelta,
) -> str:
    """Return what entries that are added will make the battery do, and when it begins.

    Args:
        added: The entries, which differ in their windows alone.
        merged: As for `will_do`.
        now: Likewise.
        offset: Likewise.
    """
    first = added[0]
    start = None if first.from_time is None else first.from_time - offset
    begin = "now" if start is None or start <= now else f"from {clock(start, now)}"
    if len(added) == 1:
        return f"Will {_what(first)} {begin}{_end(first, merged, now, offset)}"
    last = added[-1].to_time
    end = "" if last is None else f" until {clock(last - offset, now)}"
    return f"Will {_what(first)} in {len(added)} windows, {begin}{end}."


def will_delete(entry: ScheduleEntry, now: datetime, offset: timedelta) -> str:
    """Return which entry will be deleted; the arguments are those of `will_do`."""
    what = ", ".join((plan(entry), *limits(entry)))
    return f"Will delete entry {entry.id}: {window_text(entry, now, offset)}, {what}."


def is_doing(
    entry: ScheduleEntry | None,
    merged: Iterable[ScheduleEntry],
    now: datetime,
    offset: timedelta,
) -> str:
    """Return what the battery does now; the arguments are those of `will_do`."""
    if entry is None:
        starts = [each.from_time - offset for each in merged if each.from_time is not None]
        later = [start for start in starts if start > now]
        return f"Nothing is planned {f'until {clock(min(later), now)}' if later else 'now'}."
    doing = _VERB.sub(lambda verb: _DOING[verb[1]], _what(entry))
    return f"{doing[:1].upper()}{doing[1:]}{_end(entry, merged, now, offset)}"


def summary_of(diff: ScheduleDiff) -> str:
    """Return how many entries a change adds, removes and keeps."""
    return f"{len(diff.added)} added, {len(diff.removed)} removed, {len(diff.kept)} unchanged."


def _what(entry: ScheduleEntry) -> str:
    text = plan(entry)
    return f"provide {text}" if text.startswith("frequency") else text


def _end(
    entry: ScheduleEntry, merged: Iterable[ScheduleEntry], now: datetime, offset: timedelta
) -> str:
    option = until_soc.OPTIONS.get(entry.mode)
    level = None if option is None else getattr(entry, option)
    ends = [] if level is None else [f"{level} %"]
    if entry.to_time is None:
        until = f" until {ends[0]}," if ends else ""
        return f"{until} until something else is written."
    ends.append(clock(entry.to_time - offset, now))
    follows = any(other.to_time is None or other.to_time > entry.to_time for other in merged)
    return f" until {' or '.join(ends)}, then {'the previous plan' if follows else 'no plan'}."
