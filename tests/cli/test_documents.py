"""What programs get."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.render.documents import entry_document, sensors_document, status_document
from homevolt.schedule.options import OPTIONS
from tests.cli.samples import ENTRIES, URL, cluster, house, silence
from tests.support.json_numbers import numbers

if TYPE_CHECKING:
    from homevolt import Snapshot

# The part of a key that says what its number is counted in.
UNIT = re.compile(
    r"_(w|va|var|wh|kwh|v|a|hz|c|dbm|ratio|percent|s|ma|ma_per_s)(_from|_to)?$"
    r"|^(id|mode|number|charge_cycles|test_sequence)$"
)


@pytest.mark.parametrize("sample", [house(), cluster(), silence()])
def test_a_status_is_json_and_every_number_has_its_unit_in_its_key(sample: Snapshot) -> None:
    document = status_document(sample, url=URL)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert [key for key in numbers(document) if not UNIT.search(key)] == []


def test_a_status_has_the_same_keys_whatever_is_known() -> None:
    full, bare = status_document(house(), url=URL), status_document(silence(), url=URL)
    assert full.keys() == bare.keys()
    assert full["units"][0].keys() == bare["units"][0].keys()


def test_a_status_holds_at_a_glance_what_the_view_shows() -> None:
    document = status_document(house(), url=URL, simulated=True)
    glance = {key: document[key] for key in list(document)[:18]}
    assert glance == {
        "url": URL,
        "simulated": True,
        "device_id": "68b6b34f57e2",
        "model": "B6",
        "firmware_version": "v31.4",
        "at": "2026-06-01T12:00:00+00:00",
        "clock_offset_s": None,
        "state_of_charge_ratio": 0.625,
        "available_energy_wh": 8250.0,
        "capacity_wh": 13200.0,
        "battery_power_w": -2100.0,
        "grid_power_w": -1500.0,
        "solar_power_w": 4000.0,
        "house_consumption_w": 400.0,
        "alarms": [],
        "warnings": [],
        "local_mode": True,
        "active_entry": entry_document(ENTRIES[1]),
    }
    assert document["next_entry"]["id"] == 3
    assert document["schedule"]["schedule_id"] == "Manual Schedule"
    assert [entry["id"] for entry in document["schedule"]["entries"]] == [1, 2, 3]


def test_what_is_missing_is_null() -> None:
    document = status_document(silence(), url=URL)
    known = {"url": URL, "simulated": False, "meters": [], "problems": {}}
    times = {"at": "2026-06-01T12:00:00+00:00", "ems_at": "2026-06-01T12:00:00+00:00"}
    (unit,) = document.pop("units")
    assert unit.pop("blades") == []
    assert unit.pop("available") is True
    assert set(unit.values()) == {None}
    assert document == dict.fromkeys(document) | known | times


def test_a_part_that_could_not_be_read_is_named() -> None:
    problems = {"schedule": "$.schedule is not a list"}
    document = status_document(silence(), url=URL, problems=problems)
    assert document["problems"] == problems


def test_without_readings_all_keys_are_there_and_the_error_too() -> None:
    error = {"type": "HomevoltTimeoutError", "message": "No answer.", "exit_code": 3}
    document = status_document(None, url=URL, error=error)
    known = {"url": URL, "simulated": False, "problems": {}, "error": error}
    assert document == dict.fromkeys(status_document(house(), url=URL)) | known


def test_an_entry_has_every_option_with_its_unit() -> None:
    document = entry_document(ENTRIES[1])
    assert len(document) == 5 + len(OPTIONS)
    given = {key: value for key, value in document.items() if value is not None}
    assert given == {
        "id": 2,
        "mode": 5,
        "mode_name": "grid_charge_discharge",
        "from": "2026-06-01T10:00:00+00:00",
        "to": "2026-06-01T18:00:00+00:00",
        "setpoint_w": -1500,
        "max_soc_percent": 90,
    }
    assert {"main_fuse_ma", "charge_ramp_up_ma_per_s", "import_energy_limit_wh"} < document.keys()


def test_no_readings_are_an_empty_list() -> None:
    assert sensors_document([]) == {"sensors": []}
