"""What a verified write costs: a mode change and a plan, each over its bare round trips.

The floor opens a connection for each write too, as the library does: the device closes idle ones
without notice, and it would be unknown whether a write on such a connection arrived.
"""

from __future__ import annotations

import base64
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Self

from aiohttp import ClientSession, TCPConnector

from benchmarks.processes import running
from benchmarks.simulated_device import PASSWORD
from homevolt import Homevolt, ScheduleEntry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from homevolt import Device

WRITE_MAY_COST = 1.2
ROUNDS = 600
PLAN_ENTRIES, PLAN_ROUNDS = 24, 60
WARM_UP = 30
AUTHORIZATION = f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"


class Bare:
    """The same requests without the library.

    Args:
        host: The address of the battery.
    """

    def __init__(self, host: str) -> None:
        self._host = host

    async def __aenter__(self) -> Self:
        url, headers = f"http://{self._host}", {"Authorization": AUTHORIZATION}
        self._reading = ClientSession(url, headers=headers)
        fresh = TCPConnector(force_close=True)
        self._writing = ClientSession(url, headers=headers, connector=fresh)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reading.close()
        await self._writing.close()

    async def write(self, lines: Iterable[str]) -> None:
        """Read the plan, send commands, read the plan back."""
        await self._read()
        for line in lines:
            async with self._writing.post("/console.json", data={"cmd": line}) as response:
                await response.read()
        await self._read()

    async def _read(self) -> None:
        async with self._reading.get("/schedule.json") as response:
            await response.read()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Bare, Device]]:
    """Serve a battery in a process of its own; give bare HTTP to it, and the device."""
    with running("benchmarks.simulated_device") as host:
        async with Bare(host) as bare, Homevolt(host, PASSWORD) as connection:
            await connection.update_info()
            yield bare, connection.get_device()


async def seconds(call: Callable[[], Awaitable[object]]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    await call()
    return time.perf_counter() - start


async def test_a_verified_mode_change_takes_little_longer_than_its_three_round_trips() -> None:
    async with served() as (bare, device):

        async def floor() -> None:
            await bare.write(["sched_set 1 --max_charge 3000"])

        async def verified() -> None:
            await device.set_battery_mode(1, max_charge=3000)

        pairs = [(await seconds(verified), await seconds(floor)) for _ in range(WARM_UP + ROUNDS)][
            WARM_UP:
        ]
    assert report("verified mode change", pairs) <= WRITE_MAY_COST


def report(what: str, pairs: list[tuple[float, float]]) -> float:
    """Print what was measured, and return the median of the ratios.

    Side by side and by the median, since the machine's speed drifts.
    """
    ratio = median(own / floor for own, floor in pairs)
    own_ms, floor_ms = (median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"\n{what}: {own_ms:.2f} ms over {floor_ms:.2f} ms = {ratio:.2f}")
    return ratio


async def test_a_plan_takes_little_longer_than_its_round_trips() -> None:
    begins = datetime(2030, 1, 1, tzinfo=UTC)
    plan = [
        ScheduleEntry(
            mode=1,
            from_time=begins + timedelta(hours=hour),
            to_time=begins + timedelta(hours=hour + 1),
            setpoint=1000 + hour,
        )
        for hour in range(PLAN_ENTRIES)
    ]
    lines = [
        f"sched_add 1 --from {entry.from_time:%Y-%m-%dT%H:%M:%S} "
        f"--to {entry.to_time:%Y-%m-%dT%H:%M:%S} --setpoint {entry.setpoint}"
        for entry in plan
    ]
    async with served() as (bare, device):

        async def floor() -> None:
            await bare.write(["sched_clear", *lines])

        async def replaced() -> None:
            await device.replace_schedule(plan)

        pairs = [(await seconds(replaced), await seconds(floor)) for _ in range(PLAN_ROUNDS)]
    assert report(f"plan of {PLAN_ENTRIES} entries, verified", pairs[1:]) <= WRITE_MAY_COST
