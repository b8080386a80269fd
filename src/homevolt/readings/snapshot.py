"""The readings of one moment, as frozen attributes with their units."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.readings.catalogue import METER, PHASE, Scope
from homevolt.readings.views import (
    BladeView,
    HouseView,
    MeterView,
    PhaseView,
    UnitView,
    total_view,
    view_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from homevolt.exceptions import HomevoltError
    from homevolt.readings.catalogue import Value
    from homevolt.readings.installation import Walk
    from homevolt.readings.layout import Part
    from homevolt.readings.models import DeviceMetadata, Sensor
    from homevolt.schedule.entry import Schedule, ScheduleEntry

_METERED = len(METER)
_PHASED = [_METERED + len(PHASE) * n for n in range(4)]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Everything that was read, with its times.

    Attributes:
        at: The moment of the snapshot by the device's clock, in UTC.
        ems_at: When `/ems.json` was read, in UTC.
        units: The units, the one that answers first.
        total: The sum over the units, or None for a single unit.
        meters: The measuring points by function.
        house: What is calculated for the house.
        clock_offset_s: How far the device's clock is ahead of this machine's in s, None if the
            device reports no time.
        schedule_at: When `/schedule.json` was read, in UTC, or None.
        schedule: The schedule, or None if it could not be read.
        active_entry: The schedule's entry that was active at `at`, or None.
        sensors: The same readings as `Device.sensors`, by name.
        parts: What each part is, by its key.
        problems: What could not be read, by resource.
    """

    __hash__ = None  # type: ignore[assignment]  # it is equal by its values, dicts among them

    at: datetime
    ems_at: datetime
    units: tuple[UnitView, ...]
    total: UnitView | None = None
    meters: tuple[MeterView, ...] = ()
    house: HouseView = HouseView()
    clock_offset_s: float | None = None
    schedule_at: datetime | None = None
    schedule: Schedule | None = None
    active_entry: ScheduleEntry | None = None
    sensors: Mapping[str, Sensor] = {}
    parts: Mapping[str, DeviceMetadata] = {}
    problems: Mapping[str, HomevoltError] = {}

    @property
    def unit(self) -> UnitView:
        """The unit that answers."""
        return self.units[0]

    @property
    def house_consumption_w(self) -> float | None:
        """What the house consumes in W, positive; None if it is unknown."""
        return self.house.consumption_w

    @property
    def grid(self) -> MeterView | None:
        """The measuring point at the grid connection point."""
        return self._meter("grid")

    @property
    def solar(self) -> MeterView | None:
        """The measuring point of the solar production."""
        return self._meter("solar")

    @property
    def load(self) -> MeterView | None:
        """The measuring point of the house, negative when consuming."""
        return self._meter("load")

    def _meter(self, function: str) -> MeterView | None:
        return next((meter for meter in self.meters if meter.function == function), None)


class Update(msgspec.Struct, frozen=True):
    """The outcome of one read of `Device.updates`.

    Attributes:
        snapshot: The current readings, or None if there are none or they are too old.
        error: Why this read failed, or None if it succeeded.
        at: When it ended by the clock of this machine, in UTC.
        age_s: How old the snapshot is in seconds, None without one.
    """

    __hash__ = None  # type: ignore[assignment]  # as its snapshot has none

    snapshot: Snapshot | None
    error: HomevoltError | None
    at: datetime
    age_s: float | None = None


def typed_views(walk: Walk) -> dict[str, Any]:
    """Return the fields of a snapshot that hold the readings of a walk."""
    views: dict[str, Any] = {"units": (), "meters": ()}
    blades: tuple[BladeView, ...] = ()
    end = len(walk.values)
    for part in reversed(walk.layout.parts):  # so that a unit comes after its blades
        values, is_there = walk.values[part.start : end], part.start not in walk.absent
        end = part.start
        match part.scope:
            case Scope.UNIT:
                unit = view_of(
                    UnitView,
                    values,
                    ecu_id=part.subject.name,
                    model=part.subject.model or None,
                    available=is_there,
                    blades=blades,
                )
                views["units"], blades = (unit, *views["units"]), ()
            case Scope.BLADE:
                blade = view_of(BladeView, values, number=part.subject, available=is_there)
                blades = (blade, *blades)
            case Scope.TOTAL:
                views["total"] = total_view(values, available=is_there)
            case Scope.METER:
                views["meters"] = (_meter(part, values, available=is_there), *views["meters"])
            case Scope.HOUSE:
                views["house"] = view_of(HouseView, values)
            case Scope.CLOCK:
                (views["clock_offset_s"],) = values
            case _:
                pass  # the schedule is typed already
    return views


def _meter(part: Part, values: list[Value], *, available: bool) -> MeterView:
    l1, l2, l3 = (
        view_of(PhaseView, values[start:end]) for start, end in itertools.pairwise(_PHASED)
    )
    return view_of(
        MeterView,
        (*values[:_METERED], *values[_PHASED[-1] :]),
        function=part.subject.function,
        euid=part.subject.euid or None,
        available=available,
        l1=l1,
        l2=l2,
        l3=l3,
    )
