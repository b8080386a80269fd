"""A grid tariff from the Eltariff JSON; what cannot be billed is named, not left out."""

from __future__ import annotations

import copy
import json
import math
from decimal import Decimal
from typing import Any

import pytest

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.tariff.bill import bill
from homevolt.planning.tariff.eltariff import tariff_from_eltariff
from homevolt.planning.tariff.rates import rates
from tests.planning.tariff.samples import energy, local, meter, spot

YEAR = {"fromIncluding": "2025-01-01", "toExcluding": "2026-01-01"}


def price(amount: float) -> dict[str, Any]:
    return {"priceExVat": amount, "priceIncVat": amount * 1.25, "currency": "SEK"}


def component(name: str, kind: str, amount: float, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": kind,
        "reference": "main",
        "validPeriod": YEAR,
        "price": price(amount),
        **more,
    }


def period(reference: str, start: str, end: str, *include: str) -> dict[str, Any]:
    days = {"include": list(include), "exclude": ["holidays"]}
    active = {"fromIncluding": start, "toExcluding": end, "calendarPatternReferences": days}
    return {"reference": reference, "frequency": "P1D", "activePeriods": [active]}


DOCUMENT: dict[str, Any] = {
    "tariffs": [
        {
            "id": "id-1",
            "name": "House",
            "product": "house.16",
            "companyName": "Grid AB",
            "timeZone": "Europe/Stockholm",
            "direction": "consumption",
            "billingPeriod": "P1M",
            "validPeriod": YEAR,
            "fixedPrice": {
                "components": [component("subscription", "fixed", 1200, pricedPeriod="P1Y")]
            },
            "energyPrice": {
                "components": [
                    component("transfer", "fixed", 0.2, recurringPeriods=[]),
                    component("tax", "fixed", 0.439, spotPriceSettings=None),
                    component(
                        "high load",
                        "fixed",
                        0.31,
                        recurringPeriods=[period("high", "06:00:00", "22:00:00", "weekdays")],
                    ),
                ]
            },
            "powerPrice": {
                "components": [
                    component(
                        "peaks",
                        "peak",
                        20,
                        peakIdentificationSettings={
                            "peakFunction": "max(peak(day), peak(night)/2)",
                            "peakIdentificationPeriod": "P1D",
                            "peakDuration": "PT1H",
                            "numberOfPeaksForAverageCalculation": 2,
                        },
                        recurringPeriods=[
                            period("day", "06:00:00", "22:00:00", "weekdays", "weekends"),
                            period("night", "22:00:00", "06:00:00", "weekdays", "weekends"),
                        ],
                    )
                ]
            },
        }
    ],
    "calendarPatterns": [
        {"reference": "weekdays", "frequency": "P1W", "days": [1, 2, 3, 4, 5], "dates": []},
        {"reference": "weekends", "frequency": "P1W", "days": [6, 7], "dates": []},
        {"reference": "holidays", "frequency": "P1Y", "days": [], "dates": ["2025-01-06"]},
        {"reference": "eves", "frequency": "P1Y", "dates": ["2025-12-24"]},
        {"reference": "never", "frequency": "P1Y", "days": [], "dates": []},
    ],
}


def changed(change: Any) -> str:
    """Return the document as text after a change to its one tariff."""
    document = copy.deepcopy(DOCUMENT)
    change(document["tariffs"][0], document)
    return json.dumps(document)


def test_the_document_becomes_a_tariff() -> None:
    tariff = tariff_from_eltariff(json.dumps(DOCUMENT))
    assert (tariff.name, tariff.currency, tariff.vat) == ("Grid AB: House", "SEK", Decimal("0.25"))
    assert tariff.grid.monthly_fee == 100
    (fee,) = tariff.power_fees
    assert (fee.per_kw, fee.peaks, fee.one_per_day, fee.period_min) == (Decimal(20), 2, True, 60)


@pytest.mark.parametrize(
    ("day", "hour", "high"),
    [(7, 12, True), (7, 22, False), (11, 12, False), (6, 12, False)],  # the 6th is a holiday
)
def test_recurring_periods_and_calendar_patterns_say_when(day: int, hour: int, high: bool) -> None:
    tariff = tariff_from_eltariff(json.dumps(DOCUMENT))
    paid = rates(tariff, spot((0.0,), local(1, day, hour))).paid.values[0]
    assert paid == pytest.approx((0.639 + (0.31 if high else 0)) * 1.25)


