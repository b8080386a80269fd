"""The named devices at a terminal: questions, Ctrl-C, and progress."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import termios
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.devices.config import load
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM, started

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.processes

SECRET = "correct horse"


@asynccontextmanager
async def at_a_terminal(*arguments: str) -> AsyncIterator[tuple[Process, int]]:
    """Run the program at a terminal; yield it and the terminal's other end."""
    terminal, theirs = pty.openpty()
    try:
        async with started(
            PROGRAM, *arguments, stdin=theirs, stderr=theirs, start_new_session=True
        ) as process:
            yield process, terminal
    finally:
        os.close(theirs)
        os.close(terminal)


async def shown(terminal: int) -> bytes:
    """Return what the terminal shows next."""
    return await asyncio.to_thread(os.read, terminal, 10_000)


async def test_the_password_is_asked_for_and_shown_nowhere(file: Path) -> None:
    async with Simulator(SECRET) as simulator:
        add = ("device", "add", "house", simulator.host)
        async with at_a_terminal(*add) as (process, terminal):
            asked = await shown(terminal)
            command_line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            os.write(terminal, SECRET.encode() + b"\n")
            out, _ = await process.communicate()
            echoed = await shown(terminal)
    assert process.returncode == 0
    assert asked.startswith(f"Password of {simulator.host}: ".encode())
    assert SECRET.encode() not in asked + echoed + out + command_line
    assert b"no usable keyring" in echoed
    assert load().devices["house"].password == SECRET
    assert file.stat().st_mode & 0o077 == 0


async def test_ctrl_c_at_the_question_keeps_nothing_and_restores_the_terminal(file: Path) -> None:
    async with Simulator(SECRET) as simulator:
        add = ("device", "add", "house", simulator.host)
        async with at_a_terminal(*add) as (process, terminal):
            await shown(terminal)
            assert not termios.tcgetattr(terminal)[3] & termios.ECHO
            process.send_signal(signal.SIGINT)
            out, _ = await process.communicate()
            assert termios.tcgetattr(terminal)[3] & termios.ECHO
    assert (process.returncode, out) == (130, b"")
    assert not file.exists()


async def test_reading_all_shows_progress_at_a_terminal_and_leaves_none(file: Path) -> None:
    async with Simulator(None) as simulator:
        file.write_text(f'[devices.a]\nhost = "{simulator.host}"\n')
        async with at_a_terminal("status", "--all") as (process, terminal):
            out, _ = await process.communicate()
            progress = await shown(terminal)
    assert process.returncode == 0
    assert b"1/1" in progress
    assert progress.rstrip().endswith(b"\x1b[2K")  # the last line is erased
    assert out.startswith(b"a ")
    assert b"/1" not in out


async def test_ctrl_c_while_all_are_read_ends_it_and_restores_the_terminal(file: Path) -> None:
    async with Simulator(None) as answering, Simulator(None, faults=["stall"]) as stalling:
        file.write_text(
            f'devices.a.host = "{answering.host}"\ndevices.b.host = "{stalling.host}"\n'
        )
        async with at_a_terminal("errors", "--all") as (process, terminal):
            seen = b""
            while b"1/2" not in seen:
                seen += await shown(terminal)
            process.send_signal(signal.SIGINT)
            out, _ = await process.communicate()
            seen += await shown(terminal)
    assert (process.returncode, out) == (130, b"")
    assert seen.count(b"\x1b[?25l") == seen.count(b"\x1b[?25h") == 1  # hidden, and shown again
    assert b"Traceback" not in seen
