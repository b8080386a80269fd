"""Comparing a JSON document with the shape that `docs/json.md` gives it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tools.json_documents import Nullable

if TYPE_CHECKING:
    from tools.json_documents import Shape


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return datetime.fromisoformat(value).utcoffset() == timedelta(0)


KINDS: dict[str, Any] = {
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "time": _is_time,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "count": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "amount": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "value": lambda value: isinstance(value, str | bool | int | float | list),
    "answer": lambda value: {"duration_s", "payload"} == value.keys(),
    "native": lambda value: isinstance(value, dict),
}


def mismatches(value: Any, shape: Shape, path: str = "") -> list[str]:
    """Return where a document differs from its shape."""
    if isinstance(shape, Nullable):
        return [] if value is None else mismatches(value, shape.shape, path)
    if isinstance(shape, str):
        fits = (value is None and shape.endswith("?")) or KINDS[shape.rstrip("?")](value)
        return [] if fits else [f"{path} is {value!r}, not {shape}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path} is {value!r}, not a list"]
        return [each for item in value for each in mismatches(item, shape[0], f"{path}[]")]
    if not isinstance(value, dict):
        return [f"{path} is {value!r}, not an object"]
    if "*" in shape:
        shape = dict.fromkeys(value, shape["*"])
    different = [f"{path}.{key} is missing or not listed" for key in value.keys() ^ shape.keys()]
    known = [key for key in shape if key in value]
    return different + [
        each for key in known for each in mismatches(value[key], shape[key], f"{path}.{key}")
    ]
