"""Blades, units, house and measuring points on their own."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.simulator.world.blade import Blade
from homevolt.simulator.world.house import House
from homevolt.simulator.world.installation import Installation
from homevolt.simulator.world.noise import Noise
from homevolt.simulator.world.points import phase_of
from homevolt.simulator.world.unit import share
from homevolt.simulator.world.weather import season, sun_height
from tests.simulator.world.worlds import SUMMER_NOON, World

SECOND = 1 / 3600
MIDNIGHT = SUMMER_NOON - 12 * 3600


def blade(soc: float = 0.5, temperature_c: float = 20.0) -> Blade:
    made = Blade(temperature_c=temperature_c)
    made.state_of_charge = soc
    return made


def test_charging_tapers_near_full_and_discharging_near_empty() -> None:
    limits = [blade(soc).charge_limit_w(SECOND) for soc in (0.5, 0.93, 0.97, 0.999)]
    assert limits[0] == 3014
    assert limits == sorted(limits, reverse=True)
    limits = [blade(soc).discharge_limit_w(SECOND) for soc in (0.5, 0.07, 0.03, 0.005)]
    assert limits[0] == 3014
    assert limits == sorted(limits, reverse=True)
    assert blade(1.0).charge_limit_w(SECOND) == 0
    assert blade(0.0).discharge_limit_w(SECOND) == 0


@pytest.mark.parametrize(
    ("temperature_c", "charges", "discharges"),
    [(-25, 0.0, 0.0), (-5, 0.0, 1.0), (5, 0.5, 1.0), (20, 1.0, 1.0), (50, 0.5, 0.5), (60, 0, 0)],
)
def test_power_tapers_at_low_and_high_temperatures(
    temperature_c: float, charges: float, discharges: float
) -> None:
    made = blade(temperature_c=temperature_c)
    assert made.charge_limit_w(SECOND) == pytest.approx(3014 * charges)
    assert made.discharge_limit_w(SECOND) == pytest.approx(3014 * discharges)


@settings(max_examples=60)
@given(
    soc=st.floats(0, 1),
    powers=st.lists(st.floats(-1, 1), min_size=1, max_size=20),
    hours=st.sampled_from([SECOND, 1 / 60, 0.25, 5]),
)
def test_a_blade_within_its_limits_stays_within_its_capacity(
    soc: float, powers: list[float], hours: float
) -> None:
    made = blade(soc)
    stored_wh = made.energy_wh
    for power in powers:
        limit_w = made.discharge_limit_w(hours) if power > 0 else made.charge_limit_w(hours)
        made.step(power * limit_w, hours, 20.0)
        assert -1e-9 <= made.energy_wh <= made.usable_wh * (1 + 1e-9)
    assert made.charged_wh - made.discharged_wh - made.lost_wh == pytest.approx(
        made.energy_wh - stored_wh, abs=1e-6
    )


def test_a_blade_warms_by_its_losses_and_cools_to_its_surroundings() -> None:
    made = blade(0.9)
    made.step(2000, 0.5, 20.0)
    assert made.temperature_c > 20.5
    assert made.temperature_min_c < made.temperature_c < made.temperature_max_c - 1
    made.step(0.0, 100, 15.0)
    assert made.temperature_c == pytest.approx(15, abs=0.5)


def test_cycles_are_counted_by_discharged_energy_and_reduce_the_state_of_health() -> None:
    made = blade(1.0)
    healthy = made.state_of_health
    for _ in range(40):
        made.step(made.discharge_limit_w(1.0), 1.0, 20.0)
        made.step(-made.charge_limit_w(1.0), 1.0, 20.0)
    assert made.cycle_count == int(made.discharged_wh / made.capacity_wh) > 10
    assert made.state_of_health == pytest.approx(healthy - 3e-5 * made.cycle_count)


def test_voltage_sags_under_load_and_rises_with_charge() -> None:
    idle, loaded = blade(0.5), blade(0.5)
    loaded.step(3000, SECOND, 20.0)
    assert loaded.voltage_v < idle.voltage_v < blade(0.9).voltage_v
    assert loaded.current_a == pytest.approx(3000 / loaded.voltage_v)


@given(st.floats(-9000, 9000), st.lists(st.floats(0, 3000), max_size=5))
def test_blades_share_power_by_their_limits(demand_w: float, limits_w: list[float]) -> None:
    parts_w = share(demand_w, limits_w)
    assert all(abs(part) <= limit + 1e-6 for part, limit in zip(parts_w, limits_w, strict=True))
    able_w = min(abs(demand_w), sum(limits_w))
    assert sum(parts_w) == pytest.approx(able_w if demand_w >= 0 else -able_w, abs=1e-6)


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
    st.sampled_from([1, 2]),
    st.integers(100, 20_000),
)
def test_a_cluster_delivers_the_setpoint_or_its_maximum(
    charges: list[float], mode: int, setpoint: int
) -> None:
    world = World(units=len(charges))
    for unit, charge in zip(world.units, charges, strict=True):
        unit.state_of_charge = charge
    able_w = sum(
        min(6000, unit.discharge_limit_w if mode == 2 else unit.charge_limit_w)
        for unit in world.units
    )
    world.follow(mode, setpoint=setpoint)
    world.run(1)
    assert abs(world.battery_w) == pytest.approx(min(setpoint, able_w), abs=1 + 14 * len(charges))
    assert all(abs(unit.power_w) <= 6000 + 1e-6 for unit in world.units)


def test_the_fuller_unit_of_a_cluster_discharges_more_until_they_are_even() -> None:
    world = World(units=2)
    world.units[0].state_of_charge = 0.8
    world.units[1].state_of_charge = 0.4
    world.follow(2, setpoint=3000)
    world.run(60)
    assert world.units[0].power_w > world.units[1].power_w > 0
    assert world.battery_w == pytest.approx(3000)
    world.run(3 * 3600)
    one, other = (unit.state_of_charge for unit in world.units)
    assert abs(one - other) < 0.2


def test_the_other_units_take_over_from_a_peer_that_drops_out() -> None:
    world = World(units=2)
    world.follow(2, setpoint=4000)
    world.run(10)
    assert world.units[1].power_w == pytest.approx(2000, abs=100)
    world.units[1].online = False
    world.run(10)
    assert [unit.power_w for unit in world.units] == [pytest.approx(4000), 0.0]
    assert world.units[1].op_state_str == "offline"
    world.units[1].online = True
    world.run(10)
    assert world.units[1].power_w == pytest.approx(2000, abs=100)


def test_a_cluster_without_any_unit_online_has_no_power() -> None:
    world = World()
    world.follow(2)
    world.units[0].online = False
    world.run(10)
    assert world.battery_w == 0.0


def test_units_and_their_parts_have_unique_ids() -> None:
    world = Installation(units=4)
    names = [unit.ecu_id for unit in world.units]
    names += [unit.inverter_serial for unit in world.units]
    names += [part.serial_number for unit in world.units for part in unit.blades]
    assert len(set(names)) == 16
    assert all(len(unit.ecu_id) == 12 and int(unit.ecu_id, 16) for unit in world.units)
    with pytest.raises(ValueError, match="at most 100 units"):
        World(units=101)
    with pytest.raises(ValueError, match="at least one unit"):
        Installation(units=0)


def test_a_unit_reports_the_sums_of_its_blades() -> None:
    unit = Installation().units[0]
    assert unit.rated_capacity_wh == 13304
    assert unit.usable_wh == sum(part.usable_wh for part in unit.blades) < 13304
    assert unit.charge_limit_w == unit.discharge_limit_w == 6028
    assert 0.4 < unit.state_of_charge < 0.6
    assert not unit.fan_on


def test_the_inverter_warms_under_load() -> None:
    world = World()
    world.follow(2)
    before_c = world.units[0].system_temperature_c
    world.run(1800)
    assert world.units[0].system_temperature_c > before_c + 3


def test_the_house_follows_day_and_season() -> None:
    assert season(SUMMER_NOON) > 0.99
    assert sun_height(MIDNIGHT) < 0 < sun_height(SUMMER_NOON)
    summer, winter = World(start=SUMMER_NOON), World()
    for world in (summer, winter):
        world.run(1)
    assert summer.house.solar_w > 3 * winter.house.solar_w > 0
    assert winter.house.ambient_c < summer.house.ambient_c
    days_wh = []
    for world in (summer, winter):
        before_wh = world.meter.consumed_wh
        world.run(7 * 86_400)
        days_wh.append((world.meter.consumed_wh - before_wh) / 7)
    assert 8_000 < days_wh[0] < 25_000 < days_wh[1] < 70_000


def test_the_sun_shines_by_day_only() -> None:
    house = House(1)
    by_hour = []
    for hour in range(24):
        house.move_to(MIDNIGHT + hour * 3600)
        by_hour.append(house.solar_w)
    assert max(by_hour) <= 8000
    assert min(by_hour) == 0.0
    assert sum(by_hour[9:15]) > sum(by_hour[3:9])


def test_appliances_come_and_go_on_their_phase() -> None:
    house = House(7)
    seen = set()
    for minute in range(2 * 1440):
        house.move_to(MIDNIGHT + minute * 60)
        assert house.consumption_w == pytest.approx(sum(house.phases_w))
        assert min(house.phases_w) > 0
        seen.add(round(house.consumption_w / 1000))
    assert {0, 1, 2, 3} <= seen


def test_the_grid_stays_near_its_nominal_values_and_dips_now_and_then() -> None:
    house = House(1)
    lowest_hz = 50.0
    for minute in range(5 * 1440):
        house.move_to(MIDNIGHT + minute * 60)
        assert 49.4 < house.frequency_hz < 50.11
        lowest_hz = min(lowest_hz, house.frequency_hz)
        assert all(224 < voltage_v < 240 for voltage_v in house.voltages_v)
    assert lowest_hz < 49.8


def test_pinned_figures_stay_until_they_are_released() -> None:
    world = World()
    world.house.pin(consumption_w=1234, solar_w=555, frequency_hz=49.8)
    world.run(100)
    house = world.house
    assert (round(house.consumption_w, 6), house.solar_w, house.frequency_hz) == (1234, 555, 49.8)
    house.pin()
    world.run(1)
    assert house.consumption_w != 1234
    assert house.frequency_hz != 49.8


def test_measuring_points_add_up_phase_by_phase() -> None:
    world = World(start=SUMMER_NOON)
    world.follow(2, setpoint=1500)
    world.run(10)
    points = {point.function: point for point in world.points}
    assert list(points) == ["solar", "grid", "load"]
    for point in (points["grid"], points["solar"]):
        assert sum(phase.power_w for phase in point.phases) == pytest.approx(point.total_power_w)
        for phase in point.phases:
            assert phase.current_a * phase.voltage_v * phase.power_factor == pytest.approx(
                phase.power_w
            )
    grid, solar, load = (points[name].total_power_w for name in ("grid", "solar", "load"))
    assert world.battery_w + grid + solar == pytest.approx(load)
    assert grid == pytest.approx(world.grid_w)
    assert points["load"].euid == "0" * 16
    apparent_va = sum(phase.power_w for phase in points["load"].phases)
    assert apparent_va != pytest.approx(load, rel=0.01)
    assert points["grid"].euid != points["solar"].euid


def test_measuring_points_that_are_not_installed_are_absent() -> None:
    world = World(with_grid=False, with_solar=False, with_load=False, start=SUMMER_NOON)
    world.run(10)
    assert world.points == []
    assert world.house.solar_w == 0.0


def test_a_phase_without_power_has_no_power_factor() -> None:
    assert phase_of(0.0, 230.0).power_factor == 0.0


@given(st.integers(), st.integers(0, 100), st.floats(0, 2e9), st.floats(10, 1e5))
def test_noise_stays_in_its_bounds_and_repeats(
    seed: int, channel: int, time_s: float, period_s: float
) -> None:
    value = Noise(seed).smooth(channel, time_s, period_s)
    assert -1 <= value <= 1
    assert value == Noise(seed).smooth(channel, time_s, period_s)


def test_two_hundred_installations_need_little_memory() -> None:
    tracemalloc.start()
    try:
        fleet = [World(seed=seed) for seed in range(200)]
        for world in fleet:
            world.run(3)
        size_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size_bytes / len(fleet) < 50_000
