"""Fixtures for the tests of any program that talks to a Homevolt.

Put `pytest_plugins = ["homevolt.simulator.pytest"]` into conftest.py. Both fixtures start their
devices on free loopback ports and stop them when the test ends; time stands still until the test
moves it with `homevolt_simulator.advance(seconds)`.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

from homevolt.simulator.simulator import Simulator
from homevolt.simulator.world.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")


class SimulatorFactory(Protocol):
    """Starts one more device; takes what `Simulator` takes."""

    def __call__(self, **options: Any) -> Simulator:
        """Start a device and return it, serving."""


class _Host:
    """An event loop on a thread of its own, so that tests may be of any kind, async or not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def hand_over(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop while the loop of the test goes on."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _HostedSimulator(Simulator):
    """A device that is only ever touched on the loop that serves it, whoever asks."""

    def __init__(self, host: _Host, **options: Any) -> None:
        super().__init__(**options)
        self._host = host

    def advance(self, seconds: float) -> None:
        async def work() -> None:
            Simulator.advance(self, seconds)

        self._host.run(work())

    def reboot(self, boot_s: float | None = None) -> None:
        async def work() -> None:
            Simulator.reboot(self, boot_s)

        self._host.run(work())

    async def wait_for_requests(self, count: int = 1) -> None:
        await self._host.hand_over(Simulator.wait_for_requests(self, count))

    async def start(self) -> None:
        await self._host.hand_over(Simulator.start(self))

    async def stop(self) -> None:
        await self._host.hand_over(Simulator.stop(self))


@pytest.fixture
def homevolt_simulator_factory() -> Iterator[SimulatorFactory]:
    """What starts devices: call it with what `Simulator` takes, `units=2` for one."""
    with ExitStack() as stack:
        host = _Host()
        stack.callback(host.close)

        def start(**options: Any) -> Simulator:
            simulator = _HostedSimulator(host, **{"clock": ManualClock(), **options})
            host.run(Simulator.start(simulator))
            stack.callback(lambda: host.run(Simulator.stop(simulator)))
            return simulator

        yield start


@pytest.fixture
def homevolt_simulator(homevolt_simulator_factory: SimulatorFactory) -> Simulator:
    """One simulated Homevolt with the password `secret`, serving on loopback."""
    return homevolt_simulator_factory()
