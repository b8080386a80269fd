"""Replacing the whole plan entry by entry, so that a program that dies leaves a plan in force.

`sched_clear` would leave an empty plan until the first `sched_add`, and an idle battery for good if
nothing came after it. Here nothing is cleared: from the last new entry back to the first, what an
entry overlaps is deleted and the entry is added. So at every moment the device holds the beginning
of the previous plan and the end of the new one, with at most one gap between them.

While the last entry itself is exchanged, a copy of it stands in after the end of both plans.
Windows never overlap, except where the previous plan has no end: whether a device takes a window
beside an open one is not known, so a refusal of the copy is no failure then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from homevolt.control.plan_replacement import PlanReplacement
from homevolt.control.write_path import outcome_unknown
from homevolt.exceptions import (
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltDataError,
)
from homevolt.protocol.console import command_line
from homevolt.schedule.comparing import STAMP_SLACK, pair_up, without_id
from homevolt.schedule.entry import start_of

if TYPE_CHECKING:
    from homevolt.schedule.entry import Schedule, ScheduleEntry

STAND_IN = timedelta(hours=1)
"""How long the copy of the last entry would last."""


class GradualReplacement(PlanReplacement):
    """One replacement of the plan entry by entry, which is rolled back if anything fails.

    It takes a read after each command, since the device may renumber its entries.
    """

    async def _write(self) -> tuple[Schedule, bool | None]:
        """Write the plan and return it as it was read back, with local mode."""
        for entry in self._expected:  # an ambiguous time is noticed before anything is sent
            self._line(entry)
        plan = self._previous  # what came after it was read, another client has written
        if self._has_sent:  # and was rolled back, which may have given the entries other ids
            plan, _ = await self._path.read_back("The plan", None)
        self._holds = [*plan.entries]
        self._plan = plan
        pairs = pair_up(self._expected, plan.entries, self._path.now() + STAMP_SLACK)
        missing = sorted(pairs.missing, key=start_of, reverse=True)
        gone = pairs.unexpected
        stand_in = self._stand_in(missing, gone)
        if stand_in is not None:
            self._written = (*self._expected, stand_in)
            stand_in = await self._add_stand_in(stand_in, gone)
        for entry in missing:
            for old in [old for old in gone if old.overlaps(entry)]:
                gone.remove(old)
                await self._delete(old)
            await self._add(entry)
        for old in gone if stand_in is None else (*gone, stand_in):
            await self._delete(old)
        plan, is_local = await self._path.read_back("The plan", None)
        self._confirm(self._expected, plan)
        self._check_stopped()
        return plan, is_local

    def _stand_in(
        self, missing: list[ScheduleEntry], gone: list[ScheduleEntry]
    ) -> ScheduleEntry | None:
        """Return the copy of the last entry, None where something stands at the end anyway."""
        last = max(self._expected, key=start_of, default=None)
        if last is None or last.to_time is None or last not in missing:
            return None
        if not any(old.overlaps(last) for old in gone):
            return None
        ends = [each.to_time for each in (*self._expected, *gone) if each.to_time is not None]
        begins = max(ends)
        return msgspec.structs.replace(last, id=None, from_time=begins, to_time=begins + STAND_IN)

    async def _add_stand_in(
        self, stand_in: ScheduleEntry, gone: list[ScheduleEntry]
    ) -> ScheduleEntry | None:
        """Add the copy; return None where a device refuses it beside an open entry."""
        try:
            await self._add(stand_in)
        except HomevoltCommandRejectedError:
            if all(old.to_time is not None for old in gone):
                raise
            self._holds.remove(stand_in)
            return None
        return stand_in

    async def _add(self, entry: ScheduleEntry) -> None:
        self._holds.append(entry)
        await self._change(self._line(entry), entry)

    async def _delete(self, entry: ScheduleEntry) -> None:
        """Delete an entry by the id that it has now, unless the device has dropped it."""
        found = [each for each in self._plan.entries if without_id(each) == without_id(entry)]
        self._holds = _without(self._holds, entry)
        if not found:
            return
        if found[0].id is None:
            raise HomevoltDataError(f"The device does not report the id of entry {entry}.")
        await self._change(command_line("sched_del", found[0].id), f"deleting entry {entry}")

    async def _change(self, line: str, what: object) -> None:
        """Send one command, and compare the plan that is read back with what it should hold."""
        self._check_stopped()
        uncertain_cause = await self._path.command(line, what)
        self._has_sent = True
        self._is_uncertain = uncertain_cause is not None
        self._plan, _ = await self._path.read_back(what, uncertain_cause)
        # The device may have dropped an entry that has ended.
        now, pairs = self._path.now(), pair_up(self._holds, self._plan.entries)
        for ended in (each for each in pairs.missing if each.to_time and each.to_time <= now):
            self._holds = _without(self._holds, ended)
        try:
            self._confirm(self._holds, self._plan)
        except HomevoltCommandVerificationError as error:
            if uncertain_cause is None:
                raise
            raise outcome_unknown(what, uncertain_cause, error) from uncertain_cause
        if uncertain_cause is not None:
            self._is_uncertain = False
            self._settled.append(uncertain_cause)


def _without(entries: list[ScheduleEntry], gone: ScheduleEntry) -> list[ScheduleEntry]:
    """Return entries without one that is equal to another, ids aside."""
    rest = [*entries]
    index = next(n for n, each in enumerate(rest) if without_id(each) == without_id(gone))
    del rest[index]
    return rest
