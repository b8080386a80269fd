"""Fixtures for the tests of any program that talks to a Homevolt.

Put `pytest_plugins = ["homevolt.simulator.pytest"]` into conftest.py. Both fixtures start their
devices on free loopback ports and stop them when the test ends; simulated time stands still until
the test moves it with `homevolt_simulator.advance(seconds)`.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from homevolt.simulator.options import SimulatorOptions, takes_options
from homevolt.simulator.simulator import Simulator
from homevolt.simulator.world.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")


class _LoopThread:
    """An event loop on a thread of its own, so that tests may be of any kind, async or not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def run_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop while the loop of the test goes on."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _ThreadedSimulator(Simulator):
    """A device whose methods run on the loop that serves it, whichever thread calls them."""

    def __init__(self, thread: _LoopThread, options: SimulatorOptions) -> None:
        super().__init__(**vars(options))
        self._thread = thread

    def advance(self, seconds: float) -> None:
        async def work() -> None:
            Simulator.advance(self, seconds)

        self._thread.run(work())

    def reboot(self, boot_s: float | None = None) -> None:
        async def work() -> None:
            Simulator.reboot(self, boot_s)

        self._thread.run(work())

    async def wait_for_requests(self, count: int = 1) -> None:
        await self._thread.run_async(Simulator.wait_for_requests(self, count))

    async def start(self) -> None:
        await self._thread.run_async(Simulator.start(self))

    async def stop(self) -> None:
        await self._thread.run_async(Simulator.stop(self))


class SimulatorFactory:
    """Starts devices for one test; what the fixture `homevolt_simulator_factory` is."""

    def __init__(self, thread: _LoopThread, stack: ExitStack) -> None:
        self._thread = thread
        self._stack = stack

    @takes_options(SimulatorOptions)
    def __call__(self, options: SimulatorOptions) -> Simulator:
        """Start one more device; takes what `Simulator` takes, and a ManualClock unless given one.

        Returns:
            The device, which serves already.
        """
        options = replace(options, clock=options.clock or ManualClock())
        simulator = _ThreadedSimulator(self._thread, options)
        self._thread.run(Simulator.start(simulator))
        self._stack.callback(lambda: self._thread.run(Simulator.stop(simulator)))
        return simulator


@pytest.fixture
def homevolt_simulator_factory() -> Iterator[SimulatorFactory]:
    """Start devices by `homevolt_simulator_factory(units=2)`, with any option of `Simulator`."""
    with ExitStack() as stack:
        thread = _LoopThread()
        stack.callback(thread.close)
        yield SimulatorFactory(thread, stack)


@pytest.fixture
def homevolt_simulator(homevolt_simulator_factory: SimulatorFactory) -> Simulator:
    """One simulated Homevolt with the password `secret`, serving on loopback."""
    return homevolt_simulator_factory()
