"""Numbers and JSON as the device writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import msgspec

DISPLAY_ZONE: Final = timezone(timedelta(hours=1))
"""Times in words are local ones, an hour ahead of the epochs beside them, as in captures."""

NEVER_MS: Final = 2_147_483_647
"""A node that was never seen has this age."""

_encode = msgspec.json.Encoder().encode


def to_json(payload: Any) -> bytes:
    """Return a payload as JSON text."""
    return _encode(payload)


def number(value: float, digits: int = 2) -> float | int:
    """Round a number and drop a zero fraction, as the device's printer does."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def time_text(epoch_s: float) -> str:
    """Return a time as `timestamp_str` shows it, local and with milliseconds."""
    local = datetime.fromtimestamp(epoch_s, UTC).astimezone(DISPLAY_ZONE)
    return local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}"
