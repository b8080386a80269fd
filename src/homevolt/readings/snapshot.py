"""The typed view: the readings of one moment as frozen attributes with their units.

Every value comes through the catalogue, as in the sensor dict; ratios go from 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.protocol.ems import NO_POINT
from homevolt.readings.layout import (
    BLADE_READINGS,
    METER_READINGS,
    PHASE_READINGS,
    RADIO_READINGS,
    TOTAL_READINGS,
    UNIT_READINGS,
    Installation,
    ScopeReader,
    function_of,
    is_available,
    is_virtual,
    phases_of,
    unit_id,
)

if TYPE_CHECKING:
    from datetime import datetime

    from homevolt.exceptions import HomevoltError
    from homevolt.protocol.ems import MeasuringPoint, Unit
    from homevolt.schedule.entry import Schedule, ScheduleEntry


class View(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """Base of the views: every field is None where the device does not give it."""


class BladeView(View, frozen=True):
    """A blade of a unit (`ems[].bms_data[]` of `/ems.json`)."""

    state_of_charge_ratio: float | None = None
    state_of_health_ratio: float | None = None
    tmin_c: float | None = None
    tmax_c: float | None = None
    charge_cycles: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    power_w: float | None = None
    available_energy_wh: float | None = None
    state: str | None = None
    alarms: str | None = None


class UnitView(View, frozen=True):
    """A unit (`ems[]` of `/ems.json`), or the sum of all units (`aggregated`).

    Power is + when discharging and - when charging. The sum has no id, model and blades.
    """

    ecu_id: str | None = None
    model: str | None = None
    blades: tuple[BladeView, ...] = ()
    power_w: float | None = None
    state_of_charge_ratio: float | None = None
    frequency_hz: float | None = None
    l1_voltage_v: float | None = None
    l2_voltage_v: float | None = None
    l3_voltage_v: float | None = None
    l1_l2_voltage_v: float | None = None
    l2_l3_voltage_v: float | None = None
    l3_l1_voltage_v: float | None = None
    l1_current_a: float | None = None
    l2_current_a: float | None = None
    l3_current_a: float | None = None
    apparent_power_va: float | None = None
    reactive_power_var: float | None = None
    system_temperature_c: float | None = None
    imported_energy_kwh: float | None = None
    exported_energy_kwh: float | None = None
    discharged_energy_wh: float | None = None
    charged_energy_wh: float | None = None
    available_charging_power_w: float | None = None
    available_discharge_power_w: float | None = None
    available_charging_energy_wh: float | None = None
    available_discharge_energy_wh: float | None = None
    available_capacity_wh: float | None = None
    rated_capacity_wh: float | None = None
    rated_power_w: float | None = None
    power_reference_w: float | None = None
    operating_state: str | None = None
    state: str | None = None
    error: str | None = None
    alarms: str | None = None
    warnings: str | None = None
    firmware_version: str | None = None


class PhaseView(View, frozen=True):
    """A phase of a measuring point (`sensors[].phase[]` of `/ems.json`)."""

    voltage_v: float | None = None
    current_a: float | None = None
    power_w: float | None = None


class MeterView(View, frozen=True):
    """A measuring point (`sensors[]` of `/ems.json`); all readings None while not available.

    Power at the grid is + import and - export, of solar + production, of the load - consumption.
    """

    function: str
    euid: str | None = None
    available: bool = True
    power_w: float | None = None
    energy_imported_kwh: float | None = None
    energy_exported_kwh: float | None = None
    frequency_hz: float | None = None
    l1: PhaseView = PhaseView()
    l2: PhaseView = PhaseView()
    l3: PhaseView = PhaseView()
    rssi_dbm: float | None = None
    average_rssi_dbm: float | None = None
    packet_delivery_rate_ratio: float | None = None


class Snapshot(View, frozen=True):
    """Everything that was read, with its times.

    Attributes:
        ems_at: When `/ems.json` was read, in UTC.
        units: The units, the one that answers first.
        total: The sum over the units, or None for a single unit.
        meters: The measuring points by function.
        house_consumption_w: What the house consumes, positive.
        schedule_at: When `/schedule.json` was read, in UTC, or None.
        schedule: The schedule, or None if it could not be read.
        active_entry: The schedule's entry that was active at `at`, or None.
        at: The moment of the snapshot by the device's clock, in UTC.
    """

    ems_at: datetime
    units: tuple[UnitView, ...]
    at: datetime
    total: UnitView | None = None
    meters: tuple[MeterView, ...] = ()
    house_consumption_w: float | None = None
    schedule_at: datetime | None = None
    schedule: Schedule | None = None
    active_entry: ScheduleEntry | None = None

    @property
    def unit(self) -> UnitView:
        """The unit that answers."""
        return self.units[0]

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
    """What one read of `Device.updates` brought.

    Attributes:
        snapshot: The readings that stand, or None if there are none or they are too old.
        error: Why this read failed, or None if it succeeded.
        at: When it ended by the clock of this machine, in UTC.
    """

    snapshot: Snapshot | None
    error: HomevoltError | None
    at: datetime

    @property
    def age_s(self) -> float | None:
        """How old the snapshot is in seconds, None without one."""
        return None if self.snapshot is None else (self.at - self.snapshot.ems_at).total_seconds()


def unit_views(installation: Installation) -> tuple[UnitView, ...]:
    """Return the units of an installation, the one that answers first."""
    return tuple(_unit(unit) for unit in installation.units)


def total_view(installation: Installation) -> UnitView | None:
    """Return the sum over the units, or None for a single unit."""
    if installation.total is None:
        return None
    return UnitView(**_named(TOTAL_READINGS, installation.total))


def meter_views(installation: Installation) -> tuple[MeterView, ...]:
    """Return the measuring points of an installation by function."""
    return tuple(_meter(point) for point in installation.points)


def _unit(unit: Unit) -> UnitView:
    return UnitView(
        ecu_id=unit_id(unit),
        model=unit.ems_info.model,
        blades=tuple(BladeView(**_named(BLADE_READINGS, blade)) for blade in unit.bms_data),
        **_named(UNIT_READINGS, unit),
    )


def _meter(point: MeasuringPoint) -> MeterView:
    heard = point if is_available(point) else NO_POINT
    l1, l2, l3 = (PhaseView(**_named(PHASE_READINGS, phase)) for phase in phases_of(heard))
    return MeterView(
        function=function_of(point),
        euid=point.euid,
        available=is_available(point),
        l1=l1,
        l2=l2,
        l3=l3,
        **_named(METER_READINGS, heard),
        **_named(RADIO_READINGS, NO_POINT if is_virtual(point) else heard),
    )


def _named(readings: ScopeReader, source: Any) -> dict[str, Any]:
    """Return the values of one scope by the attribute that the catalogue names for each."""
    attributes = (str(row.attribute) for row in readings.rows)
    return dict(zip(attributes, readings.values(source), strict=True))
