"""What keeps a wrong password from being sent until the device locks its user out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltAuthenticationError, HomevoltRateLimitError

if TYPE_CHECKING:
    from homevolt._common import Clock

FREE_TRIES = 3
"""Wrong passwords sent before calls are refused here; the device locks at the fifth."""
LOCKOUT_MEMORY_S = 300.0
"""The device forgets wrong passwords after this long without one."""


class PasswordGuard:
    """Keeps a wrong password from being sent until the device locks its user out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refusals = 0
        self._last = 0.0
        self._locked_until = 0.0

    def check(self) -> None:
        """Raise `HomevoltAuthenticationError` if one more wrong password could lock the device."""
        locked_s = self._locked_until - self._clock.monotonic()
        if locked_s > 0:
            raise HomevoltRateLimitError(
                f"The device is locked by too many wrong passwords; nothing is sent to it for "
                f"{locked_s:.0f} s, as it asked.",
                retry_after=locked_s,
            )
        wait = self._wait()
        if wait is not None:
            raise HomevoltAuthenticationError(
                f"The password was refused {self._refusals} times; it is not sent again for "
                f"{wait:.0f} s, so that the device does not lock. Check the password.",
                retry_after=wait,
            )

    def locked(self, seconds: float | None) -> float | None:
        """Note for how long the device says it is locked; return for how long nothing is sent."""
        if seconds is None:
            return None
        seconds = min(seconds, LOCKOUT_MEMORY_S)
        self._locked_until = self._clock.monotonic() + seconds
        return seconds

    def refused(self) -> float | None:
        """Count a refusal; return the seconds until the next try, or None if it may come now."""
        if self._clock.monotonic() - self._last >= LOCKOUT_MEMORY_S:
            self._refusals = 0
        self._refusals += 1
        self._last = self._clock.monotonic()
        return self._wait()

    def accepted(self) -> None:
        """Forget the refusals."""
        self._refusals = 0

    def _wait(self) -> float | None:
        if self._refusals < FREE_TRIES:
            return None
        wait = self._last + LOCKOUT_MEMORY_S - self._clock.monotonic()
        return wait if wait > 0 else None
