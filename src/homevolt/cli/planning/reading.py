"""The files of the planner's commands: a tariff, or the example of one, and prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from homevolt.cli.errors import usage_error
from homevolt.planning.tariff.toml_file import tariff_from_toml

if TYPE_CHECKING:
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
"""Swedish energy tax and VAT, a grid fee, and no fee on peaks."""


def read(file: Path) -> str:
    """Return what a file holds.

    Raises:
        ShellError: It cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise usage_error(f"{file} cannot be read: {error}") from error


def read_tariff(file: Path | None) -> Tariff:
    """Return the tariff of a file, or the example.

    Raises:
        ShellError: The file cannot be read.
        HomevoltError: It is no tariff.
    """
    return tariff_from_toml(EXAMPLE) if file is None else tariff_from_toml(read(file), file.name)


def in_currency(prices: PriceSeries, currency: str, eur_rate: float | None) -> PriceSeries:
    """Return prices in EUR in another currency; others, and without a rate, as they are."""
    if eur_rate is None or prices.currency != "EUR":
        return prices
    values = tuple(None if value is None else value * eur_rate for value in prices.values)
    return replace(prices, values=values, currency=currency)
