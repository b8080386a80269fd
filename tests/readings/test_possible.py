"""A number that is not possible is not a reading: one rule for each quantity."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homevolt.protocol.entry_params import EntryParams
from homevolt.readings.catalogue import BLADE, METER, PHASE, RADIO, UNIT, Reading
from homevolt.readings.models import SensorType
from tests.support.payloads import cluster, ems, encoded, point, schedule, unit
from tests.support.readings import Reader, sensors_of

ROOTS: dict[str, tuple[tuple[str | int, ...], tuple[Reading[Any], ...]]] = {
    "unit": (("ems", 0), UNIT),
    "blade": (("ems", 0, "bms_data", 0), BLADE),
    "meter": (("sensors", 0), (*METER, *RADIO)),
    "phase": (("sensors", 0, "phase", 0), PHASE),
}
NUMBERS = [
    pytest.param(root, row, id=f"{scope}-{row.key}")
    for scope, (root, rows) in ROOTS.items()
    for row in rows
    if row.quantity.possible is not None
]
NEVER = (2**31 - 1, -(2**31), 2**32 - 1, 1e300, -1e300)


class Path(tuple[str, ...]):
    """The attributes that a source asks for."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Path:
        return Path((*self, name))


def read(root: tuple[str | int, ...], row: Reading[Any], number: float) -> object:
    """Return what a row reads where the device gives a number."""
    document = json.loads(encoded(ems()))
    node = document
    for step in root:
        node = node[step]
    source: Any = row.source
    *blocks, field = source(Path())
    for block in blocks:
        node = node.setdefault(block, {})
    node[field] = number
    before = {sensor.key: sensor.value for sensor in sensors_of(ems()).values()}
    after = {sensor.key: sensor.value for sensor in sensors_of(document).values()}
    prefix = "l1_" if root[-2:] == ("phase", 0) else ""
    part = {2: ("ems_aa00000000a1", "grid_0000000000000004")[root[0] == "sensors"]}.get(
        len(root), "ems_aa00000000a1_battery_0" if root[0] == "ems" else "grid_0000000000000004"
    )
    key = f"{part}.{prefix}{row.key}"
    changed = {each for each in before if before[each] != after[each]}
    assert changed <= {key}, "what is impossible costs itself alone"
    return after[key]


@pytest.mark.parametrize(("root", "row"), NUMBERS)
def test_what_firmware_says_for_unknown_is_none(
    root: tuple[str | int, ...], row: Reading[Any]
) -> None:
    for number in NEVER:
        assert read(root, row, number) is None
    is_counter = row.quantity.type is SensorType.ENERGY_INCREASING
    for sentinel in (2**15 - 1, -(2**15), 2**16 - 1):
        assert is_counter or read(root, row, sentinel) is None


@pytest.mark.parametrize(("root", "row"), NUMBERS)
def test_the_ends_of_a_range_are_readings_and_what_is_beyond_is_not(
    root: tuple[str | int, ...], row: Reading[Any]
) -> None:
    possible = row.quantity.possible
    assert possible is not None
    for end, beyond in ((possible.low, -1), (possible.high, 1)):
        assert read(root, row, end * row.divisor) == end
        assert read(root, row, end * row.divisor + beyond) is None


def test_a_power_beyond_16_bits_is_a_reading() -> None:
    document = ems(unit(ems_data={"frequency": 50000, "power": 43_000}), sensors=[])
    assert sensors_of(document)["Power"].value == 43_000


@pytest.mark.parametrize(
    ("raw", "name"),
    [(65535, "Battery State of Charge"), (-32768, "System Temperature"), (2**31 - 1, "Power")],
)
def test_what_was_passed_on_once_is_none(raw: int, name: str) -> None:
    data = {"frequency": 50000, "soc_avg": raw, "sys_temp": raw, "power": raw}
    assert sensors_of(ems(unit(ems_data=data)))[name].value is None


def test_a_limit_of_the_schedule_that_means_no_limit_is_none() -> None:
    entry = {"id": 1, "type": 1, "params": {"max_charge": 2**31 - 1, "setpoint": 2500}}
    sensors = sensors_of(ems(), schedule(entry))
    assert sensors["Schedule Max Power"].value is None
    assert sensors["Schedule Power Setpoint"].value == 2500
    assert "max_charge" in EntryParams.__struct_fields__


def test_a_schedule_is_not_rounded() -> None:
    entry = {"id": 1, "type": 1, "max": 99.5, "params": {"setpoint": 0.5}}
    sensors = sensors_of(ems(), schedule(entry))
    assert sensors["Schedule Power Setpoint"].value == 0.5
    assert sensors["Schedule Max State of Charge"].value == 0.995


ZERO_PHASE = {"voltage": 0, "amp": 0, "power": 0, "pf": 0}


def zeros(document: Any) -> Any:
    """Return a payload with 0 for every number in it."""
    if isinstance(document, dict):
        return {key: zeros(value) for key, value in document.items()}
    if isinstance(document, list):
        return [zeros(item) for item in document]
    is_number = isinstance(document, int | float) and not isinstance(document, bool)
    return 0 if is_number else document


def test_a_device_that_has_just_started_has_given_no_reading() -> None:
    reader = Reader()
    before = reader.sensors(ems())
    started = zeros(ems()) | {"ts": ems()["ts"]}
    sensors = reader.sensors(started)
    assert sensors.keys() == before.keys()
    known = {name for name, sensor in sensors.items() if sensor.value is not None}
    texts = {"Operating State", "State", "Error", "Alarms", "Warnings", "Firmware Version"}
    assert {name for name in known if not name.startswith(("Schedule", "Local"))} == texts | {
        "Clock Offset"
    }


def test_a_unit_of_a_cluster_that_has_just_started_makes_its_sums_unknown() -> None:
    reader = Reader()
    document = cluster()
    reader.sensors(document)
    local, peer = document["ems"]
    starting = document | {"ems": [local, zeros(peer) | {"ecu_id": peer["ecu_id"]}]}
    sensors = reader.sensors(starting)
    assert sensors["Power"].value == -2500
    assert sensors["Power total"].value is None
    assert sensors["House Consumption"].value is None


def test_a_zero_among_other_figures_is_a_reading() -> None:
    quiet = point("solar", 0, energy_exported=0, energy_imported=0)
    data = unit()["ems_data"] | {"power": 0, "soc_avg": 0, "energy_produced": 0}
    sensors = sensors_of(ems(unit(ems_data=data), sensors=[quiet]))
    for name in ("Power", "Battery State of Charge", "Discharged Energy", "Power solar"):
        assert sensors[name].value == 0


@pytest.mark.parametrize("changes", [{}, {"phase": []}, {"frequency": None}])
def test_a_point_of_old_firmware_that_gives_its_power_alone_may_read_zero(
    changes: dict[str, Any],
) -> None:
    quiet = {"type": "solar", "euid": "01", "available": True, "total_power": 0, **changes}
    sensors = sensors_of(ems(sensors=[quiet, point("grid", 100)]))
    assert sensors["Power solar"].value == 0
    assert sensors["House Consumption"].value == -2400


def test_a_sum_that_would_be_infinite_is_none() -> None:
    points = [point("grid", 1e308, "aa"), point("grid", 1e308, "bb")]
    assert sensors_of(ems(sensors=points))["House Consumption"].value is None
