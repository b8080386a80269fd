"""A Homevolt: what was last read from it, and how to read it again."""

from __future__ import annotations

import logging
import math
import random
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from homevolt._common import positive_seconds, seconds_of
from homevolt.control.methods import BatteryControl
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltNotReadyError,
    HomevoltResponseError,
)
from homevolt.protocol.decoding import parse
from homevolt.protocol.resources import EMS, SCHEDULE, Resource
from homevolt.protocol.store import ResourceStore
from homevolt.readings.derived import unreadable_part
from homevolt.readings.installation import walk
from homevolt.readings.inventory import Inventory
from homevolt.readings.schedule_follower import ScheduleFollower
from homevolt.readings.snapshot import Snapshot, Update, typed_views
from homevolt.reports.methods import DeviceReports
from homevolt.schedule.entry import Schedule, typed_entry, typed_schedule
from homevolt.schedule.times import LATEST, as_zone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import tzinfo

    from homevolt._common import Clock
    from homevolt.control.capabilities import CapabilityLog
    from homevolt.control.controller import Controller
    from homevolt.protocol.ems import EmsDocument
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record
    from homevolt.readings.installation import Walk
    from homevolt.readings.models import DeviceMetadata, Sensor
    from homevolt.schedule.entry import ScheduleEntry
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

DEFAULT_INTERVAL_S = 10.0
SHORTEST_INTERVAL_S = 1.0
SHORTEST_AGE_S = 60.0
LONGEST_BACKOFF_S = 300.0
CLOCK_SLACK_S = 2.0
"""A correction of this machine's clock by less than this does not count as setting it."""
LEAST_OF_BACKOFF = 0.9
"""A pause after a failure is drawn at random between this share of it and the whole."""
_LATEST_S = LATEST.timestamp()
_jitter = random.SystemRandom()


