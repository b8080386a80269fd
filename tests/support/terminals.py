"""The program in surroundings of its own: at a real terminal, at home, on a full disk."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.support.processes import PROGRAM, localised

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
CTRL_C = "\x03"
PATIENCE_S = 60
TERMINAL, FULL_DISK, MERE_OWNER = "terminal", "full disk", "mere owner"
"""A process that has a terminal, that can write no file, and that no right exempts from modes."""
SURROUNDED = """
import ctypes, fcntl, os, resource, sys, termios

program, surroundings = sys.argv[1], sys.argv[2].split(",")
if "terminal" in surroundings:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if "full disk" in surroundings:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
if "mere owner" in surroundings:
    for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(program, [program, *sys.argv[3:]])
"""


def surrounded(*surroundings: str) -> tuple[str, ...]:
    """Return the command that starts the program in some surroundings."""
    return sys.executable, "-c", SURROUNDED, PROGRAM, ",".join(surroundings)


def at_home(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of somebody who has a home and has set nothing but some variables."""
    given = localised({"HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm"} | variables)
    own = ("HOMEVOLT_", "XDG_", "COLUMNS", "EDITOR", "VISUAL", "NO_COLOR", "FORCE_COLOR")
    return {k: v for k, v in given.items() if k in variables or not k.startswith(own)}


class Terminal:
    """A terminal with a program in it.

    Args:
        ours: Our end of it.
        theirs: The end of the program.
        process: The program.
    """

    def __init__(self, ours: int, theirs: int, process: Process) -> None:
        self.process = process
        self.modes_before = termios.tcgetattr(theirs)
        self.modes_after: list[Any] = []
        self.written = b""
        self._ours = ours
        self._theirs = theirs
        self._changed = asyncio.Event()
        self._is_at_end = False
        asyncio.get_running_loop().add_reader(ours, self._read)

    def _read(self) -> None:
        try:
            self.written += os.read(self._ours, 65536)
        except OSError:  # nobody has the other end any more
            asyncio.get_running_loop().remove_reader(self._ours)
            self._is_at_end = True
        self._changed.set()

    @property
    def text(self) -> str:
        """What was written, as plain text with single blanks."""
        return " ".join(CONTROL.sub(b" ", self.written).decode("utf-8", "ignore").split())

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def shows(self, text: str) -> None:
        """Wait until a text was written."""
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.text:
                assert not self._is_at_end, self.text
                await self._wait()

    def types(self, keys: str) -> None:
        """Type keys, as a person does: Ctrl-C becomes a signal by the terminal alone."""
        os.write(self._ours, keys.encode())

    async def shows_after_keys(self, text: str, keys: str) -> None:
        """Type the same keys again and again until a text was written."""
        async with asyncio.timeout(PATIENCE_S):
            while text not in self.text:
                self.types(keys)
                await self._wait()

    async def ended(self) -> int:
        """Wait for the end of the program and all that it wrote; return its exit code."""
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            self.modes_after = termios.tcgetattr(self._theirs)
            os.close(self._theirs)
            self._theirs = -1
            while not self._is_at_end:
                await self._wait()
        return code

    def close(self) -> None:
        """Close both ends."""
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)
        if self._theirs >= 0:
            os.close(self._theirs)


@asynccontextmanager
async def terminal(
    *arguments: str,
    env: dict[str, str],
    surroundings: tuple[str, ...] = (),
    size: tuple[int, int] = (40, 200),
) -> AsyncIterator[Terminal]:
    """Run the program at a terminal of this many rows and columns, which controls it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    modes = termios.tcgetattr(theirs)
    modes[3] |= termios.NOFLSH  # Ctrl-C takes nothing away that was written and not yet read
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    process = await asyncio.create_subprocess_exec(
        *surrounded(TERMINAL, *surroundings),
        *arguments,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        start_new_session=True,
    )
    found = Terminal(ours, theirs, process)
    try:
        yield found
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        found.close()
