"""Simulated time, the only time that the simulated world uses.

A `SimClock` returns the time at the device. `RealClock` follows the clock of this machine, up to
3600 times as fast; `ManualClock` stands still until a test moves it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

WINTER_NOON = 1_768_478_400.0
"""2026-01-15 12:00:00 UTC: low sun, high consumption; the start of a `ManualClock`."""

MAX_SPEED = 3600.0

SECONDS_PER_HOUR = 3600.0


class SimClock(Protocol):
    """A source of simulated time."""

    def now(self) -> float:
        """Return the time at the device in epoch seconds (UTC)."""


class ManualClock:
    """A clock that moves only when `advance` is called."""

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
    """A clock that follows the clock of this machine, at the same or a higher speed.

    Args:
        speed: Simulated seconds per real second, 1 to 3600.
        start: Time at which it starts, epoch seconds; None starts at the present.
        monotonic: Source of real seconds.

    Raises:
        ValueError: If `speed` is outside 1 to 3600.
    """

    __slots__ = ("_monotonic", "_start", "_started", "speed")

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
        self._started = monotonic()

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return self._start + (self._monotonic() - self._started) * self.speed
