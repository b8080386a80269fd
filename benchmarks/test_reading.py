"""What reading costs: bytes to sensors, an update, many units at once, each against its floor."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from benchmarks.payload_server import payloads, running
from homevolt import Device, Homevolt, Schedule
from homevolt.sensors import Installation, Layout, schedule_values
from homevolt.wire.ems import decode_ems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SENSORS_MAY_COST = 0.9
UPDATE_MAY_COST = 1.3
DEVICE_MAY_WEIGH_KIB = 100
POLLED_UNITS = 100


@pytest.fixture(scope="module")
def ems() -> bytes:
    """Return the answer of `/ems.json` of a cluster of two units."""
    return asyncio.run(payloads())["/ems.json"]


def least_in_turns(
    *functions: Callable[[], object], rounds: int = 200, calls: int = 20
) -> list[float]:
    """Return the least seconds of a call of each function, taken in turns in the same run."""
    least = [float("inf")] * len(functions)
    for _ in range(rounds):
        for index, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(calls):
                function()
            least[index] = min(least[index], (time.perf_counter() - start) / calls)
    return least


def test_bytes_become_sensors_faster_than_json_becomes_dicts(ems: bytes) -> None:
    layout = Layout(Installation(decode_ems(ems)))
    no_schedule = schedule_values(Schedule(), None)

    def sensors() -> int:
        installation = Installation(decode_ems(ems))
        assert installation.shape() == layout.shape
        return len(layout.sensors(installation.values() + no_schedule))

    cost, floor = least_in_turns(sensors, lambda: json.loads(ems))
    print(
        f"\n{len(ems)} bytes to {sensors()} sensors: {cost * 1e6:.0f} us over "
        f"{floor * 1e6:.0f} us of json.loads = {cost / floor:.2f}"
    )
    assert cost / floor <= SENSORS_MAY_COST


async def cpu_seconds(call: Callable[[], Awaitable[object]], calls: int = 50) -> float:
    """Return the CPU time of this process for a call."""
    start = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - start) / calls


async def test_an_update_costs_little_more_than_two_bare_requests() -> None:
    with running() as host:
        async with ClientSession() as session, Homevolt(host) as connection:

            async def bare() -> None:
                for path in ("/ems.json", "/schedule.json"):
                    async with session.get(f"http://{host}{path}") as response:
                        await response.read()

            pairs = [
                (await cpu_seconds(connection.update_info), await cpu_seconds(bare))
                for _ in range(40)
            ]
    cost, floor = min(own for own, _ in pairs), min(bare for _, bare in pairs)
    print(f"\nupdate_info: {cost * 1e6:.0f} us over {floor * 1e6:.0f} us = {cost / floor:.2f}")
    assert cost / floor <= UPDATE_MAY_COST


async def test_one_process_polls_many_units() -> None:
    with running() as host:
        async with ClientSession() as session:
            connections = [Homevolt(host, websession=session) for _ in range(POLLED_UNITS)]
            await asyncio.gather(*(each.update_info() for each in connections))
            start = time.perf_counter()
            for _ in range(3):
                await asyncio.gather(*(each.update_info() for each in connections))
            per_second = 3 * POLLED_UNITS / (time.perf_counter() - start)
            for each in connections:
                await each.close_connection()
    print(f"\n{per_second:.0f} units polled per second by one process")
    assert per_second >= POLLED_UNITS


async def test_a_device_is_small() -> None:
    with running() as host:
        async with ClientSession() as session:
            warm = Homevolt(host, websession=session)
            await warm.update_info()
            gc.collect()
            tracemalloc.start()
            devices: list[Device] = []
            connections = [Homevolt(host, websession=session) for _ in range(POLLED_UNITS)]
            for each in connections:
                await each.update_info()
                devices.append(each.get_device())
                assert devices[-1].sensors
            gc.collect()
            weight_kib = tracemalloc.get_traced_memory()[0] / 1024 / POLLED_UNITS
            tracemalloc.stop()
            for each in (warm, *connections):
                await each.close_connection()
    print(f"\n{weight_kib:.0f} KiB for each device, with all its sensors")
    assert weight_kib <= DEVICE_MAY_WEIGH_KIB
