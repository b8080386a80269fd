"""Restarting a device, and knowing that it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.control.write_path import shielded
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltDataError,
)
from homevolt.protocol.resources import STATUS

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.control.write_path import WritePath

PAUSE_S = 2.0
"""Pause between two looks at a device that restarts."""


async def restart(path: WritePath, clock: Clock, wait_s: float) -> None:
    """Send `reset` once and wait until the device's uptime has begun anew.

    The reply counts for nothing: a device that restarts may well not finish it.

    Args:
        path: The write path; its turn is held by the caller.
        clock: The time to go by.
        wait_s: Seconds to wait for the device.

    Raises:
        HomevoltCommandRejectedError: The device refused the command.
        HomevoltCommandVerificationError: It answers, but did not restart.
        HomevoltCommandOutcomeUnknownError: It did not answer in time.
    """
    before = await _uptime_ms(path)
    sent_at = clock.monotonic()
    await shielded(path.command("reset", "reset"))
    seen: float | None = None
    while clock.monotonic() - sent_at < wait_s:
        await clock.sleep(PAUSE_S)
        try:
            seen = await _uptime_ms(path)
        except (HomevoltConnectionError, HomevoltDataError):
            continue
        except HomevoltAuthenticationError as error:
            raise HomevoltCommandOutcomeUnknownError(
                f"The device was told to restart, but does not say whether it did: {error}"
            ) from error
        if seen < before or seen <= (clock.monotonic() - sent_at) * 1000:
            return
    if seen is None:
        raise HomevoltCommandOutcomeUnknownError(
            f"The device was told to restart and did not answer for {wait_s:g} s."
        )
    raise HomevoltCommandVerificationError(
        f"The device was told to restart, but has been up for {seen / 1000:.0f} s without a break.",
        expected="an uptime that begins anew",
        actual=f"{seen:.0f} ms",
    )


async def _uptime_ms(path: WritePath) -> float:
    """Read `up_time` of `/status.json`, in ms."""
    uptime = (await path.store.read(STATUS)).value.up_time
    if uptime is None:
        raise HomevoltDataError("/status.json tells no up_time.", path="$.up_time")
    return uptime
