"""The cost of simulated time: a day in steps of a second, long gaps, an idle fleet, a long plan."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.device.parameters import ParameterStore
from homevolt.simulator.world.clock import ManualClock
from homevolt.simulator.world.ems.plan import Entry, Plan
from homevolt.simulator.world.installation import MAX_STEPS, Installation

if TYPE_CHECKING:
    from homevolt.simulator.world.ems.plan import OptionValue

DAY_S = 86_400
DAY_MAY_COST_S = 5.0
GAP_MAY_COST_S = 0.5
INSTALLATION_MAY_WEIGH_KIB = 64
FLEET = 200
HOUR_MAY_COST_S = 0.03
ENTRIES = 3000
PLAN_MAY_COST_S = 0.2

MODES: dict[int, dict[str, OptionValue]] = {
    0: {},
    1: {"setpoint": 1000, "charge_ramp_up": 1000, "import_energy_limit": 20_000},
    5: {"setpoint": 0, "import_limit": 8000, "export_limit": 8000},
    6: {"fcr_n_power": 3000, "fcr_d_up_power": 1000, "ffr_power": 1000},
    8: {},
}


def world(mode: int, clock: ManualClock) -> Installation:
    """Return one unit with every parameter of the device that follows one entry."""
    parameters: dict[str, object] = {}
    ParameterStore(parameters)
    installation = Installation(clock=clock, parameters=parameters)
    installation.plan.set(Entry(mode, from_time=int(clock.now()), options=MODES[mode]))
    return installation


def bare_day() -> float:
    """Return the CPU seconds of the floor: only the bookkeeping of a day, second by second."""
    began = time.process_time()
    stored_wh, imported_wh, exported_wh, lost_wh = 6000.0, 0.0, 0.0, 0.0
    for second in range(DAY_S):
        battery_w = -1000.0 if second % 7200 < 3600 else 900.0
        grid_w = 1200.0 - battery_w
        change_wh = -battery_w * (0.95 if battery_w < 0.0 else 1.0 / 0.95) / 3600
        stored_wh += change_wh
        lost_wh -= battery_w / 3600 + change_wh
        if grid_w > 0.0:
            imported_wh += grid_w / 3600
        else:
            exported_wh -= grid_w / 3600
    assert stored_wh + lost_wh + imported_wh + exported_wh > 0
    return time.process_time() - began


@pytest.mark.parametrize("mode", MODES)
def test_a_day_in_steps_of_a_second_costs_less_than_five_seconds(mode: int) -> None:
    clock = ManualClock()
    installation = world(mode, clock)
    floor_s = min(bare_day() for _ in range(3))
    began = time.process_time()
    for _ in range(DAY_S // 60):
        clock.advance(60)
        installation.advance(step_s=1)
    cost_s = time.process_time() - began
    print(
        f"\nmode {mode}: a day of {DAY_S} steps takes {cost_s:.2f} s of CPU, "
        f"{cost_s / DAY_S * 1e6:.1f} us a step; bare bookkeeping {floor_s:.2f} s"
    )
    assert cost_s < DAY_MAY_COST_S


def test_a_gap_of_weeks_is_simulated_at_once() -> None:
    clock = ManualClock()
    installation = world(5, clock)
    began = time.process_time()
    clock.advance(30 * DAY_S)
    installation.advance()
    cost_s = time.process_time() - began
    print(f"\n30 days in at most {MAX_STEPS} steps: {cost_s * 1e3:.0f} ms")
    assert cost_s < GAP_MAY_COST_S


def test_an_idle_fleet_is_small() -> None:
    tracemalloc.start()
    fleet = [Installation(seed=seed, clock=ManualClock()) for seed in range(FLEET)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kib = size / len(fleet) / 1024
    print(f"\n{len(fleet)} installations: {kib:.1f} KiB each")
    assert kib < INSTALLATION_MAY_WEIGH_KIB


def test_an_hour_between_two_reads_of_a_device_is_simulated_quickly() -> None:
    # With --speed 3600 that is a second; a fleet of 50 has to do it for each of them.
    simulators = [Simulator(seed=seed, clock=ManualClock()) for seed in range(10)]
    began = time.process_time()
    for simulator in simulators:
        simulator.advance(3600)
    cost_s = (time.process_time() - began) / len(simulators)
    print(f"\nan hour of one device with its cloud and history: {cost_s * 1e3:.1f} ms")
    assert cost_s < HOUR_MAY_COST_S


def test_a_long_plan_is_written_entry_by_entry_without_a_quadratic_step() -> None:
    plan = Plan()
    began = time.process_time()
    for number in range(ENTRIES):
        plan.add(Entry(1, from_time=900 * number, to_time=900 * (number + 1)))
    cost_s = time.process_time() - began
    print(f"\n{ENTRIES} entries added one by one: {cost_s * 1e3:.0f} ms")
    assert len(plan.entries) == ENTRIES
    assert cost_s < PLAN_MAY_COST_S
