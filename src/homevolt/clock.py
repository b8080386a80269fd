"""Time as the library sees it, so that tests can move it by hand."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Protocol

from homevolt.exceptions import HomevoltValueError

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


def positive_seconds(name: str, value: object) -> float:
    """Return a duration that a caller gave.

    Args:
        name: What the argument is called, for the error message.
        value: What was given for it.

    Raises:
        HomevoltValueError: It is no positive finite number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST_S:
        return float(value)
    raise HomevoltValueError(f"{name} must be a positive number of seconds, not {value!r}.")
