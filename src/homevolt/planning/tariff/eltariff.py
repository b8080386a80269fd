"""A grid tariff from the Swedish Eltariff JSON (RI-SE/Eltariff-API, the answer of `/tariffs`).

Facts, from that specification: `tariffs[]` have a `fixedPrice`, an `energyPrice` and a
`powerPrice`, each with `components[]`. A component has a `validPeriod` of dates, a `price` with and
without VAT, and `recurringPeriods[].activePeriods[]`: times of day with the `include`d and
`exclude`d `calendarPatterns[]` of the document; without any it is always active. A power component
says in `peakIdentificationSettings` how peaks are found; its `peakFunction` is pseudo code such as
`peak(main)` or `max(peak(high),peak(low)/2)`, whose names are recurring periods.

What this version cannot bill (dynamic power prices, energy by the spot price, other
functions) is an error that names it: a fee that is left out would make a plan wrong.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from homevolt.exceptions import HomevoltDataError, HomevoltError, HomevoltValueError
from homevolt.planning.tariff.model import (
    EnergyFee,
    Export,
    Grid,
    PeakWeight,
    PowerFee,
    Supplier,
    Tariff,
)
from homevolt.planning.tariff.toml_file import exact_number
from homevolt.planning.tariff.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    Patterns = dict[str, dict[str, Any]]

_MONTHS_OF = {"P1M": 1, "P1Y": 12}
_PERIODS_MIN = {"PT15M": 15, "PT30M": 30, "PT1H": 60, "PT60M": 60}
_ONE_PER_DAY = {"P1D": True, "PT15M": False, "PT30M": False, "PT1H": False, "PT60M": False}
_TERM = re.compile(r"peak\((\w+)\)(?:/(\d+(?:\.\d+)?)|\*(\d+(?:\.\d+)?))?")
_NEVER = PeakWeight(weight=Decimal(0))
_MAX = re.compile(r"max\((.+)\)")


def tariff_from_eltariff(
    text: str,
    *,
    product: str | None = None,
    vat: Decimal = Decimal("0.25"),
    supplier: Supplier | None = None,
    export: Export | None = None,
) -> Tariff:
    """Read the grid company's part of a tariff.

    Args:
        text: The JSON.
        product: The `product`, `id` or `name` of the tariff; needed where there are several.
        vat: The rate of VAT; the prices without it are taken.
        supplier: What the supplier adds; the energy tax comes from the document if it is in it.
        export: What is earned for what is exported.

    Raises:
        HomevoltDataError: It is not such a document, or has something that cannot be billed.
        HomevoltValueError: There are several tariffs and none, or no such, is named.
    """
    try:
        document = json.loads(text, parse_float=exact_number, parse_constant=exact_number)
        chosen = _chosen(document["tariffs"], product)
        patterns = {each["reference"]: each for each in document.get("calendarPatterns") or ()}
        return _tariff(chosen, patterns, vat, (supplier or Supplier(), export or Export()))
    except HomevoltError:
        raise
    except (json.JSONDecodeError, RecursionError) as error:
        raise HomevoltDataError(f"The Eltariff document is not JSON: {error}.") from error
    except KeyError as error:
        raise HomevoltDataError(f"The Eltariff document has no {error.args[0]!r}.") from error
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise HomevoltDataError(f"The Eltariff document is of another shape: {error}.") from error


def _chosen(tariffs: list[dict[str, Any]], product: str | None) -> dict[str, Any]:
    names = [f"{each['product']} ({each['name']})" for each in tariffs]
    found = [
        each
        for each in tariffs
        if product is None or product in (each["product"], each["id"], each["name"])
    ]
    if len(found) != 1:
        what = "several tariffs" if product is None else f"not one tariff {product!r}"
        raise HomevoltValueError(f"There are {what}; name one of {', '.join(names) or 'none'}.")
    if found[0].get("direction", "consumption") != "consumption":
        raise HomevoltDataError(f"The tariff {found[0]['name']!r} is not for consumption.")
    return found[0]


def _tariff(
    data: dict[str, Any], patterns: Patterns, vat: Decimal, parts: tuple[Supplier, Export]
) -> Tariff:
    supplier, export = parts
    energy = list(_energy_fees(data, patterns))
    powers = list(_components(data, "powerPrice"))
    prices = [each["price"] for each in _all_components(data) if each.get("price")]
    currencies = {price["currency"] for price in prices} or {"SEK"}
    if len(currencies) > 1:
        raise HomevoltDataError(f"It has several currencies: {', '.join(sorted(currencies))}.")
    return Tariff(
        name=f"{data['companyName']}: {data['name']}",
        currency=currencies.pop(),
        time_zone=data["timeZone"],
        vat=vat,
        supplier=supplier,
        grid=Grid(fees=tuple(energy), monthly_fee=_monthly_fee(data)),
        export=export,
        power_fees=tuple(_power_fee(each, patterns) for each in powers),
    )


def _all_components(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("fixedPrice", "energyPrice", "powerPrice"):
        yield from _components(data, part)


def _components(data: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return (data.get(part) or {}).get("components") or []


def _monthly_fee(data: dict[str, Any]) -> Decimal:
    """Return the fixed prices for one month."""
    total = Decimal(0)
    for component in _components(data, "fixedPrice"):
        months = _known(_MONTHS_OF, component["pricedPeriod"], "pricedPeriod")
        total += _amount(component) / months
    return total


def _energy_fees(data: dict[str, Any], patterns: Patterns) -> Iterator[EnergyFee]:
    for component in _components(data, "energyPrice"):
        if component.get("spotPriceSettings") or component["type"] == "spot":
            raise HomevoltDataError(
                f"The energy price {component['name']!r} follows the spot price, which "
                "this version cannot bill."
            )
        windows = tuple(_windows(component, patterns, None))
        if windows:  # without any, it would always apply
            yield EnergyFee(name=component["name"], per_kwh=_amount(component), when=windows)


def _power_fee(component: dict[str, Any], patterns: Patterns) -> PowerFee:
    name = component["name"]
    settings = component.get("peakIdentificationSettings")
    if not settings or not component.get("price"):
        raise HomevoltDataError(
            f"The power price {name!r} changes from hour to hour, which this version cannot bill."
        )
    duration = settings["peakDuration"]
    return PowerFee(
        name=name,
        per_kw=_amount(component),
        peaks=settings["numberOfPeaksForAverageCalculation"],
        one_per_day=_known(
            _ONE_PER_DAY, settings["peakIdentificationPeriod"], "peakIdentificationPeriod"
        ),
        period_min=_known(_PERIODS_MIN, duration, "peakDuration"),
        weights=tuple(_weights(component, settings["peakFunction"], patterns)) or (_NEVER,),
    )


def _weights(component: dict[str, Any], function: str, patterns: Patterns) -> Iterator[PeakWeight]:
    """Read a peak function: the largest of peaks, each with the name and weight of its periods."""
    compact = re.sub(r"\s", "", function)
    inner = _MAX.fullmatch(compact)
    for term in (inner[1] if inner else compact).split(","):
        match = _TERM.fullmatch(term)
        if match is None:
            raise HomevoltDataError(
                f"The peak function {function!r} of {component['name']!r} is not one that this "
                "version can bill: peak(name), peak(name)/number, or the max() of such."
            )
        reference, divisor, factor = match.groups()
        windows = tuple(_windows(component, patterns, reference))
        if windows:
            weight = Decimal(factor or 1) / Decimal(divisor or 1)
            yield PeakWeight(weight=weight, when=windows)


def _windows(
    component: dict[str, Any], patterns: Patterns, reference: str | None
) -> Iterator[Window]:
    """Yield when a component is active: all its recurring periods, or those of one reference."""
    valid = component["validPeriod"]
    dates: dict[str, Any] = {
        "from_date": date.fromisoformat(valid["fromIncluding"]),
        "before_date": date.fromisoformat(valid["toExcluding"]),
    }
    periods = component.get("recurringPeriods") or []
    if not periods:
        yield Window(**dates)
        return
    named = [each for each in periods if reference in (None, each["reference"])]
    if not named:
        raise HomevoltDataError(
            f"The peak function of {component['name']!r} names {reference!r}, and there is no such "
            "recurring period."
        )
    for period in named:
        for active in period["activePeriods"]:
            hours = f"{active['fromIncluding'][:5]}-{active['toExcluding'][:5]}"
            whole_day = hours in ("00:00-00:00", "00:00-24:00", "00:00-23:59")
            yield from _on_days(active, patterns, dates, () if whole_day else (hours,))


def _on_days(
    active: dict[str, Any], patterns: Patterns, dates: dict[str, Any], hours: tuple[str, ...]
) -> Iterator[Window]:
    references = active.get("calendarPatternReferences") or {}
    excluded = [patterns[name] for name in references.get("exclude") or ()]
    included = [patterns[name] for name in references.get("include") or ()]
    weekdays = {day for each in included for day in each.get("days") or ()}
    weekdays_off = {day for each in excluded for day in each.get("days") or ()}
    off = tuple(_dates(excluded))
    if included and not weekdays and not list(_dates(included)):
        return
    if weekdays or not included:
        left = tuple(sorted((weekdays or set(range(1, 8))) - weekdays_off))
        if left:
            yield Window(**dates, hours=hours, weekdays=left, except_dates=off)
    named = tuple(day for day in _dates(included) if day not in off)
    if named:
        yield Window(**dates, hours=hours, dates=named)


def _dates(patterns: list[dict[str, Any]]) -> Iterator[date]:
    for pattern in patterns:
        for text in pattern.get("dates") or ():
            yield date.fromisoformat(text)


def _amount(component: dict[str, Any]) -> Decimal:
    return exact_number(str(component["price"]["priceExVat"]))


def _known(table: dict[str, Any], key: str, name: str) -> Any:
    if key not in table:
        raise HomevoltDataError(f"{name} {key!r} is none of {', '.join(table)}.")
    return table[key]
