"""Prices from a CSV or JSON file, the seventh source; its unit is read, asked for, or refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK, short_repr
from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.files import read_points
from homevolt.planning.series import CURRENCIES, PriceSeries, from_points

from .plausible import MINOR, check_unit, divisor_of
from .zones import find_zone, market_zone

if TYPE_CHECKING:
    from homevolt._common import Clock

_BY_NAME = re.compile(
    r"(?P<what>eur|sek|nok|dkk|öre|øre|ore|cent|ct)[ _/]*(?:per|/)?[ _/]*(?P<per>kwh|mwh)"
)


def prices_from_file(
    text: str,
    *,
    zone: str,
    name: str = "the file",
    currency: str | None = None,
    unit: str | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> PriceSeries:
    """Read prices.

    Args:
        text: What the file holds; see `homevolt.planning.files.read_points`. The column of prices
            can say their unit: `SEK_per_kWh`, `eur_per_mwh`, `ore_per_kwh`; or is called `price`.
        zone: The name of the bidding zone.
        name: What the file is called, for error messages.
        currency: The currency of the prices; None takes that of the column, or of the zone.
        unit: The unit of the prices, such as `SEK/kWh`, `öre/kWh` or `EUR/MWh`; None takes that of
            the column, or the currency per kWh.
        clock: The time to go by.

    Raises:
        HomevoltDataError: It cannot be read, or an instant comes twice or a value is no number.
        HomevoltPriceUnitError: The prices cannot be in this unit; it names the probable one. Put
            the question, and read them again with `unit`.
        HomevoltValueError: The zone or the unit is unknown.
    """
    row = find_zone(zone)
    found = read_points(
        text, name=name, columns=_columns(currency or row.currency), zone=market_zone()
    )
    said = unit or _unit_of(found.column)
    of_currency = _currency_of(said, currency) or currency or row.currency
    is_known = of_currency in CURRENCIES
    divisor = divisor_of(said or f"{of_currency}/kWh", of_currency) if is_known else None
    if divisor is None:
        units = f"{of_currency}/kWh, {of_currency}/MWh or {MINOR.get(of_currency, 'cent')}/kWh"
        raise HomevoltValueError(f"unit must be {units}, not {short_repr(said)}.")
    try:
        start, resolution, values = from_points(found.points)
    except HomevoltDataError as error:
        raise HomevoltDataError(f"{name}: {error}") from error
    per_kwh = tuple(None if value is None else value / divisor for value in values)
    check_unit(per_kwh, of_currency)
    return PriceSeries(
        start=start,
        resolution=resolution,
        values=per_kwh,
        currency=of_currency,
        zone=row.name,
        source=name,
        fetched_at=datetime.fromtimestamp(clock.now(), UTC),
    )


def _columns(preferred: str) -> tuple[str, ...]:
    """Return how columns of prices are called, those of a currency first."""
    currencies = sorted(CURRENCIES, key=lambda each: each != preferred)
    minor = ("öre", "øre", "ore", "cent", "ct")
    return (
        *(f"{currency.lower()}_per_{per}" for currency in currencies for per in ("kwh", "mwh")),
        *(f"{each}_per_kwh" for each in minor),
        "price",
        "value",
        "energy",
    )


def _unit_of(column: str) -> str | None:
    """Return the unit that the name of a column says, None if it says none."""
    match = _BY_NAME.search(column.lower())
    if match is None:
        return None
    per = "kWh" if match["per"] == "kwh" else "MWh"
    what = match["what"].upper() if match["what"].upper() in CURRENCIES else match["what"]
    return f"{what}/{per}"


def _currency_of(unit: str | None, currency: str | None) -> str | None:
    """Return the currency that a unit names, None if it names none.

    Raises:
        HomevoltValueError: It is another than was said.
    """
    named = (unit or "").partition("/")[0].strip().upper()
    if named not in CURRENCIES:
        return None
    if currency is not None and named != currency:
        raise HomevoltValueError(f"The prices are in {named} and not in {currency}.")
    return named
