"""Numbers in the JSON documents of commands."""

from __future__ import annotations

from typing import Any


def numbers(document: Any, key: str = "") -> list[str]:
    """Return the keys of all numbers in a document."""
    if isinstance(document, dict):
        return [name for key, value in document.items() for name in numbers(value, key)]
    if isinstance(document, list):
        return [name for value in document for name in numbers(value, key)]
    is_number = isinstance(document, int | float) and not isinstance(document, bool)
    return [key] if is_number else []
