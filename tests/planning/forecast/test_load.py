"""What the house will need comes from its history, and the forecast says so."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.forecast.forecast_file import forecast_from_file
from homevolt.planning.forecast.load import constant_load, load_from_history
from homevolt.planning.series import HOUR, QUARTER, Series

if TYPE_CHECKING:
    from collections.abc import Callable

STOCKHOLM = ZoneInfo("Europe/Stockholm")
START = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11:00 of local time
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def history(
    value_of: Callable[[datetime], float | None],
    *,
    weeks: int = 6,
    end: datetime = START,
    step: timedelta = QUARTER,
) -> Series:
    start = end - weeks * WEEK
    count = (end - start) // step
    return Series(
        start=start,
        resolution=step,
        values=tuple(value_of(start + n * step) for n in range(count)),
        unit="W",
    )


def weeks_before(instant: datetime) -> int:
    """Return how many weeks before the forecast's slot of the same weekday an instant is."""
    return -((instant - START) // WEEK)


def test_the_median_of_four_weeks_is_expected() -> None:
    by_week = {1: 100.0, 2: 400.0, 3: 200.0, 4: 900.0, 5: 9e9, 6: 9e9}
    past = history(lambda at: by_week[weeks_before(at)])
    forecast = load_from_history(past, START, START + DAY, STOCKHOLM)
    assert forecast.values == (300.0,) * 96  # of 100, 200, 400, 900
    assert forecast.basis == (
        "Median of the same weekday and quarter-hour over 4 weeks, of which 28.0 days are known."
    )


def test_a_weekday_is_expected_like_the_same_weekday() -> None:
    past = history(lambda at: 1000.0 if at.astimezone(STOCKHOLM).weekday() == 5 else 200.0)
    week = load_from_history(past, START, START + WEEK, STOCKHOLM)
    for slot in week.slots():
        saturday = slot.start.astimezone(STOCKHOLM).weekday() == 5
        assert slot.value == (1000.0 if saturday else 200.0)


def test_people_get_up_by_local_time_also_after_the_clocks_change() -> None:
    start = datetime(2026, 3, 31, 0, tzinfo=STOCKHOLM)  # two days after
    past = history(
        lambda at: 2000.0 if at.astimezone(STOCKHOLM).hour == 7 else 0.0,
        end=start.astimezone(UTC),
    )
    forecast = load_from_history(past, start, start + DAY, STOCKHOLM)
    busy = {slot.start.astimezone(STOCKHOLM).hour for slot in forecast.slots() if slot.value}
    assert busy == {7}


@pytest.mark.unmeasured
@given(st.integers(0, 96 * 7), st.sampled_from([QUARTER, HOUR]))
def test_a_forecast_knows_nothing_of_the_future(offset: int, step: timedelta) -> None:
    start = START - WEEK + offset * QUARTER + timedelta(minutes=7)
    past = history(lambda at: 100.0 if at + step <= start else 9e9, step=step)
    forecast = load_from_history(past, start, start + DAY, STOCKHOLM)
    assert set(forecast.values) == {100.0}


def test_a_weekday_without_history_is_expected_like_other_days_and_says_so() -> None:
    past = history(
        lambda at: None if at.astimezone(STOCKHOLM).weekday() == 1 else 300.0,  # no Tuesday
    )
    forecast = load_from_history(past, START, START + HOUR, STOCKHOLM)
    assert forecast.values == (300.0,) * 4
    assert forecast.basis.endswith("4 quarter-hours are taken from other weekdays.")


def test_without_any_history_nothing_is_invented() -> None:
    empty = Series(start=START, resolution=QUARTER, values=(), unit="W")
    forecast = load_from_history(empty, START, START + HOUR, STOCKHOLM)
    assert forecast.values == (None,) * 4
    assert forecast.basis.endswith("0.0 days are known. 4 quarter-hours are not known.")


def test_a_forecast_of_hours_is_the_mean_of_their_quarters() -> None:
    past = history(lambda at: 100.0 if at.minute == 0 else 0.0)
    forecast = load_from_history(past, START, START + DAY, STOCKHOLM, resolution=HOUR)
    assert (forecast.resolution, forecast.values) == (HOUR, (25.0,) * 24)


def test_energy_is_no_history_of_power() -> None:
    past = Series(start=START, resolution=QUARTER, values=(1.0,), unit="Wh")
    with pytest.raises(HomevoltValueError, match="must be in W, not in Wh"):
        load_from_history(past, START, START + HOUR, STOCKHOLM)


def test_a_constant_load_covers_every_slot_that_overlaps() -> None:
    start = START + timedelta(minutes=7)
    forecast = constant_load(400, start, start + HOUR)
    assert (forecast.start, forecast.values) == (START, (400.0,) * 5)
    assert forecast.basis == "Constant 400 W."
    assert constant_load(400, START, START - HOUR).values == ()


@pytest.mark.parametrize("power_w", [-1, math.nan, math.inf, "400", True])
def test_a_load_that_cannot_be_is_refused(power_w: float) -> None:
    with pytest.raises(HomevoltValueError, match="power_w must be 0 or more"):
        constant_load(power_w, START, START + HOUR)


@pytest.mark.parametrize(
    ("column", "value", "power_w"),
    [
        ("power_w", "400", 400.0),
        ("power_kw", "0.4", 400.0),
        ("energy_wh", "100", 400.0),
        ("Energy_kWh", "0.1", 400.0),
        ("value", "400", 400.0),
    ],
)
def test_a_file_has_power_or_the_energy_of_each_slot(
    column: str, value: str, power_w: float
) -> None:
    text = f"start,{column}\n2026-02-03T11:00,{value}\n2026-02-03T11:15,\n2026-02-03T11:30,0\n"
    forecast = forecast_from_file(text, STOCKHOLM, name="load.csv")
    assert (forecast.start, forecast.resolution) == (START, QUARTER)
    assert forecast.values == pytest.approx((power_w, None, 0.0))
    assert forecast.basis == f"The column {column} of load.csv."


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2026-02-03T11:00,-5\n", r"load.csv: the value at 2026-02-03T10:00:00\+00:00 is negative"),
        ("2026-02-03T11:00,nan\n", "load.csv: .* is not a number: nan"),
        ("2026-02-03T11:00,1\n2026-02-03T10:00Z,1\n", "load.csv: .* come twice"),
        ("noon,1\n", "load.csv, row 1: 'noon' is not an instant"),
    ],
)
def test_a_file_that_cannot_be_is_refused(rows: str, message: str) -> None:
    with pytest.raises(HomevoltDataError, match=message):
        forecast_from_file(f"start,power_w\n{rows}", STOCKHOLM, name="load.csv")
