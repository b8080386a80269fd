"""The typed view says the same as the sensor dict, with the unit in each name."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from homevolt.connection import Homevolt
from homevolt.readings.catalogue import BLADE, CLOCK, HOUSE, METER, PHASE, RADIO, TOTAL, UNIT
from homevolt.readings.snapshot import Update
from homevolt.readings.views import (
    BladeView,
    HouseView,
    MeterView,
    PhaseView,
    UnitView,
    View,
)
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import LOCAL, PEER, cluster, ems, point

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.readings.catalogue import Reading
    from homevolt.readings.snapshot import Snapshot

SUFFIXES: dict[str | None, str | tuple[str, ...]] = {
    "V": "_v",
    "A": "_a",
    "W": "_w",
    "VA": "_va",
    "var": "_var",
    "Wh": "_wh",
    "kWh": "_kwh",
    "Hz": "_hz",
    "Cel": "_c",
    "dBm": "_dbm",
    "s": "_s",
    "1": ("_ratio", "_cycles"),
    None: "",
}


async def snapshot_of(server: PayloadServer) -> Snapshot:
    """Return what a device reads from a server."""
    async with server, Homevolt(server.host, clock=ManualClock()) as connection:
        await connection.update_info()
        return connection.get_device().snapshot


@pytest.mark.parametrize(
    ("view", "rows", "others"),
    [
        (UnitView, UNIT, {"ecu_id", "model", "blades", "available"}),
        (BladeView, BLADE, {"number", "available"}),
        (MeterView, METER + RADIO, {"function", "euid", "available", "l1", "l2", "l3"}),
        (PhaseView, PHASE, set()),
        (HouseView, HOUSE, set()),
    ],
)
def test_a_view_has_a_field_for_each_row_of_the_catalogue(
    view: type[View], rows: tuple[Reading[Any], ...], others: set[str]
) -> None:
    fields = {field.name for field in msgspec.structs.fields(view)}
    assert fields - others == {row.key for row in rows}


@pytest.mark.parametrize("row", [*UNIT, *TOTAL, *BLADE, *METER, *PHASE, *RADIO, *HOUSE, *CLOCK])
def test_an_attribute_ends_in_its_unit(row: Reading[Any]) -> None:
    assert row.key.endswith(SUFFIXES[row.quantity.unit])


async def test_attributes_say_what_the_sensors_say() -> None:
    snapshot = await snapshot_of(PayloadServer())
    unit = snapshot.unit
    assert (unit.ecu_id, unit.model, unit.firmware_version) == (LOCAL, "B6", "v31.4")
    assert (unit.power_w, unit.state_of_charge_ratio, unit.frequency_hz) == (-2500, 0.01, 50.012)
    assert [blade.state_of_charge_ratio for blade in unit.blades] == [0.512, 0]
    assert snapshot.grid is not None
    assert snapshot.solar is not None
    assert snapshot.load is not None
    assert snapshot.grid.power_w == 3282
    assert snapshot.grid.l3.power_w == 333.3
    assert snapshot.solar.rssi_dbm == -71
    assert (snapshot.load.power_w, snapshot.load.rssi_dbm) == (-788, None)
    assert snapshot.house_consumption_w == 788
    assert snapshot.schedule is not None
    assert snapshot.active_entry is not None
    assert snapshot.active_entry.id == 2


async def test_a_cluster_has_all_units_and_their_sum() -> None:
    snapshot = await snapshot_of(PayloadServer(ems=cluster()))
    assert [unit.ecu_id for unit in snapshot.units] == [LOCAL, PEER]
    assert snapshot.total is not None
    assert snapshot.total.power_w == -5000


async def test_a_point_without_a_signal_is_listed_without_readings() -> None:
    silent = point("solar", 0, available=False)
    snapshot = await snapshot_of(PayloadServer(ems=ems(sensors=[silent])))
    assert snapshot.solar is not None
    assert (snapshot.solar.available, snapshot.solar.power_w) == (False, None)
    assert snapshot.grid is None


async def test_a_snapshot_and_an_update_say_that_they_have_no_hash() -> None:
    snapshot = await snapshot_of(PayloadServer())
    values: list[object] = [snapshot, Update(snapshot, None, snapshot.at)]
    for value in values:
        is_hashable = isinstance(value, Hashable)
        assert not is_hashable
        with pytest.raises(TypeError, match=f"unhashable type: '{type(value).__name__}'"):
            hash(value)


async def test_a_snapshot_cannot_be_changed() -> None:
    snapshot = await snapshot_of(PayloadServer())
    with pytest.raises(AttributeError):
        snapshot.unit.power_w = 1  # type: ignore[misc]  # that it cannot be set is the point


async def test_what_a_caller_does_to_a_snapshot_changes_no_other() -> None:
    async with PayloadServer() as server, Homevolt(server.host, clock=ManualClock()) as connection:
        await connection.update_info()
        device = connection.get_device()
        kept = device.snapshot
        before = dict(kept.parts)
        for mapping in (device.snapshot.parts, device.snapshot.sensors, device.snapshot.problems):
            assert isinstance(mapping, dict)
            mapping.clear()
        server.answers["/ems.json"] = cluster()
        await connection.update_info()
        assert kept.parts == before
        assert len(kept.sensors) < len(device.snapshot.sensors)


def through_pickle(value: Any) -> Any:
    """Return a value as another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - the bytes are our own


@pytest.mark.parametrize("copied", [copy.deepcopy, through_pickle])
async def test_readings_can_be_copied_and_compared(copied: Callable[[Any], Any]) -> None:
    snapshot = await snapshot_of(PayloadServer(ems=cluster()))
    assert copied(snapshot) == snapshot
    sensor = snapshot.sensors["Power"]
    assert {sensor, copied(sensor)} == {sensor}


async def test_a_sum_that_misses_a_unit_is_not_available() -> None:
    server = PayloadServer(ems=cluster())
    async with server, Homevolt(server.host, clock=ManualClock()) as connection:
        await connection.update_info()
        device = connection.get_device()
        assert device.snapshot.total != UnitView(available=False)
        server.answers["/ems.json"] = ems()
        await connection.update_info()
        assert [unit.available for unit in device.snapshot.units] == [True, False]
        assert device.snapshot.total == UnitView(available=False)
