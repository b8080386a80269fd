"""Every limit applies, and none starts the flow that it limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import EDGE_OPTIONS, Entry
from tests.simulator.world.worlds import World, settled

NOW = int(WINTER_NOON)
IDLE_W = pytest.approx(-7.0)


def test_charging_stops_at_the_highest_state_of_charge_allowed() -> None:
    world = World()
    world.follow(1, max_soc=60)
    world.run(1800)
    assert world.units[0].state_of_charge == pytest.approx(0.6, abs=1e-3)
    assert world.battery_w == pytest.approx(-7, abs=4)
    assert world.units[0].charge_limit_w == pytest.approx(0, abs=4)


def test_discharging_stops_at_the_lowest_state_of_charge_allowed() -> None:
    world = World()
    world.follow(2, min_soc=40)
    world.run(1800)
    assert world.units[0].state_of_charge == pytest.approx(0.4, abs=1e-3)
    assert world.battery_w == IDLE_W
    assert world.units[0].under_min_soc


def test_a_blade_already_beyond_a_limit_stays_idle() -> None:
    world = settled(2, soc=0.3, min_soc=50)
    assert world.battery_w == IDLE_W
    assert settled(1, soc=0.9, max_soc=50).battery_w == IDLE_W


def test_max_charge_and_max_discharge_bound_every_mode() -> None:
    assert settled(5, consumption_w=5000, setpoint=0, max_discharge=1200).battery_w == (
        pytest.approx(1200)
    )
    assert settled(3, setpoint=6000, max_charge=800).battery_w == pytest.approx(-800)
    assert settled(1, setpoint=3000, max_charge=0).battery_w == IDLE_W


@pytest.mark.parametrize(
    "limits", [{"import_limit": 2500}, {"parameters": {"import_limitation_w": 2500}}]
)
def test_the_import_limit_reduces_charging_by_what_the_house_draws(
    limits: dict[str, Any],
) -> None:
    world = settled(1, setpoint=5000, **limits)
    assert world.grid_w == pytest.approx(2500)
    world.house.pin(consumption_w=4000)
    world.run(30)
    assert world.battery_w == IDLE_W


@pytest.mark.parametrize(
    "limits", [{"export_limit": 2000}, {"parameters": {"export_limitation_w": 2000}}]
)
def test_the_export_limit_reduces_discharging(limits: dict[str, Any]) -> None:
    world = settled(2, setpoint=5000, **limits)
    assert world.grid_w == pytest.approx(-2000)
    world.house.pin(consumption_w=500, solar_w=4000)
    world.run(30)
    assert world.battery_w == IDLE_W


@pytest.mark.parametrize(
    "limits", [{"main_fuse": 10_000}, {"parameters": {"ecu_main_fuse_size_a": 10}}]
)
@pytest.mark.parametrize("mode", [1, 2])
def test_no_phase_exceeds_the_main_fuse(mode: int, limits: dict[str, Any]) -> None:
    solar_w = 4000.0 if mode == 2 else 0.0
    world = settled(mode, setpoint=6000, consumption_w=2000, solar_w=solar_w, **limits)
    grid = next(point for point in world.points if point.function == "grid")
    assert max(phase.current_a for phase in grid.phases) == pytest.approx(10, abs=0.01)
    assert 1000 < abs(world.battery_w) < 5900


def test_a_house_beyond_the_main_fuse_stops_charging_and_starts_no_discharging() -> None:
    assert settled(1, setpoint=3000, consumption_w=9000, main_fuse=8000).battery_w == IDLE_W


def test_the_group_fuse_bounds_all_units_together() -> None:
    world = World(units=3, parameters={"ecu_group_fuse_size_a": 16})
    world.follow(2)
    world.run(10)
    assert world.battery_w == pytest.approx(16 * 3 * 230)


def test_ramps_apply_while_power_rises_and_not_while_it_falls() -> None:
    world = World()
    for mode in (1, 2):
        world.follow(mode, setpoint=3000, charge_ramp_up=1000, discharge_ramp_up=500)
        per_second_w = 690 if mode == 1 else 345
        last_w, seconds = 0.0, 0
        for _ in world.steps(12):
            assert abs(world.battery_w) <= abs(last_w) + per_second_w + 7.1
            seconds += abs(world.battery_w) < 2999
            last_w = world.battery_w
        assert seconds == 3000 // per_second_w
        world.follow(0)
        world.run(1)
        assert world.battery_w == IDLE_W


def test_the_battery_stays_idle_below_a_threshold() -> None:
    options = {"setpoint": 0, "idle_threshold_power": 300, "discharge_threshold_power": 800}
    assert settled(5, consumption_w=250, **options).battery_w == IDLE_W
    assert settled(5, consumption_w=700, **options).battery_w == IDLE_W
    assert settled(5, consumption_w=900, **options).battery_w == pytest.approx(900, abs=1)
    assert settled(5, consumption_w=0, solar_w=500, **options).battery_w == pytest.approx(
        -500, abs=1
    )


def test_the_idle_threshold_of_the_parameters_applies_where_the_entry_has_none() -> None:
    parameters: dict[str, object] = {"ems_idle_power_threshold": 300}
    assert settled(8, consumption_w=250, parameters=dict(parameters)).battery_w == IDLE_W
    world = settled(8, consumption_w=250, parameters=dict(parameters), idle_threshold_power=100)
    assert world.battery_w == pytest.approx(250, abs=1)


def test_service_mode_keeps_the_battery_idle_until_it_ends() -> None:
    world = settled(2, setpoint=3000, parameters={"system_service_mode": True})
    assert world.battery_w == IDLE_W
    world.parameters["system_service_mode"] = False
    world.run(1)
    assert world.battery_w == pytest.approx(3000)


def imported_wh(world: World, since_wh: float) -> float:
    return world.meter.imported_wh - since_wh


def test_an_import_energy_limit_ends_charging_when_it_is_used_up() -> None:
    world = World()
    world.house.pin(consumption_w=1000, solar_w=0)
    start_wh = world.meter.imported_wh
    options = {"setpoint": 5000, "import_energy_limit": 2000}
    world.plan.add(Entry(1, NOW, NOW + 3600, options=options))
    world.run(1205)
    # The house draws a kilowatt for another five seconds.
    assert imported_wh(world, start_wh) == pytest.approx(2000 + 1000 * 5 / 3600, abs=0.1)
    assert world.battery_w == IDLE_W


def test_the_battery_compensates_import_beyond_an_energy_limit_where_configured() -> None:
    world = World()
    world.house.pin(consumption_w=1500, solar_w=0)
    start_wh = world.meter.imported_wh
    options = {
        "setpoint": 0,
        "import_energy_limit": 400,
        "import_energy_max_compensation": 1000,
    }
    world.plan.add(Entry(1, NOW, NOW + 3600, options=options))
    world.run(900)
    assert imported_wh(world, start_wh) == pytest.approx(375, abs=5)
    world.run(300)
    assert world.battery_w == pytest.approx(1000)
    assert world.grid_w == pytest.approx(500)


def test_an_export_energy_limit_stops_discharging_and_compensates_where_configured() -> None:
    world = World()
    world.house.pin(consumption_w=0, solar_w=1200)
    options = {
        "setpoint": 3000,
        "export_energy_limit": 500,
        "export_energy_max_compensation": 900,
    }
    start_wh = world.meter.exported_wh
    world.plan.add(Entry(2, NOW, NOW + 3600, options=options))
    world.run(120)
    assert world.battery_w == pytest.approx(3000)
    world.run(600)
    assert world.battery_w == pytest.approx(-900)
    assert world.meter.exported_wh - start_wh == pytest.approx(500 + 300 * 300 / 3600, abs=12)


def test_one_window_of_an_energy_limit_spans_several_entries() -> None:
    world = World()
    world.house.pin(consumption_w=0, solar_w=0)
    start_wh = world.meter.imported_wh
    limit = {"setpoint": 4000, "import_energy_limit": 1500, "import_energy_limit_from": NOW}
    world.plan.add(Entry(1, NOW, NOW + 600, options=limit | {"import_energy_limit_to": NOW + 3600}))
    world.plan.add(Entry(0, NOW + 600, NOW + 900))
    world.plan.add(Entry(1, NOW + 900, NOW + 3600, options=limit))
    world.run(3600)
    assert imported_wh(world, start_wh) == pytest.approx(1500, abs=8)


def test_an_energy_limit_does_not_apply_outside_its_window() -> None:
    world = World()
    options = {
        "setpoint": 4000,
        "import_energy_limit": 0,
        "import_energy_limit_from": NOW + 600,
        "import_energy_limit_to": NOW + 1200,
    }
    world.plan.add(Entry(1, options=options))
    powers_w = []
    for _ in range(3):
        world.run(600)
        powers_w.append(world.battery_w)
    assert powers_w == [pytest.approx(-4000), IDLE_W, pytest.approx(-4000)]


def test_an_entry_without_a_start_counts_its_energy_from_when_it_was_written() -> None:
    world = World()
    world.house.pin(consumption_w=0, solar_w=0)
    start_wh = world.meter.imported_wh
    world.follow(1, setpoint=4000, import_energy_limit=300)
    for _ in range(10):
        world.parameters["import_limitation_w"] = 5000 + world.time_s % 7
        world.run(60)
    assert imported_wh(world, start_wh) == pytest.approx(300, abs=5)


def test_the_energy_limit_of_the_parameters_restarts_every_hour() -> None:
    world = World(parameters={"import_energy_limit_wh": 1000})
    world.charge_to(0.1)
    world.house.pin(consumption_w=0, solar_w=0)
    world.follow(1, setpoint=3000)
    for _ in range(3):
        start_wh = world.meter.imported_wh
        world.run(3600, step_s=10)
        assert imported_wh(world, start_wh) == pytest.approx(1000, abs=12)


def test_the_number_of_remembered_windows_is_bounded() -> None:
    world = World()
    for number in range(200):
        world.follow(1, setpoint=100, import_energy_limit=10 + number)
        world.run(2)
    assert len(world._counter._opened) <= 64


POWERS = st.integers(-(2**31), 2**31)
TIMES = st.integers(NOW - 100, NOW + 100)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            (
                *("setpoint", "max_charge", "max_discharge", "import_limit", "export_limit"),
                *("idle_threshold_power", "discharge_threshold_power", "main_fuse"),
                *("charge_ramp_up", "discharge_ramp_up", "import_energy_limit"),
                *("export_energy_limit", "import_energy_max_compensation"),
                *("export_energy_max_compensation", "fcr_n_power", "fcr_d_up_power"),
                *("fcr_d_down_power", "ffr_power"),
            ),
            POWERS,
        ),
        **dict.fromkeys(EDGE_OPTIONS, TIMES),
        **dict.fromkeys(
            ("offline", "use_ffr_custom_trig_freq", "ffr_rearm", "test_end_schedule"),
            st.booleans(),
        ),
        "test_sequence": st.integers(0, 16),
    },
)


@settings(max_examples=120)
@given(
    mode=st.integers(0, 9),
    options=OPTIONS,
    min_soc=st.none() | st.integers(0, 100),
    max_soc=st.none() | st.integers(0, 100),
    soc=st.floats(0, 1),
    solar_w=st.integers(0, 8000),
    step_s=st.sampled_from([1, 7, 300]),
)
def test_any_entry_keeps_power_and_energy_within_bounds(
    *,
    mode: int,
    options: dict[str, int],
    min_soc: int | None,
    max_soc: int | None,
    soc: float,
    solar_w: int,
    step_s: int,
) -> None:
    world = World(units=2)
    world.house.pin(consumption_w=1500, solar_w=solar_w)
    world.charge_to(soc)
    world.plan.add(Entry(mode, NOW, None, min_soc, max_soc, options))
    stored_wh = [unit.stored_wh for unit in world.units]
    for _ in world.steps(12, step_s):
        assert world.battery_w + world.grid_w + solar_w == pytest.approx(1500, abs=1e-6)
        for unit in world.units:
            assert abs(unit.power_w) <= unit.rated_power_w + 1e-6
            assert -1e-6 <= unit.stored_wh <= unit.usable_wh + 1e-6
    for unit, before_wh in zip(world.units, stored_wh, strict=True):
        if mode in {0, 9} and "export_energy_max_compensation" not in options:
            assert unit.stored_wh <= before_wh
        if max_soc is not None and before_wh >= unit.usable_wh * max_soc / 100:
            assert unit.stored_wh <= before_wh + 1e-6
        given_wh = sum(part.discharged_wh for part in unit.blades)
        if min_soc is not None and before_wh <= unit.usable_wh * min_soc / 100:
            assert given_wh == 0
