"""The same as `view`, for programs: a snapshot as a document of plain values.

A number has its unit in its key or beside it; what is missing is null; a time is ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from homevolt.cli.render.overview import overview
from homevolt.schedule.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from homevolt.exceptions import HomevoltError
    from homevolt.readings.models import Sensor
    from homevolt.readings.snapshot import Snapshot
    from homevolt.schedule.entry import Schedule, ScheduleEntry

SUFFIXES = {
    "": "",
    "W": "_w",
    "Wh": "_wh",
    "%": "_percent",
    "mA": "_ma",
    "mA/s": "_ma_per_s",
}
"""How the key of an entry's option ends, by the option's unit."""


def status_document(
    snapshot: Snapshot,
    *,
    url: str,
    simulated: bool = False,
    problems: Mapping[str, HomevoltError] | None = None,
) -> dict[str, Any]:
    """Return the state of an installation: at a glance, then everything that was read.

    Args:
        snapshot: What was read.
        url: Where it was read.
        simulated: Whether the device is a simulated one.
        problems: What could not be read, by part.
    """
    glance = overview(snapshot)
    schedule = snapshot.schedule
    return {
        "url": url,
        "simulated": simulated,
        "device_id": snapshot.unit.ecu_id,
        "model": snapshot.unit.model,
        "firmware_version": snapshot.unit.firmware_version,
        "at": plain(snapshot.at),
        "state_of_charge_ratio": glance.state_of_charge_ratio,
        "available_energy_wh": glance.available_energy_wh,
        "capacity_wh": glance.capacity_wh,
        "battery_power_w": glance.battery.power_w,
        "grid_power_w": glance.grid.power_w,
        "solar_power_w": glance.solar.power_w,
        "house_consumption_w": glance.house.power_w,
        "alarms": plain(glance.alarms),
        "warnings": plain(glance.warnings),
        "local_mode": None if schedule is None else schedule.local_mode,
        "active_entry": _entry(snapshot.active_entry),
        "next_entry": _entry(glance.next_entry),
        "schedule": _schedule(schedule),
        "units": plain(snapshot.units),
        "total": plain(snapshot.total),
        "meters": plain(snapshot.meters),
        "ems_at": plain(snapshot.ems_at),
        "schedule_at": plain(snapshot.schedule_at),
        "problems": {part: str(error) for part, error in (problems or {}).items()},
    }


def sensors_document(
    sensors: Iterable[Sensor], *, url: str, simulated: bool = False
) -> dict[str, Any]:
    """Return sensors, each with its unit beside its value.

    Args:
        sensors: The sensors.
        url: Where they were read.
        simulated: Whether the device is a simulated one.
    """
    return {"url": url, "simulated": simulated, "sensors": [*map(_sensor, sensors)]}


def entry_document(entry: ScheduleEntry) -> dict[str, Any]:
    """Return an entry of the schedule with every option, null where it was not given."""
    options = {
        option.name + SUFFIXES[option.unit]: plain(getattr(entry, option.name))
        for option in OPTIONS
    }
    return {
        "id": entry.id,
        "mode": int(entry.mode),
        "mode_name": entry.mode_slug,
        "from": plain(entry.from_time),
        "to": plain(entry.to_time),
        **options,
    }


def plain(value: Any) -> Any:
    """Return a value of the library as one that JSON knows."""
    if hasattr(value, "__struct_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _sensor(sensor: Sensor) -> dict[str, Any]:
    return {
        "name": sensor.name,
        "slug": sensor.slug,
        "value": sensor.value,
        "unit": sensor.unit,
        "type": sensor.type.value,
        "device_identifier": sensor.device_identifier,
    }


def _entry(entry: ScheduleEntry | None) -> dict[str, Any] | None:
    return None if entry is None else entry_document(entry)


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "schedule_id": schedule.schedule_id,
        "entries": [entry_document(entry) for entry in schedule.entries],
    }
