"""What the battery is to do and when: modes, entries and the plan they make."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.schedule_document import PartialEntry
from homevolt.schedule.options import OPTIONS, Kind
from homevolt.schedule.times import EARLIEST, LATEST, from_epoch

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.protocol.schedule_document import EntryData, ScheduleData

_LOGGER = logging.getLogger(__name__)

LOCAL_SCHEDULE_ID = "Manual Schedule"
"""`schedule_id` of a schedule that was written locally; the cloud's is a UUID."""

_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.WHOLE: round,
    Kind.FLAG: bool,
    Kind.TIME: from_epoch,
}
_PARAMS = {o.name: _READ[o.kind] for o in OPTIONS if o.name not in {"min_soc", "max_soc"}}
"""The options that an entry of /schedule.json keeps among its `params`, and how each is read."""


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


class ScheduleEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False, repr_omit_defaults=True):
    """One entry of the schedule (`schedule[]` of `/schedule.json`).

    An option that is None was not given; its meaning and unit are in
    `homevolt.schedule.options.OPTIONS`.

    Attributes:
        mode: What the battery does, or the raw number of a mode this library does not know.
        from_time: Start of the window in UTC, None if it is open.
        to_time: End of the window in UTC, exclusive, None if it is open.
        id: The number `delete_schedule` wants; None for an entry that no device has given one.
        min_soc: Lowest state of charge in %.
        max_soc: Highest state of charge in %.
        setpoint: W at the inverter (modes 1-2) or at the grid connection point (3-5). In mode 5
            signed: + import, - export.
        max_charge: W.
        max_discharge: W.
        import_limit: W at the grid connection point.
        export_limit: W at the grid connection point.
        idle_threshold_power: W.
        discharge_threshold_power: W.
        main_fuse: mA.
        charge_ramp_up: mA/s.
        discharge_ramp_up: mA/s.
        import_energy_limit: Wh, within `import_energy_limit_from` and `import_energy_limit_to`.
        import_energy_limit_from: UTC.
        import_energy_limit_to: UTC.
        import_energy_max_compensation: W.
        export_energy_limit: Wh, within `export_energy_limit_from` and `export_energy_limit_to`.
        export_energy_limit_from: UTC.
        export_energy_limit_to: UTC.
        export_energy_max_compensation: W.
        fcr_n_power: W.
        fcr_d_up_power: W.
        fcr_d_down_power: W.
        ffr_power: W.
        use_ffr_custom_trig_freq: True or False.
        ffr_rearm: True or False.
        fcr_start_from: UTC.
        test_sequence: 0-16.
        test_end_schedule: True or False.
        offline: True or False; idle only.
    """

    mode: BatteryMode | int
    from_time: datetime | None = None
    to_time: datetime | None = None
    id: int | None = None
    min_soc: int | None = None
    max_soc: int | None = None
    setpoint: int | None = None
    max_charge: int | None = None
    max_discharge: int | None = None
    import_limit: int | None = None
    export_limit: int | None = None
    idle_threshold_power: int | None = None
    discharge_threshold_power: int | None = None
    main_fuse: int | None = None
    charge_ramp_up: int | None = None
    discharge_ramp_up: int | None = None
    import_energy_limit: int | None = None
    import_energy_limit_from: datetime | None = None
    import_energy_limit_to: datetime | None = None
    import_energy_max_compensation: int | None = None
    export_energy_limit: int | None = None
    export_energy_limit_from: datetime | None = None
    export_energy_limit_to: datetime | None = None
    export_energy_max_compensation: int | None = None
    fcr_n_power: int | None = None
    fcr_d_up_power: int | None = None
    fcr_d_down_power: int | None = None
    ffr_power: int | None = None
    use_ffr_custom_trig_freq: bool | None = None
    ffr_rearm: bool | None = None
    fcr_start_from: datetime | None = None
    test_sequence: int | None = None
    test_end_schedule: bool | None = None
    offline: bool | None = None

    @classmethod
    def from_wire(cls, data: EntryData) -> ScheduleEntry:
        """Return an entry of `/schedule.json`, its epoch seconds as UTC and numbers rounded.

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
                f"an entry whose {key!r} cannot be read is no entry", path=f"$.schedule[].{key}"
            )
        given: dict[str, Any] = msgspec.to_builtins(data.params)
        options = {name: _PARAMS[name](value) for name, value in given.items()}
        return cls(
            mode=known_mode(mode),
            from_time=from_epoch(data.from_),
            to_time=from_epoch(data.to),
            id=data.id,
            min_soc=None if data.min is None else round(data.min),
            max_soc=None if data.max is None else round(data.max),
            **options,
        )

    @property
    def mode_slug(self) -> str:
        """The mode in snake_case, or the number of a mode this library does not know."""
        return self.mode.slug if isinstance(self.mode, BatteryMode) else str(self.mode)

    def holds(self, at: datetime) -> bool:
        """Tell whether `at` lies in the window: start inclusive, end exclusive, either open."""
        return (self.from_time is None or self.from_time <= at) and (
            self.to_time is None or at < self.to_time
        )

    def overlaps(self, other: ScheduleEntry) -> bool:
        """Tell whether the windows of two entries have a moment in common."""
        starts_before_end = (self.from_time or EARLIEST) < (other.to_time or LATEST)
        return starts_before_end and (other.from_time or EARLIEST) < (self.to_time or LATEST)

    def options(self) -> dict[str, Any]:
        """Return the options that were given, by name; mode, window and id are none."""
        rows = zip(OPTIONS, self.option_values(), strict=True)
        return {option.name: value for option, value in rows if value is not None}

    def option_values(self) -> tuple[Any, ...]:
        """Return the value of every option, in the order of `homevolt.schedule.options.OPTIONS`."""
        return msgspec.structs.astuple(self)[_FIRST_OPTION:]

    def __str__(self) -> str:
        """The entry in one line for people, with its times in UTC."""
        number = "" if self.id is None else f"{self.id}: "
        said = "".join(f", {name} {_plain(value)}" for name, value in self.options().items())
        return f"{number}{self.mode_slug} {_window(self.from_time, self.to_time)}{said}"


# A test keeps the fields in the order of the table.
_FIRST_OPTION = ScheduleEntry.__struct_fields__.index(OPTIONS[0].name)


class Schedule(msgspec.Struct, frozen=True, gc=False):
    """The plan of a device (`/schedule.json`).

    Attributes:
        local_mode: True if the cloud's schedules are refused; None if the device does not say.
        schedule_id: `Manual Schedule` if written locally, a UUID if by the cloud.
        entries: The entries in the order of the device, which says nothing about which is active.
    """

    local_mode: bool | None = None
    schedule_id: str | None = None
    entries: tuple[ScheduleEntry, ...] = ()

    @classmethod
    def from_wire(cls, data: ScheduleData) -> Schedule:
        """Return the typed plan; an entry whose mode or window cannot be read is left out.

        Args:
            data: The decoded `/schedule.json`.

        Returns:
            The plan.
        """
        entries = []
        for entry in data.schedule or ():
            if key := unreadable_key(entry):
                _LOGGER.debug("left out a schedule entry, its %r is unreadable: %r", key, entry)
            else:
                entries.append(ScheduleEntry.from_wire(entry))
        return cls(data.local_mode, data.schedule_id, tuple(entries))

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
        """
        moment = _moment(at)
        return next((entry for entry in self.entries if entry.holds(moment)), None)

    def upcoming(self, at: datetime | None = None) -> list[ScheduleEntry]:
        """Return the entries that start after a moment, the next one first.

        Args:
            at: A datetime, local time of this machine if it has no zone; None is now, by the clock
                of this machine.

        Returns:
            The entries, sorted by their start.
        """
        moment = _moment(at)
        return sorted((e for e in self.entries if _start(e) > moment), key=_start)

    def find(self, entry_id: int) -> ScheduleEntry | None:
        """Return the entry with an id, or None."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)


def unreadable_key(data: EntryData) -> str | None:
    """Return the key without which nobody knows what an entry does or when, if it is unreadable.

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


def _moment(at: datetime | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    return at if at.tzinfo is not None else datetime.fromtimestamp(at.timestamp(), UTC)


def _start(entry: ScheduleEntry) -> datetime:
    return entry.from_time or EARLIEST


def _window(start: datetime | None, end: datetime | None) -> str:
    if start is None and end is None:
        return "always"
    words = (("from", start), ("to", end))
    return " ".join(f"{word} {_plain(moment)}" for word, moment in words if moment is not None)


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}Z" if isinstance(value, datetime) else str(value)
