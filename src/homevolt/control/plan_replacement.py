"""Replacing the whole plan: all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

import msgspec

from homevolt.control.clock_offset import find_shift, zone_hint
from homevolt.control.reboot import PAUSE_S
from homevolt.exceptions import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.schedule.comparing import STAMP_SLACK, differences, pair_up, without_id
from homevolt.schedule.entry import LOCAL_SCHEDULE_ID
from homevolt.schedule.rendering import render_entry, summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from homevolt._common import Clock
    from homevolt.control.write_path import WritePath
    from homevolt.schedule.entry import Schedule, ScheduleEntry

MOST_ENTRIES = 200
RESTART_TAKES_S = 120.0
"""How long a device that does not answer is waited for before the former plan is given up."""


class ScheduleDiff(msgspec.Struct, frozen=True):
    """What `replace_schedule` would change.

    Attributes:
        added: The entries that the device does not have yet.
        removed: The entries of the device that would go.
        kept: The entries of the device that are wanted as they are.
    """

    added: tuple[ScheduleEntry, ...]
    removed: tuple[ScheduleEntry, ...]
    kept: tuple[ScheduleEntry, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the plan is already as wanted."""
        return not self.added and not self.removed


class _Part(NamedTuple):
    """An entry on its way, as messages call it."""

    number: int
    total: int
    entry: ScheduleEntry

    def __str__(self) -> str:
        return f"entry {self.number} of {self.total} ({self.entry})"


class _StoppedError(HomevoltCommandError):
    """The caller was cancelled."""


