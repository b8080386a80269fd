"""The diagnostics of a device: every endpoint, how long it took, and nothing that identifies it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import homevolt
from homevolt.protocol.report_resources import RESOURCES
from homevolt.simulator.device.profiles import PROFILES
from tests.reports.documents import CASES, PLAIN_CASES
from tests.support import secrets
from tests.support.connected_device import connected_device
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import NOW, encoded

PER_NODE = {"/node_metrics.json", "/node_params.json", "/ct.json"}
ANSWERS = {name: case.document for name, case in (CASES | PLAIN_CASES).items()}


async def diagnose(**answers: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the diagnostics of a device that gives these answers, and what it was asked."""
    everything = {**ANSWERS, "params": [], "node_params": [], **answers}
    async with (
        PayloadServer(**everything) as server,
        homevolt.Homevolt(server.host, "hunter2", clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        server.requests.clear()
        device = connection.get_device()
        return await homevolt.diagnostics(device, clock=ManualClock()), server.requests


@pytest.mark.parametrize("firmware", PROFILES)
async def test_every_endpoint_is_in_it_and_no_identifier(firmware: str) -> None:
    async with connected_device(firmware=firmware, units=2) as connected:
        document = await homevolt.diagnostics(connected.device, clock=connected.clock)
        whole = json.dumps(document, allow_nan=False)
        paths = {path.partition("?")[0] for path in document["endpoints"]}
        assert paths == {resource.path for resource in RESOURCES.values()}
        assert {row["duration_s"] for row in document["endpoints"].values()} == {0.0}
        assert all("payload" in row for row in document["endpoints"].values())
        for unit in connected.sim.installation.units:
            assert str(unit.ecu_id) not in whole
        for node in connected.sim.device.nodes:
            assert node.euid not in whole
        assert connected.sim.host not in whole
        assert not connected.writes
        assert connected.device.problems == {}


async def test_it_names_the_versions_and_the_time() -> None:
    document, _ = await diagnose()
    assert document["$type"] == "homevolt_diagnostics"
    assert document["format"] == 1
    assert document["at"] == "2027-01-15T08:00:00+00:00"
    assert document["versions"].keys() == {"homevolt", "aiohttp", "msgspec", "python", "platform"}
    assert document["versions"]["homevolt"] == homevolt.__version__


async def test_readings_and_states_stay_and_the_nodes_are_asked_one_by_one() -> None:
    document, requests = await diagnose()
    endpoints = document["endpoints"]
    assert endpoints["/pid.json"]["payload"] == ANSWERS["pid"]
    assert endpoints["/ct.json?node_id=1"]["payload"] == ANSWERS["ct"]
    assert endpoints["/nodes.json"]["payload"] == [ANSWERS["nodes"][0] | {"eui": "node-1"}]
    assert set(requests) >= PER_NODE
    ems = endpoints["/ems.json"]["payload"]
    assert (ems["ts"], ems["ems"][0]["ems_data"]["power"]) == (NOW, -2500)
    assert ems["ems"][0]["ecu_id"] == "unit-1"


async def test_without_nodes_none_is_asked_for() -> None:
    many = [{"node_id": n} for n in (*range(20), 5, 10**9, "6", True, None, [1])]
    for nodes, count in ((404, 0), ({}, 0), ([5, {}], 0), (many, 8)):
        _, requests = await diagnose(nodes=nodes)
        assert requests.count("/ct.json") == count


async def test_an_endpoint_that_fails_says_why_and_the_others_are_there() -> None:
    document, _ = await diagnose(pid=404, status=b"<html>hunter2", mains_data=500)
    endpoints = document["endpoints"]
    failed = {path: row for path, row in endpoints.items() if "error" in row}
    assert failed == {
        "/pid.json": {"duration_s": 0.0, "error": "HomevoltNotSupportedError", "status": 404},
        "/status.json": {"duration_s": 0.0, "error": "HomevoltDataError", "status": None},
        "/mains_data.json": {"duration_s": 0.0, "error": "HomevoltResponseError", "status": 500},
    }
    assert "hunter2" not in json.dumps(document)


async def test_a_refused_password_is_sent_no_more() -> None:
    document, requests = await diagnose(nodes=401)
    assert list(document["endpoints"]) == ["/nodes.json"]
    assert document["endpoints"]["/nodes.json"]["error"] == "HomevoltAuthenticationError"
    assert requests == ["/nodes.json"]


async def test_a_device_that_does_not_answer_is_not_asked_for_everything() -> None:
    async with PayloadServer() as server:
        connection = homevolt.Homevolt(server.host, clock=ManualClock())
        await connection.update_info()
        device = connection.get_device()
        await connection.close_connection()
    document = await homevolt.diagnostics(device)
    assert [row["error"] for row in document["endpoints"].values()] == [
        "HomevoltConnectionError"
    ] * 2
    await connection.close_connection()


async def test_the_time_that_each_endpoint_takes_is_in_it() -> None:
    class SlowClock(ManualClock):
        def monotonic(self) -> float:
            self.advance(0.25)
            return super().monotonic()

    async with connected_device() as connected:
        document = await homevolt.diagnostics(connected.device, clock=SlowClock())
        assert {row["duration_s"] for row in document["endpoints"].values()} == {0.25}


@settings(max_examples=40)
@given(secrets.texts(), st.sampled_from(sorted(ANSWERS)), st.data())
async def test_what_any_endpoint_gives_away_is_not_in_it(
    secret: str, endpoint: str, data: st.DataObject
) -> None:
    planted = data.draw(
        st.sampled_from(
            [[{secret: 1}], {"serial": secret}, [secret], f"x {secret}", {"data": secret}]
        )
    )
    document, _ = await diagnose(**{endpoint: encoded(planted), "logs": [{"data": f"at {secret}"}]})
    whole = json.dumps(document, ensure_ascii=False)
    assert re.search(re.escape(secret), whole, re.IGNORECASE) is None
