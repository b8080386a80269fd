"""Commands that ask, on a terminal of their own."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
from typing import TYPE_CHECKING

from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from tests.support.processes import PROGRAM

if TYPE_CHECKING:
    from homevolt.simulator import Simulator

SECRET = "correct horse"


async def answered(battery: Simulator, answers: list[bytes], *arguments: str) -> tuple[int, str]:
    """Run a command on a terminal of its own, and answer its questions; the byte 3 is Ctrl-C."""
    terminal, theirs = pty.openpty()
    environment = {**os.environ, HOST_VARIABLE: battery.host, PASSWORD_VARIABLE: SECRET}
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        for answer in answers:
            while not shown.endswith((b"[y/N] ", b": ")):
                shown += await asyncio.to_thread(os.read, terminal, 1000)
            shown += b"answered "
            if answer == b"\x03":
                process.send_signal(signal.SIGINT)
            else:
                os.write(terminal, answer)
        while True:
            try:
                part = await asyncio.to_thread(os.read, terminal, 1000)
            except OSError:  # the program has ended, and its side of the terminal with it
                break
            if not part:
                break
            shown += part
        return await process.wait(), shown.decode(errors="replace")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(terminal)
