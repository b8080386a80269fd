"""The frequency reserve follows the grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.reserve import FrequencyReserve
from tests.simulator.world.worlds import World

NOW = WINTER_NOON
POWERS = {"fcr_n_power": 2000, "fcr_d_up_power": 3000, "fcr_d_down_power": 1000}


@pytest.mark.parametrize(
    ("frequency_hz", "power_w"),
    [
        (50.0, 0),
        (49.95, 1000),
        (50.05, -1000),
        (49.9, 2000),
        (49.7, 3500),
        (49.5, 5000),
        (49.0, 5000),
        (50.3, -2500),
        (50.5, -3000),
        (51.0, -3000),
    ],
)
def test_containment_reserve_is_linear_between_its_corners(
    frequency_hz: float, power_w: float
) -> None:
    world = World()
    world.house.pin(frequency_hz=frequency_hz)
    world.follow(6, **POWERS)
    world.run(5)
    assert world.house.frequency_hz == frequency_hz
    assert world.battery_w == pytest.approx(power_w or -7.0, abs=1e-6)


@given(st.floats(49.0, 51.0), st.floats(49.0, 51.0))
def test_a_lower_frequency_never_gets_less_power(one_hz: float, other_hz: float) -> None:
    reserve = FrequencyReserve(POWERS, NOW)
    low_hz, high_hz = sorted((one_hz, other_hz))
    assert reserve.power_w(NOW, low_hz) >= reserve.power_w(NOW, high_hz)


def test_the_reserve_moves_with_the_simulated_grid() -> None:
    world = World(seed=2)
    world.follow(6, fcr_n_power=3000)
    powers_w = [world.battery_w for _ in world.steps(900)]
    assert min(powers_w) < -300
    assert max(powers_w) > 300


@pytest.mark.parametrize(("custom", "trigger_hz"), [(False, 49.7), (True, 49.5)])
def test_the_fast_reserve_delivers_full_power_below_its_trigger_for_thirty_seconds(
    *, custom: bool, trigger_hz: float
) -> None:
    reserve = FrequencyReserve({"ffr_power": 2000, "use_ffr_custom_trig_freq": custom}, NOW)
    assert reserve.power_w(NOW, trigger_hz + 0.01) == 0
    assert reserve.power_w(NOW + 1, trigger_hz - 0.01) == 2000
    assert reserve.power_w(NOW + 30, 50.0) == 2000
    assert reserve.power_w(NOW + 31, trigger_hz - 0.01) == 0


def test_the_fast_reserve_rearms_only_where_configured_and_after_fifteen_normal_minutes() -> None:
    for rearms in (False, True):
        reserve = FrequencyReserve({"ffr_power": 2000, "ffr_rearm": rearms}, NOW)
        assert reserve.power_w(NOW, 49.6) == 2000
        assert reserve.power_w(NOW + 40, 50.0) == 0
        assert reserve.power_w(NOW + 50, 49.8) == 0
        assert reserve.power_w(NOW + 100, 50.0) == 0
        assert reserve.power_w(NOW + 900, 49.6) == 0
        assert reserve.power_w(NOW + 1000, 50.0) == 0
        assert reserve.power_w(NOW + 1950, 50.0) == 0
        assert reserve.power_w(NOW + 1960, 49.6) == (2000 if rearms else 0)


def test_the_reserve_begins_at_its_start_time() -> None:
    world = World()
    world.house.pin(frequency_hz=49.9)
    world.follow(6, fcr_n_power=2000, fcr_start_from=int(NOW) + 100)
    world.run(100)
    assert world.battery_w == pytest.approx(-7)
    world.run(1)
    assert world.battery_w == pytest.approx(2000)


def test_a_test_sequence_replaces_the_grid_frequency_for_a_minute() -> None:
    world = World()
    world.house.pin(frequency_hz=49.95)
    world.follow(6, fcr_n_power=2000, test_sequence=4)
    seen_w = [world.battery_w for _ in world.steps(80)]
    assert seen_w[5] == pytest.approx(-7)
    assert seen_w[15] == pytest.approx(-2000)
    assert seen_w[75] == pytest.approx(1000)
    world.follow(6, fcr_n_power=2000, test_sequence=4, test_end_schedule=True)
    seen_w = [world.battery_w for _ in world.steps(80)]
    assert seen_w[15] == pytest.approx(-2000)
    assert seen_w[75] == pytest.approx(-7)


def test_the_fast_reserve_cannot_be_rearmed_while_it_delivers() -> None:
    reserve = FrequencyReserve({"ffr_power": 2000}, NOW)
    assert reserve.power_w(NOW, 49.6) == 2000
    reserve.rearm(NOW + 10)
    assert reserve.power_w(NOW + 31, 49.6) == 0
    reserve.rearm(NOW + 32)
    assert reserve.power_w(NOW + 33, 49.6) == 2000
