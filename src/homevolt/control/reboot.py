"""Restarting the device, and seeing by its uptime that it did restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltDataError,
)
from homevolt.protocol.report_resources import STATUS

if TYPE_CHECKING:
    from homevolt.control.write_path import WritePath

PAUSE_S = 2.0
"""Pause between two reads of a device that restarts."""
UPTIME_WRAPS_MS = 2**32
"""The device counts its uptime in 32 bits of milliseconds, 49.7 days."""
WRAP_TOLERANCE_MS = 30_000
"""By how much an uptime that has wrapped may differ from the expected one."""


async def reboot(path: WritePath, wait_s: float) -> None:
    """Send `reset` once and wait until the device's uptime starts from 0 again.

    The reply is not considered, since a device that restarts may not complete it.

    Args:
        path: The write path, held by the caller.
        wait_s: Seconds to wait for the device.

    Raises:
        HomevoltCommandRejectedError: The device refused the command.
        HomevoltCommandVerificationError: It answers, but did not restart.
        HomevoltCommandOutcomeUnknownError: It did not answer in time.
    """
    clock = path.clock
    before_ms, read_at_s = await _uptime_ms(path), clock.monotonic()
    sent_at_s = clock.monotonic()
    await path.shielded(path.command("reset", "reset"))
    uptime_ms: float | None = None
    was_away = False
    while clock.monotonic() - sent_at_s < wait_s:
        await clock.sleep(PAUSE_S)
        try:
            uptime_ms = await _uptime_ms(path)
        except (HomevoltConnectionError, HomevoltDataError):
            was_away = True
            continue
        except HomevoltAuthenticationError as error:
            raise HomevoltCommandOutcomeUnknownError(
                "The restart was requested, but the device does not report whether it restarted: "
                f"{error}"
            ) from error
        now_s = clock.monotonic()
        counted_on_ms = before_ms + (now_s - read_at_s) * 1000
        has_begun_again = uptime_ms < before_ms or uptime_ms <= (now_s - sent_at_s) * 1000
        if has_begun_again and (was_away or not _has_wrapped(uptime_ms, counted_on_ms)):
            return
    if uptime_ms is None:
        raise HomevoltCommandOutcomeUnknownError(
            f"The restart was requested, but the device did not answer for {wait_s:g} s."
        )
    raise HomevoltCommandVerificationError(
        f"The restart was requested, but the device has been up for {uptime_ms / 1000:.0f} s.",
        expected="an uptime that starts from 0 again",
        actual=f"{uptime_ms:.0f} ms",
    )


def _has_wrapped(uptime_ms: float, counted_on_ms: float) -> bool:
    """Return whether an uptime is the one that a device without a restart would show, wrapped."""
    wrapped_ms = counted_on_ms - UPTIME_WRAPS_MS
    return wrapped_ms >= 0 and abs(uptime_ms - wrapped_ms) <= WRAP_TOLERANCE_MS


async def _uptime_ms(path: WritePath) -> float:
    """Read `up_time` of `/status.json`, in ms."""
    uptime = (await path.store.read(STATUS)).value.up_time
    if uptime is None:
        raise HomevoltDataError("/status.json holds no up_time.", path="$.up_time")
    return uptime
