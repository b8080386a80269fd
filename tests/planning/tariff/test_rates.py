"""What a kWh costs and brings: every fee at its season, weekday and hour; files that cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.series import HOUR, PriceSeries
from homevolt.planning.tariff.model import Tariff
from homevolt.planning.tariff.rates import rates
from homevolt.planning.tariff.toml_file import tariff_from_toml
from homevolt.planning.tariff.windows import Window
from tests.planning.tariff.samples import TARIFF, local, spot

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_spot_becomes_what_is_paid_and_earned() -> None:
    found = rates(tariff_from_toml(TARIFF), spot((0.5, None, -0.1), local(6, 3, 12)))
    # (0.5 + 0.08 + 0.439 + 0.20) x 1.25, and 0.5 - 0.02 + 0.06
    assert found.paid.values == pytest.approx((1.52375, None, 0.77375))
    assert found.earned.values == pytest.approx((0.54, None, -0.06))
    assert found.paid.unit == "SEK/kWh"


@pytest.mark.parametrize(
    ("start", "winter_day"),
    [
        (local(1, 7, 5), False),
        (local(1, 7, 6), True),
        (local(1, 7, 21), True),
        (local(1, 7, 22), False),
        (local(1, 11, 12), False),  # a Saturday
        (local(3, 31, 12), True),  # a Monday, in summer time already
        (local(4, 1, 12), False),
        (local(11, 3, 6), True),
    ],
)
def test_a_grid_fee_has_its_season_weekday_and_hour(start: datetime, *, winter_day: bool) -> None:
    paid = rates(tariff_from_toml(TARIFF), spot((0.0,), start)).paid.values[0]
    assert paid == pytest.approx(((0.08 + 0.439 + 0.20) + (0.31 if winter_day else 0)) * 1.25)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        ({"hours": ("22:00-06:00",)}, [(1, 23), (1, 0), (1, 5)], [(1, 6), (1, 21)]),
        ({"hours": ("06:00-09:30", "16:00-24:00")}, [(1, 9), (1, 23)], [(1, 10), (1, 0)]),
        ({"weekdays": (6, 7)}, [(3, 0), (4, 23)], [(2, 23), (5, 0)]),
        ({"dates": (datetime(2026, 1, 6, tzinfo=UTC).date(),)}, [(6, 0)], [(5, 23), (7, 0)]),
        ({"except_dates": (datetime(2026, 1, 6, tzinfo=UTC).date(),)}, [(5, 23)], [(6, 0)]),
        ({"from_date": datetime(2026, 1, 6, tzinfo=UTC).date()}, [(6, 0)], [(5, 23)]),
        ({"before_date": datetime(2026, 1, 6, tzinfo=UTC).date()}, [(5, 23)], [(6, 0)]),
    ],
)
def test_a_window_holds_when_it_says(
    window: dict[str, Any], inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    made = Window(**window)
    for day, hour in inside:
        assert made.holds(datetime(2026, 1, day, hour, tzinfo=STOCKHOLM))
    for day, hour in outside:
        assert not made.holds(datetime(2026, 1, day, hour, tzinfo=STOCKHOLM))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("vat = 0.25", "vat = 25", "vat must be a rate such as 0.25, not 25"),
        ('"SEK"', '"kr"', "currency must be one of EUR, SEK, NOK, DKK, not 'kr'"),
        ("Europe/Stockholm", "Europe/Stokholm", "time_zone is not a time zone"),
        ("markup_per_kwh", "markup", r"unknown field `markup` - at `\$.supplier`"),
        ("per_kw = 80", "per_kw = -80", r"per_kw must be 0 or more, not -80"),
        ("per_kw = 80", 'per_kw = "much"', r"\$.power_fees\[0\].per_kw"),
        ("weight = 0.5", "weight = -0.5", "weight must be 0 or more"),
        ("peaks = 3", "peaks = 0", "peaks must be 1 or more, not 0"),
        ("peaks = 3", "period_min = 20", "period_min must be 15, 30 or 60, not 20"),
        ("06:00-22:00", "6-22", "Hours are written such as 06:00-22:00, not '6-22'"),
        ("06:00-22:00", "06:00-06:00", "not '06:00-06:00'"),
        ("06:00-22:00", "06:00-25:00", "not '06:00-25:00'"),
        ("months = [11,", "months = [13,", "There is no month 13: 1 to 12 are meant"),
        ("weekdays = [1,", "weekdays = [0,", "There is no weekday 0: 1 to 7 are meant"),
        ("vat = 0.25", "vat = ", "tariff.toml is not TOML: "),
    ],
)
def test_a_tariff_that_cannot_be_is_refused_in_one_line(old: str, new: str, message: str) -> None:
    with pytest.raises(HomevoltDataError, match=message) as caught:
        tariff_from_toml(TARIFF.replace(old, new), "tariff.toml")
    assert str(caught.value).startswith("tariff.toml ")
    assert "\n" not in str(caught.value)


def test_a_tariff_in_python_is_checked_too() -> None:
    with pytest.raises(HomevoltValueError, match="currency"):
        Tariff(currency="USD", time_zone="Europe/Stockholm")


def test_numbers_of_a_file_are_exact_decimals() -> None:
    assert tariff_from_toml(TARIFF).supplier.tax_per_kwh == Decimal("0.439")


def test_rates_of_another_currency_are_refused() -> None:
    euro = PriceSeries(
        start=local(1, 1, 0),
        resolution=HOUR,
        values=(0.05,),
        currency="EUR",
        zone="SE3",
        source="made up",
        fetched_at=local(1, 1, 0),
    )
    with pytest.raises(HomevoltValueError, match="prices are in EUR and the tariff is in SEK"):
        rates(tariff_from_toml(TARIFF), euro)
