"""A tariff from TOML: the names are those of `Tariff` and its parts."""

from __future__ import annotations

import math
import tomllib
from decimal import Decimal

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.planning.tariff.model import Tariff


def tariff_from_toml(text: str, name: str = "the tariff") -> Tariff:
    """Read a tariff; its numbers are taken as decimals, so that 0.1 is one tenth.

    Args:
        text: The TOML.
        name: What the file is called, for error messages.

    Raises:
        HomevoltDataError: It is no TOML, has a key that nothing reads, or a value that cannot be.
    """
    try:
        document = tomllib.loads(text, parse_float=exact_number)
    except UnusableNumberError as error:
        raise HomevoltDataError(f"{name} cannot be used: {error}.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise HomevoltDataError(f"{name} is not TOML: {error}.") from error
    return tariff_from(document, name)


class UnusableNumberError(ValueError):
    """No amount can be this number."""


def exact_number(text: str) -> Decimal:
    """Return the decimal that a text is.

    Raises:
        UnusableNumberError: It is no finite number, or too large to calculate with.
    """
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("nan")
    if not math.isfinite(float(number)):
        raise UnusableNumberError(f"{text} is not a number that an amount can be")
    return number


def tariff_from(document: object, name: str) -> Tariff:
    """Read a tariff from what a TOML or JSON document holds.

    Raises:
        HomevoltDataError: It has a key that nothing reads, or a value that cannot be.
    """
    try:
        return msgspec.convert(document, Tariff)
    except (ValueError, TypeError, ArithmeticError) as error:
        # msgspec turns the errors of our own checks into its own and adds the path.
        raise HomevoltDataError(f"{name} cannot be used: {error}") from error
