"""Examples run as a stranger runs them: in a process of their own, against a simulated battery."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from homevolt.simulator import Simulator

ADDRESS, PASSWORD = "192.168.1.100", "optional_password"
BIN = Path(sys.executable).parent


class Outcome(NamedTuple):
    """How a process ended."""

    status: int | None
    out: str
    err: str


async def run(*command: str, simulator: Simulator) -> Outcome:
    """Run a command with the simulated battery instead of the address it was written for."""
    process = await asyncio.create_subprocess_exec(
        *(aimed(part, simulator) for part in command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "HOMEVOLT_PASSWORD": simulator.password or "",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        },
    )
    out, err = await process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


async def run_python(code: str, simulator: Simulator) -> Outcome:
    """Run a Python example."""
    return await run(sys.executable, "-W", "error", "-c", code, simulator=simulator)


def aimed(text: str, simulator: Simulator) -> str:
    """Put the simulator's address and password where the example has its own."""
    return text.replace(ADDRESS, simulator.host).replace(PASSWORD, simulator.password or "")
