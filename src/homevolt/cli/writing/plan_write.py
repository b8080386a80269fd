"""The steps of every command that changes the plan: say, ask, write, read back, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli import render
from homevolt.cli.output import PROGRAM, can_ask, print_err, print_json, print_text
from homevolt.cli.render.documents import entry_document
from homevolt.cli.render.overview import overview
from homevolt.cli.writing import previous_plan, until_soc
from homevolt.cli.writing.asking import LOCAL_MODE_ENDED, ask, confirm, explain_interrupt
from homevolt.cli.writing.following import Waiting, report, wait_document
from homevolt.cli.writing.plan_state import known_plan, not_ended, plan_document, read_clocks
from homevolt.cli.writing.repeats import Span
from homevolt.cli.writing.sentences import is_doing, summary_of, will_add, will_delete, will_do
from homevolt.cli.writing.windows import named_by_id, refuse_overlaps, refuse_reversed
from homevolt.control.overlay import overlay_plan
from homevolt.control.plan_replacement import compare_plans
from homevolt.exceptions import HomevoltLocalModeError, HomevoltValueError
from homevolt.schedule.comparing import pair_up
from homevolt.schedule.validation import check_overlaps, new_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

    from homevolt.cli.session import Session
    from homevolt.cli.writing.following import Result
    from homevolt.cli.writing.repeats import Repeat
    from homevolt.cli.writing.window_options import Manner, Window
    from homevolt.schedule.entry import Schedule, ScheduleEntry

PLAN_ENDED = (
    f"Ended while the plan was written; '{PROGRAM} schedule show' shows which plan the device has "
    "now."
)
"""What is said if Ctrl-C ends that."""


class Outcome(NamedTuple):
    """What a command has done, or of a dry run would do.

    Attributes:
        text: One sentence about it.
        entry: The entry in force, None if there is none.
        entries: The plan.
    """

    text: str
    entry: ScheduleEntry | None
    entries: Sequence[ScheduleEntry]


async def set_mode(
    session: Session,
    mode: object,
    options: Mapping[str, Any],
    window: Window,
    manner: Manner,
    *,
    waiting: Waiting | None = None,
) -> None:
    """Put the battery into a mode for a window, after which the previous plan goes on.

    Args:
        session: The device.
        mode: The mode.
        options: The options of the entry.
        window: When it ends.
        manner: How to go about it.
        waiting: Waits until the power has followed; None does not.

    Raises:
        HomevoltError: See `homevolt.Device.overlay_schedule`.
        ShellError: The person at the terminal said no, the plan cannot be kept, or the power did
            not follow.
    """
    clocks = read_clocks(session)
    start = session.device.now().replace(microsecond=0)
    end = window.end(clocks.now)
    refuse_reversed(clocks.now, end, clocks.now)
    entry = new_entry(
        mode,
        {**options, "from_time": start, "to_time": None if end is None else end + clocks.offset},
        session.device.now(),
    )
    merged = overlay_plan(known_plan(session).entries, [entry], start)

    if note := until_soc.at_level(entry, overview(session.device.snapshot).state_of_charge_ratio):
        print_err(note)

    async def write() -> None:
        await session.device.overlay_schedule([entry])

    outcome = await _change(session, will_do(entry, merged, *clocks), merged, write, manner)
    if waiting is None or manner.dry_run:
        _show(session, outcome, manner)
        return
    if not manner.as_json:
        _show(session, outcome, manner)
        print_err(waiting.announcement)
    result = await waiting.run(session, entry)
    if manner.as_json:
        _show(session, outcome, manner, result)
    report(result, as_json=manner.as_json)


async def add_entries(
    session: Session,
    mode: str,
    options: Mapping[str, Any],
    window: Window,
    manner: Manner,
    *,
    repeat: Repeat | None = None,
) -> None:
    """Append an entry to the plan, which it must not overlap, or one for each day.

    Several are written all or nothing.

    Args:
        session: The device.
        mode: The mode.
        options: The options of each entry.
        window: The window, or the first of them.
        manner: How to go about it.
        repeat: On which days it comes back; None is once.

    Raises:
        HomevoltError: See `homevolt.Device.add_schedule` and `overlay_schedule`.
        ShellError: The person at the terminal said no, the plan cannot be kept, or the window does
            not repeat like that.
    """
    clocks = read_clocks(session)
    if repeat is None:
        spans = [Span(window.begin(clocks.now), window.end(clocks.now))]
    else:
        spans = repeat.spans(window, clocks.now)
    for span in spans:
        refuse_reversed(*span, clocks.now)
    now = session.device.now()
    added = [
        new_entry(
            mode_of(mode),
            {
                **options,
                "from_time": span.start + clocks.offset,
                "to_time": None if span.end is None else span.end + clocks.offset,
            },
            now,
        )
        for span in spans
    ]
    after = (*not_ended(session, known_plan(session).entries), *added)
    refuse_overlaps(named_by_id(after), *clocks)

    async def write() -> None:
        if len(added) == 1:
            (entry,) = added
            given = {"from_time": entry.from_time, "to_time": entry.to_time, **entry.options()}
            await session.device.add_schedule(entry.mode, **given)
            return
        standing = not_ended(session, known_plan(session).entries)
        refuse_overlaps(named_by_id((*standing, *added)), *clocks)
        await session.device.overlay_schedule(added)

    sentence = will_add(added, after, *clocks)
    outcome = await _change(session, sentence, after, write, manner, shows_plan=True)
    _show(session, outcome, manner)


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
        if entry not in known_plan(session).entries:
            raise HomevoltValueError(
                f"The plan has changed meanwhile, and entry {entry_id} is another one. Nothing was "
                "sent."
            )
        await session.device.delete_schedule(entry_id)

    sentence = will_delete(entry, *read_clocks(session))
    outcome = await _change(session, sentence, others, write, manner, shows_plan=True)
    _show(session, outcome, manner)


async def clear_plan(session: Session, manner: Manner) -> None:
    """Delete every entry of the plan.

    Raises:
        HomevoltError: See `homevolt.Device.clear_all_schedules`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """

    async def write() -> None:
        _refuse_changed(session, shown)
        await session.device.clear_all_schedules()

    shown = known_plan(session)
    sentence = f"Will delete every entry of the plan ({len(shown.entries)})."
    _show(session, await _change(session, sentence, (), write, manner), manner)


async def replace_plan(
    session: Session,
    entries: Iterable[ScheduleEntry],
    sentence: str,
    manner: Manner,
    *,
    gradually: bool = False,
) -> None:
    """Replace the whole plan, all or nothing, after saying what changes.

    Args:
        session: The device.
        entries: The new plan.
        sentence: What will be done; what it adds and removes is put after it.
        manner: How to go about it.
        gradually: As for `homevolt.Device.replace_schedule`.

    Raises:
        HomevoltError: See `homevolt.Device.replace_schedule`.
        ShellError: The person at the terminal said no, or the plan cannot be kept.
    """
    expected = tuple(entries)
    check_overlaps(expected)
    shown = known_plan(session)
    diff = compare_plans(expected, shown)

    async def write() -> None:
        _refuse_changed(session, shown)
        await session.device.replace_schedule(expected, gradually=gradually)

    sentence = f"{sentence} {summary_of(diff)}"
    outcome = await _change(session, sentence, expected, write, manner, shows_plan=True)
    _show(session, outcome, manner)


def _refuse_changed(session: Session, shown: Schedule) -> None:
    """Refuse to delete entries of another client that came while a person was asked.

    Raises:
        HomevoltValueError: The plan is not the one that was shown, apart from what has ended.
    """
    before, now = (
        not_ended(session, entries) for entries in (shown.entries, known_plan(session).entries)
    )
    pairs = pair_up(before, now)
    if pairs.missing or pairs.unexpected:
        raise HomevoltValueError(
            "The plan on the device has changed meanwhile: it is not the one that was shown. "
            "Nothing was sent."
        )


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
    with explain_interrupt(LOCAL_MODE_ENDED):
        await session.device.enable_local_mode()


def show_unchanged(session: Session, text: str, manner: Manner) -> None:
    """Say that nothing was sent; a program gets the current plan.

    Args:
        session: The device.
        text: Why nothing was sent.
        manner: How to go about it.
    """
    if not manner.as_json:
        print_err(text)
        return
    plan = known_plan(session)
    _show(session, Outcome(text, plan.active(session.device.now()), plan.entries), manner)


def mode_of(text: str) -> int | str:
    """Return a mode as the library takes it: its number or its name."""
    return int(text) if text.isdecimal() else text


async def _change(
    session: Session,
    sentence: str,
    after: Sequence[ScheduleEntry],
    write: Callable[[], Coroutine[Any, Any, None]],
    manner: Manner,
    *,
    shows_plan: bool = False,
) -> Outcome:
    """Say what will change, ask, keep the current plan, write, and return what is in force.

    Args:
        session: The device.
        sentence: What will be done.
        after: The plan that it makes.
        write: Writes it.
        manner: How to go about it.
        shows_plan: Whether to show that plan to a person before anything is sent.
    """
    now = session.device.now()
    if shows_plan and not manner.as_json:
        render.show_plan(after, *read_clocks(session), on_stderr=True)
    if manner.dry_run:
        return Outcome(sentence, next((each for each in after if each.holds(now)), None), after)
    print_err(sentence)
    if confirm("Do it?", yes=manner.yes):
        await session.device.fetch_schedule_data()  # the plan may be another one by now
    await require_local_mode(session, manner)
    async with previous_plan.keeping(session):
        with explain_interrupt(PLAN_ENDED):
            await write()
    written = known_plan(session)
    active = written.active(session.device.now())
    text = is_doing(active, written.entries, *read_clocks(session))
    return Outcome(text, active, written.entries)


def _show(session: Session, outcome: Outcome, manner: Manner, waited: Result | None = None) -> None:
    if not manner.as_json:
        print_text(f"{outcome.text}\n")
        return
    entry = outcome.entry
    print_json(
        {
            "text": outcome.text,
            "dry_run": manner.dry_run,
            "entry": None if entry is None else entry_document(entry),
            "wait": None if waited is None else wait_document(waited),
            **plan_document(session, outcome.entries),
        }
    )
