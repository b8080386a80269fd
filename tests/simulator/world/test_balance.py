"""Energy is conserved in every mode over a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Entry
from tests.simulator.world.worlds import SUMMER_NOON, World

if TYPE_CHECKING:
    from homevolt.simulator.world.ems.plan import OptionValue

WEEK_S = 7 * 86_400
STEP_S = 300

CHARGING = {1, 3, 7}

MODES: dict[int, dict[str, OptionValue]] = {
    0: {},
    1: {"setpoint": 3000},
    2: {"setpoint": 2500},
    3: {"setpoint": 4000},
    4: {"setpoint": 3000},
    5: {"setpoint": 0},
    6: {"fcr_n_power": 3000, "fcr_d_up_power": 2000, "fcr_d_down_power": 2000, "ffr_power": 1000},
    7: {},
    8: {},
    9: {},
}


def counters(world: World) -> list[float]:
    meter = world.meter
    values = [meter.imported_wh, meter.exported_wh, meter.produced_wh, meter.consumed_wh]
    for unit in world.units:
        values += [unit.energy_produced_wh, unit.energy_consumed_wh]
        values += [unit.imported_wh, unit.exported_wh, float(unit.blades[0].cycle_count)]
    return values


def assert_balanced(world: World, before: list[float], stored_wh: float, power_wh: float) -> None:
    """Compare the energy charged, discharged and lost with the change of the stored energy."""
    now = counters(world)
    produced_wh = sum(now[4::5]) - sum(before[4::5])
    consumed_wh = sum(now[5::5]) - sum(before[5::5])
    lost_wh = sum(unit.lost_wh for unit in world.units)
    change_wh = sum(unit.stored_wh for unit in world.units) - stored_wh
    turned_over_wh = max(produced_wh + consumed_wh, 1.0)
    assert produced_wh - consumed_wh == pytest.approx(power_wh, rel=1e-6, abs=0.01)
    assert consumed_wh - produced_wh - lost_wh == pytest.approx(
        change_wh, abs=0.001 * turned_over_wh
    )
    bought_wh, sold_wh, made_wh, used_wh = (now[n] - before[n] for n in range(4))
    assert power_wh + bought_wh - sold_wh + made_wh == pytest.approx(used_wh, rel=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_a_week_balances_at_every_step_and_in_sum(mode: int) -> None:
    world = World(seed=3, start=SUMMER_NOON)
    for day in range(7):
        start = int(SUMMER_NOON) + day * 86_400
        # Half a day in the mode, then back to about half full, so that the mode is active daily.
        world.plan.add(Entry(mode, start, start + 43_200, options=MODES[mode]))
        turn = 2 if mode in CHARGING else 1
        world.plan.add(Entry(turn, start + 43_200, start + 64_800, 40, 60))
    before, stored_wh, power_wh = counters(world), world.units[0].stored_wh, 0.0
    last = before
    for _ in world.steps(WEEK_S // STEP_S, STEP_S):
        house = world.house
        assert world.battery_w + world.grid_w + house.solar_w == pytest.approx(
            house.consumption_w, abs=1e-6
        )
        assert 0.0 <= world.units[0].stored_wh <= world.units[0].usable_wh + 1e-6
        now = counters(world)
        assert all(new >= old for new, old in zip(now, last, strict=True))
        power_wh += world.battery_w * STEP_S / 3600
        last = now
    assert_balanced(world, before, stored_wh, power_wh)


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_week_in_one_mode_balances(mode: int) -> None:
    world = World(seed=5, start=SUMMER_NOON, units=2)
    world.plan.set(Entry(mode, options=MODES[mode]))
    before = counters(world)
    stored_wh = sum(unit.stored_wh for unit in world.units)
    power_wh = 0.0
    for _ in world.steps(WEEK_S // STEP_S, STEP_S):
        power_wh += world.battery_w * STEP_S / 3600
    assert_balanced(world, before, stored_wh, power_wh)


def test_losses_are_those_of_conversion_and_standby() -> None:
    world = World()
    for mode in (1, 2):
        world.follow(mode, setpoint=4000)
        world.run(1800)
    unit = world.units[0]
    conversion_wh = sum(
        blade.charged_wh * (1 - 0.95) + blade.discharged_wh * (1 / 0.95 - 1)
        for blade in unit.blades
    )
    standby_wh = unit.standby_w + sum(blade.standby_w for blade in unit.blades)
    assert unit.lost_wh == pytest.approx(conversion_wh + standby_wh)


def test_a_cluster_balances_while_a_peer_drops_out_and_returns() -> None:
    world = World(units=3, start=SUMMER_NOON)
    world.follow(5, setpoint=0)
    before, power_wh = counters(world), 0.0
    stored_wh = sum(unit.stored_wh for unit in world.units)
    for step in world.steps(576, STEP_S):
        world.units[1].online = not 100 < step < 200
        assert world.battery_w + world.grid_w + world.house.solar_w == pytest.approx(
            world.house.consumption_w, abs=1e-6
        )
        power_wh += world.battery_w * STEP_S / 3600
    assert_balanced(world, before, stored_wh, power_wh)


def test_a_round_trip_gives_back_less_than_nine_tenths() -> None:
    world = World()
    world.charge_to(0.2)
    unit = world.units[0]
    taken_wh, given_wh = unit.energy_consumed_wh, unit.energy_produced_wh
    world.follow(1, setpoint=3000, max_soc=80)
    world.run(5 * 3600)
    world.follow(2, setpoint=3000, min_soc=20)
    world.run(5 * 3600)
    taken_wh, given_wh = unit.energy_consumed_wh - taken_wh, unit.energy_produced_wh - given_wh
    assert unit.state_of_charge == pytest.approx(0.2, abs=0.002)
    assert 0.87 < given_wh / taken_wh < 0.91
