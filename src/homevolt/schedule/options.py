"""The options of a schedule entry: looking them up and checking what a caller gave for one.

They are defined in `homevolt.protocol.entry_fields`.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeAlias

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.protocol.entry_fields import OPTIONS, WINDOW, Kind, Option
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = [
    "BY_NAME",
    "OPTIONS",
    "WINDOW",
    "Kind",
    "Option",
    "check_names",
    "check_option",
    "nearest",
    "whole_number",
]

_LONGEST_NAME = 100

Value: TypeAlias = "int | bool | datetime"

BY_NAME = {option.name: option for option in (*WINDOW, *OPTIONS)}
"""Every option by its name, the window included."""


def check_names(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse a keyword that is not an option.

    Args:
        given: The keywords of the caller.
        allowed: The names that exist.

    Raises:
        HomevoltValueError: One of them is unknown; the nearest name is suggested.
    """
    names = list(allowed)
    for name in given:
        if name not in names:
            raise HomevoltValueError(f"there is no option {short_repr(name)}{nearest(name, names)}")


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the names nearest to an unknown one, as the end of a sentence."""
    import difflib  # noqa: PLC0415 - only a mistake needs it, and all would wait for it

    close = difflib.get_close_matches(str(name)[:_LONGEST_NAME], list(names), n=3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def check_option(option: Option, value: object) -> Value:
    """Check one value against its row.

    Args:
        option: The row of the table.
        value: What the caller gave; not None.

    Returns:
        A plain int, a bool, or an aware datetime in UTC.

    Raises:
        HomevoltValueError: It is of another kind or out of range.
    """
    if option.kind is Kind.TIME:
        return parse_time(option.name, value)
    if option.kind is Kind.FLAG:
        if not isinstance(value, bool):
            raise HomevoltValueError(
                f"{option.name} must be True or False, not {short_repr(value)}"
            )
        return value
    unit = f" {option.unit}" if option.unit else ""
    number = whole_number(option.name, value, unit)
    if not option.low <= number <= option.high:
        bounds = f"{option.low} to {option.high}{unit}"
        raise HomevoltValueError(f"{option.name} must be {bounds}, not {short_repr(number)}")
    return number


def whole_number(name: str, value: Any, unit: str = "") -> int:
    """Return a plain int.

    Args:
        name: What the argument is called, for the error message.
        value: Anything; whatever Python accepts as an index is a whole number, except bools.
        unit: The unit for the error message.

    Returns:
        The number.

    Raises:
        HomevoltValueError: It is not a whole number.
    """
    if not isinstance(value, bool):
        try:
            return int(operator.index(value))
        except Exception:  # noqa: BLE001, S110 - the methods of a foreign object may raise anything
            pass
    raise HomevoltValueError(
        f"{name} must be a whole number{unit and ' of' + unit}, not {short_repr(value)}"
    )
