"""Whether prices can be in the stated unit: öre and EUR/MWh are the usual mistakes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltPriceUnitError

if TYPE_CHECKING:
    from collections.abc import Iterable

PER_EURO = {"EUR": 1.0, "SEK": 11.0, "NOK": 11.5, "DKK": 7.46}
"""What a EUR costs, roughly: for plausibility, and for nothing else."""
MINOR = {"EUR": "cent", "SEK": "öre", "NOK": "øre", "DKK": "øre"}
_HIGHEST_MEDIAN = 0.75
"""In EUR/kWh. The most expensive day of SE3 until 2024 had a mean of 0.55."""
_HIGHEST = 5.0
"""In EUR/kWh; the market's own limit is 4 or 5 EUR/kWh."""
_USUAL = 0.05
"""In EUR/kWh; the probable unit is the one that comes closest to it."""


def check_unit(values: Iterable[float | None], currency: str) -> None:
    """Refuse prices that are implausible per kWh.

    A cheap day in öre can look like an expensive one in SEK: what is refused is certainly wrong,
    what passes is plausible.

    Args:
        values: Prices that are said to be in `currency` per kWh.
        currency: That currency.

    Raises:
        HomevoltPriceUnitError: They are too high; it names the unit that they are probably in.
    """
    euros = [abs(value) / PER_EURO[currency] for value in values if value is not None]
    if not euros:
        return
    from statistics import median  # noqa: PLC0415 - what was kept is plausible

    middle = median(euros)
    if middle <= _HIGHEST_MEDIAN and max(euros) <= _HIGHEST:
        return
    typical = middle or max(euros)
    units = {f"{MINOR[currency]}/kWh": 100, f"{currency}/MWh": 1000}
    unit = min(units, key=lambda name: abs(math.log(typical / units[name] / _USUAL)))
    shown = typical * PER_EURO[currency]
    raise HomevoltPriceUnitError(
        f"Prices of about {shown:.4g} {currency}/kWh are implausible: are they in {unit}?",
        probable_unit=unit,
    )


def divisor_of(unit: str, currency: str) -> int | None:
    """Return what a price in a unit is divided by to be in `currency` per kWh, None for others."""
    name = unit.strip().lower().replace(" ", "")
    minor = (MINOR[currency], "ore", "c", "ct", "cent")
    table = {f"{currency.lower()}/kwh": 1, f"{currency.lower()}/mwh": 1000}
    table |= {f"{each}/kwh": 100 for each in minor}
    return table.get(name)
