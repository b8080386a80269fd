"""Helpers used everywhere: time that tests can move, locks, and values of a caller in messages."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from homevolt.exceptions import HomevoltError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_S = sys.float_info.max


class Clock(Protocol):
    """What the library needs of time."""

    def now(self) -> float:
        """Return the time of day in epoch seconds."""

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` seconds."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Return the time of day in epoch seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` seconds."""
        await asyncio.sleep(seconds)


SYSTEM_CLOCK = SystemClock()
"""The clock of every connection that was not given another one."""


class LoopLock:
    """A lock that works in several event loops: a script may run one after the other."""

    def __init__(self) -> None:
        self._loop: object = None
        self._lock = asyncio.Lock()

    def get(self) -> asyncio.Lock:
        """Return the lock of the event loop that runs."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._lock = loop, asyncio.Lock()
        return self._lock


@contextmanager
def checking(what: str) -> Iterator[None]:
    """Turn what a caller's object raises while it is looked at into an error of this library.

    Args:
        what: What the argument is called, for the error message.

    Raises:
        HomevoltValueError: Its methods raised something else than an error of this library.
    """
    try:
        yield
    except HomevoltError:
        raise
    except Exception as error:
        raise HomevoltValueError(f"{what} cannot be read: {short_repr(error)}") from error


def positive_seconds(name: str, value: object) -> float:
    """Return a duration that a caller gave, in s.

    Args:
        name: What the argument is called, for the error message.
        value: What was given for it.

    Raises:
        HomevoltValueError: It is not a positive finite number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST_S:
        return float(value)
    raise HomevoltValueError(
        f"{name} must be a positive number of seconds, not {short_repr(value)}."
    )


def seconds_of(name: str, value: object, *, at_least: float) -> float:
    """Return a duration that a caller gave, in s, which must not be shorter than `at_least` s.

    Raises:
        HomevoltValueError: It is not a finite number, or shorter.
    """
    seconds = positive_seconds(name, value)
    if seconds < at_least:
        raise HomevoltValueError(f"{name} must be at least {at_least:g} s, not {value!r}.")
    return seconds


_LONGEST_REPR = 80


def short_repr(value: object) -> str:
    """Return the repr of anything, cut to a length that a message can hold; it never raises."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the repr of a caller's object may raise anything
        return f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST_REPR else f"{text[: _LONGEST_REPR - 3]}..."
