"""What can be written to a device: modes, schedule entries, whole plans, the console."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK, checking, positive_seconds, short_repr
from homevolt.control.device_zone import DeviceZone
from homevolt.control.entry_write import EntryAddition, EntryWrite, ModeWrite, check_others
from homevolt.control.gradual_replacement import GradualReplacement
from homevolt.control.overlay import overlay_plan
from homevolt.control.parameters import Parameters
from homevolt.control.plan_replacement import MOST_ENTRIES, PlanReplacement, compare_plans
from homevolt.control.reboot import reboot
from homevolt.control.write_path import (
    CONSOLE_PATH,
    WritePath,
    check_kept,
    check_still_local,
    outcome_unknown,
    restorable_schedule,
    shortened,
    unclear_answer,
    whole_schedule,
)
from homevolt.exceptions import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltValueError,
)
from homevolt.protocol.console import ConsoleReply, check_command, command_line, parse_reply
from homevolt.protocol.resources import SCHEDULE
from homevolt.protocol.schedule_document import unknown_keys
from homevolt.schedule.comparing import without_id
from homevolt.schedule.options import OPTIONS, check_names, whole_number
from homevolt.schedule.rendering import summarise
from homevolt.schedule.times import AUTO_ZONE, as_zone
from homevolt.schedule.validation import check_overlaps, checked_entry, new_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import tzinfo

    from homevolt._common import Clock
    from homevolt.control.capabilities import CapabilityLog
    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record, ResourceStore
    from homevolt.schedule.entry import Schedule, ScheduleEntry
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

_LARGEST_ID = 2**31 - 1


class Controller:
    """The writes to one device, one after the other.

    Args:
        transport: The requests to the device.
        store: What was read of the device last; whatever is read on the way goes through it.
        capabilities: Learns what the device keeps.
        clock: The time to go by.
        now: Returns the current time by the device's clock; None for that of `clock`.
        schedule_timezone: The zone in which the device reads the times of a command, or its name.

    Attributes:
        parameters: The parameters.
        capabilities: Which modes and options the device keeps.
    """

    def __init__(
        self,
        transport: Transport,
        store: ResourceStore,
        capabilities: CapabilityLog,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] | None = None,
        schedule_timezone: tzinfo | str = AUTO_ZONE,
    ) -> None:
        clock = clock or SYSTEM_CLOCK
        self._now = now or (lambda: datetime.fromtimestamp(clock.now(), UTC))
        self._zone = DeviceZone(as_zone(schedule_timezone))
        self._path = WritePath(transport, store, clock, self._now)
        self.parameters = Parameters(self._path)
        self.capabilities = capabilities

    async def set_mode(
        self, mode: object, options: Mapping[str, object], accept: object = ()
    ) -> ScheduleEntry:
        """Replace the schedule with one entry that starts now (`sched_set`)."""
        return await self._write(ModeWrite, mode, options, accept, windowed=False)

    async def add(
        self, mode: object, options: Mapping[str, object], accept: object = ()
    ) -> ScheduleEntry:
        """Append one entry (`sched_add`) and return it with the id the device gave it."""
        return await self._write(EntryAddition, mode, options, accept, windowed=True)

    async def delete(self, entry_id: object) -> None:
        """Delete one entry (`sched_del`)."""
        with checking("schedule_id"):
            number = whole_number("schedule_id", entry_id)
        if not 0 <= number <= _LARGEST_ID:
            raise HomevoltValueError(f"schedule_id is the id of an entry, not {short_repr(number)}")
        async with self._path.exclusive():
            before = whole_schedule((await self._path.require_local_mode()).value)
            entry = _find_entry(before, number)
            others = [other for other in before.entries if other is not entry]
            left = _count(entry, others)

            def confirm(plan: Schedule) -> None:
                # Compared without ids, since the device may have renumbered the others.
                if _count(entry, plan.entries) > left:
                    raise HomevoltCommandVerificationError(
                        f"Entry {entry} is still there after it was deleted.",
                        expected=None,
                        actual=entry,
                    )
                check_others(self._path, "The entry was deleted", others, plan)

            await self._command(command_line("sched_del", number), confirm)

    async def clear(self) -> None:
        """Delete every entry (`sched_clear`)."""

        def confirm(plan: Schedule) -> None:
            if plan.entries:
                raise HomevoltCommandVerificationError(
                    f"After it was cleared the schedule holds {summarise(plan.entries)}.",
                    expected=(),
                    actual=plan.entries,
                )

        async with self._path.exclusive():
            await self._path.require_local_mode()
            await self._command("sched_clear", confirm)

    async def replace(self, entries: object, *, gradually: bool = False) -> Schedule:
        """Replace the whole plan, all or nothing."""
        expected = self._checked_plan(entries)
        kind = GradualReplacement if gradually else PlanReplacement
        return await self._replace(lambda _: expected, kind)

    async def overlay(self, entries: object) -> Schedule:
        """Write windows over the current plan, all or nothing."""
        overlay = self._checked_plan(entries)

        def merge(previous: Schedule) -> Sequence[ScheduleEntry]:
            merged = overlay_plan(previous.entries, overlay, self._now())
            if len(merged) > MOST_ENTRIES:
                raise HomevoltValueError(
                    f"a plan has at most {MOST_ENTRIES} entries; with this overlay it would have "
                    f"{len(merged)}; nothing was sent"
                )
            return merged

        return await self._replace(merge)

    async def _replace(
        self,
        plan_after: Callable[[Schedule], Sequence[ScheduleEntry]],
        kind: type[PlanReplacement] = PlanReplacement,
    ) -> Schedule:
        """Replace the plan by one that is made from it."""
        async with self._path.exclusive():
            record = await self._path.require_local_mode()
            previous = restorable_schedule(record.value)
            replacement = kind(
                self._path,
                self._zone,
                self.capabilities,
                plan_after(previous),
                previous=previous,
                unknown_keys=self._warn_of_unknown_keys(record),
            )
            return await self._path.shielded(replacement.run(), on_cancel=replacement.stop)

    async def diff(self, entries: object) -> ScheduleDiff:
        """Compare a plan with the one that the device has; one read, no write."""
        expected = self._checked_plan(entries)
        async with self._path.exclusive():
            record = await self._path.store.read(SCHEDULE)
            actual = restorable_schedule(record.value)
            self._warn_of_unknown_keys(record)
            return compare_plans(expected, actual)

    async def console(self, command: object, *, unsafe: bool) -> ConsoleReply:
        """Send a command of the caller's own once and return the reply."""
        with checking("command"):
            line = check_command(command, unsafe=unsafe)
        name = line.split(maxsplit=1)[0]
        async with self._path.exclusive():
            body, uncertain_cause = await self._path.shielded(
                self._path.post(CONSOLE_PATH, {"cmd": line})
            )
        reply = parse_reply(body)
        if uncertain_cause is None and reply.succeeded is None:
            uncertain_cause = unclear_answer(short_repr(name), reply.text)
        if uncertain_cause is not None:
            raise HomevoltCommandOutcomeUnknownError(
                f"{short_repr(name)} was sent once and got no usable answer ({uncertain_cause}). "
                "It was not sent again, and what it does cannot be read back."
            ) from uncertain_cause
        if not reply.succeeded:
            raise HomevoltCommandRejectedError(
                f"The device refused {short_repr(name)}: {shortened(reply.reason)}",
                reply=reply.reason,
            )
        return reply

    async def reboot(self, wait_s: object) -> None:
        """Restart the device, wait until it is back, and read its schedule again."""
        with checking("wait_s"):
            seconds = positive_seconds("wait_s", wait_s)
        async with self._path.exclusive():
            await reboot(self._path, seconds)
            await self._path.refresh_schedule()

    async def _write(
        self,
        kind: type[EntryWrite],
        mode: object,
        options: Mapping[str, object],
        accept: object,
        *,
        windowed: bool,
    ) -> ScheduleEntry:
        with checking("options"):
            entry = new_entry(mode, options, self._now(), windowed=windowed)
            accepted = _option_names(accept)
        write = kind(self._path, self._zone, self.capabilities, entry, accepted)
        async with self._path.exclusive():
            before = await self._path.require_local_mode()
            return await self._path.shielded(write.run(before))

    async def _command(self, line: str, confirm: Callable[[Schedule], None]) -> None:
        """Send a command once and let `confirm` compare the plan that is read back."""

        async def send_and_confirm() -> None:
            uncertain_cause = await self._path.command(line, line)
            plan, is_local = await self._path.read_back(line, uncertain_cause)
            try:
                confirm(plan)
            except HomevoltCommandVerificationError as error:
                if uncertain_cause is None:
                    raise
                raise outcome_unknown(line, uncertain_cause, error) from uncertain_cause
            check_kept(line, uncertain_cause)
            check_still_local(line, is_local)

        await self._path.shielded(send_and_confirm())

    def _warn_of_unknown_keys(self, record: Record[ScheduleData]) -> list[str]:
        """Log and return the keys of the plan on the device that no typed entry holds."""
        if unknown := unknown_keys(record.body):
            _LOGGER.warning(
                "The plan on the device has keys that this library does not know, and that a plan "
                "which replaces it loses: %s",
                ", ".join(unknown),
            )
        return unknown

    def _checked_plan(self, entries: object) -> Sequence[ScheduleEntry]:
        with checking("entries"):
            if isinstance(entries, str | bytes) or not hasattr(entries, "__iter__"):
                raise HomevoltValueError(f"a plan is a list of entries, not {short_repr(entries)}")
            given: Iterable[object] = entries
            now = self._now()
            expected: list[ScheduleEntry] = []
            for number, entry in enumerate(given, 1):
                if number > MOST_ENTRIES:
                    raise HomevoltValueError(f"a plan has at most {MOST_ENTRIES} entries")
                try:
                    expected.append(checked_entry(entry, now))
                except HomevoltValueError as error:
                    raise HomevoltValueError(f"entry {number}: {error}") from error
            check_overlaps(expected)
            return expected


