"""Time: clocks, windows, gaps, reboots, and the same world for the same seed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.simulator.world.clock import WINTER_NOON, ManualClock, RealClock
from homevolt.simulator.world.ems.plan import MANUAL_SCHEDULE, Entry, Plan
from homevolt.simulator.world.house import House
from homevolt.simulator.world.installation import FINE_GAP_S, MAX_STEPS, Installation, step_for
from tests.simulator.world.worlds import World

NOW = int(WINTER_NOON)
UUID = "6a4ee454-20c5-45f4-9dde-2da6d4e53417"


def state_of(world: Installation) -> dict[str, Any]:
    """Return all figures of a world."""
    return {
        "units": [asdict(unit) for unit in world.units],
        "points": [asdict(point) for point in world.points],
        "battery_w": world.battery_w,
        "grid_w": world.grid_w,
        "uptime_ms": world.uptime_ms,
    }


def test_a_manual_clock_moves_only_forward_and_only_when_advanced() -> None:
    clock = ManualClock(5)
    assert clock.now() == 5.0
    clock.advance(2.5)
    assert clock.now() == 7.5
    for wrong in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="0 or more"):
            clock.advance(wrong)


def test_a_real_clock_runs_at_its_speed_from_its_start() -> None:
    real_s = 100.0
    clock = RealClock(60, start=1000, monotonic=lambda: real_s)
    assert clock.now() == 1000.0
    real_s = 102.0
    assert clock.now() == 1120.0
    assert RealClock().now() > 1.7e9


@pytest.mark.parametrize("speed", [0, 0.5, 3601, float("nan")])
def test_a_real_clock_refuses_a_speed_out_of_range(speed: float) -> None:
    with pytest.raises(ValueError, match="3600"):
        RealClock(speed)


def test_windows_open_and_close_on_their_second() -> None:
    world = World()
    world.plan.add(Entry(2, NOW + 10, NOW + 20, options={"setpoint": 3000}))
    powers_w = [world.battery_w for _ in world.steps(30)]
    assert [power_w > 0 for power_w in powers_w] == [10 <= second < 20 for second in range(30)]


def test_windows_open_and_close_on_their_second_in_coarse_steps_too() -> None:
    world = World()
    unit = world.units[0]
    before_wh = unit.energy_produced_wh
    world.plan.add(Entry(2, NOW + 1001, NOW + 1101, options={"setpoint": 3600}))
    world.run(86_400)
    assert unit.energy_produced_wh - before_wh == pytest.approx(100)


def test_the_first_entry_whose_window_contains_now_is_active() -> None:
    plan = Plan()
    past = plan.add(Entry(1, NOW - 100, NOW - 50))
    first = plan.add(Entry(2, NOW, None))
    plan.add(Entry(3, None, None))
    assert past.id == 0
    assert plan.active(NOW) is first
    assert (plan.active(NOW - 75), plan.active(NOW - 10)) == (past, plan.entries[2])
    assert (plan.next_edge(NOW - 100), plan.next_edge(NOW)) == (NOW - 50, None)


def test_set_replaces_add_appends_delete_and_clear_remove() -> None:
    plan = Plan()
    plan.add(Entry(1))
    plan.set(Entry(2))
    plan.add(Entry(3))
    assert [(entry.id, entry.type, entry.volatile) for entry in plan.entries] == [
        (0, 2, True),
        (1, 3, False),
    ]
    assert plan.delete(0)
    assert not plan.delete(0)
    assert plan.add(Entry(4)).id == 2
    plan.clear()
    assert plan.entries == ()
    assert plan.active(NOW) is None
    assert plan.add(Entry(5)).id == 0


def test_a_cloud_schedule_is_numbered_from_one_and_a_local_command_makes_it_local() -> None:
    plan = Plan()
    plan.replace([Entry(1), Entry(2)], UUID)
    version = plan.version
    assert (plan.schedule_id, [entry.id for entry in plan.entries]) == (UUID, [1, 2])
    plan.reboot()
    assert plan.version == version
    assert plan.add(Entry(3)).id == 3
    assert plan.schedule_id == MANUAL_SCHEDULE
    assert plan.version > version


def test_a_reboot_loses_set_entries_keeps_added_ones_and_restarts_the_uptime() -> None:
    world = World()
    world.follow(1, setpoint=2000)
    world.plan.add(Entry(2, NOW + 3600, None))
    world.run(10.25)
    stored_wh = world.units[0].stored_wh
    assert world.uptime_ms > 86_400_000
    world.reboot()
    assert [entry.type for entry in world.plan.entries] == [2]
    assert (world.uptime_ms, world.units[0].stored_wh) == (0, stored_wh)
    world.run(1.5)
    assert world.uptime_ms == 1500
    assert world.battery_w == pytest.approx(-7)


def test_the_same_seed_and_calls_give_the_same_world() -> None:
    states = []
    for seed in (1, 1, 2):
        world = World(seed=seed, units=2)
        world.follow(5, setpoint=0)
        world.run(1234)
        states.append(state_of(world))
    assert states[0] == states[1]
    assert states[0] != states[2]


@settings(max_examples=15)
@given(st.lists(st.floats(0.001, 150), max_size=6))
def test_how_often_the_world_is_advanced_changes_nothing(pieces: list[float]) -> None:
    split, whole = World(units=2), World(units=2)
    for world in (split, whole):
        world.plan.add(Entry(8, NOW + 7, NOW + 200, 20, 80))
        world.plan.add(Entry(6, NOW + 200, None, options={"fcr_n_power": 2000}))
    for piece in pieces:
        split.run(piece)
    whole.run(split.clock.now() - whole.clock.now())
    assert state_of(split) == state_of(whole)


def test_a_clock_that_stands_still_or_goes_back_changes_nothing() -> None:
    world = World()
    world.run(100)
    before = state_of(world)
    world.advance()
    world.advance(NOW + 50)
    world.run(0.5)
    assert state_of(world) | {"uptime_ms": 0} == before | {"uptime_ms": 0}


@given(st.integers(1, 10**10))
def test_a_gap_of_any_length_costs_a_bounded_number_of_steps(gap_s: int) -> None:
    step_s = step_for(gap_s)
    assert step_s >= 1
    assert gap_s / step_s <= (MAX_STEPS if step_s > 1 else FINE_GAP_S)


def test_coarse_steps_end_where_fine_steps_do() -> None:
    fine, coarse = World(seed=4), World(seed=4)
    for world in (fine, coarse):
        world.charge_to(0.3)
        world.plan.add(Entry(1, NOW + 100, NOW + 4000, options={"setpoint": 2000}))
        world.plan.add(Entry(5, NOW + 4000, None, 10, 95, {"setpoint": 500}))
    for _ in range(8):
        fine.run(900)
    coarse.run(8 * 900)
    assert coarse.units[0].state_of_charge == pytest.approx(fine.units[0].state_of_charge, abs=0.02)
    assert coarse.meter.consumed_wh == pytest.approx(fine.meter.consumed_wh, rel=0.001)


def test_the_present_is_detailed_after_a_long_gap() -> None:
    world = World()
    world.follow(2, setpoint=100)
    world.run(5 * 86_400)
    house = House(1)
    house.move_to(world.time_s - 1)
    assert world.house.consumption_w == house.consumption_w
    assert world.house.frequency_hz == house.frequency_hz


def test_years_are_simulated_quickly_and_stay_in_bounds() -> None:
    world = World()
    world.follow(8)
    world.run(10 * 365 * 86_400)
    unit = world.units[0]
    assert 0 <= unit.state_of_charge <= 1
    assert world.time_s == int(world.clock.now())
    assert 0.5 < unit.blades[0].state_of_health < 1
