"""What the battery is to do and when: modes, entries and the plan they make."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.entry_fields import OPTIONS, EntryFields, Kind
from homevolt.protocol.schedule_document import PartialEntry
from homevolt.schedule.times import EARLIEST, LATEST, from_epoch, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.protocol.schedule_document import EntryData, ScheduleData

_LOGGER = logging.getLogger(__name__)

LOCAL_SCHEDULE_ID = "Manual Schedule"
"""`schedule_id` of a schedule that was written locally; the cloud gives its own names."""


class BatteryMode(IntEnum):
    """The types of a schedule entry (`type` in `/schedule.json`, first argument of `sched_set`).

    Modes 1-2 hold their setpoint at the inverter, 3-5 at the grid connection point.
    """

    IDLE = 0
    INVERTER_CHARGE = 1
    INVERTER_DISCHARGE = 2
    GRID_CHARGE = 3
    GRID_DISCHARGE = 4
    GRID_CHARGE_DISCHARGE = 5
    FREQUENCY_RESERVE = 6
    SOLAR_CHARGE = 7
    SOLAR_CHARGE_DISCHARGE = 8
    FULL_SOLAR_EXPORT = 9

    @property
    def slug(self) -> str:
        """The name in snake_case, such as `grid_charge`."""
        return self.name.lower()


SETPOINT_MODES = frozenset(
    {BatteryMode.GRID_CHARGE, BatteryMode.GRID_DISCHARGE, BatteryMode.GRID_CHARGE_DISCHARGE}
)
"""The modes that fail without a setpoint."""


class ScheduleEntry(EntryFields, frozen=True, kw_only=True, gc=False, repr_omit_defaults=True):
    """One entry of the schedule (`schedule[]` of `/schedule.json`).

    Besides the attributes below it has one for each option; docs/control.md lists them with their
    units. An option that is None was not given. Numbers are ints, and a float where the device sent
    a fraction; its console takes none, so such an entry cannot be written.

    Attributes:
        mode: What the battery does, or the raw number of a mode this library does not know.
        from_time: Start of the window in UTC, None if it is open.
        to_time: End of the window in UTC, exclusive, None if it is open.
        id: The number `delete_schedule` takes; None for an entry that no device has given one.
    """

    mode: BatteryMode | int

    @property
    def mode_slug(self) -> str:
        """The mode in snake_case, or the number of a mode this library does not know."""
        return self.mode.slug if isinstance(self.mode, BatteryMode) else str(self.mode)

    def holds(self, at: datetime | None = None) -> bool:
        """Tell whether a moment lies in the window: start inclusive, end exclusive, either open.

        Args:
            at: As for `Schedule.active`.

        Raises:
            HomevoltValueError: It is not a datetime, or before 1970.
        """
        return _is_within(self, _moment(at))

    def overlaps(self, other: ScheduleEntry) -> bool:
        """Tell whether the windows of two entries have a moment in common."""
        return start_of(self) < end_of(other) and start_of(other) < end_of(self)

    def options(self) -> dict[str, Any]:
        """Return the options that were given; mode, window and id are not among them.

        Returns:
            The values by name, in the units of docs/control.md, times in UTC.
        """
        rows = zip(OPTIONS, option_values(self), strict=True)
        return {option.name: value for option, value in rows if value is not None}

    def __str__(self) -> str:
        """The entry in one line for people, with its times in UTC."""
        number = "" if self.id is None else f"{self.id}: "
        options = "".join(f", {name} {_plain(value)}" for name, value in self.options().items())
        return f"{number}{self.mode_slug} {_window(self.from_time, self.to_time)}{options}"


class Schedule(msgspec.Struct, frozen=True, gc=False):
    """The plan of a device (`/schedule.json`).

    Attributes:
        local_mode: True if the cloud's schedules are refused; None if the device does not report.
        schedule_id: `Manual Schedule` if written locally, else the name that the cloud gave it.
        entries: The entries in the order of the device, which says nothing about which is active.
    """

    local_mode: bool | None = None
    schedule_id: str | None = None
    entries: tuple[ScheduleEntry, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the plan was written locally rather than by the cloud."""
        return self.schedule_id == LOCAL_SCHEDULE_ID

    def active(self, at: datetime | None = None) -> ScheduleEntry | None:
        """Return the entry in force at a moment.

        Where windows overlap, the entry that the device lists first wins: what a search from the
        front finds. The vendor does not say; `replace_schedule` refuses such plans.

        Args:
            at: A datetime, local time of this machine if it has no zone; None is now, by the clock
                of this machine.

        Returns:
            The entry whose window holds `at`, or None.

        Raises:
            HomevoltValueError: It is not a datetime, or before 1970.
        """
        moment = _moment(at)
        return next((entry for entry in self.entries if _is_within(entry, moment)), None)

    def upcoming(self, at: datetime | None = None) -> list[ScheduleEntry]:
        """Return the entries that start after a moment, the next one first.

        Args:
            at: As for `active`.

        Returns:
            The entries, sorted by their start.

        Raises:
            HomevoltValueError: It is not a datetime, or before 1970.
        """
        moment = _moment(at)
        later = (e for e in self.entries if e.from_time is not None and e.from_time > moment)
        return sorted(later, key=start_of)

    def find(self, entry_id: int) -> ScheduleEntry | None:
        """Return the entry with an id, or None.

        Args:
            entry_id: The `id` of an entry, as `delete_schedule` takes it.
        """
        return next((entry for entry in self.entries if entry.id == entry_id), None)


