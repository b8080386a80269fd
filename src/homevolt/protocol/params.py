"""`GET /params.json`: the parameters with their types, defaults and help."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.decoding import NOT_AS_DECLARED, Wire, parse, salvage


class ParamData(Wire, frozen=True):
    """One parameter; `value` and `default` are a list, or bare on some firmware."""

    param_id: int | None = None
    desc: str | None = None
    name: str | None = None
    size: int | None = None
    type: str | None = None
    value: Any = None
    default: Any = None
    help: str | None = None
    level: int | None = None


_DEEPEST_GROUP = 8
"""How many groups within groups are looked into; known firmware has one."""
_DECODER = msgspec.json.Decoder(tuple[ParamData, ...])


def decode_params(data: bytes) -> tuple[ParamData, ...]:
    """Return the answer of `GET /params.json`, a list or, on some firmware, nested objects.

    In the nested form a key is the name, and the objects around it are its groups.

    Raises:
        HomevoltDataError: It is neither.
    """
    return _decode(data, "/params.json")


def decode_node_params(data: bytes) -> tuple[ParamData, ...]:
    """Return the answer of `GET /node_params.json?node_id=`, in either form of `/params.json`.

    Raises:
        HomevoltDataError: It is neither.
    """
    return _decode(data, "/node_params.json")


def _decode(data: bytes, source: str) -> tuple[ParamData, ...]:
    with suppress(*NOT_AS_DECLARED):
        return _DECODER.decode(data)
    document = parse(data, source)
    if isinstance(document, dict):
        document = list(_flattened(document))
    if not isinstance(document, list):
        raise HomevoltDataError(f"{source} is not a list of parameters.", path="$")
    params: tuple[ParamData, ...] = salvage(document, tuple[ParamData, ...], source)
    return params


def _flattened(
    group: dict[str, Any], desc: str | None = None, depth: int = 0
) -> list[dict[str, Any]]:
    """Return the parameters of nested objects, each with its name and its group."""
    params: list[dict[str, Any]] = []
    for name, item in group.items():
        if not isinstance(item, dict):
            params.append({"name": name, "desc": desc, "value": item})
        elif "value" in item or "type" in item:
            params.append({"name": name, "desc": desc, **item})
        elif depth < _DEEPEST_GROUP:
            params += _flattened(item, desc=name, depth=depth + 1)
    return params
