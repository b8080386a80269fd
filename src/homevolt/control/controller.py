"""What can be written to a device: modes, schedule entries, whole plans, the console."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from homevolt._common import SystemClock, positive_seconds, short_repr
from homevolt.control.clock_offset import find_shift, zone_hint
from homevolt.control.parameters import Settings
from homevolt.control.plan_replacement import MOST_ENTRIES, Replacement, ScheduleDiff, compare_plans
from homevolt.control.reboot import restart
from homevolt.control.write_path import (
    CONSOLE_PATH,
    WritePath,
    check_still_local,
    restorable_schedule,
    shielded,
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
from homevolt.schedule.comparing import (
    STAMP_SLACK,
    Difference,
    added_entries,
    differences,
    without_id,
)
from homevolt.schedule.entry import Schedule, typed_schedule
from homevolt.schedule.options import whole_number
from homevolt.schedule.rendering import describe, render_entry, summarise
from homevolt.schedule.times import LATEST, as_zone
from homevolt.schedule.validation import check_overlaps, checked_entry, new_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import tzinfo

    from homevolt._common import Clock
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record, ResourceStore
    from homevolt.schedule.entry import ScheduleEntry
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

_LARGEST_ID = 2**31 - 1


class Controller:
    """The writes to one device, one after the other.

    Args:
        transport: The requests to the device.
        clock: The time to go by.
        now: Returns the present by the device's clock; None is the time of `clock`.
        schedule_timezone: The zone in which the device reads the times of a command, or its name.
        store: What was read of the device last; whatever is read on the way goes through it.

    Attributes:
        settings: The parameters.
    """

    def __init__(
        self,
        transport: Transport,
        store: ResourceStore,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] | None = None,
        schedule_timezone: tzinfo | str = UTC,
    ) -> None:
        self._clock: Clock = clock or SystemClock()
        self._now = now or (lambda: datetime.fromtimestamp(self._clock.now(), UTC))
        self._zone = as_zone(schedule_timezone)
        self._path = WritePath(transport, store)
        self.settings = Settings(self._path)

    async def set_mode(self, mode: object, options: Mapping[str, object]) -> ScheduleEntry:
        """Replace the schedule with one entry that starts now (`sched_set`)."""
        entry = new_entry(mode, options, self._now(), windowed=False)
        line = render_entry("sched_set", entry, self._zone)

        async with self._path.turn:
            before = (await self._path.require_local_mode()).value
            return await self._path.write(line, lambda seen: self._find_set(entry, before, seen))

    async def add(self, mode: object, options: Mapping[str, object]) -> ScheduleEntry:
        """Append one entry (`sched_add`) and return it with the id the device gave it."""
        entry = new_entry(mode, options, self._now())
        line = render_entry("sched_add", entry, self._zone)
        async with self._path.turn:
            before = whole_schedule((await self._path.require_local_mode()).value)

            def confirm(seen: Schedule) -> ScheduleEntry:
                added = self._find_added(entry, added_entries(before.entries, seen.entries))
                self._check_rest(before.entries, seen)
                return added

            return await self._path.write(line, confirm)

    async def delete(self, entry_id: object) -> None:
        """Delete one entry (`sched_del`)."""
        number = whole_number("schedule_id", entry_id)
        if not 0 <= number <= _LARGEST_ID:
            raise HomevoltValueError(f"schedule_id is the id of an entry, not {short_repr(number)}")
        async with self._path.turn:
            before = whole_schedule((await self._path.require_local_mode()).value)
            entry = before.find(number)
            if entry is None:
                ids = ", ".join(str(known.id) for known in before.entries) or "none"
                raise HomevoltValueError(f"the schedule has no entry {number}; its ids: {ids}")
            left = _count(entry, before.entries) - 1
            rest = [other for other in before.entries if other is not entry]

            def confirm(seen: Schedule) -> None:
                # By what it says and not by its id, for the rest may have been numbered anew.
                if _count(entry, seen.entries) > left:
                    raise HomevoltCommandVerificationError(
                        f"Entry {entry} still stands after it was deleted.",
                        expected=None,
                        actual=entry,
                    )
                self._check_rest(rest, seen)

            await self._path.write(command_line("sched_del", number), confirm)

    async def clear(self) -> None:
        """Delete every entry (`sched_clear`)."""

        def confirm(seen: Schedule) -> None:
            if seen.entries:
                raise HomevoltCommandVerificationError(
                    f"After it was cleared the schedule holds {summarise(seen.entries)}.",
                    expected=(),
                    actual=seen.entries,
                )

        async with self._path.turn:
            await self._path.require_local_mode()
            await self._path.write("sched_clear", confirm)

    async def replace(self, entries: object) -> Schedule:
        """Replace the whole plan, all or nothing."""
        wanted = self._checked_plan(entries)
        async with self._path.turn:
            record = await self._path.require_local_mode()
            former = restorable_schedule(record.value)
            unknown = self._warn_of_unknown_keys(record)
            replacement = Replacement(
                self._path, self._zone, self._now, former, self._clock, unknown_keys=unknown
            )
            seen = await shielded(replacement.run(wanted), on_cancel=replacement.stop)
            check_still_local("The plan", seen.local_mode)
            return seen

    async def diff(self, entries: object) -> ScheduleDiff:
        """Compare a wanted plan with the one the device has; one read, no write."""
        wanted = self._checked_plan(entries)
        async with self._path.turn:
            record = await self._path.store.read(SCHEDULE)
            seen = restorable_schedule(record.value)
            self._warn_of_unknown_keys(record)
            return compare_plans(wanted, seen)

    async def console(self, command: object, *, unsafe: bool) -> ConsoleReply:
        """Send a command of the caller's own once and return the reply."""
        line = check_command(command, unsafe=unsafe)
        name = line.split(maxsplit=1)[0]
        async with self._path.turn:
            body, doubt = await shielded(self._path.post(CONSOLE_PATH, {"cmd": line}))
        if doubt is not None:
            raise HomevoltCommandOutcomeUnknownError(
                f"{short_repr(name)} was sent once and got no usable answer: {doubt} It was not "
                "sent again, and what it does cannot be read back."
            ) from doubt
        reply = parse_reply(body)
        if reply.succeeded is False:
            raise HomevoltCommandRejectedError(
                f"The device refused {short_repr(name)}: {reply.reason}", reply=reply.reason
            )
        return reply

    async def reboot(self, wait_s: object) -> None:
        """Restart the device, wait until it is back, and read its schedule anew."""
        seconds = positive_seconds("wait_s", wait_s)
        async with self._path.turn:
            await restart(self._path, self._clock, seconds)
            await self._path.refresh_schedule()

    def _warn_of_unknown_keys(self, record: Record[ScheduleData]) -> list[str]:
        """Say what of the plan that was just read goes with it, since no typed entry holds it."""
        if unknown := unknown_keys(record.body):
            _LOGGER.warning(
                "The plan of the device holds what this library does not know, and a plan that "
                "replaces it does not: %s",
                ", ".join(unknown),
            )
        return unknown

    def _checked_plan(self, entries: object) -> Sequence[ScheduleEntry]:
        if isinstance(entries, str | bytes) or not hasattr(entries, "__iter__"):
            raise HomevoltValueError(f"a plan is a list of entries, not {short_repr(entries)}")
        given: Iterable[object] = entries
        now = self._now()
        wanted: list[ScheduleEntry] = []
        for number, entry in enumerate(given, 1):
            if number > MOST_ENTRIES:
                raise HomevoltValueError(f"a plan has at most {MOST_ENTRIES} entries")
            try:
                wanted.append(checked_entry(entry, now))
            except HomevoltValueError as error:
                raise HomevoltValueError(f"entry {number}: {error}") from error
        check_overlaps(wanted)
        return wanted

    def _find_set(
        self, wanted: ScheduleEntry, before: ScheduleData, seen: Schedule
    ) -> ScheduleEntry:
        """Return the only entry there is, or raise."""
        if len(seen.entries) != 1:
            raise HomevoltCommandVerificationError(
                f"The schedule should hold one entry ({wanted}), not {summarise(seen.entries)}.",
                expected=wanted,
                actual=seen.entries,
            )
        (entry,) = seen.entries
        stood = typed_schedule(before).entries == seen.entries
        found = differences(wanted, entry, self._now() + STAMP_SLACK, stood=stood)
        if found and not stood:
            # The device starts it by its own clock, whatever that shows. Only where the plan is
            # the one from before was an entry that has yet to start not started by this write.
            found = differences(wanted, entry, LATEST)
        if found:
            self._refuse(wanted, entry, found)
        return entry

    def _find_added(
        self, wanted: ScheduleEntry, candidates: Sequence[ScheduleEntry]
    ) -> ScheduleEntry:
        """Return the new entry, or raise with the one that comes nearest."""
        if not candidates:
            raise HomevoltCommandVerificationError(
                f"The schedule has no new entry after this one was added: {wanted}.",
                expected=wanted,
                actual=None,
            )
        limit = self._now() + STAMP_SLACK
        found = [(differences(wanted, entry, limit), entry) for entry in candidates]
        differing, nearest_one = min(found, key=lambda item: len(item[0]))
        if differing:
            self._refuse(wanted, nearest_one, differing)
        return nearest_one

    def _check_rest(self, rest: Sequence[ScheduleEntry], seen: Schedule) -> None:
        """Make sure that every other entry still stands; one whose time has passed may be gone."""
        gone = [
            entry
            for entry in added_entries(seen.entries, rest)
            if entry.to_time is None or entry.to_time > self._now()
        ]
        if gone:
            raise HomevoltCommandVerificationError(
                f"It was done, but of the other entries these went with it: {summarise(gone)}.",
                expected=tuple(rest),
                actual=seen.entries,
            )

    def _refuse(
        self, wanted: ScheduleEntry, seen: ScheduleEntry, found: Sequence[Difference]
    ) -> NoReturn:
        """Raise for an entry that was read back otherwise, with what it may come from."""
        standing = "" if seen.id is None else f" Entry {seen.id} stands as it was read back."
        raise HomevoltCommandVerificationError(
            f"The entry was written, but reads back otherwise: {describe(found)}."
            f"{zone_hint(find_shift(wanted, found, self._zone), self._zone)}{standing}",
            expected=wanted,
            actual=seen,
        )


def _count(entry: ScheduleEntry, entries: Sequence[ScheduleEntry]) -> int:
    return sum(without_id(other) == without_id(entry) for other in entries)
