"""Many independent devices in one process, each on a port of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Self

from homevolt.simulator.simulator import Simulator
from homevolt.simulator.world.clock import RealClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from homevolt.simulator.web.faults import Fault
    from homevolt.simulator.world.clock import SimClock

LAST_PORT = 65_535


class Fleet:
    """`count` devices that share nothing but the clock; `async with Fleet(200) as fleet:`.

    Args:
        count: How many devices, 1 or more.
        seed: Seed of the first; each further one has the next.
        port: Port of the first, each further one has the next; 0 for any free ones.
        clock: Time of all of them.
        faults: Faults of each to begin with.
        **options: What else `Simulator` takes, the same for all.
    """

    def __init__(
        self,
        count: int,
        *,
        seed: int = 1,
        port: int = 0,
        clock: SimClock | None = None,
        faults: Iterable[Fault | str] = (),
        **options: Any,
    ) -> None:
        if count < 1:
            raise ValueError(f"a fleet has at least one device, not {count}")
        if port and port + count - 1 > LAST_PORT:
            raise ValueError(
                f"{count} devices from port {port} on need ports beyond {LAST_PORT}; begin lower"
            )
        clock, faults = clock or RealClock(), tuple(faults)
        self.devices = [
            Simulator(
                seed=seed + index,
                port=port and port + index,
                clock=clock,
                faults=faults,
                **options,
            )
            for index in range(count)
        ]
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
