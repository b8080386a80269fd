"""Every other endpoint has the shape of a captured one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.simulator.endpoints.routes import ROUTES
from tests.simulator.client import device
from tests.simulator.endpoints.shapes import keys

if TYPE_CHECKING:
    from pathlib import Path

CAPTURED = (
    *("ct", "ecu_sense", "efr_hub_status", "ems_pid_history", "error_report", "logs"),
    *("mains_data", "node_metrics", "nodes", "ota_manifest", "params", "pid", "status"),
    *("warp_ping", "wifiscan"),
)


@pytest.mark.parametrize("name", CAPTURED)
async def test_an_endpoint_has_exactly_the_keys_of_its_capture(captures: Path, name: str) -> None:
    real = json.loads((captures / f"{name}.json").read_bytes())
    async with device() as client:
        assert keys(await client.get(f"/{name}.json")) == keys(real)


READABLE = sorted(path for path, methods in ROUTES.items() if "GET" in methods)


@pytest.mark.parametrize("path", READABLE)
async def test_an_endpoint_answers_without_a_clamp_and_refuses_writes(path: str) -> None:
    async with device(grid=False, solar=False, load=False, firmware="old") as client:
        assert await client.get(path) is not None
        if "POST" not in ROUTES[path]:
            assert (await client.request("POST", path, data=b"x"))[0] == 405
        assert (await client.request("DELETE", path))[0] == 405


async def test_status_counts_milliseconds_since_the_start() -> None:
    async with device() as client:
        first = (await client.get("/status.json"))["up_time"]
        client.sim.advance(10)
        assert (await client.get("/status.json"))["up_time"] == first + 10_000
        client.sim.reboot()
        client.sim.advance(3)
        assert (await client.get("/status.json"))["up_time"] == 3000


async def test_the_uptime_wraps_at_32_bits() -> None:
    async with device() as client:
        client.sim.installation.uptime_ms = 2**32 - 1000
        client.sim.advance(3)
        assert (await client.get("/status.json"))["up_time"] == 2000
        assert client.sim.device.reboots == 0


async def test_a_clock_that_was_never_set_counts_from_1970_at_every_start() -> None:
    async with device() as client:
        client.sim.device.unset_clock()
        document = await client.get("/ems.json")
        uptime_s = (await client.get("/status.json"))["up_time"] // 1000
        assert document["ts"] == pytest.approx(uptime_s, abs=1)
        assert "EMS_INFO_RTC_SYNCRONIZED" not in document["ems"][0]["ems_data"]["info_str"]
        client.sim.reboot()
        client.sim.advance(7)
        assert (await client.get("/ems.json"))["ts"] == 7
        assert "1970-01-01T00:00:07" in await client.console("time")
        report = {row["error_name"]: row for row in await client.get("/error_report.json")}
        assert (report["clock"]["activated"], report["clock"]["message"]) == (
            "error",
            "Time was never set",
        )


async def test_the_error_report_has_36_checks_in_six_subsystems() -> None:
    async with device(units=2) as client:
        report = await client.get("/error_report.json")
        assert len(report) == 36
        systems = ["ECU", "EMS", "CONNECTIVITY", "EFR_HUB", "OTA", "PULSE"]
        names = {row["sub_system_id"]: row["sub_system_name"] for row in report}
        assert names == dict(enumerate(systems))
        assert len({(row["sub_system_id"], row["error_id"]) for row in report}) == 36
        assert {row["activated"] for row in report} == {"ok", "error", "unknown"}
        assert any(row["details"] for row in report if row["activated"] == "error")
        client.sim.installation.units[1].online = False
        client.sim.faults.add("unavailable", path="/error_report.json")
        changed = [row for row in await client.get("/error_report.json") if row not in report]
        assert [(row["error_name"], row["activated"]) for row in changed] == [
            ("peers", "error"),
            ("grid_available", "error"),
            ("solar_available", "error"),
        ]
        assert changed[0]["details"] == [client.sim.installation.units[1].ecu_id]
    async with device(grid=False, solar=False) as client:
        report = await client.get("/error_report.json")
        unknown = {row["error_name"] for row in report if row["activated"] == "unknown"}
        assert {"peers", "grid_assigned", "grid_available", "solar_available"} < unknown


async def test_one_node_was_never_seen() -> None:
    async with device() as client:
        nodes = await client.get("/nodes.json")
        unseen = [node for node in nodes if not node["available"]]
        assert [node["last_seen_ms"] for node in unseen] == [2_147_483_647]
        assert len(nodes) == 3
        sense = await client.get("/ecu_sense.json")
        assert {row["function_name"] for row in sense} == {"grid", "solar", "unspecified"}
        unseen_id = unseen[0]["node_id"]
        assert await client.get(f"/node_metrics.json?node_id={unseen_id}") == {}
        assert await client.get(f"/ct.json?node_id={unseen_id}") == {}
        assert await client.get("/ct.json?node_id=99") == {}
        assert await client.get("/node_params.json?node_id=99") == []
        assert (await client.get("/node_params.json?node_id=1"))[0]["type"] == "uint32"


async def test_a_clamp_agrees_with_the_measuring_point() -> None:
    async with device() as client:
        sensors = (await client.get("/ems.json"))["sensors"]
        grid = next(row for row in sensors if row["function"] == "grid")
        node = await client.get(f"/ct.json?node_id={grid['node_id']}")
        assert node["tpw"] == grid["total_power"]
        assert [row["pwr"] for row in node["ct"]] == [row["power"] for row in grid["phase"]]
        rows = await client.get("/ct_data.json")
        assert grid["total_power"] in [row["total_power"] for row in rows]


async def test_histories_grow_by_the_minute_and_are_cut_by_limit_and_from() -> None:
    async with device() as client:
        start = (await client.get("/ems.json"))["ts"]
        for _ in range(5):
            client.sim.advance(60)
        rows = await client.get(f"/ems_history.json?from={start + 60}")
        assert [row["ts"] for row in rows] == [start + 60 * n for n in range(1, 6)]
        assert len(await client.get(f"/ems_history.json?from={start}&limit=2")) == 2
        assert await client.get("/ems_history.json?limit=0") == []
        assert {"ts", "grid", "solar"} == (await client.get("/ct_history.json"))[-1].keys()


async def test_logs_are_cut_by_limit_and_level() -> None:
    async with device() as client:
        await client.set("log_level", "4")
        client.sim.reboot()
        lines = await client.get("/logs.json")
        assert {line["level"] for line in lines} == {"info", "warning"}
        assert [line["data"] for line in await client.get("/logs.json?limit=1")] == ["restarted"]
        assert await client.get("/logs.json?limit=0") == []
        assert len(await client.get("/logs.json?level=warning")) == 1
        assert await client.get("/logs.json?level=error") == []
        assert len(await client.get("/logs.json?level=nonsense&limit=x")) == len(lines)


@pytest.mark.parametrize("cloud", [True, False])
async def test_the_history_has_a_sample_for_each_minute(*, cloud: bool) -> None:
    async with device(cloud=cloud, soc=42) as client:
        start = client.sim.device.now()
        client.sim.advance(3600)
        rows = await client.get("/ems_history.json?limit=500")
        assert 59 <= len(rows) <= 61
        assert rows[0]["soc_avg"] == pytest.approx(4200, abs=50)
        assert rows[-1]["ts"] > start + 3500
        assert await client.get("/ems_history.json?limit=2") == rows[-2:]
        client.sim.advance(86400)
        assert len(await client.get("/ct_history.json?limit=1000")) > 300


async def test_the_history_of_a_long_gap_covers_the_whole_of_it() -> None:
    async with device() as client:
        start = client.sim.device.now()
        client.sim.advance(30 * 86_400)
        times = [row["ts"] for row in await client.get("/ems_history.json?limit=500")]
        assert times[0] < start + 86_400
        assert times[-1] == start + 30 * 86_400


async def test_a_peer_that_dropped_out_is_in_no_sum() -> None:
    async with device(units=3) as client:
        whole = (await client.get("/pid.json"))["ems_pid"]["prev_min"]
        client.sim.installation.units[1].online = False
        part = (await client.get("/pid.json"))["ems_pid"]["prev_min"]
        assert part == pytest.approx(whole * 2 / 3, abs=2)
        reply = await client.console("ems")
        assert client.sim.installation.units[1].ecu_id not in reply


async def test_the_error_history_is_cut_by_limit_and_severity() -> None:
    async with device() as client:
        client.sim.reboot()
        client.sim.reboot()
        assert len(await client.get("/error_history.json")) == 2
        assert len(await client.get("/error_history.json?limit=1&severity=warning")) == 1
        assert await client.get("/error_history.json?limit=0") == []
        assert await client.get("/error_history.json?severity=error") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/spiffs/version.txt", 200), ("/spiffs/none.txt", 404), ("/nonsense.json", 404)],
)
async def test_files_are_served_and_others_are_not_found(path: str, status: int) -> None:
    async with device() as client:
        assert await client.status(path) == status


async def rows_by_name(client: Any) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in await client.get("/params.json")}


async def test_parameters_are_declared_with_type_default_and_help() -> None:
    async with device(password=None) as client:
        rows = await rows_by_name(client)
        assert len(rows) >= 40
        assert len({row["param_id"] for row in rows.values()}) == len(rows)
        for row in rows.values():
            # The device was given no password and no other value: everything is at its default.
            assert row["value"] == row["default"]
            assert row["help"]
            assert row["desc"].startswith('"')
        assert rows["ems_phase_map"]["value"] == [1, 2, 3]
        assert (rows["ems_phase_map"]["size"], rows["wifi_sta_ssid"]["size"]) == (3, 32)
        kinds = {row["type"] for row in rows.values()}
        assert {"bool", "uint8", "uint16", "uint32", "uint64", "sint8", "sint32"} < kinds
        assert {"sint64", "flt", "double", "str32"} < kinds


async def test_parameters_may_be_nested_or_bare() -> None:
    async with device(firmware="bridge") as client:
        assert (await client.get("/params.json"))["settings_local"]["value"] == [False]
    async with device(firmware="old") as client:
        assert await client.parameter("settings_local") is False
        assert await client.parameter("ems_phase_map") == [1, 2, 3]
