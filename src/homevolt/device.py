"""A Homevolt: what was read of it last, and how to read it again."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from homevolt._common import positive_seconds
from homevolt.control.methods import BatteryControl
from homevolt.exceptions import (
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltNotReadyError,
    HomevoltResponseError,
)
from homevolt.protocol.decoding import parse
from homevolt.protocol.ems import EmsDocument, decode_ems
from homevolt.protocol.schedule_document import decode_schedule
from homevolt.readings.layout import Installation, Layout, schedule_values
from homevolt.readings.snapshot import Snapshot, meter_views, total_view, unit_views
from homevolt.schedule.entry import Schedule
from homevolt.schedule.times import LATEST, as_zone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import tzinfo

    from homevolt._common import Clock
    from homevolt.control import Controller
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.readings.models import DeviceMetadata, Sensor
    from homevolt.schedule.entry import ScheduleEntry
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

EMS_PATH = "/ems.json"
SCHEDULE_PATH = "/schedule.json"
LONGEST_BACKOFF_S = 300.0
_LATEST_S = LATEST.timestamp()


class Device(BatteryControl):
    """One Homevolt installation as one of its units tells it.

    It is made by `homevolt.Homevolt`; `update_info()` fills it.
    """

    def __init__(
        self, transport: Transport, clock: Clock, schedule_timezone: tzinfo | str = UTC
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._schedule_zone = as_zone(schedule_timezone)
        self._document: EmsDocument | None = None
        self._installation: Installation | None = None
        self._layout: Layout | None = None
        self._schedule_body: bytes | None = None
        self._schedule_data: ScheduleData | None = None
        self._schedule: Schedule | None = None
        self._ems_s: float | None = None
        self._schedule_s: float | None = None
        self._clock_lead_s = 0.0
        self._sensors: dict[str, Sensor] | None = None
        self._problems: dict[str, HomevoltError] = {}

    def __repr__(self) -> str:
        name = "" if self._document is None else f" {self.device_id}"
        return f"<Device{name} at {self._transport.base_url}>"

    @cached_property
    def _control(self) -> Controller:
        """The write side."""
        from homevolt.control import Controller  # noqa: PLC0415 - who only reads does not pay

        return Controller(
            self._transport,
            clock=self._clock,
            now=self.now,
            schedule_timezone=self._schedule_zone,
            decode=self._accept_schedule,
        )

    @property
    def device_id(self) -> str:
        """The id of the unit that answers (`ecu_id` of `/ems.json`), as text.

        Raises:
            HomevoltNotReadyError: Nothing was read yet.
        """
        return self._laid_out()[1].device_id

    @property
    def sensors(self) -> dict[str, Sensor]:
        """The readings by name, empty before the first update; see `homevolt.readings.catalogue`.

        Those of the schedule are of the entry that was active when the device was read last.
        """
        if self._sensors is None:
            if self._document is None:
                return {}
            installation, layout = self._laid_out()
            schedule = self.schedule or Schedule()
            read_at = _utc(max(self._ems_s or 0.0, self._schedule_s or 0.0) + self._clock_lead_s)
            values = installation.values() + schedule_values(schedule, schedule.active(read_at))
            self._sensors = layout.sensors(values)
        return dict(self._sensors)

    @property
    def device_metadata(self) -> dict[str, DeviceMetadata]:
        """What each part is, by the `device_identifier` of its sensors."""
        return {} if self._document is None else dict(self._laid_out()[1].metadata)

    @property
    def current_schedule(self) -> dict[str, Any]:
        """The schedule as the device sent it (`/schedule.json`), empty if it was not read."""
        return {} if self._schedule_body is None else parse(self._schedule_body, SCHEDULE_PATH)

    @property
    def schedule(self) -> Schedule | None:
        """The typed schedule, or None if it was not read."""
        if self._schedule is None and self._schedule_data is not None:
            self._schedule = Schedule.from_wire(self._schedule_data)
        return self._schedule

    @property
    def active_entry(self) -> ScheduleEntry | None:
        """The schedule's entry that is active now by the device's clock, or None."""
        return None if self.schedule is None else self.schedule.active(self.now())

    @property
    def ems_at(self) -> datetime | None:
        """When `/ems.json` was read last, in UTC."""
        return None if self._ems_s is None else _utc(self._ems_s)

    @property
    def schedule_at(self) -> datetime | None:
        """When `/schedule.json` was read last, in UTC."""
        return None if self._schedule_s is None else _utc(self._schedule_s)

    @property
    def problems(self) -> dict[str, HomevoltError]:
        """What the last `update_info()` could not read: the error by part, `ems` or `schedule`."""
        return dict(self._problems)

    @property
    def snapshot(self) -> Snapshot:
        """The readings as typed attributes with their units.

        Raises:
            HomevoltNotReadyError: Nothing was read yet.
        """
        installation, _ = self._laid_out()
        return Snapshot(
            at=self.now(),
            ems_at=_utc(self._ems_s or 0.0),
            units=unit_views(installation),
            total=total_view(installation),
            meters=meter_views(installation),
            house_consumption_w=installation.house_consumption_w(),
            schedule_at=self.schedule_at,
            schedule=self.schedule,
            active_entry=self.active_entry,
        )

    def now(self) -> datetime:
        """Return the time by the device's clock (`ts` of `/ems.json`), in UTC.

        The device opens and closes the windows of its schedule by its own clock. Before the first
        update, and where it tells no possible time, this is the time of this machine.
        """
        return _utc(self._clock.now() + self._clock_lead_s)

    async def update_info(self) -> None:
        """Read `/ems.json` and `/schedule.json`; what arrives is kept, each part with its time.

        A schedule that cannot be read does not fail the update: its sensors become None, and
        `problems` says why.

        Raises:
            HomevoltConnectionError: The device was not reached, or `/ems.json` failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: `/ems.json` is not what it should be.
        """
        self._problems = {}
        await self._attempt("ems", self.fetch_ems_data)
        await self._attempt("schedule", self.fetch_schedule_data)
        if "ems" in self._problems:
            raise self._problems["ems"]

    async def fetch_ems_data(self) -> None:
        """Read `/ems.json`: units, blades, measuring points.

        Raises:
            HomevoltConnectionError: The device was not reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not what it should be; the former readings stay.
        """
        document = decode_ems(await self._transport.get(EMS_PATH))
        self._accept_ems(document)

    async def fetch_schedule_data(self) -> None:
        """Read `/schedule.json`: the schedule and who is in control.

        Raises:
            HomevoltConnectionError: The device was not reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not what it should be; the former schedule stays.
        """
        self._accept_schedule(await self._transport.get(SCHEDULE_PATH))

    async def watch(self, interval: float = 10.0) -> AsyncIterator[Snapshot]:
        """Update again and again, and yield what was read each time.

        Updates start `interval` seconds apart, however long they take; one that is late is left
        out. While the device is not reached or answers nonsense, the pauses double up to five
        minutes; the first such failure is logged as a warning, those that follow at debug.

        Args:
            interval: Seconds from one update to the next.

        Raises:
            HomevoltAuthenticationError: The device refused the password; the watch is over.
            HomevoltValueError: The interval is no positive number.
        """
        interval = positive_seconds("interval", interval)
        failures = 0
        due = self._clock.monotonic()
        while True:
            try:
                await self.update_info()
            except (HomevoltConnectionError, HomevoltDataError) as error:
                _LOGGER.log(logging.DEBUG if failures else logging.WARNING, "%s", error)
                failures += 1
                await self._clock.sleep(_backoff_s(interval, failures))
                due = self._clock.monotonic()
                continue
            failures = 0
            yield self.snapshot
            late = self._clock.monotonic() - due
            due += interval * (late // interval + 1)
            await self._clock.sleep(due - self._clock.monotonic())

    def _accept_ems(self, document: EmsDocument) -> None:
        """Take over what `/ems.json` said."""
        now_s = self._clock.now()
        device_s = document.ts or 0.0
        tells_time = 0 < device_s < _LATEST_S
        self._clock_lead_s = device_s - now_s if tells_time else 0.0
        self._document, self._ems_s = document, now_s
        self._installation = self._sensors = None

    def _accept_schedule(self, body: bytes) -> ScheduleData:
        """Take over what `/schedule.json` said, and return it."""
        if self._schedule_data is None or body != self._schedule_body:  # it hardly ever changes
            self._schedule_data, self._schedule = decode_schedule(body), None
        self._schedule_body, self._schedule_s = body, self._clock.now()
        self._sensors = None
        return self._schedule_data

    def _laid_out(self) -> tuple[Installation, Layout]:
        """Return what was read in order, and laid out anew if the installation has changed."""
        if self._document is None:
            raise HomevoltNotReadyError("Nothing was read yet: call 'await update_info()' first.")
        if self._installation is None:
            self._installation = Installation(self._document)
        if self._layout is None or self._layout.shape != self._installation.shape():
            self._layout = Layout(self._installation)
        return self._installation, self._layout

    async def _attempt(self, part: str, fetch: Callable[[], Awaitable[None]]) -> None:
        """Read one part; what is wrong with this part alone becomes a problem.

        A device that does not answer to `/ems.json` is gone, and nothing more is asked of it. One
        that has just answered to it is not, whatever becomes of its schedule.
        """
        try:
            await fetch()
        except (HomevoltDataError, HomevoltConnectionError) as error:
            is_answer = isinstance(error, HomevoltDataError | HomevoltResponseError)
            if part == "ems" and not is_answer:
                raise
            _LOGGER.debug("%s could not be read: %s", part, error)
            self._problems[part] = error
            if part == "schedule":
                self._schedule_data = self._schedule_body = self._schedule_s = None
                self._schedule = self._sensors = None


def _utc(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def _backoff_s(interval: float, failures: int) -> float:
    return float(min(interval * 2 ** min(failures - 1, 16), max(interval, LONGEST_BACKOFF_S)))
