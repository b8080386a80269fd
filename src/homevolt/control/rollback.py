"""Restoring the previous plan after a write that failed or came back differently."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from homevolt.control.device_zone import find_offsets
from homevolt.control.reboot import PAUSE_S
from homevolt.exceptions import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltError,
)
from homevolt.protocol.console import command_line
from homevolt.schedule.comparing import STAMP_SLACK, Pairs, differences, is_reduced, pair_up
from homevolt.schedule.entry import LOCAL_SCHEDULE_ID, Schedule, end_of
from homevolt.schedule.rendering import render_entry, summarise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, tzinfo

    from homevolt.control.device_zone import DeviceZone
    from homevolt.control.write_path import WritePath
    from homevolt.schedule.entry import ScheduleEntry

    _Window: TypeAlias = tuple[datetime | None, datetime | None]
    _Move: TypeAlias = tuple[timedelta, timedelta]

ROLLBACK_TAKES_S = 120.0
"""How long a rollback goes on before it gives up."""
LATE_S = 10.0
"""How long after a command without an answer the plan is read once more, in case it came late."""


class _OtherWriterError(HomevoltError):
    """The plan on the device was written by another client or by the cloud."""


class _Step(NamedTuple):
    """One command of a rollback, and the entry that it adds, if it adds one."""

    line: str
    entry: ScheduleEntry | None = None


class Rollback:
    """Brings a device back to the plan from before a write.

    It reads the plan before each command and sends only what is still needed. So neither a device
    that restarts or gives no answer nor a command that is carried out late ends it; it goes on for
    two minutes. After a command whose outcome is uncertain it waits and reads once more at the end.

    A plan with entries that are neither of the previous plan nor of this write is left alone:
    another client or the cloud has written it.

    Args:
        path: The write path, held by the caller.
        zone: The zone in which the device reads times.
        previous: The plan to restore.
        written: The entries that the write has sent or was about to send.
        is_uncertain: Whether a command of the write may still be carried out.
        only_deletes: Whether only the written entries are touched, whatever else is there.
        lost: The parts of the previous plan that cannot be written again, for the message.

    Attributes:
        has_sent: Whether it has sent a command.
    """

    def __init__(
        self,
        path: WritePath,
        zone: DeviceZone,
        previous: Schedule,
        written: Sequence[ScheduleEntry],
        *,
        is_uncertain: bool = False,
        only_deletes: bool = False,
        lost: Sequence[str] = (),
    ) -> None:
        self._path = path
        self._zone = zone
        self._previous = previous
        self._origins = Origins((*written, *previous.entries), zone)
        self._is_uncertain = is_uncertain
        self._only_deletes = only_deletes
        self._lost = lost
        self._refused: dict[ScheduleEntry, tzinfo] = {}
        self._last_step: _Step | None = None
        self._has_waited = False
        self.has_sent = False

    async def run(self) -> str:
        """Put the previous plan back where that is needed.

        Returns:
            The result, as a sentence.

        Raises:
            HomevoltCommandOutcomeUnknownError: It could not be restored in time.
        """
        clock = self._path.clock
        give_up_at = clock.monotonic() + ROLLBACK_TAKES_S
        error: HomevoltError | None = None
        while clock.monotonic() < give_up_at:
            try:
                result = await self._advance()
            except _OtherWriterError as other:
                return str(other)
            except HomevoltError as failure:
                error = failure
                await clock.sleep(PAUSE_S)
            else:
                if result is not None:
                    return result
        raise HomevoltCommandOutcomeUnknownError(
            f"Restoring the previous plan ({summarise(self._previous.entries)}) failed too: "
            f"{error or 'the device confirms the commands and does nothing.'} "
            "Read the schedule to see what the device holds."
        ) from error

    async def _advance(self) -> str | None:
        """Read the plan and send what is needed next; return the result once nothing is."""
        plan = await self._path.plan()
        pairs = pair_up(self._previous.entries, plan.entries, self._path.now() + STAMP_SLACK)
        step = self._next_step(pairs, await self._leftovers(pairs, plan))
        if step is not None:
            self._has_waited = False
            if step == self._last_step:  # it was confirmed, but has had no effect so far
                await self._path.clock.sleep(PAUSE_S)
            await self._send(step)
        elif self._is_uncertain and not self._has_waited:
            self._has_waited = True
            await self._path.clock.sleep(LATE_S)
        else:
            return self._result(pairs, is_local=await self._path.local_mode(plan.local_mode))
        return None

    async def _leftovers(self, pairs: Pairs, plan: Schedule) -> list[ScheduleEntry]:
        """Return the entries of this write and this rollback that are to be removed.

        Raises:
            _OtherWriterError: There are others too, or the plan is the cloud's.
        """
        stamped_before = self._path.now() + STAMP_SLACK
        own = [e for e in pairs.unexpected if self._origins.has_made(e, stamped_before)]
        if self._only_deletes:
            return own
        has_others = len(own) < len(pairs.unexpected)
        own_ids = (None, "", LOCAL_SCHEDULE_ID, self._previous.schedule_id)
        if has_others or plan.schedule_id not in own_ids:
            is_local = await self._path.local_mode(plan.local_mode)
            if has_others or is_local is False:
                raise _OtherWriterError(left_alone(plan, is_local=is_local))
        return own

    def _next_step(self, pairs: Pairs, leftovers: Sequence[ScheduleEntry]) -> _Step | None:
        if leftovers:
            number = leftovers[0].id
            is_few = self._only_deletes or len(leftovers) <= len(pairs.matched)
            if number is not None and is_few:
                return _Step(command_line("sched_del", number))
            return _Step("sched_clear")
        needed = () if self._only_deletes else self._unexpired(pairs.missing)
        # An end that is refused as past in one zone may be accepted in another.
        zone = self._zone.current
        entry = next((e for e in needed if self._refused.get(e) != zone), None)
        if entry is None:
            return None
        return _Step(render_entry("sched_add", entry, zone), entry)

    async def _send(self, step: _Step) -> None:
        """Send a command; an entry that the device refuses costs that entry only."""
        self._last_step, self.has_sent = step, True
        if step.entry is not None:
            self._origins.note_sent(step.entry)
        try:
            uncertain_cause = await self._path.command(step.line, step.entry or step.line)
        except HomevoltCommandRejectedError:
            if step.entry is None:
                raise
            self._refused[step.entry] = self._zone.current
        else:
            if uncertain_cause is not None:
                self._is_uncertain = True
                raise uncertain_cause

    def _unexpired(self, entries: Iterable[ScheduleEntry]) -> list[ScheduleEntry]:
        """Return the entries that the device would still take."""
        now = self._path.now()
        return [entry for entry in entries if end_of(entry) > now]

    def _result(self, pairs: Pairs, *, is_local: bool | None) -> str:
        later = f" This was still so {LATE_S:g} s later." if self._has_waited else ""
        if self._only_deletes:
            return f"The entry was deleted again.{later}"
        if not self.has_sent:
            return f"The previous plan is unchanged: {summarise(self._previous.entries)}.{later}"
        refused = [entry for entry in self._unexpired(pairs.missing) if entry in self._refused]
        if refused and not pairs.matched:
            raise HomevoltCommandOutcomeUnknownError(f"The device refused {summarise(refused)}.")
        cloud = "" if self._previous.is_local else ", now as a local one"
        result = f"The previous plan was restored{cloud}: {summarise(pairs.kept)}"
        if expired := len(pairs.missing) - len(self._unexpired(pairs.missing)):
            result += f"; {expired} whose time had passed left out"
        if refused:
            result += f"; refused by the device: {summarise(refused)}"
        if self._lost:
            result += (
                f"; without parts that this library cannot read or write: {', '.join(self._lost)}"
            )
        if is_local is False:
            result += "; local mode is off, so the cloud may replace it"
        return f"{result}.{later}"


class Origins:
    """The entries of a write and of the previous plan, to recognise what the device made of them.

    Args:
        entries: The entries.
        zone: The zone in which the device reads times; it follows what the device shows.
    """

    _MOST_SEARCHES = 10
    _MOST_ALIKE = 20
    """How many entries of one window are looked at."""

    def __init__(self, entries: Sequence[ScheduleEntry], zone: DeviceZone) -> None:
        self._entries = entries
        self._zone = zone
        self._first_zone = zone.current
        self._sent_in: dict[ScheduleEntry, tzinfo] = {}
        self._moves: set[_Move] = set()
        self._searches = 0
        self._by_window: defaultdict[_Window, list[ScheduleEntry]] = defaultdict(list)
        for entry in entries:
            self._by_window[entry.from_time, entry.to_time].append(entry)

    def note_sent(self, entry: ScheduleEntry) -> None:
        """Remember in which zone an entry was written last."""
        self._sent_in[entry] = self._zone.current

    def has_made(self, actual: ScheduleEntry, stamped_before: datetime) -> bool:
        """Return whether an entry may be a result of writing one of these."""
        windows = [(start, actual.to_time) for start in {actual.from_time, None}]
        if any(
            is_reduced(expected, differences(expected, actual, stamped_before))
            for expected in self._within(windows)
        ):
            return True
        windows = [_moved_back(actual, move) for move in self._moves]
        return any(self._is_moved(e, actual) for e in self._within(windows)) or self._search(actual)

    def _within(self, windows: Iterable[_Window]) -> list[ScheduleEntry]:
        return [
            entry
            for window in windows
            for entry in self._by_window.get(window, ())[: self._MOST_ALIKE]
        ]

    def _search(self, actual: ScheduleEntry) -> bool:
        """Search all entries for one that a zone has moved here, a limited number of times."""
        self._searches += 1
        return self._searches <= self._MOST_SEARCHES and any(
            self._is_moved(expected, actual) for expected in self._entries
        )

    def _is_moved(self, expected: ScheduleEntry, actual: ScheduleEntry) -> bool:
        """Return whether a zone moved an entry, and follow that zone if it is news."""
        written_in = self._sent_in.get(expected, self._first_zone)
        offsets = find_offsets(expected, actual, written_in)
        if offsets is None:
            return False
        self._moves.add(_move(expected, actual))
        if written_in is self._zone.current:
            self._zone.follow(offsets)
        return True


def _move(expected: ScheduleEntry, actual: ScheduleEntry) -> _Move:
    """Return by how much the ends of a window were moved."""
    ends = (
        (expected.from_time, actual.from_time),
        (expected.to_time, actual.to_time),
    )
    start, end = (there - here if here and there else timedelta() for here, there in ends)
    return start, end


def _moved_back(entry: ScheduleEntry, move: _Move) -> _Window:
    start, end = entry.from_time, entry.to_time
    return start and start - move[0], end and end - move[1]


def with_result(failure: HomevoltError, result: str) -> HomevoltCommandError:
    """Return the error for a write that failed, with what happened to the previous plan."""
    message = f"{failure} {result}"
    if isinstance(failure, HomevoltCommandRejectedError):
        return HomevoltCommandRejectedError(message, reply=failure.reply)
    if isinstance(failure, HomevoltCommandVerificationError):
        return HomevoltCommandVerificationError(
            message, expected=failure.expected, actual=failure.actual
        )
    # Whatever it was, it was undone, so the outcome is known.
    return HomevoltCommandError(message)


def left_alone(plan: Schedule, *, is_local: bool | None = None) -> str:
    """Return who may have written a plan, and that it was left alone."""
    if is_local is False:
        writer = "Local mode was switched off meanwhile, so the cloud may have written"
    elif plan.is_local:
        writer = "Another client may have written"
    else:
        writer = "Another client or the cloud may have written"
    return f"{writer} the plan that is there now; it was left alone: {summarise(plan.entries)}."
