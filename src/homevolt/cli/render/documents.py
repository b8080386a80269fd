"""The same as the views, for programs: documents of plain values.

A number has its unit in its key or beside it; what is missing is null; a time is ISO 8601 in UTC.
"""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from homevolt.cli.render.overview import overview
from homevolt.schedule.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from homevolt.cli.render.overview import Overview
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
    snapshot: Snapshot | None,
    *,
    url: str,
    simulated: bool = False,
    problems: Mapping[str, str] = MappingProxyType({}),
    age_s: float | None = None,
    error: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the state of an installation: at a glance, then everything that was read.

    Args:
        snapshot: What was read, or None if there are no readings, or only ones that are too old.
        url: Where it was read.
        simulated: Whether the device is a simulated one.
        problems: What could not be read, by part.
        age_s: How many seconds ago it was read.
        error: Why the last read failed, None if it succeeded.
    """
    glance = None if snapshot is None else overview(snapshot)
    read = {
        key: None if snapshot is None or glance is None else value(snapshot, glance)
        for key, value in STATUS.items()
    }
    about = {"url": url, "simulated": simulated}
    return about | read | {"problems": {**problems}, "age_s": age_s, "error": error}


def sensors_document(sensors: Iterable[Sensor]) -> dict[str, Any]:
    """Return sensors, each with its unit beside its value."""
    return {"sensors": [*map(_sensor, sensors)]}


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
        "key": sensor.key,
        "name": sensor.name,
        "slug": sensor.slug,
        "value": sensor.value,
        "unit": sensor.unit,
        "type": sensor.type.value,
        "device_identifier": sensor.device_identifier,
    }


def _entry(entry: ScheduleEntry | None) -> dict[str, Any] | None:
    return None if entry is None else entry_document(entry)


def _control(schedule: Schedule | None) -> bool | None:
    return None if schedule is None else schedule.local_mode


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "schedule_id": schedule.schedule_id,
        "entries": [entry_document(entry) for entry in schedule.entries],
    }


STATUS: dict[str, Callable[[Snapshot, Overview], Any]] = {
    "device_id": lambda snapshot, _: snapshot.unit.ecu_id,
    "model": lambda snapshot, _: snapshot.unit.model,
    "firmware_version": lambda snapshot, _: snapshot.unit.firmware_version,
    "at": lambda snapshot, _: plain(snapshot.at),
    "clock_offset_s": lambda snapshot, _: snapshot.clock_offset_s,
    "state_of_charge_ratio": lambda _, glance: glance.state_of_charge_ratio,
    "available_energy_wh": lambda _, glance: glance.available_energy_wh,
    "capacity_wh": lambda _, glance: glance.capacity_wh,
    "battery_power_w": lambda _, glance: glance.battery.power_w,
    "grid_power_w": lambda _, glance: glance.grid.power_w,
    "solar_power_w": lambda _, glance: glance.solar.power_w,
    "house_consumption_w": lambda _, glance: glance.house.power_w,
    "alarms": lambda _, glance: plain(glance.alarms),
    "warnings": lambda _, glance: plain(glance.warnings),
    "local_mode": lambda snapshot, _: _control(snapshot.schedule),
    "active_entry": lambda snapshot, _: _entry(snapshot.active_entry),
    "next_entry": lambda _, glance: _entry(glance.next_entry),
    "schedule": lambda snapshot, _: _schedule(snapshot.schedule),
    "units": lambda snapshot, _: plain(snapshot.units),
    "total": lambda snapshot, _: plain(snapshot.total),
    "meters": lambda snapshot, _: plain(snapshot.meters),
    "ems_at": lambda snapshot, _: plain(snapshot.ems_at),
    "schedule_at": lambda snapshot, _: plain(snapshot.schedule_at),
}
"""What a status holds of a snapshot, key by key."""
STATUS_KEYS = (*STATUS, "problems", "age_s", "error")
"""The keys of a status, besides `url` and `simulated`."""
