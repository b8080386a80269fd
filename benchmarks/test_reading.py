"""What reading costs: bytes to sensors, an update, many units at once, each against its floor."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import time
import tracemalloc
from statistics import median
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from benchmarks.payload_server import payloads
from benchmarks.processes import output, running
from homevolt import Device, Homevolt
from homevolt.protocol.resources import EMS
from homevolt.protocol.store import Record

if TYPE_CHECKING:
    from collections.abc import Callable

SENSORS_MAY_COST = 0.7
UPDATE_MAY_COST = 1.2
SENSORS_TOO = 1.35
DEVICE_MAY_WEIGH_KIB = 100
POLLED_UNITS = 100
SERVER = "benchmarks.payload_server"
UPDATE = "benchmarks.update_cost"


@pytest.fixture(scope="module")
def ems() -> bytes:
    """Return the answer of `/ems.json` of a cluster of two units."""
    return asyncio.run(payloads())["/ems.json"]


def pairs_of(
    function: Callable[[], object], floor: Callable[[], object], rounds: int = 300, calls: int = 20
) -> list[tuple[float, float]]:
    """Return seconds of a call of both functions, taken in turns in the same run."""
    pairs = []
    for _ in range(rounds):
        seconds = []
        for each in (function, floor):
            start = time.perf_counter()
            for _ in range(calls):
                each()
            seconds.append((time.perf_counter() - start) / calls)
        pairs.append((seconds[0], seconds[1]))
    return pairs


def report(what: str, pairs: list[tuple[float, float]]) -> float:
    """Print what was measured; return the median of the ratios, pair by pair.

    The machine's speed drifts: what ran side by side is compared, and the median is not moved by
    the pairs that something else disturbed.
    """
    ratio = median(own / floor for own, floor in pairs)
    own, floor = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    print(f"\n{what}: {own:.0f} us over {floor:.0f} us = {ratio:.2f}")
    return ratio


async def test_bytes_become_sensors_faster_than_json_becomes_dicts(ems: bytes) -> None:
    """Through the public property, as an update brings them."""
    with running(SERVER) as host:
        async with Homevolt(host) as connection:
            await connection.update_info()
            device = connection.get_device()
            store = device._store
            # Two documents in turn, so that neither is taken for the one that was read last.
            bodies = itertools.cycle((ems, ems + b" "))

            def sensors() -> int:
                body = next(bodies)
                store._records["ems"] = Record(EMS.decode(body), body, 0.0)
                return len(device.sensors)

            pairs = pairs_of(sensors, lambda: json.loads(ems))
            assert report(f"{len(ems)} bytes to {sensors()} sensors", pairs) <= SENSORS_MAY_COST


def update_pairs(*options: str) -> list[tuple[float, float]]:
    """Return the CPU time of an update and of two bare requests; see `benchmarks.update_cost`."""
    with running(SERVER) as host:
        pairs: list[tuple[float, float]] = json.loads(output(UPDATE, host, *options))
    return pairs


def test_an_update_costs_little_more_than_two_bare_requests() -> None:
    assert report("update_info over two bare requests", update_pairs()) <= UPDATE_MAY_COST


def test_an_update_with_all_sensors_costs_little_more_than_two_bare_requests() -> None:
    what = "update_info and all sensors over two bare requests"
    assert report(what, update_pairs("sensors")) <= SENSORS_TOO


async def test_one_process_polls_many_units() -> None:
    with running(SERVER) as host:
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
    with running(SERVER) as host:
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
