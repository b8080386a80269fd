"""The files of the planner's commands: a tariff, or the example of one, and prices."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from homevolt.cli.errors import usage_error
from homevolt.cli.output import can_ask
from homevolt.cli.writing.asking import ask
from homevolt.exceptions import HomevoltPriceUnitError
from homevolt.planning.prices.price_file import prices_from_file
from homevolt.planning.tariff.eltariff import tariff_from_eltariff
from homevolt.planning.tariff.model import Supplier
from homevolt.planning.tariff.toml_file import tariff_from_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from homevolt.planning.series import PriceSeries
    from homevolt.planning.tariff.model import Tariff

EXAMPLE: Final = """\
name = "Swedish example"
currency = "SEK"
time_zone = "Europe/Stockholm"
vat = 0.25

[supplier]
markup_per_kwh = 0.05
tax_per_kwh = 0.36

[grid]
[[grid.fees]]
name = "transfer"
per_kwh = 0.25

[export]
spot_share = 1
[[export.compensation]]
per_kwh = 0.08
"""
"""Swedish energy tax and VAT, a grid fee, and no power fee."""


def read(file: Path) -> str:
    """Return what a file holds.

    Raises:
        ShellError: It cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise usage_error(f"{file} cannot be read: {error}") from error


def read_tariff(
    file: Path | None,
    product: str | None = None,
    supplier: Mapping[str, float] | None = None,
) -> Tariff:
    """Return the tariff of a file, or the example.

    Args:
        file: TOML, or with a name that ends with .json an Eltariff document.
        product: Which tariff of an Eltariff document.
        supplier: What the supplier adds to it, by the names of `Supplier`.

    Raises:
        ShellError: The file cannot be read.
        HomevoltError: It is no tariff.
    """
    if file is None:
        return tariff_from_toml(EXAMPLE)
    if file.suffix.lower() != ".json":
        return tariff_from_toml(read(file), file.name)
    added = Supplier(**{name: Decimal(str(value)) for name, value in (supplier or {}).items()})
    return tariff_from_eltariff(read(file), product=product, supplier=added)


def asked_unit(file: Path, zone: str) -> str | None:
    """Ask the person at the terminal about prices that cannot be in the unit that they say.

    Args:
        file: The file.
        zone: The name of the bidding zone.

    Returns:
        The unit to read them in, None where there is nothing to ask, or nobody.

    Raises:
        ShellError: The file cannot be read.
        HomevoltError: It holds no prices, or the answer is no.
    """
    try:
        prices_from_file(read(file), zone=zone, name=file.name)
    except HomevoltPriceUnitError as error:
        if not can_ask():
            return None
        if not ask(f"{file.name}: {error} Read them so?"):
            raise
        return error.probable_unit
    return None


def read_prices(file: Path, zone: str, unit: str | None = None) -> PriceSeries:
    """Return the prices of a file.

    Args:
        file: The file.
        zone: The name of the bidding zone.
        unit: The unit to read them in where they cannot be in the one that they say.

    Raises:
        ShellError: It cannot be read, or nobody has said the unit of its prices.
        HomevoltError: It holds no prices.
    """
    text = read(file)
    try:
        return prices_from_file(text, zone=zone, name=file.name)
    except HomevoltPriceUnitError as error:
        probable = error.probable_unit
        if probable != unit:
            column = probable.lower().replace("/", "_per_").replace("ö", "o").replace("ø", "o")
            nobody = "" if can_ask() else "; without a terminal nobody can be asked"
            raise usage_error(
                f"{file.name}: {error} Then call the column {column}{nobody}."
            ) from error
        return prices_from_file(text, zone=zone, name=file.name, unit=unit)


def in_currency(prices: PriceSeries, currency: str, eur_rate: float | None) -> PriceSeries:
    """Return prices in EUR in another currency; others as they are.

    Raises:
        ShellError: There is no rate, or it cannot be.
    """
    if eur_rate is not None and not 0 < eur_rate < math.inf:
        raise usage_error(f"--eur-rate is a number above 0, such as 11.2, not {eur_rate:g}.")
    if prices.currency == currency or prices.currency != "EUR":
        return prices
    if eur_rate is None:
        raise usage_error(
            f"The prices are in EUR and the tariff is in {currency}: say what 1 EUR costs, such as "
            f"--eur-rate 11.2, take prices in {currency}, or state the tariff in EUR."
        )
    values = tuple(None if value is None else value * eur_rate for value in prices.values)
    return replace(prices, values=values, currency=currency)
