"""A simulated battery in local mode in a process of its own.

Run as `python -m benchmarks.simulated_device`; it prints its port, then serves until it is ended.
"""

from __future__ import annotations

import asyncio

from homevolt.simulator import ManualClock, Simulator

PASSWORD = "benchmark"


async def serve() -> None:
    """Serve on a free port of loopback, and print it."""
    # Time stands still: it is the client that is measured, not the physics.
    async with Simulator(PASSWORD, clock=ManualClock(), cloud=False, local_mode=True) as battery:
        print(battery.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
