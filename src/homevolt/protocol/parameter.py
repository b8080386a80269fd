"""The device's parameters: their types, the values that these hold, and how they are written."""

from __future__ import annotations

import math
import operator
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.protocol.disclosable import is_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.protocol.params import ParamData

Scalar: TypeAlias = bool | int | float | str
Value: TypeAlias = Scalar | list[Scalar]

MASK = "********"
"""Replaces the value of a secret in a repr, a message or a log."""

_SPELLINGS = {
    **dict.fromkeys(("true", "1", "on", "yes"), True),
    **dict.fromkeys(("false", "0", "off", "no"), False),
}
_FLOATS = {"flt": 3.4028234663852886e38, "double": 1.7976931348623157e308}
_FLOAT_TOLERANCE = {"flt": 1e-6, "double": 1e-9}
_INTEGER = re.compile(r"([us])int(8|16|32|64)")
_TEXT = re.compile(r"str([0-9]{1,4})")
_ARRAY = re.compile(r"(\w+)\[\d*\]")
_DIGITS = re.compile(r"[+-]?[0-9]{1,20}")


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter as the device declares it (`GET /params.json`).

    Attributes:
        name: What `set_parameter` and `get_parameter` call it.
        type: bool, uint8-64, sint8-64, flt, double or str32; of each element in an array.
        value: The value in force; a list for an array, None if the device did not give a
            readable one.
        default: The factory default, in the same form.
        help: The device's own sentence about it, empty if there is none.
        group: The family it belongs to, empty if the device does not report.
        level: The access level, None if the device does not report.
        count: Number of elements of an array, None for a single value.
        secret: Whether the value must not be shown; `repr` masks it.
    """

    name: str
    type: str
    value: Value | None = None
    default: Value | None = None
    help: str = ""
    group: str = ""
    level: int | None = None
    count: int | None = None
    secret: bool = False

    @property
    def range(self) -> tuple[float, float] | None:
        """The smallest and the largest number the type holds, None for bools and text."""
        return _range(self.type)

    def check(self, value: object) -> Value:
        """Return `value` as the declared type wants it.

        Args:
            value: For a bool True, False, 1, 0 or one of true/false, on/off, yes/no; for a number
                the number or its decimal text; for text a str; for an array a list or tuple of
                those, or their text with commas between.

        Returns:
            A plain Python value, a list for an array.

        Raises:
            HomevoltValueError: The type does not hold it.
        """
        if self.count is None:
            return self._check_scalar(value)
        if isinstance(value, str) and not _TEXT.fullmatch(self.type):
            value = value.split(",")
        if not isinstance(value, list | tuple) or len(value) != self.count:
            raise self._refused(value, f"a list of {self.count} values")
        return [self._check_scalar(item) for item in value]

    def __repr__(self) -> str:
        """The fields, the values of a secret masked."""
        return (
            f"Parameter({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"
        )

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """The same for the library rich."""
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return [
            (name, masked(self, value) if name in ("value", "default") else value)
            for name, value in fields
        ]

    def _check_scalar(self, value: object) -> Scalar:
        convert = _converter(self.type)
        if convert is None:
            raise HomevoltValueError(
                f"{self.name} is of type {self.type!r}, which this library cannot write"
            )
        try:
            checked = convert(self.type, value)
        except Exception:  # noqa: BLE001 - the methods of a foreign object may raise anything
            checked = None
        if checked is None:
            raise self._refused(value, _description(self.type))
        if self.count is not None and isinstance(checked, str) and "," in checked:
            raise self._refused(value, "text without a comma, which separates the elements")
        return checked

    def _refused(self, value: object, expected: str) -> HomevoltValueError:
        given = MASK if self.secret else short_repr(value)
        return HomevoltValueError(f"{self.name} ({self.type}) must be {expected}, not {given}")


def typed_parameter(data: ParamData) -> Parameter | None:
    """Return a parameter of `/params.json`, or None if it has no name.

    Args:
        data: One item of the list; `value` and `default` are a list or bare.

    Returns:
        The parameter, its values as plain Python values of the declared type.
    """
    if not data.name:
        return None
    type_, bracketed = _element_type(data.type or "")
    value, default = _as_list(data.value), _as_list(data.default)
    longest = max(len(value), len(default), _elements(type_, data.size))
    count = longest if bracketed or longest > 1 else None
    return Parameter(
        name=data.name,
        type=type_,
        value=_read(type_, count, value),
        default=_read(type_, count, default),
        help=data.help or "",
        group=(data.desc or "").strip('"'),
        level=data.level,
        count=count,
        secret=is_secret(data.name),
    )


def form_text(value: Value) -> str:
    """Return a checked value as the text of the form field `v` of `POST /params.json`."""
    if isinstance(value, list):
        return ",".join(map(form_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_same(parameter: Parameter, expected: Value, actual: Value | None) -> bool:
    """Return whether a value that was read back is the one that was written.

    Floats are equal within what their type resolves. A secret that the device hides behind
    asterisks cannot be compared and counts as equal, unless it was to be emptied.
    """
    if isinstance(expected, list) or isinstance(actual, list):
        return (
            isinstance(expected, list)
            and isinstance(actual, list)
            and len(expected) == len(actual)
            and all(is_same(parameter, *pair) for pair in zip(expected, actual, strict=True))
        )
    is_hidden = isinstance(actual, str) and actual != "" and not actual.strip("*")
    if parameter.secret and expected and is_hidden:
        return True
    if (
        parameter.type in _FLOATS
        and isinstance(expected, int | float)
        and isinstance(actual, int | float)
    ):
        return math.isclose(expected, actual, rel_tol=_FLOAT_TOLERANCE[parameter.type])
    return expected == actual


def masked(parameter: Parameter, value: object) -> object:
    """Return a value of a parameter, masked if the parameter is a secret that is set."""
    return MASK if parameter.secret and value else value


def _converter(type_: str) -> Callable[[str, Any], Scalar | None] | None:
    """Return what turns a caller's value into one of a type; it returns None or raises if not."""
    if type_ == "bool":
        return _as_bool
    if type_ in _FLOATS:
        return _as_float
    if _INTEGER.fullmatch(type_):
        return _as_integer
    return _as_text if _TEXT.fullmatch(type_) else None


