"""What reading a long journal costs: the simulated devices are not kept waiting by it."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp

from homevolt.simulator import RequestRecord, Simulator
from homevolt.simulator.control_endpoint import ControlServer

RECORDS = 50_000
PAUSE_MAY_LAST_S = 0.05


async def longest_pause(pauses: list[float]) -> None:
    """Note how long the loop takes from one iteration to the next."""
    before = time.perf_counter()
    while True:
        await asyncio.sleep(0)
        now = time.perf_counter()
        pauses.append(now - before)
        before = now


async def read(url: str) -> int:
    """Read the journal as a stream; return its length in bytes."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return sum([len(chunk) async for chunk in response.content.iter_any()])


async def test_a_long_journal_is_read_without_a_pause() -> None:
    simulator = Simulator()
    for number in range(RECORDS):
        form = {"cmd": f"sched_add 1 -s {number}"}
        simulator.journal.note(RequestRecord(number, "POST", "/console.json", form=form))
    began = time.perf_counter()
    whole = len(json.dumps([record.as_dict() for record in simulator.journal]))
    at_once_s = time.perf_counter() - began
    pauses: list[float] = []
    async with ControlServer([simulator]) as control:
        measuring = asyncio.ensure_future(longest_pause(pauses))
        began = time.perf_counter()
        size = await read(f"{control.url}/journal")
        cost_s = time.perf_counter() - began
        measuring.cancel()
    print(
        f"\n{RECORDS} records: {cost_s:.2f} s, the longest pause {max(pauses) * 1000:.0f} ms; "
        f"encoded at once {at_once_s:.2f} s"
    )
    assert size > whole * 0.9
    assert max(pauses) <= PAUSE_MAY_LAST_S
