"""Each of the ten modes controls the battery as documented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.world.worlds import SUMMER_NOON, World, settled

IDLE_W = pytest.approx(-7.0)
"""Power that the inverter of an idle unit draws."""


def test_without_a_schedule_the_battery_is_idle() -> None:
    world = World()
    world.run(60)
    assert world.battery_w == IDLE_W
    unit = world.units[0]
    assert (unit.op_state, unit.op_state_str) == (1, "idle")
    assert (unit.state, unit.state_str) == (4, "Throttled")
    assert unit.low_power


@pytest.mark.parametrize("mode", [0, 9, 77])
def test_idle_full_export_and_unknown_modes_keep_the_battery_idle(mode: int) -> None:
    world = settled(mode, solar_w=5000.0, setpoint=2000)
    assert world.battery_w == IDLE_W
    assert world.grid_w == pytest.approx(1000 - 5000 + 7)


def test_offline_idle_disconnects_until_the_entry_ends() -> None:
    world = settled(0, offline=True)
    unit = world.units[0]
    assert world.battery_w == 0.0
    assert (unit.op_state_str, unit.state_str) == ("offline", "Standby")
    world.follow(0)
    world.run(1)
    assert unit.op_state_str == "idle"
    assert unit.power_w == IDLE_W


@pytest.mark.parametrize(("mode", "sign"), [(1, -1), (2, 1)])
def test_inverter_modes_hold_the_setpoint_at_the_inverter(mode: int, sign: int) -> None:
    world = settled(mode, setpoint=2500)
    assert world.battery_w == pytest.approx(sign * 2500)
    world.house.pin(consumption_w=7000)
    world.run(30)
    assert world.battery_w == pytest.approx(sign * 2500)
    assert world.units[0].op_state_str == ("charging" if sign < 0 else "discharging")
    assert world.units[0].state_str == "Operational"
    assert world.units[0].fan_on


@pytest.mark.parametrize(
    ("mode", "option", "sign"), [(1, "max_charge", -1), (2, "max_discharge", 1)]
)
def test_inverter_modes_without_setpoint_go_as_fast_as_allowed(
    mode: int, option: str, sign: int
) -> None:
    assert settled(mode, **{option: 1700}).battery_w == pytest.approx(sign * 1700)
    assert settled(mode).battery_w == pytest.approx(sign * 6000)


@pytest.mark.parametrize(("mode", "setpoint", "grid_w"), [(3, 4000, 4000), (4, 1500, -1500)])
def test_grid_modes_hold_the_setpoint_at_the_meter(mode: int, setpoint: int, grid_w: float) -> None:
    world = settled(mode, setpoint=setpoint)
    assert world.grid_w == pytest.approx(grid_w, abs=1)
    world.house.pin(consumption_w=2600, solar_w=400)
    world.run(60)
    assert world.grid_w == pytest.approx(grid_w, abs=1)


def test_grid_charge_never_discharges_and_grid_discharge_never_charges() -> None:
    assert settled(3, consumption_w=5000, setpoint=2000).battery_w == IDLE_W
    assert settled(4, solar_w=5000, setpoint=2000).battery_w == IDLE_W


@settings(max_examples=40)
@given(
    setpoint=st.integers(-4000, 4000),
    consumption_w=st.integers(0, 1500),
    solar_w=st.integers(0, 1500),
)
def test_grid_charge_discharge_holds_any_signed_setpoint(
    setpoint: int, consumption_w: int, solar_w: int
) -> None:
    world = settled(5, consumption_w=consumption_w, solar_w=solar_w, setpoint=setpoint)
    assert world.grid_w == pytest.approx(setpoint, abs=7)


def test_the_meter_is_followed_within_seconds_not_at_once() -> None:
    world = settled(5, setpoint=0)
    world.house.pin(consumption_w=3000)
    world.run(1)
    assert 500 < world.grid_w < 1500
    world.run(15)
    assert world.grid_w == pytest.approx(0, abs=5)


@pytest.mark.parametrize("mode", [3, 4, 5, 7, 8])
def test_without_a_grid_clamp_meter_modes_are_idle(mode: int) -> None:
    world = World(with_grid=False)
    world.house.pin(consumption_w=500, solar_w=3000)
    world.follow(mode, setpoint=2000)
    world.run(60)
    assert world.battery_w == IDLE_W


def test_solar_charge_charges_the_surplus_and_nothing_else() -> None:
    assert settled(7, solar_w=3500).battery_w == pytest.approx(-2500, abs=1)
    assert settled(7, solar_w=3500, setpoint=900).battery_w == pytest.approx(-900, abs=1)
    assert settled(7, solar_w=800).battery_w == IDLE_W


def test_solar_charge_discharge_keeps_the_meter_at_zero_in_both_directions() -> None:
    assert settled(8, solar_w=3500).battery_w == pytest.approx(-2500, abs=1)
    assert settled(8, consumption_w=2200).battery_w == pytest.approx(2200, abs=1)
    assert settled(8, consumption_w=2200, setpoint=700).battery_w == pytest.approx(700, abs=1)


@pytest.mark.parametrize("mode", [7, 8])
def test_solar_modes_never_charge_from_the_grid_under_changing_clouds(mode: int) -> None:
    world = World(start=SUMMER_NOON, seed=5)
    world.follow(mode)
    for second in world.steps(3000):
        if second % 97 == 0:
            world.house.pin(consumption_w=1000, solar_w=(second * 31) % 4000)
        if world.battery_w < -7.0:
            assert world.grid_w <= 1e-6


def test_solar_charge_discharge_never_feeds_stored_energy_into_the_grid() -> None:
    world = World(start=SUMMER_NOON, seed=6)
    world.follow(8)
    for second in world.steps(1000):
        if second % 41 == 0:
            world.house.pin(consumption_w=(second * 37) % 4000, solar_w=1000)
        if world.battery_w > 0.0:
            assert world.grid_w >= -1e-6
