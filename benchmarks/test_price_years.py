"""What plans would have saved in real years, with what was published at the time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from homevolt.planning.backtest import backtest
from homevolt.planning.battery import BatteryModel
from homevolt.planning.past_forecast import PastForecast
from tests.planning.house_year import PRICES, file_prices, history

if TYPE_CHECKING:
    from homevolt.planning.backtest import History

BATTERY = BatteryModel(capacity_wh=13_200.0, max_charge_w=6000.0, max_discharge_w=6000.0)
YEARS = ("SE3-2022.csv", "SE3-2023.csv")


@cache
def real_year(name: str) -> History:
    """Return a year of prices, with the house and the sun of the tests."""
    if not (PRICES / name).is_file():
        pytest.skip("no real prices here; HOMEVOLT_PRICES names their folder")
    return history(*file_prices(name))


@pytest.mark.parametrize("name", YEARS)
def test_with_load_and_sun_known_a_real_year_is_captured(name: str) -> None:
    found = backtest(real_year(name), BATTERY)
    print(
        f"\n{name}, load and sun known: {found.total.captured(found.total.with_plan) * 100:.1f} %"
    )
    assert found.total.captured(found.total.with_plan) >= 0.97
    assert all(month.with_plan < month.without_battery for month in found.months[:12])
    assert found.total.with_plan < min(found.total.self_consumption, found.total.rule)


@pytest.mark.parametrize("name", YEARS)
def test_with_forecasts_a_real_year_is_captured(name: str) -> None:
    past = real_year(name)
    found = backtest(past, BATTERY, forecast=PastForecast(past))
    print(f"\n{name}, with forecasts: {found.total.captured(found.total.with_plan) * 100:.1f} %")
    assert found.total.captured(found.total.with_plan) >= 0.90
    assert all(month.with_plan < month.without_battery for month in found.months[:12])
