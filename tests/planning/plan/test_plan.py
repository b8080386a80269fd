from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.optimum import solver
from homevolt.planning.optimum.problem import EndValue, PeakFee, PeakInterval
from homevolt.planning.plan.actions import Action
from homevolt.planning.plan.device_modes import ALL_MODES
from homevolt.planning.plan.explain import explain, sentence
from homevolt.planning.plan.plan import LONGEST, Plan, make_plan
from homevolt.planning.plan.rewrites import MOST_PER_DAY, decide
from homevolt.schedule.entry import BatteryMode
from tests.planning.problems import problems, small, two_days

if TYPE_CHECKING:
    from homevolt.planning.optimum.problem import Problem

START = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)
POWERED = {Action.CHARGE, Action.DISCHARGE}
HARMLESS = {BatteryMode.GRID_CHARGE_DISCHARGE, BatteryMode.SOLAR_CHARGE_DISCHARGE}


@pytest.mark.unmeasured
@given(problems(), st.sampled_from([0.0, 0.05, 1.0]))
def test_every_plan_can_be_written_ends_and_ends_in_self_consumption(
    problem: Problem, change_cost: float
) -> None:
    plan = make_plan(problem, START, change_cost=change_cost)
    assert plan.entries[0].start == START
    assert all(each.end == after.start for each, after in pairwise(plan.entries))
    assert all(each.entry.to_time == each.end for each in plan.entries)
    assert plan.entries[-1].setting.action is Action.SELF_CONSUMPTION
    assert plan.entries[-1].entry.mode in HARMLESS
    assert plan.entries[-1].end == START + LONGEST


