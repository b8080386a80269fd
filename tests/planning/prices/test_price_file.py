"""Prices of a file: any usual shape, and a question where the unit cannot be right."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.exceptions import HomevoltDataError, HomevoltPriceUnitError, HomevoltValueError
from homevolt.planning.prices.plausible import check_unit
from homevolt.planning.prices.price_file import prices_from_file
from homevolt.planning.series import HOUR, QUARTER, PriceSeries

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 2, 2, 23, tzinfo=UTC)


def read(text: str, **options: Any) -> PriceSeries:
    return prices_from_file(text, **{"zone": "SE3", "name": "prices.csv", **options})


@pytest.mark.parametrize(
    "text",
    [
        "start_utc,SEK_per_kWh\n2026-02-02T23:00Z,0.5\n2026-02-03T00:00Z,0.6\n",
        "start_utc,sek_per_mwh\n2026-02-02T23:00,500\n2026-02-03T00:00,600\n",
        "start;price\r\n2026-02-03T00:00:00+01:00;0,5\r\n2026-02-03T01:00:00+01:00;0,6\r\n",
        "\ufefftime\tore_per_kwh\n2026-02-03T00:00\t50\n2026-02-03 01:00\t60\n\n",
        (
            '[{"time_start": "2026-02-03T00:00:00+01:00", "SEK_per_kWh": 0.5, "EUR_per_kWh": 0.04},'
            '{"time_start": "2026-02-03T01:00:00+01:00", "SEK_per_kWh": 0.6, "EUR_per_kWh": 0.05}]'
        ),
        (
            '{"today": [{"startsAt": "2026-02-02T23:00Z", "energy": 0.5},'
            '{"startsAt": "2026-02-03T00:00Z", "energy": 0.6}]}'
        ),
    ],
)
def test_a_file_is_read_in_any_usual_shape(text: str) -> None:
    found = read(text, currency="SEK")
    assert (found.start, found.resolution, found.currency) == (START, HOUR, "SEK")
    assert found.values == pytest.approx((0.5, 0.6))
    assert found.source == "prices.csv"


def test_the_unit_of_the_column_says_the_currency() -> None:
    found = read("start_utc,eur_per_mwh\n2026-02-02T23:00Z,46.6\n")
    assert (found.currency, found.values) == ("EUR", (0.0466,))


def test_what_local_time_shows_twice_is_the_first_and_then_the_second_time() -> None:
    times = ["01:00", "02:00", "02:00", "03:00"]
    rows = "".join(f"2026-10-25T{time},0.5\n" for time in times)
    found = read(f"time,price\n{rows}")
    assert (found.start, len(found), found.gaps()) == (
        datetime(2026, 10, 24, 23, tzinfo=UTC),
        4,
        (),
    )


def test_a_missing_instant_and_an_empty_value_are_gaps() -> None:
    rows = "2026-02-03T00:00Z,1\n2026-02-03T00:15Z,\n2026-02-03T00:45Z,1\n"
    found = read(f"start,price\n{rows}")
    assert (found.resolution, found.values) == (QUARTER, (1.0, None, None, 1.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "prices.csv has no rows"),
        ("start,price\n", "prices.csv has no rows"),
        ("[]", "prices.csv has no rows"),
        ("[1]", "is not a list of objects"),
        ('{"a": 1}', "is not a list of objects"),
        ("[{", "prices.csv is not JSON"),
        ("day,price\n2026,1\n", "no column of instants: one of .* It has day, price"),
        ("start,load\n2026,1\n", "no column of values: one of .* It has start, load"),
        ("start,price\nsoon,1\n", "prices.csv, row 1: 'soon' is not an instant"),
        ("start,price\n9999-12-31T23:00Z,1\n", "row 1: '9999-.*is not of the years 1970 to 2199"),
        ("start,price\n9999-12-31T23:00-05:00,1\n", "is not of the years 1970 to 2199"),
        ("start,price\n0001-01-01T00:00+05:00,1\n", "is not of the years 1970 to 2199"),
        ("[" * 9000, "prices.csv is not JSON"),
        (f'[{{"start": "2026-02-03T00:00Z", "price": 1{"0" * 400}}}]', "row 1: int too large"),
        ("start,price\n2026-02-03T00:00Z,much\n", "row 1: 'much' is not a number"),
        ("start,price\n2026-02-03T00:00Z,nan\n", "prices.csv: .*is not a number: nan"),
        ("start,price\n2026-02-03T00:00Z,inf\n", "is not a number: inf"),
        ("start,price\n2026-02-03T00:00Z,1\n2026-02-03T00:00Z,1\n", "come twice"),
        ("start,price\n2026-02-03T00:00Z,1\n2026-02-03T00:05Z,1\n", "slots are 0:05:00 long"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, message: str) -> None:
    with pytest.raises(HomevoltDataError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("price", "options", "unit"),
    [
        (45.0, {}, "öre/kWh"),
        (500.0, {}, "SEK/MWh"),
        (46.6, {"currency": "EUR"}, "EUR/MWh"),
        (5.0, {"currency": "EUR"}, "cent/kWh"),
        (80.0, {"zone": "NO1"}, "øre/kWh"),
        (-45.0, {}, "öre/kWh"),
    ],
)
def test_a_unit_that_cannot_be_is_a_question_with_the_probable_answer(
    price: float, options: dict[str, Any], unit: str
) -> None:
    rows = "".join(f"{(START + n * HOUR).isoformat()},{price}\n" for n in range(24))
    with pytest.raises(
        HomevoltPriceUnitError, match=f"are implausible: are they in {unit}"
    ) as caught:
        read(f"start,price\n{rows}", **options)
    assert caught.value.probable_unit == unit
    found = read(f"start,price\n{rows}", unit=caught.value.probable_unit, **options)
    assert abs(found.values[0] or 0) < 1


@pytest.mark.parametrize(
    ("values", "currency"),
    [
        ([0.0] * 24, "SEK"),
        ([], "SEK"),
        ([None], "SEK"),
        ([6.0] * 24, "SEK"),  # the most expensive days of 2022
        ([0.05] * 23 + [4.0], "EUR"),  # a spike at the limit of the market
        ([-0.06] * 24, "EUR"),
    ],
)
def test_prices_that_have_been_are_plausible(values: list[float | None], currency: str) -> None:
    check_unit(values, currency)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "SEK/GWh"}, "unit must be SEK/kWh, SEK/MWh or öre/kWh, not 'SEK/GWh'"),
        ({"unit": "EUR/kWh", "currency": "SEK"}, "are in EUR and not in SEK"),
        ({"currency": "USD"}, "unit must be USD/kWh"),
        ({"zone": "SE7"}, "no bidding zone"),
    ],
)
def test_a_unit_that_nobody_knows_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HomevoltValueError, match=message):
        read("start,price\n2026-02-03T00:00Z,0.5\n", **options)


@pytest.mark.parametrize("year", ["SE3-2022", "SE3-2023", "SE4-2022"])
def test_a_year_of_real_prices_is_complete_and_plausible(price_years: Path, year: str) -> None:
    found = read((price_years / f"{year}.csv").read_text("utf-8"))
    assert (len(found), found.gaps(), found.currency) == (8760, (), "EUR")
    assert min(value for value in found.values if value is not None) < 0
    for n in range(365):
        day = START.replace(year=int(year[-4:]) - 1, month=12, day=31) + n * timedelta(days=1)
        check_unit(found.slice(day, day + timedelta(days=1)).values, "EUR")


def test_json_numbers_and_text_mean_the_same() -> None:
    rows = [{"start": START.isoformat(), "price": "0.5"}]
    assert read(json.dumps(rows)).values == (0.5,)
