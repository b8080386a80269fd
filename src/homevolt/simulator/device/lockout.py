"""The lockout of the device after wrong passwords."""

from __future__ import annotations

from dataclasses import dataclass, field

IDLE_RESET_S = 300.0
"""After this long without a wrong password the count starts again."""

FREE_TRIES = 4
LOCK_TIMES_S = (1.0, 2.0, 4.0, 10.0)
"""Locks after the 5th, 6th, 7th, and every later wrong password."""


@dataclass(slots=True)
class Lockout:
    """Counts wrong passwords and determines how long the device is locked.

    The times are those of the device: tries 1-4 are free, the 5th locks for 1 s, then 2 s, 4 s,
    and 10 s from the 8th on; five idle minutes reset the count. `now_s` is simulated time.
    """

    failures: int = 0
    locked_until_s: float = 0.0
    last_failure_s: float = field(default=float("-inf"))

    def remaining_s(self, now_s: float) -> float:
        """Return the seconds until the lock ends, 0 when it is not locked."""
        return max(0.0, self.locked_until_s - now_s)

    def record_failure(self, now_s: float) -> None:
        """Count one wrong password."""
        if now_s - self.last_failure_s >= IDLE_RESET_S:
            self.failures = 0
        self.failures += 1
        self.last_failure_s = now_s
        beyond = self.failures - FREE_TRIES
        if beyond > 0:
            self.locked_until_s = now_s + LOCK_TIMES_S[min(beyond, len(LOCK_TIMES_S)) - 1]

    def record_success(self) -> None:
        """Reset the count after a right password."""
        self.failures = 0
        self.locked_until_s = 0.0
