"""Made-up prices have what real ones have, and a seed says which."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import mean

import pytest

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.prices.made_up import made_up_prices
from homevolt.planning.prices.plausible import check_unit
from homevolt.planning.prices.zones import market_zone
from homevolt.planning.series import HOUR, PriceSeries

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


@pytest.fixture(scope="module")
def year() -> PriceSeries:
    return made_up_prices("SE3", FIRST, LAST)


def by_day(year: PriceSeries) -> dict[date, list[float]]:
    days: dict[date, list[float]] = {}
    for slot in year.slots():
        day = slot.start.astimezone(market_zone()).date()
        days.setdefault(day, []).append(slot.value or 0.0)
    return days


def test_a_year_has_negative_hours_spikes_and_flat_days(year: PriceSeries) -> None:
    days = by_day(year)
    assert sum(min(values) < 0 for values in days.values()) > 10
    assert sum(max(values) == min(values) for values in days.values()) > 10
    assert sum(max(values) > 4 * mean(values) > 0 for values in days.values()) > 5
    assert {len(values) for values in days.values()} == {92, 96, 100}


def test_made_up_prices_are_plausible_and_dearer_in_winter(year: PriceSeries) -> None:
    days = by_day(year)
    for values in days.values():
        check_unit(values, "SEK")
    season = {
        month: [v for day, vs in days.items() if day.month == month for v in vs] for month in (1, 7)
    }
    assert mean(season[1]) > mean(season[7])


def test_a_day_is_the_same_whichever_days_are_asked_for_with_it(year: PriceSeries) -> None:
    day = FIRST + timedelta(days=100)
    alone = made_up_prices("SE3", day, day)
    assert alone.values == year.day(day, market_zone()).values


def test_another_seed_or_zone_gives_other_prices() -> None:
    values = [
        made_up_prices(zone, FIRST, FIRST, seed=seed).values
        for zone, seed in (("SE3", 1), ("SE3", 2), ("SE4", 1))
    ]
    assert len(set(values)) == 3


def test_hours_and_an_unknown_zone() -> None:
    assert len(made_up_prices("DE-LU", FIRST, FIRST, resolution=HOUR)) == 24
    with pytest.raises(HomevoltValueError, match="no bidding zone"):
        made_up_prices("SE9", FIRST, FIRST)