def start_of(entry: ScheduleEntry) -> datetime:
    """Return the start of an entry's window, `EARLIEST` if it is open."""
    return entry.from_time or EARLIEST


def end_of(entry: ScheduleEntry) -> datetime:
    """Return the end of an entry's window, `LATEST` if it is open."""
    return entry.to_time or LATEST


def option_values(entry: ScheduleEntry) -> tuple[Any, ...]:
    """Return the value of every option, in the order of `homevolt.schedule.options.OPTIONS`."""
    return msgspec.structs.astuple(entry)[_FIRST_OPTION:]


_FIRST_OPTION = ScheduleEntry.__struct_fields__.index(OPTIONS[0].name)


def typed_schedule(data: ScheduleData) -> Schedule:
    """Return the typed plan; an entry whose mode or window cannot be read is left out.

    Args:
        data: The decoded `/schedule.json`.
    """
    entries = []
    for place, entry in enumerate(data.schedule or ()):
        if key := unreadable_key(entry):
            _LOGGER.debug("Left out $.schedule[%d]: its %r is unreadable.", place, key)
        else:
            entries.append(typed_entry(entry))
    return Schedule(data.local_mode, data.schedule_id, tuple(entries))


def typed_entry(data: EntryData) -> ScheduleEntry:
    """Return an entry of `/schedule.json`, its epoch seconds as UTC.

    Args:
        data: The entry.

    Returns:
        The entry, with the raw number as mode where this library does not know it.

    Raises:
        HomevoltDataError: Its mode or its window cannot be read.
    """
    mode, key = data.type, unreadable_key(data)
    if mode is None or key:
        raise HomevoltDataError(
            f"{key!r} of a schedule entry is missing or cannot be read.", path=f"$.schedule[].{key}"
        )
    given: dict[str, Any] = msgspec.to_builtins(data.params)
    options = {name: _PARAMS[name](value) for name, value in given.items()}
    return ScheduleEntry(
        mode=known_mode(mode),
        from_time=from_epoch(data.from_),
        to_time=from_epoch(data.to),
        id=data.id,
        min_soc=None if data.min is None else _number(data.min),
        max_soc=None if data.max is None else _number(data.max),
        **options,
    )


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.WHOLE: _number,
    Kind.FLAG: bool,
    Kind.TIME: from_epoch,
}
_PARAMS = {option.name: _READ[option.kind] for option in OPTIONS if option.in_params}
"""The options that an entry of /schedule.json keeps among its `params`, and how each is read."""


def unreadable_key(data: EntryData) -> str | None:
    """Return the key that cannot be read of those that say what an entry does and when, or None.

    A window that is not given is open; one that is malformed is not.
    """
    if data.type is None:
        return "type"
    lost = data.lost if isinstance(data, PartialEntry) else ()
    return next((key for key in ("from", "to") if key in lost), None)


def known_mode(number: int) -> BatteryMode | int:
    """Return the mode of a number, or the number itself if this library does not know it."""
    try:
        return BatteryMode(number)
    except ValueError:
        return number


def _is_within(entry: ScheduleEntry, moment: datetime) -> bool:
    # Not by `start_of`: a device whose clock was never set may be before it.
    return (entry.from_time is None or entry.from_time <= moment) and moment < end_of(entry)


def _moment(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else parse_time("at", at)


def _window(start: datetime | None, end: datetime | None) -> str:
    if start is None and end is None:
        return "always"
    words = (("from", start), ("to", end))
    return " ".join(f"{word} {_plain(moment)}" for word, moment in words if moment is not None)


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}Z" if isinstance(value, datetime) else str(value)
