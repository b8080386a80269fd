"""The pytest plugin serves any integration's tests, async or not."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.simulator.client import Client

if TYPE_CHECKING:
    from homevolt.simulator import Simulator
    from homevolt.simulator.pytest import SimulatorFactory

pytest_plugins = ["homevolt.simulator.pytest"]


def read(sim: Simulator, path: str) -> dict[str, object]:
    """Read with nothing but the standard library, without any event loop in the test."""
    with closing(HTTPConnection(sim.host, timeout=5)) as connection:
        connection.request("GET", path, headers=Client.headers_for(sim.password))
        payload: dict[str, object] = json.load(connection.getresponse())
        return payload


def test_a_synchronous_test_reads_a_device(homevolt_simulator: Simulator) -> None:
    first = read(homevolt_simulator, "/ems.json")
    homevolt_simulator.advance(60)
    assert read(homevolt_simulator, "/ems.json")["ts"] == int(str(first["ts"])) + 60
    assert [record.path for record in homevolt_simulator.journal] == ["/ems.json"] * 2
    assert homevolt_simulator.journal.writes == []


def test_the_factory_starts_several_devices(
    homevolt_simulator_factory: SimulatorFactory,
) -> None:
    devices = [homevolt_simulator_factory(seed=seed, password=None) for seed in (1, 2)]
    serials = {json.dumps(read(device, "/status.json")["ems_status"]) for device in devices}
    assert len(serials) == 2
    devices[0].faults.add("html", nth=1)
    assert [fault.hits for fault in devices[0].faults] == [0]


async def test_a_test_on_another_loop_waits_for_requests_and_stops_the_device(
    homevolt_simulator: Simulator,
) -> None:
    async with aiohttp.ClientSession() as session:
        client = Client(session, homevolt_simulator)
        waiting = asyncio.ensure_future(homevolt_simulator.wait_for_requests(1))
        await client.get("/ems.json")
        await asyncio.wait_for(waiting, 5)
        homevolt_simulator.faults.add("stall")
        stalled = asyncio.ensure_future(client.status("/ems.json"))
        await asyncio.wait_for(homevolt_simulator.wait_for_requests(2), 5)
        await asyncio.wait_for(homevolt_simulator.stop(), 5)
        with pytest.raises(aiohttp.ClientError):
            await stalled
        await homevolt_simulator.start()


def test_advancing_time_while_threads_read_loses_no_second(homevolt_simulator: Simulator) -> None:
    start_s = homevolt_simulator.device.clock.now()
    with ThreadPoolExecutor(3) as readers:
        reads = [
            readers.submit(lambda: [read(homevolt_simulator, "/ems.json") for _ in range(20)])
            for _ in range(3)
        ]
        for _ in range(20):
            homevolt_simulator.advance(600)
        for each in reads:
            each.result()
    assert homevolt_simulator.installation.time_s == start_s + 20 * 600
    homevolt_simulator.reboot()
    assert homevolt_simulator.device.reboots == 1
