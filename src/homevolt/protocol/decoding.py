"""From bytes to structs: strictly and fast, or field by field where that fails."""

from __future__ import annotations

import json
import logging
import math
import re
from contextlib import suppress
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from homevolt.exceptions import HomevoltDataError

_LOGGER = logging.getLogger(__name__)
_LONGEST_INT = 20
"""Digits of the longest integer taken for a number; the device counts in 64 bits."""
_LONE_SURROGATE = "[\ud800-\udfff]"
_REPLACEMENT = "\ufffd"
"""Replaces each byte or escape in a text that is not a character."""
_NOT_NUMBERS = frozenset({"nan", "inf", "infinity", "null"})
"""Texts that a lax conversion takes for a number or for None."""

NOT_AS_DECLARED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a decoder of msgspec raises for a body that is not what its type declares."""

T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Base of all structs of the wire: every field has a default, new keys are ignored.

    The modules of structs that every import of `Homevolt` loads do without
    `from __future__ import annotations`: msgspec would evaluate the texts, field by field.
    """


def decode(data: bytes, decoder: msgspec.json.Decoder[T], source: str) -> T:
    """Return `data` as the decoder's type, without each field that does not fit.

    A field that is missing, malformed or of an impossible quantity gets its default; each of the
    latter two is logged at debug.

    Args:
        data: The body of an answer.
        decoder: What to read it as.
        source: Where it comes from, for the error message, such as `/ems.json`.

    Raises:
        HomevoltDataError: The bytes are not valid JSON, or a JSON value of another kind.
    """
    with suppress(*NOT_AS_DECLARED):
        return decoder.decode(data)
    # Not while the error is handled: an error that follows would lead to it, and it to the body.
    result: T = salvage(parse(data, source), decoder.type, source)
    return result


def parse(data: bytes, source: str) -> Any:
    """Return JSON as plain values; numbers that no double or 64-bit integer holds become None.

    What is not a character in a text is replaced there, and a control character is kept, so that
    neither costs more than itself.

    Raises:
        HomevoltDataError: The bytes are not valid JSON. What they hold is not repeated, since it
            may be a secret.
    """
    try:
        text = data.decode("utf-8-sig", "replace")
        value = json.loads(
            text,
            strict=False,  # takes control characters
            parse_constant=lambda _: None,
            parse_float=_finite,
            parse_int=_bounded,
        )
        # Only an escape can bring a surrogate, which no file and no terminal takes.
        return _without_surrogates(value) if "\\u" in text else value
    except (ValueError, RecursionError) as error:
        why = str(error)
    # Not while that error is handled: it holds the whole body, and could be reached from this one.
    what = "a web page" if data.lstrip()[:1] == b"<" else f"{len(data)} bytes"
    raise HomevoltDataError(f"{source} is not valid JSON ({why}): it is {what}.")


def salvage(value: Any, type_: Any, source: str, *, numbers_as_text: bool = False) -> Any:
    """Return a plain value as `type_`, dropping the fields that do not fit.

    Args:
        value: The plain value.
        type_: What to read it as.
        source: Where it comes from, for the error message.
        numbers_as_text: Whether the digits of a text, and a whole float, are numbers too.

    Raises:
        HomevoltDataError: The value as a whole is of another kind.
    """
    try:
        return _fit(value, type_, "$", strict=not numbers_as_text)
    except msgspec.ValidationError as error:
        why = str(error)
    raise HomevoltDataError(f"{source} is of the wrong kind: {why}.", path="$")


def _fit(value: Any, type_: Any, path: str, *, strict: bool) -> Any:
    """Convert a value, descending into structs and lists only where the whole does not fit."""
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError:
        inner = _container(type_, value)
        if inner is None:
            if _is_possible(type_, value):
                return float(value)
            if strict or (isinstance(value, str) and value.lower().strip("+-") in _NOT_NUMBERS):
                raise
            return msgspec.convert(value, type_, strict=False)
    if isinstance(value, list):
        item_type = get_args(inner)[0]
        items = (
            _fit_or_default(item, item_type, f"{path}[{i}]", strict=strict)
            for i, item in enumerate(value)
        )
        return get_origin(inner)(items)
    fitted = {}
    for field in msgspec.structs.fields(inner):
        if field.encode_name in value:
            where = f"{path}.{field.encode_name}"
            try:
                fitted[field.name] = _fit(
                    value[field.encode_name], field.type, where, strict=strict
                )
            except msgspec.ValidationError as error:
                _log_dropped(where, value[field.encode_name], error)
    return inner(**fitted)


def _fit_or_default(item: Any, type_: Any, path: str, *, strict: bool) -> Any:
    """Keep the place of a malformed list item, so that its neighbours keep their numbers."""
    try:
        return _fit(item, type_, path, strict=strict)
    except msgspec.ValidationError as error:
        _log_dropped(path, item, error)
        if type_ is str:
            return _REPLACEMENT  # it may be an alarm, so it must not look like none
        if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
            return type_()
        raise  # a number has no default to keep the place: a zero would be a reading


def _log_dropped(path: str, value: Any, error: msgspec.ValidationError) -> None:
    """Log a value that does not fit, as far as it may be shown."""
    if _LOGGER.isEnabledFor(logging.DEBUG):
        from homevolt.protocol.redaction import LOG_REDACTOR  # noqa: PLC0415 - few log that much

        name = path.rpartition(".")[2].partition("[")[0]
        _LOGGER.debug("Dropped %s: %s It is %s.", path, error, LOG_REDACTOR.shown(name, value))


def _is_possible(type_: Any, value: Any) -> bool:
    """Tell whether a number that the decoder rejected is possible after all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    extras = [
        meta.extra
        for choice in get_args(type_)
        for meta in getattr(choice, "__metadata__", ())
        if isinstance(meta, msgspec.Meta) and meta.extra
    ]
    return any(extra["possible"].holds(value, extra["divisor"]) for extra in extras)


def _container(type_: Any, value: Any) -> Any:
    """Return the struct, list or tuple type of `type_` that `value` could be, or None."""
    # Only a union is looked into: an object is not a list, whatever the list holds.
    choices = get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)
    for choice in choices:
        if isinstance(value, list) and get_origin(choice) in (list, tuple):
            return choice
        is_struct = isinstance(choice, type) and issubclass(choice, msgspec.Struct)
        if isinstance(value, dict) and is_struct:
            return choice
    return None


def _without_surrogates(value: Any) -> Any:
    """Replace the lone surrogates in every text of a JSON value."""
    if isinstance(value, str):
        return re.sub(_LONE_SURROGATE, _REPLACEMENT, value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(value[key]) for key in value}
    return value


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _bounded(text: str) -> int | None:
    return int(text) if len(text.lstrip("-")) <= _LONGEST_INT else None