def _option_names(accept: object) -> frozenset[str]:
    """Return the names of options that a caller gave.

    Raises:
        HomevoltValueError: One of them is not an option.
    """
    if isinstance(accept, str) or not hasattr(accept, "__iter__"):
        raise HomevoltValueError(
            f"accept takes the names of options, such as ('max_soc',), not {short_repr(accept)}"
        )
    names: list[str] = list(accept)
    check_names(names, [option.name for option in OPTIONS])
    return frozenset(names)


def _find_entry(plan: Schedule, entry_id: int) -> ScheduleEntry:
    """Return the entry with an id.

    Raises:
        HomevoltValueError: There is none, or there are several.
    """
    found = [entry for entry in plan.entries if entry.id == entry_id]
    if len(found) == 1:
        return found[0]
    if found:
        raise HomevoltValueError(
            f"the device lists different entries under the id {entry_id} ({summarise(found)}), so "
            "it is unclear which one it would delete; nothing was sent"
        )
    ids = ", ".join(str(entry.id) for entry in plan.entries) or "none"
    raise HomevoltValueError(f"the schedule has no entry {entry_id}; its ids: {ids}")


def _count(entry: ScheduleEntry, entries: Iterable[ScheduleEntry]) -> int:
    return sum(without_id(other) == without_id(entry) for other in entries)
