"""The steps of every command that changes the plan: say, ask, write, read back, say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.control import previous_plan
from homevolt.cli.control.asking import ask, can_ask, confirm
from homevolt.cli.control.sentences import is_doing, will_do
from homevolt.cli.output import PROGRAM, print_err, print_json, print_text
from homevolt.cli.render.documents import entry_document
from homevolt.cli.render.formatting import NOTED_CLOCK_OFFSET_S
from homevolt.control.overlay import overlay_plan
from homevolt.exceptions import HomevoltDataError, HomevoltLocalModeError
from homevolt.schedule.times import EARLIEST
from homevolt.schedule.validation import checked_entry, new_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from homevolt.cli.control.window_options import Manner, Window
    from homevolt.cli.session import Session
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


async def set_mode(
    session: Session,
    mode: object,
    options: Mapping[str, Any],
    window: Window,
    manner: Manner,
) -> None:
    """Put the battery into a mode for a window, after which the previous plan goes on.

    Raises:
        HomevoltError: See `homevolt.Device.overlay_schedule`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """
    clocks = read_clocks(session)
    start = session.device.now().replace(microsecond=0)
    end = window.end(clocks.now)
    entry = new_entry(
        mode,
        {**options, "from_time": start, "to_time": None if end is None else end + clocks.offset},
        session.device.now(),
    )
    merged = overlay_plan(known_plan(session).entries, [entry], start)
    sentence = will_do(entry, merged, *clocks)
    if manner.dry_run:
        _show(session, sentence, entry, merged, manner)
        return
    print_err(sentence)
    confirm("Do it?", yes=manner.yes)
    await require_local_mode(session, manner)
    previous_plan.save(session, known_plan(session).entries)
    written = await session.device.overlay_schedule([entry])
    active = written.active(session.device.now())
    _show(session, is_doing(active, written.entries, *clocks), active, written.entries, manner)


async def replace_plan(
    session: Session, entries: Iterable[ScheduleEntry], sentence: str, manner: Manner
) -> None:
    """Replace the whole plan, all or nothing, after saying what changes.

    Args:
        session: The device.
        entries: The new plan.
        sentence: What will be done; what it adds and removes is put behind it.
        manner: How to go about it.

    Raises:
        HomevoltError: See `homevolt.Device.replace_schedule`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """
    expected = tuple(entries)
    known_plan(session)
    diff = await session.device.diff_schedule(expected)
    text = f"{sentence} {summary_of(diff)}"
    if manner.dry_run:
        _show(session, text, None, expected, manner)
        return
    print_err(text)
    confirm("Do it?", yes=manner.yes)
    await require_local_mode(session, manner)
    clocks = read_clocks(session)
    previous_plan.save(session, known_plan(session).entries)
    written = await session.device.replace_schedule(expected)
    active = written.active(session.device.now())
    _show(session, is_doing(active, written.entries, *clocks), active, written.entries, manner)


def unexpired(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[ScheduleEntry]:
    """Return the entries of a plan that have not ended by the device's clock, checked.

    Raises:
        HomevoltValueError: Something about one is wrong.
    """
    entries = [checked_entry(row, EARLIEST) for row in rows]
    now = session.device.now()
    return [entry for entry in entries if entry.to_time is None or entry.to_time > now]


def summary_of(diff: ScheduleDiff) -> str:
    """Return how many entries a change adds, removes and keeps."""
    return f"{len(diff.added)} added, {len(diff.removed)} removed, {len(diff.kept)} unchanged."


def read_clocks(session: Session) -> Clocks:
    """Return the present by this machine's clock, and the offset of the device's."""
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


async def require_local_mode(session: Session, manner: Manner) -> None:
    """Make sure that local mode is on, and offer to switch it on where a person can answer.

    Raises:
        HomevoltLocalModeError: It is off, and stays so.
    """
    if known_plan(session).local_mode is not False:
        return
    question = "Local mode is off: the cloud decides. Switch it on?"
    if session.is_simulated:
        print_err("Local mode is switched on, since the device is a simulated one.")
    elif manner.yes or not can_ask() or not ask(question):
        raise HomevoltLocalModeError(
            f"Local mode is off: the cloud decides. '{PROGRAM} local on' switches it on. Nothing "
            "was sent."
        )
    await session.device.enable_local_mode()


def plan_document(session: Session, entries: Iterable[ScheduleEntry]) -> dict[str, Any]:
    """Return a plan of a device for programs; its times are by the device's clock."""
    plan = session.device.schedule
    return {
        "url": session.url,
        "simulated": session.is_simulated,
        "local_mode": None if plan is None else plan.local_mode,
        "entries": [entry_document(entry) for entry in entries],
    }


def _show(
    session: Session,
    sentence: str,
    entry: ScheduleEntry | None,
    entries: Iterable[ScheduleEntry],
    manner: Manner,
) -> None:
    if not manner.as_json:
        print_text(f"{sentence}\n")
        return
    print_json(
        {
            "text": sentence,
            "dry_run": manner.dry_run,
            "entry": None if entry is None else entry_document(entry),
            **plan_document(session, entries),
        }
    )
