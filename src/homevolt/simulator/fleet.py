"""Many independent devices in one process, each on a port of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from homevolt.simulator.options import LAST_PORT, SimulatorOptions
from homevolt.simulator.simulator import Simulator
from homevolt.simulator.world.clock import RealClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Fleet:
    """`count` devices that share nothing but the clock; `async with Fleet(200) as fleet:`.

    Args:
        count: How many devices, 1 or more.
        options: The options of the first. Each further device has the next seed, and the next port
            unless the port is 0; everything else is the same for all.

    Attributes:
        devices: The simulators, in the order of their seeds.

    Raises:
        ValueError: The count or an option is out of its range.
    """

    def __init__(self, count: int, options: SimulatorOptions | None = None) -> None:
        options = options or SimulatorOptions()
        if count < 1:
            raise ValueError(f"a fleet has at least one device, not {count}")
        if options.port and options.port + count - 1 > LAST_PORT:
            raise ValueError(
                f"{count} devices from port {options.port} on need ports beyond {LAST_PORT}; "
                "begin lower"
            )
        shared = replace(options, clock=options.clock or RealClock(), faults=tuple(options.faults))
        self.devices = [Simulator(**vars(_numbered(shared, index))) for index in range(count)]
        self._stack = AsyncExitStack()

    def __iter__(self) -> Iterator[Simulator]:
        return iter(self.devices)

    def __len__(self) -> int:
        return len(self.devices)

    def __getitem__(self, index: int) -> Simulator:
        return self.devices[index]

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for device in self.devices:
                await stack.enter_async_context(device)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()


def _numbered(options: SimulatorOptions, index: int) -> SimulatorOptions:
    port = options.port and options.port + index
    return replace(options, seed=options.seed + index, port=port)
