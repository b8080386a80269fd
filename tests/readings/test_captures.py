"""Payloads of real units, where they are present, are read without one lost field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from homevolt.protocol.report_resources import RESOURCES
from homevolt.protocol.schedule_document import decode_schedule
from homevolt.schedule.entry import BatteryMode, typed_schedule
from tests.support.readings import sensors_of as read_sensors
from tools.drift_report import NOT_READ, drift, endpoint_of

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from homevolt.readings.models import Sensor

PEER = "188b0ec6106c"
Mutate = Callable[[dict[str, Any]], dict[str, Any]]


def same(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it is."""
    return document


def turned(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its units and sensors in the opposite order."""
    return document | {"ems": document["ems"][::-1], "sensors": document["sensors"][::-1]}


def as_read(value: Any, not_read: Container[str], path: str = "$") -> Any:
    """Return a payload without what no struct reads, and without its empty lists and blocks."""
    if isinstance(value, list):
        return [as_read(item, not_read, f"{path}[]") for item in value]
    if not isinstance(value, dict):
        return value
    read = {
        key: as_read(item, not_read, f"{path}.{key}")
        for key, item in value.items()
        if f"{path}.{key}" not in not_read
    }
    return {key: item for key, item in read.items() if item not in ([], {}) or key.endswith("_str")}


def sensors_of(captures: Path, mutate: Mutate = same) -> dict[str, Sensor]:
    """Return the sensors of the captured cluster."""
    document = json.loads((captures / "ems_two_units.json").read_bytes())
    return read_sensors(mutate(document), {"schedule": []})


def test_every_capture_decodes_without_one_lost_field(captures: Path) -> None:
    files = sorted(captures.glob("*.json"))
    assert files
    for file in files:
        endpoint = endpoint_of(file.name)
        assert endpoint is not None, file.name
        payload = json.loads(file.read_bytes())
        assert drift(payload, endpoint).unknown == (), file.name
        typed = msgspec.json.decode(file.read_bytes(), type=RESOURCES[endpoint].type)
        written = as_read(json.loads(msgspec.json.encode(typed)), ())
        assert written == as_read(payload, NOT_READ.get(endpoint, ())), file.name


@pytest.mark.parametrize("mutate", [same, turned])
def test_the_captured_cluster_reads_as_it_was(captures: Path, mutate: Mutate) -> None:
    sensors = sensors_of(captures, mutate)
    expected = {
        "Battery State of Charge": 0.0068,
        "Frequency": 49.998,
        "L1 Voltage": 230.5,
        "System Temperature": 20.5,
        "Power grid": 3282,
        "Power solar": 6,
        "House Consumption": 3278,
        f"Power {PEER}": -3,
        f"Battery State of Charge {PEER}": 0.0194,
        "Power total": -10,
        "Battery State of Charge total": 0.0131,
        "Homevolt battery 0": 0.007,
        "Homevolt battery 1": 0.0067,
        f"Homevolt battery 0 {PEER}": 0.0059,
        f"Homevolt battery 1 {PEER}": 0.0331,
    }
    assert {name: sensors[name].value for name in expected} == expected
    assert "Homevolt battery 2" not in sensors


def test_the_order_of_the_captured_units_does_not_matter(captures: Path) -> None:
    assert sensors_of(captures, turned) == sensors_of(captures)


def test_the_captured_schedule_is_typed(captures: Path) -> None:
    plan = typed_schedule(decode_schedule((captures / "schedule.json").read_bytes()))
    assert plan.local_mode is False
    assert [entry.mode for entry in plan.entries] == [
        BatteryMode.INVERTER_CHARGE,
        BatteryMode.GRID_CHARGE,
        BatteryMode.INVERTER_CHARGE,
    ]
    assert [entry.setpoint for entry in plan.entries] == [6000, 0, 6000]