@pytest.mark.parametrize("seed", [3, 7])
def test_no_entry_charges_or_discharges_at_0_w(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test draws the same each time
    problem = two_days(sun_kw=6.0)
    count = len(problem.hours)
    problem = replace(
        problem,
        import_price=tuple(random.uniform(-0.2, 3.0) for _ in range(count)),
        export_price=tuple(random.uniform(-0.5, 2.0) for _ in range(count)),
        load_kw=tuple(random.uniform(0.0, 4.0) for _ in range(count)),
        fuse_kw=13.8,
        battery=replace(problem.battery, max_discharge_w=0.0, min_soc=0.1),
        start_kwh=0.0,
    )
    plan = make_plan(problem, START)
    told = [each for each in plan.entries if each.setting.action in POWERED]
    assert told
    assert all((each.entry.setpoint or 0) > 0 for each in told)


@pytest.mark.parametrize(("low", "high"), [(0.205, 0.955), (0.2, 0.95), (0.29, 0.58)])
def test_an_entry_never_goes_beyond_the_limits_of_the_owner(low: float, high: float) -> None:
    battery = replace(two_days().battery, min_soc=low, max_soc=high, reserve=0.0)
    plan = make_plan(replace(two_days(sun_kw=6.0), battery=battery), START)
    lows = [each.entry.min_soc for each in plan.entries if each.entry.min_soc is not None]
    highs = [each.entry.max_soc for each in plan.entries if each.entry.max_soc is not None]
    assert min(lows) == (21 if low == 0.205 else round(low * 100))
    assert max(highs) == (95 if high == 0.955 else round(high * 100))


@pytest.mark.unmeasured
@given(problems())
def test_a_plan_is_never_cheaper_than_the_optimum_says_is_possible(problem: Problem) -> None:
    plan = make_plan(problem, START)
    if not plan.notes:  # a plan may break the soft limits, which the optimum pays for
        assert plan.cost >= plan.best_cost - 1e-6


@pytest.mark.parametrize("sun_kw", [0.0, 6.0])
def test_few_entries_come_near_to_the_optimum(sun_kw: float) -> None:
    plan = make_plan(two_days(sun_kw=sun_kw), START)
    saved, best = (
        plan.cost_without_battery - plan.cost,
        (plan.cost_without_battery - plan.best_cost),
    )
    assert len(plan.entries) <= 14
    assert saved >= 0.98 * best
    assert plan.cost < plan.cost_of_self_consumption


def test_a_longer_horizon_is_cut_after_36_hours() -> None:
    day = two_days()
    long = small(
        hours=day.hours * 2,
        import_price=day.import_price * 2,
        export_price=day.export_price * 2,
        load_kw=day.load_kw * 2,
        solar_kw=day.solar_kw * 2,
    )
    plan = make_plan(long, START)
    assert plan.entries[-1].end - START == timedelta(hours=36)
    assert plan.entries[-1].end - plan.entries[-1].start >= timedelta(hours=1)


def test_without_prices_the_plan_is_self_consumption() -> None:
    empty = dict.fromkeys(("hours", "import_price", "export_price", "load_kw", "solar_kw"), ())
    plan = make_plan(small(**empty), START)
    assert [each.setting.action for each in plan.entries] == [Action.SELF_CONSUMPTION]
    assert plan.notes == ("There is no slot to plan: no prices are known for the time ahead.",)


def test_a_surplus_is_not_guessed_but_left_to_the_meter() -> None:
    plan = make_plan(two_days(sun_kw=6.0, spread=0.0, start_kwh=0.0), START)
    assert {each.entry.mode for each in plan.entries} <= {
        *HARMLESS,
        BatteryMode.SOLAR_CHARGE,
        BatteryMode.IDLE,
    }


@pytest.mark.parametrize(
    ("missing", "instead"),
    [
        (BatteryMode.GRID_CHARGE_DISCHARGE, BatteryMode.SOLAR_CHARGE_DISCHARGE),
        (BatteryMode.INVERTER_CHARGE, BatteryMode.GRID_CHARGE),
    ],
)
def test_a_mode_that_the_firmware_has_not_kept_is_not_used(
    missing: BatteryMode, instead: BatteryMode
) -> None:
    used = {each.entry.mode for each in make_plan(two_days(), START).entries}
    other = make_plan(two_days(), START, confirmed=ALL_MODES - {missing})
    assert missing in used
    assert instead in {each.entry.mode for each in other.entries}
    assert missing not in {each.entry.mode for each in other.entries}


def test_where_no_mode_charges_the_plan_says_so_and_its_cost_is_that_of_what_is_left() -> None:
    plan = make_plan(two_days(), START, confirmed={BatteryMode.GRID_CHARGE_DISCHARGE})
    assert {each.entry.mode for each in plan.entries} <= {
        BatteryMode.GRID_CHARGE_DISCHARGE,
        BatteryMode.IDLE,
    }
    assert any("has not confirmed a mode for charge" in note for note in plan.notes)
    assert plan.cost > make_plan(two_days(), START).cost


def test_without_a_mode_that_holds_the_meter_at_zero_there_is_no_plan() -> None:
    with pytest.raises(HomevoltValueError, match="has not confirmed a mode that holds the meter"):
        make_plan(two_days(), START, confirmed={BatteryMode.INVERTER_CHARGE})


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(HomevoltValueError, match="time zone"):
        make_plan(two_days(), datetime(2026, 11, 26))  # noqa: DTZ001 - naive on purpose


def test_the_reserve_and_the_fuse_are_in_every_entry_that_could_break_them() -> None:
    problem = two_days(start_kwh=8.0)
    battery = replace(problem.battery, min_soc=0.1, reserve=0.05, max_soc=0.9)
    plan = make_plan(replace(problem, battery=battery, fuse_kw=4.0), START)
    modes = {each.entry.mode for each in plan.entries}
    assert BatteryMode.INVERTER_CHARGE in modes
    for each in plan.entries:
        if each.setting.action in (Action.SELF_CONSUMPTION, Action.DISCHARGE):
            assert (each.entry.min_soc or 0) >= 15
        if each.setting.action is Action.CHARGE:
            assert (each.entry.max_soc or 100) <= 90
            assert each.entry.import_limit == 4000


def test_each_entry_is_explained_in_one_sentence() -> None:
    plan = make_plan(two_days(), START)
    explained = explain(plan)
    charge = next(each for each in explained if each.entry.setting.action is Action.CHARGE)
    text = sentence(charge, "SEK", UTC)
    assert text.startswith(f"Charge {charge.charged_kwh:.1f} kWh from ")
    assert f" SEK: worth {charge.used_value:.2f} SEK at " in text
    assert charge.gain > 0.0
    assert charge.used_value > charge.charged_kwh * (charge.price or 0.0)
    assert all(sentence(each, "SEK", UTC).count(".") for each in explained)
    assert all(each.lost_kwh >= -1e-9 for each in explained)


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_plan_whose_optimum_is_not_proven_says_so(
    monkeypatch: pytest.MonkeyPatch, is_proven: bool
) -> None:
    def in_time(problem: Problem) -> solver.Solution:
        return solve(problem)._replace(is_proven=is_proven)

    solve = solver.solve
    monkeypatch.setattr(solver, "solve", in_time)
    fee = PeakFee(50.0, 1, tuple(PeakInterval((n,), 1.0, 1.0, 0) for n in range(4)))
    plan = make_plan(small(peak_fees=(fee,)), START)
    assert any("ran out of time" in note for note in plan.notes) is not is_proven


def test_an_entry_that_keeps_energy_says_down_to_which_state_of_charge() -> None:
    flat = {"import_price": (1.0,) * 4, "export_price": (0.5,) * 4}
    plan = make_plan(small(start_kwh=5.0, end_values=(EndValue(10.0, 1.0),), **flat), START)
    (entry,) = explain(plan)
    share = plan.problem.start_kwh / plan.problem.storage.capacity_kwh
    assert f", down to {share * 100:.0f} %: worth " in sentence(entry, "SEK", UTC)


def test_the_energy_of_all_entries_is_that_of_the_plan() -> None:
    plan = make_plan(two_days(sun_kw=4.0), START)
    charged = sum(each.charged_kwh for each in explain(plan))
    assert charged == pytest.approx(sum(max(0.0, kwh) for kwh in plan.flows.battery_kwh))


def _later(plan: Plan, hours: float, **changes: float) -> Plan:
    problem = two_days(**changes)
    return make_plan(problem, plan.start + timedelta(hours=hours))


def test_a_plan_replaces_none_and_one_that_no_longer_stands() -> None:
    plan = make_plan(two_days(), START)
    assert decide(plan, None).writes
    assert decide(plan, plan, old_stands=False).writes
    assert decide(_later(plan, 35.5), plan).reason == "The plan on the device ends soon."


def test_a_plan_that_is_as_good_is_not_replaced() -> None:
    plan = make_plan(two_days(), START)
    decision = decide(make_plan(two_days(), START, change_cost=0.01), plan)
    assert not decision.writes
    assert decision.rewrites == ()


def test_a_plan_is_replaced_where_the_new_one_is_worth_more() -> None:
    plan = make_plan(two_days(), START)
    other = make_plan(two_days(spread=-0.5), START)
    assert decide(other, plan).writes
    assert "is worth" in decide(other, plan).reason


def test_at_most_twelve_plans_are_written_within_a_day() -> None:
    plan = make_plan(two_days(), START)
    earlier = tuple(START - timedelta(hours=n) for n in range(MOST_PER_DAY, 0, -1))
    decision = decide(plan, None, rewrites=earlier)
    assert not decision.writes
    assert "12 plans were written within a day" in decision.reason
    a_day_old = (START - timedelta(hours=24), *earlier[1:])
    assert decide(plan, None, rewrites=a_day_old).writes


@pytest.mark.unmeasured
@given(problems())
def test_the_cost_of_a_plan_is_what_its_slots_cost(problem: Problem) -> None:
    plan = make_plan(problem, START)
    storage, flows, cost = problem.storage, plan.flows, 0.0
    for slot, (meter, battery) in enumerate(zip(flows.meter_kwh, flows.battery_kwh, strict=True)):
        house = problem.load_kw[slot] - problem.solar_kw[slot] + storage.standby_kw
        assert meter == pytest.approx(house * problem.hours[slot] + battery)
        change = flows.stored_kwh[slot + 1] - flows.stored_kwh[slot]
        assert change == pytest.approx(
            battery * storage.charge_efficiency
            if battery > 0
            else battery / storage.discharge_efficiency
        )
        cost += meter * (problem.import_price if meter > 0 else problem.export_price)[slot]
        cost += max(0.0, -battery) * storage.wear_per_kwh
    assert plan.cost == pytest.approx(cost - flows.end_value + flows.peak_cost)


def test_a_plan_that_goes_beyond_the_fuse_says_so_where_the_optimum_does_not() -> None:
    battery = replace(
        small().battery,
        capacity_wh=1000.0,
        max_charge_w=500.0,
        max_discharge_w=0.0,
        charge_efficiency=0.3,
        discharge_efficiency=0.3,
        max_soc=0.01,
    )
    problem = small(
        hours=(0.25,) * 2,
        import_price=(0.0, 0.1),
        export_price=(0.0, 0.1),
        load_kw=(0.0,) * 2,
        solar_kw=(0.0, 3.1),
        battery=battery,
        fuse_kw=3.0,
    )
    plan = make_plan(problem, START)
    assert any("The grid connection carries 3 kW" in note for note in plan.notes)
