"""A battery in numbers: what cannot be is refused, and what is not known is not invented."""

from __future__ import annotations

import math
from typing import Any

import pytest

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.battery import (
    BatteryModel,
    battery_from_readings,
    wear_per_kwh,
)


def battery(**changes: Any) -> BatteryModel:
    return BatteryModel(
        **{"capacity_wh": 13_304, "max_charge_w": 6000, "max_discharge_w": 6000, **changes}
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("capacity_wh", -1, "a positive number of Wh, not -1"),
        ("capacity_wh", 0, "a positive number of Wh"),
        ("capacity_wh", math.nan, "a positive number of Wh, not nan"),
        ("capacity_wh", "13 kWh", "a positive number of Wh, not '13 kWh'"),
        ("max_charge_w", -0.5, "a number of W, 0 or more"),
        ("max_discharge_w", math.inf, "a number of W, 0 or more"),
        ("charge_efficiency", 0, "more than 0 and at most 1"),
        ("discharge_efficiency", 95, "more than 0 and at most 1, not 95"),
        ("standby_w", -5, "a number of W, 0 or more"),
        ("min_soc", 20, "from 0 to 1, not 20"),
        ("max_soc", -0.1, "from 0 to 1"),
        ("reserve", True, "from 0 to 1, not True"),
        ("wear_per_kwh", -0.1, "0 or more"),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_its_name(name: str, value: Any, says: str) -> None:
    with pytest.raises(HomevoltValueError, match=f"^{name} must be {says}"):
        battery(**{name: value})


@pytest.mark.parametrize(
    "limits",
    [
        {"min_soc": 0.9, "max_soc": 0.1},
        {"min_soc": 0.5, "max_soc": 0.5, "reserve": 0.0},
        {"min_soc": 0.1, "max_soc": 0.15, "reserve": 0.1},
    ],
)
def test_limits_that_cross_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(HomevoltValueError, match="limits of the state of charge cross"):
        battery(**limits)


def test_a_reserve_is_kept_above_the_lowest_state_of_charge() -> None:
    model = battery(capacity_wh=10_000, min_soc=0.1, max_soc=0.95, reserve=0.05)
    assert (model.floor_wh, model.ceiling_wh) == pytest.approx((1500, 9500))
    assert battery().floor_wh > 0


def test_the_default_losses_are_those_that_were_measured() -> None:
    assert battery().round_trip_efficiency == pytest.approx(0.889)
    assert battery().standby_w == 5.0


def test_a_device_s_numbers_make_a_battery() -> None:
    model = battery_from_readings(
        rated_capacity_wh=26_608, rated_power_w=12_000, state_of_health=0.98, units=2, min_soc=0.1
    )
    assert model.capacity_wh == pytest.approx(26_075.84)
    assert (model.max_charge_w, model.max_discharge_w) == (12_000, 12_000)
    assert (model.standby_w, model.min_soc) == (10.0, 0.1)


def test_what_the_device_says_can_be_limited_by_settings() -> None:
    model = battery_from_readings(
        rated_capacity_wh=13_304, rated_power_w=6000, max_charge_w=3000, standby_w=8.0
    )
    assert (model.max_charge_w, model.max_discharge_w, model.standby_w) == (3000, 6000, 8.0)


@pytest.mark.parametrize(
    ("readings", "missing"),
    [
        ({"rated_capacity_wh": None, "rated_power_w": 6000}, "capacity"),
        ({"rated_capacity_wh": 13_304, "rated_power_w": None}, "power"),
    ],
)
def test_what_the_device_does_not_say_is_asked_for_and_not_invented(
    readings: dict[str, float | None], missing: str
) -> None:
    with pytest.raises(HomevoltValueError, match=f"does not report its rated {missing}"):
        battery_from_readings(**readings)  # type: ignore[arg-type]  # one of the two is missing


def test_wear_is_the_price_over_all_that_it_gives_in_its_life() -> None:
    # 60,000 SEK over 10 kWh x 6,000 cycles = 60,000 kWh: 1 SEK per kWh.
    assert wear_per_kwh(purchase_price=60_000, capacity_wh=10_000, cycles=6000) == 1.0
    assert wear_per_kwh(purchase_price=0, capacity_wh=10_000, cycles=6000) == 0.0


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"purchase_price": -1}, "purchase_price"),
        ({"capacity_wh": 0}, "capacity_wh"),
        ({"cycles": math.nan}, "cycles"),
    ],
)
def test_wear_of_impossible_numbers_is_refused(changes: dict[str, float], name: str) -> None:
    numbers = {"purchase_price": 60_000.0, "capacity_wh": 10_000.0, "cycles": 6000.0, **changes}
    with pytest.raises(HomevoltValueError, match=f"^{name} must be"):
        wear_per_kwh(**numbers)
