"""Simulated time: the only time the simulated world knows.

A `SimClock` says what time it is at the device. `RealClock` follows this machine, up to 3600 times
as fast; `ManualClock` stands still until a test moves it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

WINTER_NOON = 1_768_478_400.0
"""2026-01-15 12:00:00 UTC: low sun, high consumption; where a `ManualClock` starts."""

MAX_SPEED = 3600.0


class SimClock(Protocol):
    """What the simulated device needs of time."""

    def now(self) -> float:
        """Return the time at the device in epoch seconds (UTC)."""


class ManualClock:
    """A clock that only moves when it is told to."""

    __slots__ = ("_now",)

    def __init__(self, start: float = WINTER_NOON) -> None:
        self._now = float(start)

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward.

        Args:
            seconds: How far, in seconds, 0 or more.

        Raises:
            ValueError: If `seconds` is negative or not a finite number.
        """
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"a clock advances by 0 or more seconds, not by {seconds}")
        self._now += seconds


class RealClock:
    """A clock that runs with this machine's, at the same or a higher speed.

    Args:
        speed: Simulated seconds per real second, 1 to 3600.
        start: Where it starts in epoch seconds; None starts at the present.
        monotonic: Where real seconds come from.

    Raises:
        ValueError: If `speed` is outside 1 to 3600.
    """

    __slots__ = ("_began", "_monotonic", "_start", "speed")

    def __init__(
        self,
        speed: float = 1.0,
        start: float | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 1 <= speed <= MAX_SPEED:
            raise ValueError(f"the speed of a clock is 1 to {MAX_SPEED:g}, not {speed}")
        self.speed = speed
        self._start = time.time() if start is None else float(start)
        self._monotonic = monotonic
        self._began = monotonic()

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self._start + (self._monotonic() - self._began) * self.speed
