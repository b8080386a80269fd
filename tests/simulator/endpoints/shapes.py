"""The shape of a JSON document, to compare one of ours with a captured one."""

from __future__ import annotations

from typing import Any


def keys(payload: Any) -> Any:
    """Return the shape of a payload: its keys, and of a list the shape of its first element."""
    if isinstance(payload, dict):
        return {key: keys(value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [keys(payload[0])] if payload and isinstance(payload[0], dict) else "list"
    return "number" if isinstance(payload, int | float) else type(payload).__name__