class Replacement:
    """One replacement of the plan, with the way back.

    Args:
        path: The write path; its turn is held by the caller, who has just read the plan.
        zone: The zone in which the device reads times.
        now: Returns the present by the device's clock.
        former: The plan that stands, to be restored if anything fails.
        clock: The time to go by while waiting for a device that restarts.
        unknown_keys: What that plan holds that no typed entry does, for the message.
    """

    def __init__(
        self,
        path: WritePath,
        zone: tzinfo,
        now: Callable[[], datetime],
        former: Schedule,
        clock: Clock,
        *,
        unknown_keys: Sequence[str],
    ) -> None:
        self._path = path
        self._zone = zone
        self._now = now
        self._former = former
        self._unknown_keys = unknown_keys
        self._clock = clock
        self._sent_any = False
        self._stopped = False

    def stop(self) -> None:
        """Give up at the next step, and restore the former plan."""
        self._stopped = True

    async def run(self, wanted: Sequence[ScheduleEntry]) -> Schedule:
        """Clear the plan, add the wanted entries, read back; restore the former plan on failure.

        Args:
            wanted: Checked entries that do not overlap.

        Returns:
            The plan as it was read back.

        Raises:
            HomevoltCommandError: It failed; the message says what became of the former plan.
            HomevoltConnectionError: Not even the first command was sent.
            HomevoltAuthenticationError: The device refused the password at the first command.
            HomevoltValueError: A time cannot be said in the device's zone; nothing was sent.
        """
        # Rendered before anything is sent: what cannot be said must not be noticed half-way.
        lines = self._lines(wanted)
        self._check_restorable()
        try:
            return await self._write(wanted, lines)
        except HomevoltError as failure:
            if not self._sent_any and not isinstance(failure, HomevoltCommandError):
                raise
            self._stopped = False  # the way back is gone to its end
            await self._give_up(failure)

    def _check_restorable(self) -> None:
        """Make sure that every former entry could be written again.

        Raises:
            HomevoltValueError: One could not; it is named.
        """
        for entry in self._lasting():
            try:
                self._lines([entry])
            except HomevoltValueError as error:
                raise HomevoltValueError(
                    f"The plan that stands could not be restored, so it is not replaced: entry "
                    f"{entry}: {error}"
                ) from error

    def _lines(self, entries: Sequence[ScheduleEntry]) -> list[str]:
        return [render_entry("sched_add", entry, self._zone) for entry in entries]

    def _lasting(self) -> list[ScheduleEntry]:
        """Return the former entries that the device would still take."""
        now = self._now()
        return [e for e in self._former.entries if e.to_time is None or e.to_time > now]

    async def _write(self, entries: Sequence[ScheduleEntry], lines: Sequence[str]) -> Schedule:
        await self._step("sched_clear", "sched_clear", ())
        for number, (entry, line) in enumerate(zip(entries, lines, strict=True), 1):
            self._check_stopped()
            await self._step(line, _Part(number, len(entries), entry), entries[:number])
        seen = self._confirm(entries, await self._path.schedule())
        self._check_stopped()
        return seen

    def _check_stopped(self) -> None:
        if self._stopped:
            raise _StoppedError("The caller was cancelled.")

    async def _write_again(self, entries: Sequence[ScheduleEntry]) -> list[ScheduleEntry]:
        """Write the former entries; return those that the device took.

        One that it refuses, such as one whose time has passed by its clock, costs that one only.
        """
        taken: list[ScheduleEntry] = []
        await self._step("sched_clear", "sched_clear", ())
        for entry, line in zip(entries, self._lines(entries), strict=True):
            try:
                await self._step(line, f"former entry ({entry})", [*taken, entry])
            except HomevoltCommandRejectedError:
                continue
            taken.append(entry)
        self._confirm(taken, await self._path.schedule())
        return taken

    async def _step(self, line: str, what: object, expected: Sequence[ScheduleEntry]) -> None:
        """Send one command; where its outcome is in doubt, the plan so far must be as expected."""
        doubt = await self._path.command(line, what)
        self._sent_any = True
        if doubt is not None:
            await self._path.confirmed(what, doubt, lambda seen: self._confirm(expected, seen))

    def _confirm(self, entries: Sequence[ScheduleEntry], seen: Schedule) -> Schedule:
        stood = set(map(without_id, seen.entries)) == set(map(without_id, self._former.entries))
        limit = self._now() + STAMP_SLACK
        _, missing, unwanted = pair_up(entries, seen.entries, limit, stood=stood)
        if missing or unwanted:
            raise HomevoltCommandVerificationError(
                "The plan that was read back is not the one that was written: "
                f"missing {summarise(missing)}; not asked for {summarise(unwanted)}."
                f"{self._learn_zone(missing, unwanted)}",
                expected=tuple(entries),
                actual=seen.entries,
            )
        return seen

    def _learn_zone(
        self, missing: Sequence[ScheduleEntry], unwanted: Sequence[ScheduleEntry]
    ) -> str:
        """Say if the device reads times in another zone, and go by that one from here on.

        Otherwise what is restored would be as wrong as what was written.
        """
        if len(missing) != len(unwanted):
            return ""
        shifts = {
            find_shift(wanted, differences(wanted, seen), self._zone)
            for wanted, seen in zip(missing, unwanted, strict=True)
        }
        shift = shifts.pop() if len(shifts) == 1 else None
        if shift is None:
            return ""
        hint = zone_hint(shift, self._zone)
        self._zone = shift.zone
        return hint

    async def _give_up(self, failure: HomevoltError) -> NoReturn:
        """Restore the former plan and raise what happened, with what became of it."""
        try:
            fate = await self._restore(failure)
        except HomevoltError as second:
            raise HomevoltCommandOutcomeUnknownError(
                f"{failure} Restoring the former plan ({summarise(self._former.entries)}) failed "
                f"too: {second} Read the schedule to see what the device holds."
            ) from failure
        raise _with_fate(failure, fate) from failure

    async def _schedule_in_time(self) -> Schedule:
        """Read the plan; a device that restarts is waited for, or half a plan would stay there."""
        give_up_at = self._clock.monotonic() + RESTART_TAKES_S
        while True:
            try:
                return await self._path.schedule()
            except HomevoltConnectionError:
                if self._clock.monotonic() >= give_up_at:
                    raise
                await self._clock.sleep(PAUSE_S)

    async def _restore(self, failure: HomevoltError) -> str:
        """Write the former plan again where it is needed, and say what became of it."""
        former = self._former.entries
        seen = await self._schedule_in_time()
        _, missing, unwanted = pair_up(former, seen.entries, stood=True)
        if not missing and not unwanted:
            if isinstance(failure.__cause__, HomevoltTimeoutError):
                raise HomevoltCommandOutcomeUnknownError(
                    "It stands as it was, but the device may still be at the command."
                )
            return f"The former plan stands untouched: {summarise(former)}."
        if self._is_of_the_cloud(seen):
            return (
                "Local mode was switched off meanwhile and the cloud wrote a plan of its own, "
                f"which stands: {summarise(seen.entries)}."
            )
        lasting = self._lasting()
        taken = await self._write_again(lasting)
        cloud = "" if self._former.is_local else ", now as a local one"
        fate = f"The former plan was restored{cloud}: {summarise(taken)}"
        if ended := len(former) - len(lasting):
            fate += f"; {ended} whose time had passed left out"
        if refused := [entry for entry in lasting if entry not in taken]:
            if not taken:
                raise HomevoltCommandOutcomeUnknownError(
                    f"The device refused {summarise(refused)}."
                )
            fate += f"; refused by the device: {summarise(refused)}"
        if unknown := self._unknown_keys:
            fate += f"; without what this library does not know: {', '.join(unknown)}"
        if seen.local_mode is False:
            fate += "; local mode is off, so the cloud may replace it"
        return f"{fate}."

    def _is_of_the_cloud(self, seen: Schedule) -> bool:
        """Tell whether the cloud was given control meanwhile and has used it."""
        ours = (None, "", LOCAL_SCHEDULE_ID, self._former.schedule_id)
        return seen.local_mode is False and seen.schedule_id not in ours


def compare_plans(wanted: Sequence[ScheduleEntry], seen: Schedule) -> ScheduleDiff:
    """Return what would change if the plan that was read became the wanted one."""
    kept, added, removed = pair_up(wanted, seen.entries, stood=True)
    return ScheduleDiff(added=tuple(added), removed=tuple(removed), kept=tuple(kept))


def _with_fate(failure: HomevoltError, fate: str) -> HomevoltCommandError:
    message = f"{failure} {fate}"
    if isinstance(failure, HomevoltCommandRejectedError):
        return HomevoltCommandRejectedError(message, reply=failure.reply)
    if isinstance(failure, HomevoltCommandVerificationError):
        return HomevoltCommandVerificationError(
            message, expected=failure.expected, actual=failure.actual
        )
    # Whatever it was, it was undone, so the outcome is known.
    return HomevoltCommandError(message)
