"""The steps of every command that changes the plan: say, ask, write, read back, say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.control import previous_plan
from homevolt.cli.control.asking import ask, can_ask, confirm
from homevolt.cli.control.sentences import is_doing, summary_of, will_do
from homevolt.cli.output import PROGRAM, print_err, print_json, print_text
from homevolt.cli.render.documents import entry_document
from homevolt.cli.render.formatting import NOTED_CLOCK_OFFSET_S, clock
from homevolt.control.overlay import overlay_plan
from homevolt.control.plan_replacement import compare_plans
from homevolt.exceptions import HomevoltDataError, HomevoltLocalModeError, HomevoltValueError
from homevolt.schedule.times import EARLIEST
from homevolt.schedule.validation import check_overlaps, checked_entry, new_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from homevolt.cli.control.window_options import Manner, Window
    from homevolt.cli.session import Session
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

    async def write() -> None:
        await session.device.overlay_schedule([entry])

    await _change(session, will_do(entry, merged, *clocks), merged, write, manner)


async def add_entry(
    session: Session,
    mode: str,
    options: Mapping[str, Any],
    window: Window,
    manner: Manner,
) -> None:
    """Append an entry to the plan, which it must not overlap.

    Raises:
        HomevoltError: See `homevolt.Device.add_schedule`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """
    clocks = read_clocks(session)
    start, end = window.start, window.end(clocks.now)
    times = {
        "from_time": session.device.now() if start is None else start + clocks.offset,
        "to_time": None if end is None else end + clocks.offset,
    }
    given = {**options, **times}
    entry = new_entry(mode_of(mode), given, session.device.now())
    entries = (*known_plan(session).entries, entry)
    check_overlaps(entries)

    async def write() -> None:
        await session.device.add_schedule(entry.mode, **given)

    begin = "now" if start is None else f"from {clock(start, clocks.now)}"
    sentence = f"{will_do(entry, entries, *clocks)[:-1]}, {begin}."
    await _change(session, sentence, entries, write, manner)


async def delete_entry(session: Session, entry_id: int, manner: Manner) -> None:
    """Delete one entry of the plan.

    Raises:
        HomevoltError: See `homevolt.Device.delete_schedule`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """
    entries = known_plan(session).entries
    entry = next((each for each in entries if each.id == entry_id), None)
    if entry is None:
        ids = ", ".join(str(each.id) for each in entries) or "none"
        raise HomevoltValueError(f"The plan has no entry {entry_id}; its ids: {ids}.")
    others = tuple(each for each in entries if each is not entry)

    async def write() -> None:
        await session.device.delete_schedule(entry_id)

    await _change(session, f"Will delete entry {entry}.", others, write, manner)


async def clear_plan(session: Session, manner: Manner) -> None:
    """Delete every entry of the plan.

    Raises:
        HomevoltError: See `homevolt.Device.clear_all_schedules`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """

    async def write() -> None:
        await session.device.clear_all_schedules()

    count = len(known_plan(session).entries)
    await _change(session, f"Will delete every entry of the plan ({count}).", (), write, manner)


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
    check_overlaps(expected)
    diff = compare_plans(expected, known_plan(session))

    async def write() -> None:
        await session.device.replace_schedule(expected)

    await _change(session, f"{sentence} {summary_of(diff)}", expected, write, manner)


def unexpired(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[ScheduleEntry]:
    """Return the entries of a plan that have not ended by the device's clock, checked.

    Raises:
        HomevoltValueError: Something about one is wrong.
    """
    entries = [checked_entry(row, EARLIEST) for row in rows]
    now = session.device.now()
    return [entry for entry in entries if entry.to_time is None or entry.to_time > now]


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


def mode_of(text: str) -> int | str:
    """Return a mode as the library takes it: its number or its name."""
    return int(text) if text.isdecimal() else text


async def _change(
    session: Session,
    sentence: str,
    after: Sequence[ScheduleEntry],
    write: Callable[[], Coroutine[Any, Any, None]],
    manner: Manner,
) -> None:
    """Say what will change, ask, keep the plan that stands, write, and say what is in force.

    Args:
        session: The device.
        sentence: What will be done.
        after: The plan that it makes.
        write: Writes it.
        manner: How to go about it.
    """
    now = session.device.now()
    if manner.dry_run:
        active = next((entry for entry in after if entry.holds(now)), None)
        _show(session, sentence, active, after, manner)
        return
    print_err(sentence)
    if confirm("Do it?", yes=manner.yes):
        await session.device.fetch_schedule_data()  # the plan may be another one by now
    await require_local_mode(session, manner)
    previous_plan.save(session, known_plan(session).entries)
    await write()
    written = known_plan(session)
    active = written.active(session.device.now())
    text = is_doing(active, written.entries, *read_clocks(session))
    _show(session, text, active, written.entries, manner)


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
