"""The keys that a person presses while a view is on the screen."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

MOST_BYTES = 64
POLL_S = 0.1
"""How often Windows is asked for keys."""


@contextmanager
def pressed_keys() -> Iterator[asyncio.Queue[str] | None]:
    """Read keys one by one, without Enter and without showing them; afterwards as before.

    Ctrl-C interrupts as ever.

    Yields:
        The keys as they are pressed, or None where stdin is not a terminal.
    """
    if sys.stdin is None or sys.stdin.closed or not sys.stdin.isatty():
        yield None
        return
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows only

        with polled_keys(msvcrt.kbhit, msvcrt.getwch) as polled:
            yield polled
        return
    import termios  # noqa: PLC0415 - Windows has none
    import tty  # noqa: PLC0415 - Windows has none

    descriptor = sys.stdin.fileno()
    keys: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            pressed = os.read(descriptor, MOST_BYTES)
        except OSError:
            pressed = b""
        if not pressed:  # the terminal is gone
            loop.remove_reader(descriptor)
        for key in pressed.decode("ascii", "ignore"):
            keys.put_nowait(key)

    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        loop.add_reader(descriptor, read)
        yield keys
    finally:
        loop.remove_reader(descriptor)
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextmanager
def polled_keys(
    is_pressed: Callable[[], bool],
    next_key: Callable[[], str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Iterator[asyncio.Queue[str]]:
    """Look for keys again and again, where a terminal cannot be waited for.

    Args:
        is_pressed: Whether a key waits to be read.
        next_key: Returns the next key, without showing it.
        sleep: Waits a number of seconds; tests pass their own.

    Yields:
        The keys as they are pressed.
    """
    keys: asyncio.Queue[str] = asyncio.Queue()

    async def look() -> None:
        while True:
            while is_pressed():
                keys.put_nowait(next_key())
            await sleep(POLL_S)

    looking = asyncio.ensure_future(look())
    try:
        yield keys
    finally:
        looking.cancel()
