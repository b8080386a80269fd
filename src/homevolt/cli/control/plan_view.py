"""A plan as lines of text: its entries in the order of time, with a line where now is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.cli.control.sentences import summary_of
from homevolt.cli.render.documents import entry_document
from homevolt.cli.render.formatting import clock, limits, plan
from homevolt.schedule.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from homevolt.cli.session import Session
    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.schedule.entry import ScheduleEntry

RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
ACTIVE, INACTIVE = "> ", "  "


def timeline(entries: Iterable[ScheduleEntry], now: datetime, offset: timedelta) -> str:
    """Return a plan as lines, the entry in force marked and the line of now before it.

    Args:
        entries: The entries; their times are by the device's clock.
        now: The present by the clock of this machine, by which times are shown.
        offset: How far the device's clock is ahead of it.
    """
    order = sorted(entries, key=lambda entry: entry.from_time or EARLIEST)
    at = now + offset
    rule = f"{RULE * 2} now {clock(now, now)} {RULE * 20}"
    ended = [entry for entry in order if entry.to_time is not None and entry.to_time <= at]
    others = [entry for entry in order if entry not in ended]
    lines = [
        *(f"{INACTIVE}{_line(entry, now, offset)}" for entry in ended),
        rule,
        *(
            f"{ACTIVE if entry.holds(at) else INACTIVE}{_line(entry, now, offset)}"
            for entry in others
        ),
    ]
    if not order:
        lines.append("The plan is empty.")
    return "".join(f"{line}\n" for line in lines)


def diff_text(diff: ScheduleDiff, now: datetime, offset: timedelta) -> str:
    """Return what a change of the plan adds (+), removes (-) and keeps, as lines."""
    marked = (("+ ", diff.added), ("- ", diff.removed), ("  ", diff.kept))
    lines = [f"{mark}{_line(entry, now, offset)}\n" for mark, part in marked for entry in part]
    return "".join([*lines, f"{summary_of(diff)}\n"])


def diff_document(session: Session, diff: ScheduleDiff) -> dict[str, Any]:
    """Return what a change of the plan adds, removes and keeps, for programs."""
    parts = {"added": diff.added, "removed": diff.removed, "kept": diff.kept}
    return {
        "url": session.url,
        "simulated": session.is_simulated,
        **{name: [entry_document(entry) for entry in part] for name, part in parts.items()},
    }


def _line(entry: ScheduleEntry, now: datetime, offset: timedelta) -> str:
    start, end = (
        "" if moment is None else clock(moment - offset, now)
        for moment in (entry.from_time, entry.to_time)
    )
    window = f"{start or 'always'} - {end or 'open'}"
    number = "" if entry.id is None else f"  (id {entry.id})"
    return f"{window:30} {', '.join((plan(entry), *limits(entry)))}{number}"
