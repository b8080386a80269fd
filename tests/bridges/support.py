"""What tests of the bridges share: time that passes in steps, and a service that is running."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from homevolt.bridges.config import DeviceConfig, HttpConfig, PrometheusConfig, RunConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from homevolt.bridges.service import Service
    from homevolt.simulator import Simulator

NOON = 1_767_268_800.0
FEW_TURNS, MANY_TURNS = 20, 2000


class SteppedClock:
    """A clock by which several wait at once; it moves only by `pass_time`."""

    def __init__(self, now: float = NOON) -> None:
        self.start = now
        self.elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def now(self) -> float:
        """Return the time of day in epoch seconds."""
        return self.start + self.elapsed

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self.elapsed

    @property
    def waiting(self) -> int:
        """How many wait for it."""
        return sum(not future.done() for *_, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved this far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed + seconds, next(self._count), future))
        await future

    async def pass_time(self, seconds: float) -> None:
        """Move the clock, from one who waits to the next."""
        end = self.elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self.elapsed = due
            future.set_result(None)
            await asyncio.sleep(0.001)
            for _ in range(FEW_TURNS):  # on a busy machine that was a single one
                await asyncio.sleep(0)
        self.elapsed = end


class MovedClock(Protocol):
    """A clock that a test moves."""

    async def pass_time(self, seconds: float) -> None:
        """Move the clock, from one who waits to the next."""


async def until(
    condition: Callable[[], Any], clock: MovedClock | None = None, *, step_s: float = 0.5
) -> None:
    """Wait until something holds, for as long as real sockets take; a clock moves meanwhile."""
    for _ in range(MANY_TURNS):
        if condition():
            return
        await asyncio.sleep(0.005)
        if clock is not None:
            await clock.pass_time(step_s)
    raise AssertionError(f"it never happened: {condition}")


def device_config(name: str, simulator: Simulator, **settings: Any) -> DeviceConfig:
    """Return a simulated device as it is configured."""
    return DeviceConfig(name, simulator.host, simulator.password, **settings)


def metrics_config(*devices: DeviceConfig, **settings: Any) -> RunConfig:
    """Return a configuration with metrics on a free port of loopback."""
    outputs = {"prometheus": PrometheusConfig(), "http": HttpConfig(port=0)}
    return RunConfig(devices, **{**outputs, **settings})


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """Run a service until the test is done with it, and let it end by itself."""
    task = asyncio.create_task(service.run())
    try:
        await until(lambda: task.done() or is_settled(service))
        yield service
    finally:
        service.stop()
        await asyncio.wait_for(task, 20)


def is_settled(service: Service) -> bool:
    """Tell whether every output was up, or has failed, for the first time."""
    started = service.outputs.values()
    return bool(started) and all(output.settled.is_set() for output in started)


def url_of(service: Service) -> str:
    """Return where the HTTP server of a service is."""
    url: str | None = getattr(service.outputs["http"].output, "url", None)
    assert url is not None
    return url
