from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.backtest import History, backtest
from homevolt.planning.battery import BatteryModel
from homevolt.planning.optimum.optimum import find_optimum
from homevolt.planning.past_forecast import PastForecast
from tests.planning.house_year import ZONE, history, made_up_prices

BATTERY = BatteryModel(capacity_wh=13_200.0, max_charge_w=6000.0, max_discharge_w=6000.0)
DAYS = 45


@cache
def made_up() -> History:
    return history(*made_up_prices(DAYS))


@pytest.mark.unmeasured
def test_made_up_prices_with_negative_hours_spikes_and_flat_days_are_captured() -> None:
    past = made_up()
    assert min(past.export_price) < 0.0
    assert max(past.import_price) > 4.0
    known = backtest(past, BATTERY)
    forecast = backtest(past, BATTERY, forecast=PastForecast(past))
    assert known.total.captured(known.total.with_plan) >= 0.95
    assert forecast.total.captured(forecast.total.with_plan) >= 0.85
    assert known.plans == DAYS + 1


def test_a_forecast_of_the_past_knows_no_later_load_and_without_weather_no_later_sun() -> None:
    past = made_up()
    now = past.slot_of(datetime(2026, 1, 20, 13, tzinfo=ZONE))
    later = len(past) - now
    other = replace(
        past,
        load_kw=(*past.load_kw[:now], *[9.0] * later),
        solar_kw=(*past.solar_kw[:now], *[9.0] * later),
    )
    one, two = PastForecast(past, None), PastForecast(other, None)
    assert one(now, now, now + 96) == two(now, now, now + 96)
    assert one(0, 0, 4) == ([1.0] * 4, [0.0] * 4)


@pytest.mark.unmeasured
def test_nothing_saves_more_than_perfect_foresight() -> None:
    total = backtest(made_up(), BATTERY).total
    others = (total.without_battery, total.with_plan, total.self_consumption, total.rule)
    assert total.perfect_foresight <= min(others)


@pytest.mark.unmeasured
def test_perfect_foresight_by_days_is_that_of_the_whole() -> None:
    past = _first_days(7)
    battery = replace(BATTERY, wear_per_kwh=0.1)
    start_kwh = (battery.floor_wh + battery.ceiling_wh) / 2000.0
    whole = find_optimum(past.problem(0, len(past), battery, start_kwh))
    assert backtest(past, battery).total.perfect_foresight == pytest.approx(whole.total_cost)


@pytest.mark.unmeasured
def test_a_plan_knows_no_price_before_it_is_published() -> None:
    past = _first_days(4)
    # The prices of the last day are published at 13:00 of the day before: until then nothing that
    # is done may depend on them.
    published = past.slot_of(datetime(2026, 1, 3, 13, tzinfo=ZONE))
    last_day = past.slot_of(datetime(2026, 1, 4, 0, tzinfo=ZONE))
    other = replace(
        past,
        import_price=(*past.import_price[:last_day], *[9.0] * (len(past) - last_day)),
        export_price=(*past.export_price[:last_day], *[8.0] * (len(past) - last_day)),
    )
    hours = range(24)
    until = _first_slots(past, published), _first_slots(other, published)
    costs = [backtest(each, BATTERY, plan_hours=hours).total.with_plan for each in until]
    assert costs[0] == costs[1]
    assert backtest(past, BATTERY).total.with_plan != backtest(other, BATTERY).total.with_plan


def test_the_value_at_the_end_is_shown_by_leaving_it_out() -> None:
    # It is cheap before midnight and dear in the morning; plans are made at midnight, when nothing
    # is known of the next morning.
    day = [1.0] * 24 + [4.0] * 12 + [2.0] * 52 + [0.2] * 8
    days = 6
    past = History(
        start=datetime(2026, 1, 1, tzinfo=ZONE),
        zone=ZONE,
        import_price=tuple(day * days),
        export_price=(0.1,) * 96 * days,
        load_kw=(1.5,) * 96 * days,
        solar_kw=(0.0,) * 96 * days,
    )
    with_value = backtest(past, BATTERY, plan_hours=(0,)).total
    without = backtest(past, BATTERY, plan_hours=(0,), with_end_value=False).total
    assert with_value.captured(with_value.with_plan) > 0.97
    assert without.captured(without.with_plan) < 0.95


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(HomevoltValueError, match="load_kw has 1 values for 2 quarters"):
        History(
            start=datetime(2026, 1, 1, tzinfo=UTC),
            zone=ZONE,
            import_price=(1.0, 1.0),
            export_price=(1.0, 1.0),
            load_kw=(1.0,),
            solar_kw=(0.0, 0.0),
        )


def _first_days(days: int) -> History:
    return _first_slots(made_up(), days * 96)


def _first_slots(past: History, count: int) -> History:
    return replace(
        past,
        import_price=past.import_price[:count],
        export_price=past.export_price[:count],
        load_kw=past.load_kw[:count],
        solar_kw=past.solar_kw[:count],
    )
