"""The schedule as /schedule.json shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homevolt.simulator.endpoints.answers import Call
    from homevolt.simulator.world.ems.plan import Entry


def schedule_payload(call: Call) -> dict[str, Any]:
    """Return /schedule.json; open ends and unset limits are left out, as the device does."""
    device = call.device
    return {
        "local_mode": device.local_mode,
        "schedule_id": device.plan.schedule_id,
        "schedule": [entry_payload(entry) for entry in device.plan.entries],
    }


def entry_payload(entry: Entry) -> dict[str, Any]:
    """Return one entry."""
    row = {
        "id": entry.id,
        "from": entry.from_time,
        "to": entry.to_time,
        "type": entry.type,
        "min": entry.min_soc,
        "max": entry.max_soc,
        "params": dict(entry.options),
    }
    return {name: value for name, value in row.items() if value is not None}
