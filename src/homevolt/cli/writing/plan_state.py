"""What is known of the plan of a device, and of the clocks it goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.render.documents import entry_document
from homevolt.cli.render.formatting import NOTED_CLOCK_OFFSET_S
from homevolt.cli.writing.windows import refuse_endless, refuse_overlaps
from homevolt.exceptions import HomevoltDataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.cli.session import Session
    from homevolt.cli.writing.plan_files import PlanFile
    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.schedule.entry import Schedule, ScheduleEntry


class Clocks(NamedTuple):
    """The present, and how far the device's clock is ahead of this machine's.

    Attributes:
        now: The present by the clock of this machine.
        offset: How far the device's clock is ahead; zero if it is not worth a note.
    """

    now: datetime
    offset: timedelta


def read_clocks(session: Session) -> Clocks:
    """Return the current time by this machine's clock, and the offset of the device's."""
    offset_s = session.device.snapshot.clock_offset_s or 0.0
    is_noted = abs(offset_s) >= NOTED_CLOCK_OFFSET_S
    return Clocks(datetime.now(UTC), timedelta(seconds=round(offset_s) if is_noted else 0))


def known_plan(session: Session) -> Schedule:
    """Return the plan as it was read last.

    Raises:
        HomevoltError: It could not be read, so nothing is to be written over it.
    """
    problem = session.device.problems.get("schedule")
    if problem is not None:
        raise problem
    plan = session.device.schedule
    if plan is None:
        raise HomevoltDataError("The plan on the device is not known.")
    return plan


def unexpired(session: Session, plan: PlanFile, *, forever: bool = True) -> list[ScheduleEntry]:
    """Return the entries of a file that have not ended by the device's clock.

    Args:
        session: The device.
        plan: The file.
        forever: Whether it may hold entries without end that the device does not have yet.

    Raises:
        ShellError: Two of them overlap, or one has no end and must have one.
    """
    entries = not_ended(session, plan.entries.values())
    named = [(f"entry {n}", entry) for n, entry in plan.entries.items() if entry in entries]
    clocks = read_clocks(session)
    refuse_overlaps(named, *clocks, plan.path)
    if not forever:
        refuse_endless(named, known_plan(session).entries, *clocks, plan.path)
    return entries


def not_ended(session: Session, entries: Iterable[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the entries that have not ended by the device's clock."""
    now = session.device.now()
    return [entry for entry in entries if entry.to_time is None or entry.to_time > now]


def plan_document(session: Session, entries: Iterable[ScheduleEntry]) -> dict[str, Any]:
    """Return a plan of a device for programs; its times are by the device's clock."""
    plan = session.device.schedule
    return {
        "url": session.url,
        "simulated": session.is_simulated,
        "local_mode": None if plan is None else plan.local_mode,
        "entries": [entry_document(entry) for entry in entries],
    }


def diff_document(session: Session, diff: ScheduleDiff) -> dict[str, Any]:
    """Return what a change of the plan adds, removes and keeps, for programs."""
    parts = {"added": diff.added, "removed": diff.removed, "kept": diff.kept}
    return {
        "url": session.url,
        "simulated": session.is_simulated,
        **{name: [entry_document(entry) for entry in part] for name, part in parts.items()},
    }
