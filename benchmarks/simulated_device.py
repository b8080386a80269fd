"""A simulated battery in local mode in a process of its own.

Run as `python -m benchmarks.simulated_device`; it prints its port, then serves until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "benchmark"


async def serve() -> None:
    """Serve on a free port of loopback, and print it."""
    # Time stands still: it is the client that is measured, not the physics.
    async with Simulator(PASSWORD, clock=ManualClock(), cloud=False, local_mode=True) as battery:
        print(battery.port, flush=True)
        await asyncio.Event().wait()


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Run the battery for as long as the context lasts, and give its address."""
    command = [sys.executable, "-m", "benchmarks.simulated_device"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve())
