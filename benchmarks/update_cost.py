"""What an update costs in a program that does nothing else, beside two bare requests.

Run as `python -m benchmarks.update_cost ADDRESS [sensors]`; it prints pairs of CPU seconds as JSON.
It is a process of its own, since what a read of a socket costs depends on what the process has
allocated before: in one that has freed a block of more than 256 KiB it costs less for both.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING

from aiohttp import ClientSession

from homevolt import Homevolt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS, CALLS = 40, 50


async def cpu_seconds(call: Callable[[], Awaitable[object]]) -> float:
    """Return the CPU time of this process for a call."""
    start = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - start) / CALLS


async def update_pairs(host: str, *, with_sensors: bool) -> list[tuple[float, float]]:
    """Return the CPU time of an update, with its sensors or without, and of two bare requests."""
    async with ClientSession() as session, Homevolt(host) as connection:

        async def bare() -> None:
            for path in ("/ems.json", "/schedule.json"):
                async with session.get(f"http://{host}{path}") as response:
                    await response.read()

        async def update() -> None:
            await connection.update_info()
            if with_sensors:
                assert connection.get_device().sensors

        return [(await cpu_seconds(update), await cpu_seconds(bare)) for _ in range(ROUNDS)]


if __name__ == "__main__":
    host, *options = sys.argv[1:]
    json.dump(asyncio.run(update_pairs(host, with_sensors="sensors" in options)), sys.stdout)
