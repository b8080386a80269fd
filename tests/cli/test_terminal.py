"""A watch in a real pseudo-terminal: its keys, and the terminal as it was however it ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import termios
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.simulator import Simulator
from tests.support.homes import CONFIG, NO_PASSWORD, configure
from tests.support.processes import PROGRAM, localised
from tests.support.terminals import at_home, terminal

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from tests.support.homes import Place

pytestmark = pytest.mark.processes

ROWS = 40
STARTED, ENDED = b"\x1b[?1049h", b"\x1b[?1049l"
CURSOR_SHOWN = b"\x1b[?25h"
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
PATIENCE_S = 60


class Screen:
    """A terminal with a program in it.

    Args:
        terminal: Our end of it.
        process: The program.
    """

    def __init__(self, terminal: int, process: Process) -> None:
        self.terminal = terminal
        self.process = process
        self.written = b""
        self._changed = asyncio.Event()
        asyncio.get_running_loop().add_reader(terminal, self._read)

    def _read(self) -> None:
        try:
            self.written += os.read(self.terminal, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self.terminal)
        self._changed.set()

    @property
    def text(self) -> str:
        """What was written since the last key, as plain text with single blanks."""
        return " ".join(CONTROL.sub(b" ", self.written).decode("utf-8", "ignore").split())

    async def shows(self, text: str, times: int = 1) -> None:
        """Wait until a text was written this often since the last key."""
        async with asyncio.timeout(PATIENCE_S):
            while self.text.count(text) < times:
                self._changed.clear()
                await self._changed.wait()

    async def press(self, key: str, text: str) -> None:
        """Press a key, and wait for what it shows."""
        self.written = b""
        os.write(self.terminal, key.encode())
        await self.shows(text)

    async def ended(self) -> int:
        """Wait for the end of the program; return its exit code."""
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            while ENDED not in self.written:
                self._changed.clear()
                await self._changed.wait()
        return code


def modes(terminal: int) -> list[Any]:
    """Return how a terminal treats what is typed."""
    return termios.tcgetattr(terminal)


@asynccontextmanager
async def watching(host: str, *, columns: int = 80, **variables: str) -> AsyncIterator[Screen]:
    """Watch a device in a terminal, which must be as before in the end."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    before = modes(theirs)
    environment = localised({"LANG": "C.UTF-8", "TERM": "xterm", "HOMEVOLT_HOST": host} | variables)
    environment.pop("COLUMNS", None)
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "status", "--watch"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    screen = Screen(ours, process)
    try:
        yield screen
        assert modes(theirs) == before
        assert screen.written.rindex(ENDED) > screen.written.find(STARTED)
        assert CURSOR_SHOWN in screen.written
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_keys_pause_change_the_interval_and_quit(firmware: str, columns: int) -> None:
    async with (
        Simulator(None, firmware=firmware) as simulator,
        watching(simulator.host, columns=columns) as screen,
    ):
        await screen.shows("again every 10 s; p pause, + - interval, q quit")
        await screen.shows("of 25 A")
        await screen.press("+", "again every 30 s;")
        await screen.press("-", "again every 10 s;")
        await screen.press("-", "again every 5 s;")
        await screen.shows("again every 5 s;", 2)  # it has been read meanwhile
        await screen.press("p", "ago, paused; p go on, q quit")
        reads = len(simulator.journal)
        await screen.press("+", "paused")
        assert len(simulator.journal) == reads
        await screen.press("p", "again every 10 s;")
        os.write(screen.terminal, b"xyz\x1b[Aq")
        assert await screen.ended() == 0


async def test_the_chart_of_the_last_reads_is_drawn_and_in_ascii_where_the_locale_is_c() -> None:
    async with Simulator(None) as simulator, watching(simulator.host, LANG="C") as screen:
        await screen.shows("again every 10 s")
        await screen.press("+", "again every 30 s")
        await screen.shows("Power battery")
        assert screen.text.isascii()
        assert "?" not in screen.text
        os.write(screen.terminal, b"q")
        assert await screen.ended() == 0


async def test_ctrl_c_gives_the_terminal_back() -> None:
    async with Simulator(None) as simulator, watching(simulator.host) as screen:
        await screen.shows("q quit")
        screen.process.send_signal(signal.SIGINT)
        assert await screen.ended() == 130


async def test_sigterm_gives_the_terminal_back() -> None:
    async with Simulator(None) as simulator, watching(simulator.host) as screen:
        await screen.shows("q quit")
        screen.process.send_signal(signal.SIGTERM)
        assert await screen.ended() == 143


async def test_an_error_that_ends_the_watch_gives_the_terminal_back() -> None:
    refusal = "status:status=401,path=/ems.json,nth=3"
    async with (
        Simulator(None, faults=[refusal]) as simulator,
        watching(simulator.host) as screen,
    ):
        await screen.shows("again every 10 s; p pause")
        await screen.shows("of 25 A")
        os.write(screen.terminal, b"+")
        assert await screen.ended() == 4
        await screen.shows("requires a password. Set HOMEVOLT_PASSWORD.")


async def test_sigterm_gives_the_terminal_back_and_leaves_no_half_of_a_write(
    place: Place,
) -> None:
    configure(place.home, NO_PASSWORD.format(host=place.battery.host))
    async with terminal("status", env=at_home(place.home)) as screen:
        await screen.shows("Password of")
        screen.process.send_signal(signal.SIGTERM)
        assert await screen.ended() == 143
    assert screen.modes_after == screen.modes_before
    configure(place.home, CONFIG.format(host=place.battery.host))
    former, sent = place.plan, len(place.battery.journal)
    place.battery.faults.add("stall", write=True, nth=2, count=1)
    async with terminal(
        *("charge", "3000", "--for", "2h", "--yes"), "--timeout", "1", env=at_home(place.home)
    ) as screen:
        async with asyncio.timeout(PATIENCE_S):
            while len(place.battery.journal.writes) < 2:
                sent += 1
                await place.battery.wait_for_requests(sent)
        screen.process.send_signal(signal.SIGTERM)
        assert await screen.ended() == 143, screen.text
    assert place.plan == former
    assert screen.text.endswith("shows which plan the device has now.")
