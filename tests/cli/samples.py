"""Snapshots with every figure made up, for views and documents that are compared whole."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console

from homevolt.readings.snapshot import Snapshot
from homevolt.readings.views import BladeView, HouseView, MeterView, UnitView
from homevolt.schedule.entry import BatteryMode, Schedule, ScheduleEntry

if TYPE_CHECKING:
    from rich.console import RenderableType

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
URL = "http://192.168.1.100"


def hour(number: int) -> datetime:
    """Return a full hour of the samples' day, in UTC."""
    return NOON.replace(hour=number)


ENTRIES = (
    ScheduleEntry(mode=BatteryMode.IDLE, id=1, to_time=hour(10)),
    ScheduleEntry(
        mode=BatteryMode.GRID_CHARGE_DISCHARGE,
        id=2,
        from_time=hour(10),
        to_time=hour(18),
        setpoint=-1500,
        max_soc=90,
    ),
    ScheduleEntry(mode=BatteryMode.INVERTER_DISCHARGE, id=3, from_time=hour(22), setpoint=2500),
)
UNIT = UnitView(
    ecu_id="68b6b34f57e2",
    model="B6",
    blades=(BladeView(alarms=()), BladeView(number=1, alarms=())),
    power_w=-2100.0,
    state_of_charge_ratio=0.625,
    available_discharge_energy_wh=8250.0,
    available_capacity_wh=13200.0,
    rated_power_w=6000.0,
    error="No error",
    alarms=(),
    warnings=(),
    firmware_version="v31.4",
)
PEER = UnitView(
    ecu_id="68b6b3c3f46b",
    model="B6",
    blades=(BladeView(alarms=("BMS_ALARM_CELL_OVER_TEMPERATURE",)),),
    power_w=900.0,
    state_of_charge_ratio=0.0068,
    available_discharge_energy_wh=74.0,
    available_capacity_wh=10800.0,
    rated_power_w=6000.0,
    error="Fan failure",
    alarms=(),
    warnings=("EMS_WARNING_UNDER_SOC_MIN_WARNING", "EMS_WARNING_FAN"),
    firmware_version="v31.4",
)
METERS = (
    MeterView(function="grid", power_w=-1500.0),
    MeterView(function="load", power_w=-400.0),
    MeterView(function="solar", power_w=4000.0),
)


def house() -> Snapshot:
    """Return a house with one unit, which charges from the sun and feeds in what is left."""
    return Snapshot(
        ems_at=NOON,
        at=NOON,
        units=(UNIT,),
        meters=METERS,
        house=HouseView(consumption_w=400.0),
        schedule_at=NOON,
        schedule=Schedule(True, "Manual Schedule", ENTRIES),
        active_entry=ENTRIES[1],
    )


def cluster() -> Snapshot:
    """Return two units, of which one is empty and has complaints."""
    return Snapshot(
        ems_at=NOON,
        at=NOON,
        units=(UNIT, PEER),
        total=UnitView(
            power_w=-1200.0,
            available_discharge_energy_wh=8324.0,
            available_capacity_wh=24000.0,
        ),
        meters=(MeterView(function="grid", available=False),),
        schedule=Schedule(False, "3f35b1fb-9b18-470e-a157-ca2ad750bad8", ENTRIES[2:]),
    )


def silence() -> Snapshot:
    """Return a device that reports hardly anything."""
    return Snapshot(ems_at=NOON, at=NOON, units=(UnitView(),))


def drawn(view: RenderableType, width: int = 80) -> str:
    """Return a view as plain text without the blanks that fill its lines."""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(view)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
