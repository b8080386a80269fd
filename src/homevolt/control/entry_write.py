"""Writing one entry: a mode that starts at once (`sched_set`), or an appended one (`sched_add`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from homevolt.control.device_zone import find_offsets
from homevolt.control.rollback import Rollback, left_alone, with_result
from homevolt.control.write_path import (
    check_kept,
    check_still_local,
    outcome_unknown,
    restorable_part,
    whole_schedule,
)
from homevolt.exceptions import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
)
from homevolt.schedule.comparing import (
    STAMP_SLACK,
    Difference,
    added_entries,
    differences,
    is_reduced,
    without_id,
)
from homevolt.schedule.entry import Schedule, ScheduleEntry, end_of, typed_schedule
from homevolt.schedule.options import OPTIONS
from homevolt.schedule.rendering import describe, render_entry, summarise
from homevolt.schedule.times import LATEST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from homevolt.control.capabilities import CapabilityLog
    from homevolt.control.device_zone import DeviceZone, Offsets
    from homevolt.control.write_path import WritePath
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record


_OPTION_NAMES = frozenset(option.name for option in OPTIONS)


class _Wrong(NamedTuple):
    """The entry as the device made it, where that differs from what was written.

    Attributes:
        entry: The entry.
        plan: The plan that was read back.
        error: What is wrong.
        offsets: The offsets at which the device read the times, if another zone is all that is
            wrong.
    """

    entry: ScheduleEntry
    plan: Schedule
    error: HomevoltCommandVerificationError
    offsets: Offsets | None


class EntryWrite(ABC):
    """One write of one entry: sent, read back, compared, and undone if it differs.

    Args:
        path: The write path.
        zone: The zone in which the device reads times.
        capabilities: Learns what the device keeps.
        entry: The checked entry.
        accept: The names of the options that may differ in the read-back.

    Raises:
        HomevoltValueError: A time is ambiguous in the device's zone.
    """

    _command: ClassVar[str]
    _before: Record[ScheduleData]

    def __init__(
        self,
        path: WritePath,
        zone: DeviceZone,
        capabilities: CapabilityLog,
        entry: ScheduleEntry,
        accept: Collection[str],
    ) -> None:
        self._path = path
        self._zone = zone
        self._capabilities = capabilities
        self._entry = entry
        self._accept = accept
        self._line = self._render()  # an ambiguous time is noticed before anything is sent

    async def run(self, before: Record[ScheduleData]) -> ScheduleEntry:
        """Write the entry.

        Args:
            before: The schedule as it was read just before.

        Returns:
            The entry as it was read back.

        Raises:
            HomevoltCommandError: See `homevolt.control.write_path`. The message of a
                `HomevoltCommandVerificationError` says what happened to the previous plan.
        """
        self._before = before
        found = await self._send()
        if isinstance(found, _Wrong) and found.offsets and self._zone.is_auto:
            await self._undo(found)
            self._zone.follow(found.offsets)
            self._line = self._render()
            found = await self._send()
        if isinstance(found, _Wrong):
            raise with_result(found.error, await self._undo(found))
        return found

    @abstractmethod
    def _find(self, plan: Schedule) -> ScheduleEntry | _Wrong:
        """Return the entry in the plan that was read back, or what the device made of it.

        Raises:
            HomevoltCommandVerificationError: Nothing in the plan is a result of this write.
        """

    @abstractmethod
    def _rollback(self, wrong: _Wrong) -> Rollback:
        """Return the rollback that undoes this write."""

    async def _send(self) -> ScheduleEntry | _Wrong:
        """Send the entry once, read it back and compare."""
        line = self._line
        uncertain_cause = await self._path.command(line, line)
        plan, is_local = await self._path.read_back(line, uncertain_cause)
        try:
            found = self._find(plan)
            if isinstance(found, _Wrong) and uncertain_cause is not None:
                raise found.error  # without an answer it may as well be of another client
        except HomevoltCommandVerificationError as error:
            if uncertain_cause is None:
                raise
            raise outcome_unknown(line, uncertain_cause, error) from uncertain_cause
        if isinstance(found, _Wrong):
            if found.offsets is None:
                self._capabilities.learn(self._entry, found.entry)
            return found
        self._capabilities.learn(self._entry, found)
        check_kept(line, uncertain_cause)
        check_still_local(line, is_local)
        return found

    async def _undo(self, wrong: _Wrong) -> str:
        """Undo the write; return what happened to the previous plan."""
        try:
            return await self._rollback(wrong).run()
        except HomevoltCommandOutcomeUnknownError as error:
            raise HomevoltCommandOutcomeUnknownError(f"{wrong.error} {error}") from error
        finally:
            self._zone.reset()

    def _own_entries(self, wrong: _Wrong) -> list[ScheduleEntry]:
        """Return the entries by which the rollback recognises this write."""
        return [wrong.entry] if wrong.offsets is None else [self._entry]

    def _render(self) -> str:
        return render_entry(self._command, self._entry, self._zone.current)

    def _differences(self, actual: ScheduleEntry, stamped_before: datetime) -> list[Difference]:
        found = differences(self._entry, actual, stamped_before)
        return [item for item in found if item.name not in self._accept]

    def _wrong(
        self, plan: Schedule, entry: ScheduleEntry, found: Sequence[Difference], what: str
    ) -> _Wrong:
        """Return what is wrong with the entry that is nearest to the one that was written."""
        offsets = find_offsets(self._entry, entry, self._zone.current)
        if offsets is None and not is_reduced(self._entry, found):
            raise self._error(f"{what}: {describe(found)}. {left_alone(plan)}{_hint(found)}", entry)
        message = f"The device did not keep the entry as it was written: {describe(found)}."
        message += self._zone.hint(offsets) or _hint(found)
        return _Wrong(entry, plan, self._error(message, entry), offsets)

    def _error(self, message: str, actual: object) -> HomevoltCommandVerificationError:
        return HomevoltCommandVerificationError(message, expected=self._entry, actual=actual)


class ModeWrite(EntryWrite):
    """A mode that replaces the whole schedule and starts now."""

    _command = "sched_set"

    def _find(self, plan: Schedule) -> ScheduleEntry | _Wrong:
        # The device stamps the start with its own clock, however wrong that is. Only where the plan
        # is unchanged does a start in the future show that this write did nothing.
        soon = self._path.now() + STAMP_SLACK
        if len(plan.entries) == 1 and not self._differences(plan.entries[0], soon):
            return plan.entries[0]
        is_unchanged = self._is_unchanged(plan)
        unchanged = "The plan is unchanged. " if is_unchanged else ""
        if len(plan.entries) != 1:
            message = (
                f"{unchanged}The schedule should hold one entry ({self._entry}), not "
                f"{summarise(plan.entries)}."
            )
            message += "" if is_unchanged else f" {left_alone(plan)}"
            raise self._error(message, plan.entries)
        (entry,) = plan.entries
        found = self._differences(entry, soon if is_unchanged else LATEST)
        if not found:
            return entry
        if is_unchanged:
            message = f"The plan is unchanged after the command: {describe(found)}."
            raise self._error(message, entry)
        return self._wrong(plan, entry, found, "The schedule holds another entry")

    def _is_unchanged(self, plan: Schedule) -> bool:
        """Return whether the plan is the one from before, ids aside."""
        before = self._before.value
        if len(before.schedule or ()) != len(plan.entries):
            return False
        entries = typed_schedule(before).entries
        return list(map(without_id, plan.entries)) == list(map(without_id, entries))

    def _rollback(self, wrong: _Wrong) -> Rollback:
        previous, lost = restorable_part(self._before)
        return Rollback(self._path, self._zone, previous, self._own_entries(wrong), lost=lost)


class EntryAddition(EntryWrite):
    """An entry that is appended to the schedule."""

    _command = "sched_add"

    _others: Sequence[ScheduleEntry] = ()

    async def run(self, before: Record[ScheduleData]) -> ScheduleEntry:
        """Write the entry; nothing is sent if the plan on the device cannot be read completely."""
        self._others = whole_schedule(before.value).entries
        return await super().run(before)

    def _find(self, plan: Schedule) -> ScheduleEntry | _Wrong:
        candidates = added_entries(self._others, plan.entries)
        if not candidates:
            message = f"The schedule has no new entry after this one was added: {self._entry}."
            raise self._error(message, None)
        stamped_before = self._path.now() + STAMP_SLACK
        by_entry = [(self._differences(entry, stamped_before), entry) for entry in candidates]
        found, entry = min(by_entry, key=lambda item: len(item[0]))
        if found:
            return self._wrong(plan, entry, found, "The schedule has another new entry")
        check_others(self._path, "The entry was added", self._others, plan)
        return entry

    def _rollback(self, wrong: _Wrong) -> Rollback:
        others = tuple(entry for entry in wrong.plan.entries if entry is not wrong.entry)
        previous = Schedule(wrong.plan.local_mode, wrong.plan.schedule_id, others)
        return Rollback(
            self._path, self._zone, previous, self._own_entries(wrong), only_deletes=True
        )


def _hint(found: Sequence[Difference]) -> str:
    """Return how to accept the differences, if only options differ."""
    if not all(item.name in _OPTION_NAMES for item in found):
        return ""
    names = ", ".join(repr(item.name) for item in found)
    return f" If the device did that and you can accept it, pass accept=({names},)."


def check_others(
    path: WritePath, what: str, others: Sequence[ScheduleEntry], plan: Schedule
) -> None:
    """Make sure that every other entry is still there; one whose time has passed may be gone.

    Args:
        path: The write path.
        what: What was done, for the message.
        others: The entries that the write should have left alone.
        plan: The plan that was read back.

    Raises:
        HomevoltCommandVerificationError: One is gone.
    """
    now = path.now()
    gone = [entry for entry in added_entries(plan.entries, others) if end_of(entry) > now]
    if gone:
        raise HomevoltCommandVerificationError(
            f"{what}, but other entries are gone too: {summarise(gone)}.",
            expected=tuple(others),
            actual=plan.entries,
        )
