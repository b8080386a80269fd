"""/ems.json and /schedule.json are like those of a real unit."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.client import Client, device
from tests.simulator.endpoints.shapes import keys

if TYPE_CHECKING:
    from pathlib import Path


def units(payload: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the unit that answers, and its peers."""
    (leader,) = (unit for unit in payload["ems"] if unit["ecu_host"] == "")
    return leader, [unit for unit in payload["ems"] if unit["ecu_host"]]


async def test_two_units_have_exactly_the_keys_of_a_capture(captures: Path) -> None:
    real = json.loads((captures / "ems_two_units.json").read_bytes())
    async with device(units=2) as client:
        ours = await client.get("/ems.json")
    assert ours.keys() == real.keys()
    (our_leader, our_peers), (leader, peers) = units(ours), units(real)
    assert keys(our_leader) == keys(leader)
    assert [keys(peer) for peer in our_peers] == [keys(peer) for peer in peers]
    assert keys(ours["aggregated"]) == keys(real["aggregated"])
    assert [keys(sensor) for sensor in ours["sensors"]] == [
        keys(sensor) for sensor in real["sensors"]
    ]
    for name in ("function", "sensor_type"):
        assert [sensor[name] for sensor in ours["sensors"]] == [
            sensor[name] for sensor in real["sensors"]
        ]


async def test_the_schedule_has_the_keys_of_a_capture(captures: Path) -> None:
    real = json.loads((captures / "schedule.json").read_bytes())
    async with device() as client:
        ours = await client.get("/schedule.json")
    assert ours.keys() == real.keys()
    assert ours["local_mode"] is False
    assert len(ours["schedule_id"]) == 36
    for entry in ours["schedule"]:
        assert {"id", "from", "to", "type", "params"} <= entry.keys()


async def test_values_are_in_the_units_of_the_wire() -> None:
    async with device(soc=91.7) as client:
        payload = await client.get("/ems.json")
        (unit,) = payload["ems"]
        world = client.sim.installation
    assert payload["ts"] == 1_768_478_400
    assert unit["ems_data"]["timestamp_ms"] == 1_768_478_400_000
    assert unit["ems_data"]["soc_avg"] == unit["bms_data"][0]["soc"] == 9170
    assert unit["ems_data"]["frequency"] == round(world.house.frequency_hz * 1000)
    assert 49_000 < unit["ems_data"]["frequency"] < 51_000
    assert unit["ems_voltage"]["l1"] == round(world.house.voltages_v[0] * 10)
    assert 3900 < unit["ems_voltage"]["l1_l2"] < 4100
    assert unit["bms_data"][0]["tmin"] < unit["bms_data"][0]["tmax"] < 400
    assert unit["ems_data"]["energy_produced"] > 1_000_000
    grid = next(row for row in payload["sensors"] if row["function"] == "grid")
    load = next(row for row in payload["sensors"] if row["function"] == "load")
    assert grid["frequency"] == pytest.approx(world.house.frequency_hz, abs=0.01)
    assert grid["total_power"] == round(world.grid_w)
    assert load["total_power"] == -round(world.house.consumption_w)
    assert sum(phase["power"] for phase in load["phase"]) != pytest.approx(
        load["total_power"], abs=10
    )


async def test_old_firmware_uses_the_old_dialect() -> None:
    async with device(firmware="old", units=2) as client:
        payload = await client.get("/ems.json")
    for unit in payload["ems"]:
        assert isinstance(unit["ecu_id"], int)
        assert "model" not in unit["ems_info"]
        assert all("battery_type" not in blade for blade in unit["bms_info"])
    assert [sensor["type"] for sensor in payload["sensors"]] == ["solar", "grid", "load"]
    assert not any({"function", "sensor_type"} & sensor.keys() for sensor in payload["sensors"])


@pytest.mark.parametrize("firmware", ["old", "old-updated"])
async def test_aggregated_of_a_single_old_unit_is_the_whole_unit(firmware: str) -> None:
    async with device(firmware=firmware) as client:
        payload = await client.get("/ems.json")
        assert payload["aggregated"] == payload["ems"][0]
        assert {"ecu_id", "ems_info", "bms_data", "ems_voltage"} <= payload["aggregated"].keys()
    for options in ({"firmware": firmware, "units": 2}, {}):
        async with device(**options) as client:
            assert "ecu_id" not in (await client.get("/ems.json"))["aggregated"]


async def test_an_updated_old_unit_has_an_unavailable_unspecified_sensor() -> None:
    async with device(firmware="old-updated", local_mode=True) as client:
        await client.console("sched_set 1 -s 2000")
        client.sim.advance(60)
        payload = await client.get("/ems.json")
        (unit,) = payload["ems"]
        assert unit["ems_info"]["fw_version"] == "v31.4"
        assert unit["ecu_id"].to_bytes(6, "little").hex() == client.sim.installation.units[0].ecu_id
        assert unit["ems_data"]["apparent_power"] == unit["ems_data"]["power"] < -1900
        (sensor,) = (row for row in payload["sensors"] if row["type"] == "unspecified")
        assert (sensor["available"], sensor["total_power"]) == (False, 0)
        assert keys(sensor) == keys(payload["sensors"][0])
        assert (await client.get("/status.json"))["ems_status"] == {"bms_info": []}


