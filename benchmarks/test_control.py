"""What a proven write costs: a verified mode change over the bare round trips it is made of."""

from __future__ import annotations

import base64
import time
from statistics import median
from typing import TYPE_CHECKING

from aiohttp import ClientSession

from benchmarks.processes import running
from benchmarks.simulated_device import PASSWORD
from homevolt import Homevolt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MODE_CHANGE_MAY_COST = 1.2
ROUNDS = 600
WARM_UP = 30
AUTHORIZATION = f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"


async def seconds(call: Callable[[], Awaitable[object]]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    await call()
    return time.perf_counter() - start


async def test_a_verified_mode_change_takes_little_longer_than_its_three_round_trips() -> None:
    with running("benchmarks.simulated_device") as host:
        async with (
            ClientSession(f"http://{host}", headers={"Authorization": AUTHORIZATION}) as session,
            Homevolt(host, PASSWORD) as connection,
        ):
            await connection.update_info()
            device = connection.get_device()

            async def bare() -> None:
                for method, path, form in (
                    ("GET", "/schedule.json", None),
                    ("POST", "/console.json", {"cmd": "sched_set 1 --max_charge 3000"}),
                    ("GET", "/schedule.json", None),
                ):
                    async with session.request(method, path, data=form) as response:
                        await response.read()

            async def verified() -> None:
                await device.set_battery_mode(1, max_charge=3000)

            pairs = [
                (await seconds(verified), await seconds(bare)) for _ in range(WARM_UP + ROUNDS)
            ][WARM_UP:]
    # Side by side and by the median, since the machine's speed drifts.
    ratio = median(own / floor for own, floor in pairs)
    own_ms, floor_ms = (median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"\nverified mode change: {own_ms:.2f} ms over {floor_ms:.2f} ms = {ratio:.2f}")
    assert ratio <= MODE_CHANGE_MAY_COST
