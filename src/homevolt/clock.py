"""Time as the library sees it, so that tests can move it by hand."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


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
