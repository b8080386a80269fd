"""Replacing the whole plan: all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from homevolt.control.device_zone import by_window, find_offsets_of_plan
from homevolt.control.rollback import Rollback, with_result
from homevolt.control.write_path import check_kept, check_still_local, outcome_unknown
from homevolt.exceptions import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
    HomevoltDataError,
    HomevoltError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.schedule.comparing import STAMP_SLACK, Pairs, differences, is_reduced, pair_up
from homevolt.schedule.entry import end_of
from homevolt.schedule.rendering import describe, render_entry, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.control.capabilities import CapabilityLog
    from homevolt.control.device_zone import DeviceZone, Offsets
    from homevolt.control.write_path import WritePath
    from homevolt.schedule.entry import Schedule, ScheduleEntry

MOST_ENTRIES = 200


class ScheduleDiff(msgspec.Struct, frozen=True):
    """What `replace_schedule` would change.

    Attributes:
        added: The entries that the device does not have yet.
        removed: The entries of the device that would go.
        kept: The entries of the device that stay as they are.
    """

    added: tuple[ScheduleEntry, ...]
    removed: tuple[ScheduleEntry, ...]
    kept: tuple[ScheduleEntry, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.added and not self.removed


class _Part(NamedTuple):
    """An entry and its place in the plan, for messages."""

    number: int
    total: int
    entry: ScheduleEntry

    def __str__(self) -> str:
        return f"entry {self.number} of {self.total} ({self.entry})"


class _StoppedError(HomevoltCommandError):
    """The caller was cancelled."""


class PlanReplacement:
    """One replacement of the plan, which is rolled back if anything fails.

    Args:
        path: The write path, held by the caller, who has just read the plan.
        zone: The zone in which the device reads times.
        capabilities: Learns what the device keeps.
        expected: Checked entries that do not overlap.
        previous: The plan on the device.
        unknown_keys: The keys of that plan that no typed entry holds, for the message.
    """

    def __init__(
        self,
        path: WritePath,
        zone: DeviceZone,
        capabilities: CapabilityLog,
        expected: Sequence[ScheduleEntry],
        *,
        previous: Schedule,
        unknown_keys: Sequence[str],
    ) -> None:
        self._path = path
        self._zone = zone
        self._capabilities = capabilities
        self._expected = expected
        self._previous = previous
        self._unknown_keys = unknown_keys
        self._has_sent = False
        self._is_uncertain = False
        self._is_stopped = False
        self._settled: list[HomevoltError] = []
        self._written = tuple(expected)
        self._offsets: Offsets | None = None

    def stop(self) -> None:
        """Give up at the next step, and restore the previous plan."""
        self._is_stopped = True

    async def run(self) -> Schedule:
        """Clear the plan, add the expected entries, read back; roll back on failure.

        Where the device turns out to read times in another zone, and the caller has not named
        one, the plan is rolled back and written once more.

        Returns:
            The plan as it was read back.

        Raises:
            HomevoltCommandError: It failed; the message says what happened to the previous plan.
            HomevoltConnectionError: Not even the first command was sent.
            HomevoltAuthenticationError: The device refused the password at the first command.
            HomevoltValueError: A time is ambiguous in the device's zone; nothing was sent.
        """
        self._check_restorable()
        try:
            plan, is_local = await self._write()
        except HomevoltError as failure:
            if not self._has_sent and not isinstance(failure, HomevoltCommandError):
                raise
            result = await self._roll_back(failure)
            if self._offsets is None or not self._zone.is_auto or self._is_stopped:
                raise with_result(failure, result) from failure
            plan, is_local = await self._write_in_the_right_zone(self._offsets)
        for uncertain_cause in self._settled:
            check_kept("The plan", uncertain_cause)
        check_still_local("The plan", is_local)
        return plan

    async def _write_in_the_right_zone(self, offsets: Offsets) -> tuple[Schedule, bool | None]:
        self._zone.follow(offsets)
        self._offsets = None
        try:
            return await self._write()
        except HomevoltError as failure:
            raise with_result(failure, await self._roll_back(failure)) from failure

    def _check_restorable(self) -> None:
        """Make sure that every previous entry could be written again.

        Raises:
            HomevoltValueError: One could not; it is named.
        """
        now = self._path.now()
        for entry in self._previous.entries:
            try:
                if end_of(entry) > now:
                    self._line(entry)
            except HomevoltValueError as error:
                raise HomevoltValueError(
                    "The plan on the device could not be restored, so it is not replaced: entry "
                    f"{entry}: {error}"
                ) from error

    def _line(self, entry: ScheduleEntry) -> str:
        return render_entry("sched_add", entry, self._zone.current)

    async def _write(self) -> tuple[Schedule, bool | None]:
        """Write the plan and return it as it was read back, with local mode."""
        # Rendered before anything is sent, so that an ambiguous time is not noticed half-way.
        lines = [self._line(entry) for entry in self._expected]
        total = len(lines)
        # Where there is nothing to clear, an empty plan does not prove that it was cleared.
        await self._step("sched_clear", "sched_clear", 0 if self._previous.entries else None)
        for number, (entry, line) in enumerate(zip(self._expected, lines, strict=True), 1):
            await self._step(line, _Part(number, total, entry), number)
        plan, is_local = await self._path.read_back("The plan", None)
        self._confirm(self._expected, plan)
        self._check_stopped()
        return plan, is_local

    def _check_stopped(self) -> None:
        if self._is_stopped:
            raise _StoppedError("The caller was cancelled.")

    async def _step(self, line: str, what: object, count: int | None) -> None:
        """Send one command; if its outcome is uncertain, the plan so far must be read back.

        Args:
            line: The command.
            what: What to call it in messages.
            count: How many of the expected entries the plan holds after it, None if that would not
                prove that it was carried out.
        """
        self._check_stopped()
        uncertain_cause = await self._path.command(line, what)
        self._has_sent = True
        if uncertain_cause is None:
            return
        self._is_uncertain = True
        plan, _ = await self._path.read_back(what, uncertain_cause)
        try:
            self._confirm(self._expected[: count or 0], plan)
        except HomevoltCommandVerificationError as error:
            raise outcome_unknown(what, uncertain_cause, error) from uncertain_cause
        if count is None:
            unclear = HomevoltDataError("the plan was empty before")
            raise outcome_unknown(what, uncertain_cause, unclear) from uncertain_cause
        self._is_uncertain = False
        self._settled.append(uncertain_cause)

    def _confirm(self, expected: Sequence[ScheduleEntry], plan: Schedule) -> None:
        """Compare the plan that was read back with the entries that it should hold by now.

        Raises:
            HomevoltCommandVerificationError: It is another plan.
        """
        pairs = pair_up(expected, plan.entries, self._path.now() + STAMP_SLACK)
        changed = self._learn(pairs)
        if pairs.missing or pairs.unexpected:
            self._offsets = find_offsets_of_plan(
                pairs.missing, pairs.unexpected, self._zone.current
            )
            raise HomevoltCommandVerificationError(
                "The plan that was read back is not the one that was written: "
                f"missing {summarise(pairs.missing)}; unexpected {summarise(pairs.unexpected)}."
                f"{changed}{self._zone.hint(self._offsets)}",
                expected=tuple(expected),
                actual=plan.entries,
            )

    def _learn(self, pairs: Pairs) -> str:
        """Learn what the device keeps, and return a sentence about what it did not keep."""
        for entry, actual in pairs.matched:
            self._capabilities.learn(entry, actual)
        changed = []
        for entry, actual in by_window(pairs.missing, pairs.unexpected):
            found = differences(entry, actual, self._path.now() + STAMP_SLACK)
            if is_reduced(entry, found):
                self._capabilities.learn(entry, actual)
                changed.append(describe(found))
        if not changed:
            return ""
        return f" The device did not keep everything: {'; '.join(dict.fromkeys(changed))}."

    async def _roll_back(self, failure: HomevoltError) -> str:
        """Put the previous plan back, and return what happened to it.

        Raises:
            HomevoltCommandOutcomeUnknownError: That failed, or the device may still carry out the
                command that failed.
        """
        rollback = Rollback(
            self._path,
            self._zone,
            self._previous,
            self._written,
            is_uncertain=self._is_uncertain,
            lost=self._unknown_keys,
        )
        try:
            result = await rollback.run()
        except HomevoltCommandOutcomeUnknownError as error:
            raise HomevoltCommandOutcomeUnknownError(f"{failure} {error}") from failure
        finally:
            self._zone.reset()
        if isinstance(failure.__cause__, HomevoltTimeoutError) and not rollback.has_sent:
            # No later command was carried out, so this one may still be waiting.
            raise HomevoltCommandOutcomeUnknownError(
                f"{failure} {result} But the device may still carry out the command."
            ) from failure
        return result


def compare_plans(expected: Sequence[ScheduleEntry], actual: Schedule) -> ScheduleDiff:
    """Return what would change if the plan that was read became the expected one."""
    pairs = pair_up(expected, actual.entries)
    return ScheduleDiff(tuple(pairs.missing), tuple(pairs.unexpected), tuple(pairs.kept))
