"""What a verified write costs: a mode change and a plan, each over its bare round trips."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.bare import Bare
from benchmarks.processes import running
from benchmarks.simulated_device import PASSWORD
from homevolt import Homevolt, ScheduleEntry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from homevolt import Device

WRITE_MAY_COST = 1.2
ROUNDS = 600
PLAN_ENTRIES, PLAN_ROUNDS = 24, 60
WARM_UP = 30


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Bare, Device]]:
    """Serve a battery in a process of its own; give bare HTTP to it, and the device."""
    with running("benchmarks.simulated_device") as host:
        async with Bare(host, PASSWORD) as bare, Homevolt(host, PASSWORD) as connection:
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