def test_a_peak_function_gives_the_night_half_its_weight() -> None:
    tariff = tariff_from_eltariff(json.dumps(DOCUMENT))
    values = energy((8000.0, *(0.0,) * 9, 3000.0), local(1, 7, 2))
    night = bill(tariff, spot((0.0,) * 11, local(1, 7, 2)), meter(values)).months[0]
    assert night.peak_w == (Decimal(4000),)  # 8 / 2 at night, 3 by day, of one day
    assert night.lines["power_fee"] == 80


def test_outside_its_valid_period_nothing_is_charged() -> None:
    tariff = tariff_from_eltariff(json.dumps(DOCUMENT))
    start = local(12, 31, 23)
    paid = rates(tariff, spot((0.0, 0.0), start)).paid.values
    assert paid == pytest.approx((0.639 * 1.25, 0.0))


def test_dates_can_be_included_and_an_empty_pattern_is_never() -> None:
    def only(pattern: str) -> str:
        days = [period("high", "00:00:00", "00:00:00", pattern)]
        return changed(
            lambda data, _: data["energyPrice"]["components"][2].update(recurringPeriods=days)
        )

    on_eve = spot((0.0,), local(12, 24, 12))
    day_before = spot((0.0,), local(12, 23, 12))
    eves, never = (tariff_from_eltariff(only(name)) for name in ("eves", "never"))
    high, low = 0.949 * 1.25, 0.639 * 1.25
    assert rates(eves, on_eve).paid.values == pytest.approx((high,))
    assert rates(eves, day_before).paid.values == pytest.approx((low,))
    assert rates(never, on_eve).paid.values == pytest.approx((low,))


def test_one_of_several_is_chosen_by_product_id_or_name() -> None:
    def second(_: Any, document: Any) -> None:
        document["tariffs"].append(
            {**document["tariffs"][0], "id": "id-2", "name": "Flat", "product": "flat"}
        )

    text = changed(second)
    for name in ("flat", "id-2", "Flat"):
        assert tariff_from_eltariff(text, product=name).name == "Grid AB: Flat"
    for product, message in ((None, "several tariffs; name one of house.16"), ("x", "not one")):
        with pytest.raises(HomevoltValueError, match=message):
            tariff_from_eltariff(text, product=product)


def of(part: str, **values: Any) -> Any:
    return lambda data, _: data[part]["components"][0].update(values)


def peaks(**values: Any) -> Any:
    return lambda data, _: data["powerPrice"]["components"][0]["peakIdentificationSettings"].update(
        values
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (of("powerPrice", price=None), "'peaks' changes from hour to hour"),
        (of("energyPrice", type="spot"), "'transfer' follows the spot price"),
        (of("fixedPrice", pricedPeriod="P2W"), "pricedPeriod 'P2W' is none of P1M, P1Y"),
        (of("energyPrice", price={"currency": "SEK"}), "has no 'priceExVat'"),
        (of("energyPrice", price=price(1) | {"currency": "EUR"}), "several currencies: EUR, SEK"),
        (of("energyPrice", validPeriod={**YEAR, "toExcluding": "soon"}), "of another shape"),
        (
            peaks(peakFunction="max(avg(day) - 4, 0)"),
            r"'max\(avg\(day\) - 4, 0\)' of 'peaks' is not",
        ),
        (peaks(peakFunction="peak(summer)"), "names 'summer', and there is no such"),
        (peaks(peakFunction="peak(day)/0"), "of another shape"),
        (peaks(peakDuration="PT2H"), "peakDuration 'PT2H' is none of"),
        (peaks(peakIdentificationPeriod="P1W"), "peakIdentificationPeriod 'P1W' is none of"),
        (of("energyPrice", price=price(1) | {"priceExVat": math.nan}), "NaN is not a number"),
        (of("energyPrice", price=price(1) | {"priceExVat": "1e999"}), "1e999 is not a number"),
        (lambda data, _: data.pop("timeZone"), "has no 'timeZone'"),
        (lambda data, _: data.update(direction="production"), "is not for consumption"),
        (lambda _, document: document.update(tariffs=5), "of another shape"),
        (lambda _, document: document.update(calendarPatterns=[]), "has no 'holidays'"),
    ],
)
def test_what_cannot_be_billed_is_named(change: Any, message: str) -> None:
    with pytest.raises(HomevoltDataError, match=message):
        tariff_from_eltariff(changed(change))


@pytest.mark.parametrize("text", ["<html>", "", "[]", "null", "5", '{"tariffs": null}', "[" * 9000])
def test_what_is_no_such_document_is_refused(text: str) -> None:
    with pytest.raises(HomevoltDataError, match="Eltariff document"):
        tariff_from_eltariff(text)
