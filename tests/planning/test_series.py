"""A series is keyed by instant, knows its gaps, and never changes."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.series import (
    HALF_HOUR,
    HOUR,
    QUARTER,
    Forecast,
    PriceSeries,
    Rates,
    Series,
    day_bounds,
    from_points,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
START = datetime(2026, 1, 31, 23, tzinfo=UTC)


def series(*values: float | None, unit: str = "W", **changes: Any) -> Series:
    return Series(
        **{"start": START, "resolution": QUARTER, "values": values, "unit": unit, **changes}
    )


def prices(*values: float | None, **changes: Any) -> PriceSeries:
    return PriceSeries(
        **{
            "start": START,
            "resolution": HOUR,
            "values": values,
            "currency": "SEK",
            "zone": "SE3",
            "source": "file",
            "fetched_at": START,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("day", "quarters"),
    [(date(2026, 3, 29), 92), (date(2026, 6, 1), 96), (date(2026, 10, 25), 100)],
)
def test_a_day_of_local_time_has_92_96_or_100_quarters(day: date, quarters: int) -> None:
    start, _ = day_bounds(day - timedelta(days=3), STOCKHOLM)
    week = series(*map(float, range(7 * 100)), start=start)
    one_day = week.day(day, STOCKHOLM)
    assert len(one_day) == quarters
    assert (one_day.start, one_day.end) == day_bounds(day, STOCKHOLM)
    assert one_day.at(one_day.start) == week.at(one_day.start)


def test_a_value_is_found_by_its_instant_in_whatever_zone_that_is_given() -> None:
    two = series(1.0, 2.0)
    assert two.at(datetime(2026, 2, 1, 0, 14, 59, tzinfo=STOCKHOLM)) == 1.0
    assert two.at(datetime(2026, 2, 1, 0, 15, tzinfo=STOCKHOLM)) == 2.0
    assert two.at(START - timedelta(seconds=1)) is None
    assert two.at(two.end) is None


def test_a_gap_is_known_and_nothing_fills_it() -> None:
    gappy = series(1.0, None, 3.0, 4.0)
    assert gappy.gaps() == (START + QUARTER,)
    assert gappy.resample(HALF_HOUR).values == (None, 3.5)
    assert gappy.resample(HOUR).values == (None,)
    assert [slot.value for slot in gappy.slots()] == [1.0, None, 3.0, 4.0]


def test_a_longer_slot_averages_power_and_adds_up_energy() -> None:
    assert series(1.0, 2.0, 3.0, 6.0).resample(HOUR).values == (3.0,)
    assert series(1.0, 2.0, 3.0, 6.0, unit="Wh").resample(HOUR).values == (12.0,)
    assert series(8.0, unit="Wh", resolution=HOUR).resample(QUARTER).values == (2.0,) * 4
    assert series(8.0, resolution=HOUR).resample(QUARTER).values == (8.0,) * 4


def test_a_longer_slot_of_which_only_a_part_is_there_is_a_gap() -> None:
    late = series(1.0, 2.0, 3.0, start=START + HALF_HOUR).resample(HOUR)
    assert (late.start, late.values) == (START, (None, None))


@given(
    st.lists(st.none() | st.integers(-1000, 1000), max_size=40),
    st.integers(0, 7),
    st.sampled_from(["W", "Wh"]),
)
def test_a_finer_grid_and_back_is_the_same(
    values: list[float | None], shift: int, unit: str
) -> None:
    hourly = series(*values, unit=unit, start=START + shift * HOUR, resolution=HOUR)
    assert hourly.resample(QUARTER).resample(HOUR) == hourly


@given(st.integers(-20, 60), st.integers(-20, 60))
def test_a_slice_holds_the_slots_that_overlap_its_window(first: int, last: int) -> None:
    whole = series(*map(float, range(10)))
    minute = timedelta(minutes=5)
    window = (START + first * minute, START + last * minute)
    expected = [s for s in whole.slots() if s.start < window[1] and s.end > window[0]]
    cut = whole.slice(*window)
    if window[0] < window[1]:
        assert list(cut.slots()) == expected
    assert all(cut.at(slot.start) == slot.value for slot in cut.slots())


def test_an_empty_series_is_allowed_and_can_be_asked() -> None:
    empty = series()
    assert (len(empty), empty.gaps(), empty.at(START), empty.end) == (0, (), None, START)
    assert len(empty.resample(HOUR)) == len(empty.slice(START, START + HOUR)) == 0
    assert empty.join(series(1.0)) == series(1.0)
    assert (
        PriceSeries.empty(START + timedelta(minutes=7), zone="SE3", currency="SEK").start == START
    )


def test_joined_series_have_a_gap_where_neither_has_a_value() -> None:
    later = series(9.0, start=START + HOUR)
    assert series(1.0).join(later).values == (1.0, None, None, None, 9.0)
    assert later.join(series(1.0)) == series(1.0).join(later)


def test_joined_series_of_two_resolutions_take_the_finer_one() -> None:
    joined = series(1.0, resolution=HOUR).join(series(9.0, start=START + HOUR))
    assert (joined.resolution, joined.values) == (QUARTER, (1.0, 1.0, 1.0, 1.0, 9.0))


def test_two_values_for_one_instant_are_not_joined() -> None:
    with pytest.raises(
        HomevoltDataError, match=r"Two values for 2026-01-31T23:00:00\+00:00: 1 and 2 W"
    ):
        series(1.0).join(series(2.0))
    with pytest.raises(HomevoltValueError, match="W and Wh"):
        series(1.0).join(series(2.0, unit="Wh"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": START.replace(tzinfo=None)}, "start must be a datetime with a time zone"),
        ({"start": "2026-01-31"}, "start must be a datetime with a time zone"),
        ({"start": START + timedelta(minutes=5)}, "start must be a multiple of 0:15:00"),
        ({"resolution": timedelta(minutes=20)}, "resolution must be 15, 30 or 60 minutes"),
        ({"values": (1.0, math.nan)}, r"23:15:00\+00:00 is not a number: nan"),
        ({"values": (math.inf,)}, "is not a number: inf"),
        ({"values": (True,)}, "is not a number: True"),
        ({"values": ("1",)}, "is not a number: '1'"),
    ],
)
def test_what_is_no_series_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(HomevoltValueError, match=message):
        series(1.0, **changes)


def test_questions_without_a_time_zone_or_grid_are_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(HomevoltValueError, match="instant"):
        series(1.0).at(naive)
    with pytest.raises(HomevoltValueError, match="start"):
        series(1.0).slice(naive, START)
    with pytest.raises(HomevoltValueError, match="resolution"):
        series(1.0).resample(timedelta(hours=2))


def test_a_series_never_changes() -> None:
    one = series(1.0)
    with pytest.raises(FrozenInstanceError):
        one.unit = "Wh"  # type: ignore[misc]  # what this test is about
    assert hash(one) == hash(series(1.0))


def test_a_start_in_another_zone_is_the_same_series() -> None:
    there = START.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert series(1.0, start=there) == series(1.0)


def test_prices_know_currency_zone_source_and_when_they_were_read() -> None:
    one = prices(0.5)
    assert (one.unit, one.zone, one.source, one.fetched_at) == ("SEK/kWh", "SE3", "file", START)
    assert one.resample(QUARTER).currency == "SEK"
    with pytest.raises(HomevoltValueError, match="currency must be one of EUR, SEK, NOK, DKK"):
        prices(0.5, currency="öre")


def test_a_forecast_says_what_it_rests_on_through_every_change() -> None:
    forecast = Forecast(start=START, resolution=HOUR, values=(400.0, None), basis="constant 400 W")
    assert forecast.resample(QUARTER).basis == "constant 400 W"
    assert (forecast.unit, forecast.power_w) == ("W", (400.0, None))


def test_rates_are_two_series_on_the_same_slots() -> None:
    assert Rates(paid=prices(1.0), earned=prices(0.4)).paid.at(START) == 1.0
    for other in (prices(0.4, currency="EUR"), prices(0.4, 0.5), prices(0.4, resolution=QUARTER)):
        with pytest.raises(HomevoltValueError, match="same slots"):
            Rates(paid=prices(1.0), earned=other)


def test_points_in_any_order_come_onto_the_grid_with_gaps_where_they_are_missing() -> None:
    points = [(START + 3 * QUARTER, 4.0), (START, 1.0), (START + QUARTER, 2.0)]
    assert from_points(points) == (START, QUARTER, (1.0, 2.0, None, 4.0))
    assert from_points([(START, 1.0)]) == (START, HOUR, (1.0,))


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "There is no value in it"),
        ([(START, 1.0), (START, 1.0)], r"come twice: 2026-01-31T23:00:00\+00:00"),
        ([(START + n * QUARTER, 1.0) for n in range(5)] * 2, "and 2 more"),
        ([(START, 1.0), (START + timedelta(minutes=7), 1.0)], "slots are 0:07:00 long"),
        ([(START + timedelta(minutes=7), 1.0)], "No slot of 1:00:00 begins at"),
        ([(START, math.nan)], "is not a number: nan"),
    ],
)
def test_points_that_fit_no_grid_are_refused(
    points: list[tuple[datetime, float | None]], message: str
) -> None:
    with pytest.raises(HomevoltDataError, match=message):
        from_points(points)