def _description(type_: str) -> str:
    """Return in words what a type holds."""
    if type_ == "bool":
        return "true or false"
    if type_ in _FLOATS:
        return f"a finite number from {-_FLOATS[type_]:g} to {_FLOATS[type_]:g}"
    if _INTEGER.fullmatch(type_):
        return "a whole number from {} to {}".format(*_integer_range(type_))
    longest = _text_size(type_) - 1
    return f"text of at most {longest} bytes in UTF-8 without control characters"


def _as_bool(_type: str, value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {0: False, 1: True}.get(value)
    return _SPELLINGS.get(value.strip().lower()) if isinstance(value, str) else None


def _as_integer(type_: str, value: Any) -> int | None:
    low, high = _integer_range(type_)
    if isinstance(value, str) and _DIGITS.fullmatch(text := value.strip()):
        value = int(text)
    if isinstance(value, bool):
        return None
    number = int(operator.index(value))
    return number if low <= number <= high else None


def _as_float(type_: str, value: Any) -> float | None:
    if isinstance(value, bool) or not (isinstance(value, str) or hasattr(value, "__float__")):
        return None
    number = float(value)
    return number if abs(number) <= _FLOATS[type_] else None  # NaN fails the comparison too


def _as_text(type_: str, value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = str.__str__(value)  # the text itself: a subclass such as an enum may show another one
    # One byte of the device's buffer is the NUL that ends the text.
    fits = (not text or text.isprintable()) and len(text.encode()) <= _text_size(type_) - 1
    return text if fits else None


def _range(type_: str) -> tuple[float, float] | None:
    if type_ in _FLOATS:
        return -_FLOATS[type_], _FLOATS[type_]
    return _integer_range(type_) if _INTEGER.fullmatch(type_) else None


def _integer_range(type_: str) -> tuple[int, int]:
    found = _INTEGER.fullmatch(type_)
    bits = int(found[2]) if found else 0
    if found and found[1] == "s":
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return 0, 2**bits - 1


def _text_size(type_: str) -> int:
    found = _TEXT.fullmatch(type_)
    return int(found[1]) if found else 0


def _element_type(declared: str) -> tuple[str, bool]:
    """Split `uint8[3]` into its element type and whether there were brackets."""
    found = _ARRAY.fullmatch(declared.strip())
    return (found[1], True) if found else (declared.strip(), False)


def _elements(type_: str, size: int | None) -> int:
    """Return how many elements fill `size` bytes, 0 if that is unknown."""
    found = _INTEGER.fullmatch(type_)
    width = {"bool": 1, "flt": 4, "double": 8}.get(type_, int(found[2]) // 8 if found else 0)
    return size // width if size and width and size % width == 0 else 0


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _read(type_: str, count: int | None, values: list[object]) -> Value | None:
    """Return what the device gave as the declared type, None if it does not fit."""
    read = [_read_scalar(type_, value) for value in values]
    scalars = [value for value in read if value is not None]
    if not scalars or len(scalars) != len(read):
        return None
    return scalars if count is not None else scalars[0]


def _read_scalar(type_: str, value: object) -> Scalar | None:
    if type_ == "bool":
        return bool(value) if value in (0, 1) else _as_bool(type_, value)
    if type_ in _FLOATS and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, bool | int | float | str) else None
