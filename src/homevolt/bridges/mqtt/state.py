"""The state of a device as one JSON document, which holds every key at any time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.bridges.mqtt.quantities import state_key, state_value
from homevolt.schedule.options import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.readings.snapshot import Snapshot
    from homevolt.schedule.entry import Schedule, ScheduleEntry


def state_document(snapshot: Snapshot, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return every reading by its key, and what the controls are set to.

    Args:
        snapshot: What was read.
        settings: The values of the controls by their key in the state, None where unknown.

    Returns:
        The document; a reading that is unknown is None, and none is left out.
    """
    readings = {state_key(s.info): state_value(s) for s in snapshot.sensors.values()}
    return {"at": _iso(snapshot.at), "ems_at": _iso(snapshot.ems_at), **readings, **settings}


def plan_document(schedule: Schedule) -> dict[str, Any]:
    """Return the plan, its entries as `set/plan` takes them."""
    return {
        "schedule_id": schedule.schedule_id,
        "local_mode": schedule.local_mode,
        "entries": [entry_row(entry) for entry in schedule.entries],
    }


def entry_row(entry: ScheduleEntry) -> dict[str, Any]:
    """Return an entry as a row of plain values; what was not given is left out."""
    mode = entry.mode_slug
    given = {name: getattr(entry, name) for name in BY_NAME}
    return {"mode": int(mode) if mode.isdecimal() else mode} | {
        name: _iso(value) if isinstance(value, datetime) else value
        for name, value in given.items()
        if value is not None
    }


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON; a number that is not finite becomes null."""
    return msgspec.json.encode(document)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