class Device(BatteryControl, DeviceReports):
    """One Homevolt installation, as reported by one of its units.

    It is made by `homevolt.Homevolt`; `update_info()` fills it.
    """

    def __init__(
        self, transport: Transport, clock: Clock, schedule_timezone: tzinfo | str = UTC
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._schedule_zone = as_zone(schedule_timezone)
        self._store = ResourceStore(transport, clock)
        self._inventory = Inventory()
        self._follower = ScheduleFollower()
        self._walk: tuple[Record[EmsDocument], Record[ScheduleData] | None, Walk] | None = None
        self._sensors: tuple[Walk, dict[str, Sensor]] | None = None
        self._schedule: tuple[ScheduleData, Schedule] | None = None

    def __repr__(self) -> str:
        name = "" if self.ems_at is None else f" {self.device_id}"
        return f"<Device{name} at {self._transport.base_url}>"

    @cached_property
    def _capabilities(self) -> CapabilityLog:
        """What read-backs have shown."""
        from homevolt.control.capabilities import CapabilityLog  # noqa: PLC0415 - reading alone does not need it

        return CapabilityLog(self._store)

    @cached_property
    def _control(self) -> Controller:
        """The write side."""
        from homevolt.control.controller import Controller  # noqa: PLC0415 - likewise

        return Controller(
            self._transport,
            self._store,
            self._capabilities,
            clock=self._clock,
            now=self.now,
            schedule_timezone=self._schedule_zone,
        )

    @property
    def device_id(self) -> str:
        """The id of the unit that answers (`ecu_id` of `/ems.json`), as text.

        Raises:
            HomevoltNotReadyError: Nothing has been read yet.
        """
        return self._inventory.arrange(self._ems().value).device_id

    @property
    def sensors(self) -> dict[str, Sensor]:
        """The readings by name, empty before the first update; see `homevolt.readings.catalogue`.

        Those of the schedule are of the entry that was active when the device was last read.
        """
        if self._store.last(EMS) is None:
            return {}
        walk = self._readings()
        if self._sensors is None or self._sensors[0] is not walk:
            self._sensors = (walk, walk.layout.sensors(walk.values))
        return dict(self._sensors[1])

    @property
    def device_metadata(self) -> dict[str, DeviceMetadata]:
        """What each part is, by the `device_identifier` of its sensors."""
        return {} if self.ems_at is None else dict(self._readings().layout.metadata)

    @property
    def current_schedule(self) -> dict[str, Any]:
        """The schedule as the device sent it (`/schedule.json`), empty if it was not read."""
        record = self._store.last(SCHEDULE)
        return {} if record is None else parse(record.body, SCHEDULE.path)

    @property
    def schedule(self) -> Schedule | None:
        """The typed schedule, or None if it was not read."""
        record = self._store.last(SCHEDULE)
        if record is None:
            return None
        if self._schedule is None or self._schedule[0] is not record.value:
            self._schedule = (record.value, typed_schedule(record.value))
        return self._schedule[1]

    @property
    def active_entry(self) -> ScheduleEntry | None:
        """The schedule's entry that is active now by the device's clock, or None."""
        record = self._store.last(SCHEDULE)
        if record is None:
            return None
        active = self._follower.at(record.value, self.now().timestamp())
        return None if active.mode is None else typed_entry(active.entry)

    @property
    def ems_at(self) -> datetime | None:
        """When `/ems.json` was last read, in UTC."""
        return _read_at(self._store.last(EMS))

    @property
    def schedule_at(self) -> datetime | None:
        """When `/schedule.json` was last read, in UTC."""
        return _read_at(self._store.last(SCHEDULE))

    @property
    def problems(self) -> dict[str, HomevoltError]:
        """The error of each resource whose last read failed, by its name, such as `schedule`."""
        problems = self._store.errors
        record = self._store.last(SCHEDULE)
        unreadable = None if record is None else unreadable_part(record.value)
        if unreadable is not None:
            problems.setdefault(SCHEDULE.name, unreadable)
        return problems

    @property
    def snapshot(self) -> Snapshot:
        """The readings as typed attributes with their units.

        Raises:
            HomevoltNotReadyError: Nothing has been read yet.
        """
        ems, walk = self._ems(), self._readings()
        return Snapshot(
            at=self.now(),
            ems_at=_utc(ems.read_at_s),
            schedule_at=self.schedule_at,
            schedule=self.schedule,
            active_entry=self.active_entry,
            sensors=self.sensors,
            parts=dict(walk.layout.metadata_by_key),
            problems=self.problems,
            **typed_views(walk),
        )

    def now(self) -> datetime:
        """Return the time by the device's clock (`ts` of `/ems.json`), in UTC.

        The device opens and closes the windows of its schedule by its own clock. Before the first
        update, and where the device reports no plausible time, this is the time of this machine.
        A jump of this machine's clock changes nothing.
        """
        ems = self._store.last(EMS)
        offset_s = _clock_offset_s(ems)
        if ems is None or offset_s is None:
            return _utc(self._clock.now())
        return _utc(ems.read_at_s + offset_s + self._clock.monotonic() - ems.read_s)

    @property
    def is_now_certain(self) -> bool:
        """Whether `now` can be relied on; if not, `fetch_ems_data` makes it certain.

        It cannot if this machine's clock was set, or the machine was suspended, since `/ems.json`
        was last read: the two cannot be told apart.
        """
        ems = self._store.last(EMS)
        if ems is None:
            return False
        by_day_s = self._clock.now() - ems.read_at_s
        return abs(by_day_s - (self._clock.monotonic() - ems.read_s)) < CLOCK_SLACK_S

    @property
    def ems_age_s(self) -> float:
        """How many seconds ago `/ems.json` was last read, infinite before that.

        The time of day may jump, and the monotonic clock stops while this machine is suspended.
        """
        return self._age_s(EMS)

    @property
    def schedule_age_s(self) -> float:
        """How many seconds ago `/schedule.json` was last read, infinite before that."""
        return self._age_s(SCHEDULE)

    async def update_info(self) -> None:
        """Read `/ems.json` and `/schedule.json`; what arrives is kept, each part with its time.

        A schedule that cannot be read does not fail the update: its sensors become None, and
        `problems` says why.

        Raises:
            HomevoltConnectionError: The device could not be reached, or `/ems.json` failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: `/ems.json` is not valid.
        """
        failure: HomevoltError | None = None
        try:
            await self.fetch_ems_data()
        except (HomevoltDataError, HomevoltResponseError) as error:
            failure = error  # the device answers, so its schedule may still be read
        try:
            await self._store.read(SCHEDULE)
        except HomevoltError as error:
            # Not its message, which holds the address; `problems` has it.
            kind, status = type(error).__name__, getattr(error, "status", None)
            _LOGGER.debug("The schedule could not be read: %s, HTTP status %s.", kind, status)
            self._store.forget(SCHEDULE, error)
            if isinstance(error, HomevoltAuthenticationError):
                raise
        if failure is not None:
            raise failure

    async def fetch_ems_data(self) -> None:
        """Read `/ems.json`: units, blades, measuring points.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not valid; the previous readings stay.
        """
        record = await self._store.read(EMS)
        try:
            self._inventory.arrange(record.value)
        except HomevoltDataError as error:  # it is not known yet which unit answers
            self._store.forget(EMS, error)
            raise

    async def fetch_schedule_data(self) -> None:
        """Read `/schedule.json`: the schedule and who is in control.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not a schedule; the previous one stays.
        """
        await self._store.read(SCHEDULE)

    async def updates(
        self, interval_s: float = DEFAULT_INTERVAL_S, *, max_age_s: float | None = None
    ) -> AsyncIterator[Update]:
        """Read at a fixed interval, and yield what happened each time, outages included.

        The first update comes at once; the following ones do not drift. While the device fails,
        the pause doubles with each failure, up to 5 minutes, less a random part of up to a tenth,
        so that devices which failed together are not all read again together.

        Several devices whose updates begin together are read together at each interval. Begin each
        a part of the interval after the one before; as they do not drift, they stay apart.

        Args:
            interval_s: Seconds from one read to the next, at least 1.
            max_age_s: Seconds after which readings are too old to be shown; then an update without
                a snapshot says so, once. By default three intervals, at least 60 s. If it is
                shorter than the interval, that happens between two reads that succeed.

        Yields:
            The current snapshot, or None if there is none or it is too old; the error of this read,
            or None if it succeeded; and the time.

        Raises:
            HomevoltAuthenticationError: The password is certainly wrong; the updates end.
            HomevoltValueError: A duration is not a positive number, or the interval is too short.
        """
        interval_s = seconds_of("interval_s", interval_s, at_least=SHORTEST_INTERVAL_S)
        max_age_s = (
            max(3 * interval_s, SHORTEST_AGE_S)
            if max_age_s is None
            else positive_seconds("max_age_s", max_age_s)
        )
        failures = 0
        due_s = self._clock.monotonic()
        while True:
            error = await self._try_update()
            yield self._update(max_age_s, error)
            now_s = self._clock.monotonic()
            if error is None:
                failures = 0
                due_s += interval_s * ((now_s - due_s) // interval_s + 1)
            else:
                failures += 1
                due_s = now_s + _backoff_s(interval_s, failures, error)
            remaining_s = max_age_s - self.ems_age_s
            if 0 < remaining_s < due_s - now_s:
                await self._clock.sleep(remaining_s)
                yield self._update(max_age_s, error)
            await self._clock.sleep(due_s - self._clock.monotonic())

    async def watch(self, interval_s: float = DEFAULT_INTERVAL_S) -> AsyncIterator[Snapshot]:
        """Read at a fixed interval, and yield each snapshot; outages are logged and waited out.

        Args:
            interval_s: As for `updates`, which also yields the failures.

        Raises:
            HomevoltAuthenticationError: The password is certainly wrong; the watch ends.
            HomevoltValueError: The interval is not a number of at least 1 s.
        """
        level = logging.WARNING
        async for update in self.updates(interval_s):
            if update.error is not None:
                _LOGGER.log(level, "%s", update.error)
                level = logging.DEBUG
            elif update.snapshot is not None:
                level = logging.WARNING
                yield update.snapshot

    async def _try_update(self) -> HomevoltError | None:
        """Read everything again; return what went wrong."""
        try:
            await self.update_info()
        except HomevoltAuthenticationError as error:
            if error.is_final:
                raise
            return error
        except (HomevoltConnectionError, HomevoltDataError) as error:
            return error
        return None

    def _update(self, max_age_s: float, error: HomevoltError | None) -> Update:
        age_s, at = self.ems_age_s, _utc(self._clock.now())
        if round(age_s, 3) >= max_age_s:  # a sleep may end a little early
            return Update(None, error, at)
        return Update(self.snapshot, error, at, age_s)

    def _age_s(self, resource: Resource[Any]) -> float:
        record = self._store.last(resource)
        if record is None:
            return math.inf
        by_day_s = self._clock.now() - record.read_at_s
        return max(by_day_s, self._clock.monotonic() - record.read_s)

    def _ems(self) -> Record[EmsDocument]:
        """Return the last record of `/ems.json`."""
        record = self._store.last(EMS)
        if record is None:
            raise HomevoltNotReadyError(
                "Nothing has been read yet: call 'await update_info()' first."
            )
        return record

    def _readings(self) -> Walk:
        """Return every value of the last records."""
        ems, plan = self._ems(), self._store.last(SCHEDULE)
        if self._walk is None or self._walk[0] is not ems or self._walk[1] is not plan:
            offset_s = _clock_offset_s(ems)
            later_s = 0.0 if plan is None else max(0.0, plan.read_s - ems.read_s)
            schedule = self._follower.values(
                None if plan is None else plan.value,
                ems.read_at_s + (offset_s or 0.0) + later_s,
            )
            arrangement = self._inventory.arrange(ems.value)
            self._walk = (ems, plan, walk(ems.value, arrangement, offset_s, schedule))
        return self._walk[2]


def _clock_offset_s(record: Record[EmsDocument] | None) -> float | None:
    """Return how far the device's clock is ahead; None where it reports no plausible time."""
    device_s = 0.0 if record is None else record.value.ts or 0.0
    return device_s - record.read_at_s if record is not None and 0 < device_s < _LATEST_S else None


def _read_at(record: Record[Any] | None) -> datetime | None:
    return None if record is None else _utc(record.read_at_s)


def _utc(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def _backoff_s(interval_s: float, failures: int, error: HomevoltError) -> float:
    """Return the pause after a failure, at least as long as a locked device asks for."""
    longest_s = min(interval_s * 2.0 ** min(failures - 1, 16), max(interval_s, LONGEST_BACKOFF_S))
    pause_s = _jitter.uniform(LEAST_OF_BACKOFF * longest_s, longest_s)
    return max(pause_s, getattr(error, "retry_after", None) or 0.0)