@pytest.mark.parametrize("missing", ["grid", "solar", "load"])
async def test_a_sensor_that_is_not_installed_is_absent(missing: str) -> None:
    async with device(**{missing: False}) as client:
        payload = await client.get("/ems.json")
        expected = {"battery", "solar", "grid", "load"} - {missing}
        assert {sensor["function"] for sensor in payload["sensors"]} == expected


async def order(client: Client) -> tuple[str, ...]:
    return tuple(unit["ecu_id"] for unit in (await client.get("/ems.json"))["ems"])


async def test_the_order_of_units_changes_between_requests() -> None:
    async with device(units=3) as client:
        seen = {await order(client) for _ in range(60)}
        ids = sorted(min(seen))
        assert seen == set(permutations(ids))


async def test_a_change_by_a_test_shows_in_the_same_second() -> None:
    async with device(units=3) as client:
        assert len((await client.get("/ems.json"))["ems"]) == 3
        client.sim.installation.units[1].online = False
        client.sim.installation.units[0].state_of_charge = 0.2
        document = await client.get("/ems.json")
        assert len(document["ems"]) == 2
        (leader,) = (unit for unit in document["ems"] if unit["ecu_host"] == "")
        assert leader["ems_data"]["soc_avg"] == 2000


async def test_a_peer_that_drops_out_leaves_the_sums() -> None:
    async with device(units=2) as client:
        world = client.sim.installation
        both = await client.get("/ems.json")
        world.units[1].online = False
        client.sim.advance(1)
        one = await client.get("/ems.json")
        assert (len(both["ems"]), len(one["ems"])) == (2, 1)
        produced = [payload["aggregated"]["ems_data"]["energy_produced"] for payload in (both, one)]
        assert produced[1] < produced[0]
        assert len(one["sensors"]) == len(both["sensors"]) - 1


async def transcript(seed: int) -> list[bytes]:
    parts = []
    async with device(seed=seed, units=2) as client:
        for _ in range(5):
            async with client.session.get(
                client.sim.url + "/ems.json", headers=client.headers()
            ) as response:
                parts.append(b"".join(name + value for name, value in response.raw_headers))
                parts.append(await response.read())
            await client.console("sched_add 1 -s 2000")
            client.sim.advance(7)
        parts += [(await client.request("GET", path))[1] for path in ("/logs.json", "/nodes.json")]
    return parts


async def test_the_same_seed_and_calls_give_the_same_bytes() -> None:
    first, second, other = await transcript(7), await transcript(7), await transcript(8)
    assert first == second
    assert first != other


async def test_the_battery_follows_time_and_schedule() -> None:
    async with device(local_mode=True) as client:
        await client.console("sched_set 1 -s 2000")
        before = await client.get("/ems.json")
        client.sim.advance(600)
        after = await client.get("/ems.json")
        unit_before, unit_after = before["ems"][0], after["ems"][0]
        assert after["ts"] - before["ts"] == 600
        assert unit_after["ems_data"]["power"] == pytest.approx(-2000, abs=20)
        assert unit_after["op_state_str"] == "charging"
        assert unit_after["ems_data"]["soc_avg"] > unit_before["ems_data"]["soc_avg"]
        charged_wh = (
            unit_after["ems_data"]["energy_consumed"] - unit_before["ems_data"]["energy_consumed"]
        )
        assert charged_wh == pytest.approx(333, abs=10)


async def test_an_empty_battery_warns() -> None:
    async with device(soc=0) as client:
        client.sim.advance(1)
        data = (await client.get("/ems.json"))["ems"][0]["ems_data"]
        assert data["warning"] == 64
        assert data["warning_str"] == ["EMS_WARNING_UNDER_SOC_MIN_WARNING"]
        report = await client.get("/error_report.json")
        assert [row["activated"] for row in report if row["error_name"] == "soc_min"] == ["warning"]


async def test_the_detailed_profile_reports_more_of_each_blade() -> None:
    async with device(firmware="detailed") as client:
        blade = (await client.get("/ems.json"))["ems"][0]["bms_data"][0]
        assert 9000 < blade["soh"] <= 10000
        assert 19_000 < blade["voltage"] < 24_000


async def test_frequency_reserve_shows_in_the_control_block() -> None:
    async with device(local_mode=True) as client:
        await client.console("sched_set 6 --fcr_n_power 3000 -f 100 -t 2")
        control = (await client.get("/ems.json"))["ems"][0]["ems_control"]
        assert control["freq_res_mode"] == 1
        assert control["freq_res_pwr_fcr_n"] == 3000
        assert control["freq_res_pwr_ref_ffr"] == 100
        assert control["freq_test_seq"] == 2


async def test_the_power_that_the_group_fuse_allows_follows_its_parameter() -> None:
    async with device() as client:
        assert await fuse_powers_w(client) == {11_040}
        await client.set("ecu_group_fuse_size_a", "6")
        assert await fuse_powers_w(client) == {4_140}


async def fuse_powers_w(client: Client) -> set[int]:
    prediction = (await client.get("/ems.json"))["ems"][0]["ems_prediction"]
    return {prediction["avail_group_fuse_ch_pwr"], prediction["avail_group_fuse_di_pwr"]}
