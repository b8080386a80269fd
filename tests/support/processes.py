"""The program as a process: started, read and never left behind."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


PROGRAM = str(Path(sys.executable).parent / "homevolt")


AS_ON_WINDOWS = """
import asyncio, sys
from homevolt.cli import main

def refuse(*_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = refuse
sys.argv = ["homevolt", *sys.argv[1:]]
main()
"""
"""The program where event loops take no handlers of signals; for `python -c`."""

WITHOUT = "import sys; sys.modules[{!r}] = None; from homevolt.cli import main; main()"


def localised(variables: dict[str, str]) -> dict[str, str]:
    """Return the environment with these variables of the locale and no others."""
    others = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8")
    return {k: v for k, v in os.environ.items() if k not in others} | variables


@asynccontextmanager
async def started(*command: str, **options: object) -> AsyncIterator[Process]:
    """Run a program, and never leave it behind."""
    streams = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE} | options
    process = await asyncio.create_subprocess_exec(*command, **streams)  # type: ignore[arg-type] # a table of options
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(*command: str) -> tuple[int | None, str, str]:
    """Run a program to its end; return its exit code and what it wrote."""
    async with started(*command) as process:
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()


async def line_of(process: Process) -> str:
    """Return the next line that a program writes."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().rstrip("\n")
