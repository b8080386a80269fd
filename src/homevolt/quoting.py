"""How a value of a caller appears in an error message."""

from __future__ import annotations

_LONGEST = 80


def brief(value: object) -> str:
    """Return the repr of anything, cut to a length that a message can hold; it never raises."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the repr of somebody else's object may raise anything
        return f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
