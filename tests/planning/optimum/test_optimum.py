from __future__ import annotations

import math
import sys
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from homevolt.exceptions import HomevoltError, HomevoltValueError
from homevolt.planning.optimum.optimum import find_optimum, flows_of, value_before, without_battery
from homevolt.planning.optimum.problem import EndValue, PeakFee, PeakInterval
from homevolt.planning.optimum.solver import solve
from tests.planning.problems import cost_with_penalties, problems, small

if TYPE_CHECKING:
    from homevolt.planning.optimum.optimum import Flows
    from homevolt.planning.optimum.problem import Problem

_ROUNDING_KWH = 1e-9


@pytest.mark.unmeasured
@settings(max_examples=1000)
@given(problems())
def test_the_programme_and_the_solver_agree(problem: Problem) -> None:
    ours = cost_with_penalties(problem, find_optimum(problem))
    # On a busy machine the clock on the wall may end the search before the optimum is found.
    theirs = solve(problem, time_limit_s=math.inf).objective
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_the_time_of_the_solver_is_limited_unless_it_is_told_to_prove() -> None:
    problem = small(import_price=(-1.0,) * 4, export_price=(-1.0,) * 4, load_kw=(1.0,) * 4)
    with pytest.raises(HomevoltError, match="HiGHS found no plan: Time limit reached"):
        solve(problem, time_limit_s=0.0)
    proven = solve(problem, time_limit_s=math.inf).objective
    assert proven == pytest.approx(find_optimum(problem).total_cost)


@pytest.mark.unmeasured
@settings(max_examples=100)
@given(problems(with_peaks=True))
def test_the_cost_of_peaks_is_that_of_their_flows(problem: Problem) -> None:
    solution = solve(problem)
    flows = flows_of(problem, solution.stored_kwh)
    assert cost_with_penalties(problem, flows) == pytest.approx(
        solution.objective, rel=1e-6, abs=1e-6
    )


@pytest.mark.unmeasured
@given(problems())
def test_no_hard_limit_is_broken(problem: Problem) -> None:
    _check_hard_limits(problem, find_optimum(problem))


@pytest.mark.unmeasured
@given(problems(with_peaks=True))
def test_no_hard_limit_is_broken_by_fees_on_peaks(problem: Problem) -> None:
    _check_hard_limits(problem, find_optimum(problem))


@given(problems())
def test_idling_and_self_consumption_are_never_cheaper(problem: Problem) -> None:
    best = cost_with_penalties(problem, find_optimum(problem))
    first = problem.first_kwh
    idle = flows_of(problem, (first,) * (len(problem.hours) + 1))
    assert best <= cost_with_penalties(problem, idle) + 1e-6


def test_rounding_at_huge_prices_does_not_multiply_the_corners_of_a_curve() -> None:
    count = 12
    random = Random(1)  # noqa: S311 - a test draws the same each time

    def prices() -> tuple[float, ...]:
        return tuple(random.choice([1e6, -1e6, 5e8]) for _ in range(count))

    problem = small(
        hours=(0.25,) * count,
        import_price=prices(),
        export_price=prices(),
        load_kw=tuple(random.uniform(0.0, 4.0) for _ in range(count)),
        solar_kw=(0.0,) * count,
    )
    value = value_before(problem)
    assert (
        0 < len(value.curve or value.pieces or ()) < 100
    )  # they were thousands, and gigabytes for a day


def test_energy_is_bought_cheap_and_used_when_it_is_dear() -> None:
    flows = find_optimum(small())
    # Of the 4.5 kWh stored, 3 / 0.9 serve the dear hour and the rest the earliest of the others,
    # which cost 2, more than 1 / 0.81; to feed in earns only 1.2.
    assert flows.battery_kwh == pytest.approx((5.0, -1.0, -0.05, -3.0))
    assert flows.energy_cost == pytest.approx(6.0 + 0.95 * 2.0)
    assert without_battery(small()) == pytest.approx(1.0 + 2.0 + 2.0 + 12.0)


def test_energy_is_not_burnt_where_the_price_is_negative() -> None:
    problem = small(
        import_price=(-1.0,) * 4,
        export_price=(-1.0,) * 4,
        start_kwh=10.0,
        load_kw=(1.0,) * 4,
    )
    flows = find_optimum(problem)
    assert cost_with_penalties(problem, flows) == pytest.approx(solve(problem).objective)
    for change, at_terminals in zip(_changes(flows), flows.battery_kwh, strict=True):
        efficiency = 0.9 if change > 0 else 1 / 0.9
        assert change == pytest.approx(at_terminals * efficiency)


def test_export_that_earns_more_than_import_costs_is_used() -> None:
    problem = small(export_price=(3.0,) * 4, start_kwh=10.0)
    flows = find_optimum(problem)
    assert cost_with_penalties(problem, flows) == pytest.approx(solve(problem).objective)
    assert min(flows.meter_kwh) < 0.0


def test_without_a_value_at_the_end_the_battery_ends_empty() -> None:
    flat = {"import_price": (2.0,) * 4, "export_price": (1.0,) * 4, "start_kwh": 8.0}
    emptied = find_optimum(small(**flat))
    kept = find_optimum(small(**flat, end_values=(EndValue(10.0, 3.0),)))
    assert emptied.stored_kwh[-1] == pytest.approx(0.0)
    assert kept.stored_kwh[-1] > 8.0


def test_only_as_much_is_kept_as_has_a_value() -> None:
    flat = {"import_price": (2.0,) * 4, "export_price": (1.0,) * 4, "start_kwh": 8.0}
    flows = find_optimum(small(**flat, end_values=(EndValue(3.0, 3.0), EndValue(7.0, 0.1))))
    assert flows.stored_kwh[-1] == pytest.approx(3.0)


def test_a_start_below_the_lower_limit_is_charged_first_and_said() -> None:
    battery = replace(small().battery, min_soc=0.3)
    flows = find_optimum(small(battery=battery, start_kwh=1.0))
    assert flows.stored_kwh[1] >= 3.0 - _ROUNDING_KWH
    assert len(flows.notes) == 1
    assert "less than the lower limit of 3.00 kWh: it is charged to that first" in flows.notes[0]


def test_a_start_above_the_upper_limit_is_discharged_first_and_said() -> None:
    battery = replace(small().battery, max_soc=0.8)
    flows = find_optimum(small(battery=battery, start_kwh=10.0))
    assert flows.stored_kwh[1] <= 8.0 + _ROUNDING_KWH
    assert "it is discharged to that first" in flows.notes[0]


@pytest.mark.parametrize("start_kwh", [-3.0, 30.0])
def test_a_start_that_cannot_be_is_taken_as_the_nearest_that_can(start_kwh: float) -> None:
    flows = find_optimum(small(start_kwh=start_kwh))
    assert flows.stored_kwh[0] == min(max(start_kwh, 0.0), 10.0)
    assert flows.notes[0].startswith(f"The battery cannot store {start_kwh:.2f} kWh")


def test_a_house_above_the_fuse_gets_what_the_battery_has() -> None:
    flows = find_optimum(small(load_kw=(1.0, 1.0, 9.0, 1.0), fuse_kw=4.0))
    # The fuse lets 3 kWh into the battery in each of the first two hours.
    assert flows.meter_kwh[2] == pytest.approx(9.0 - 6.0 * 0.81)
    assert "the forecast is above it in 1 slots, by 0.14 kW at most" in flows.notes[0]


def test_without_a_slot_nothing_is_done_and_that_is_said() -> None:
    empty = dict.fromkeys(("hours", "import_price", "export_price", "load_kw", "solar_kw"), ())
    flows = find_optimum(small(**empty, start_kwh=4.0))
    assert flows.stored_kwh == (4.0,)
    assert flows.total_cost == 0.0
    assert flows.notes == ("There is no slot to plan: no prices are known for the time ahead.",)


def test_a_fee_on_peaks_lowers_the_largest_hour() -> None:
    fee = PeakFee(50.0, 1, tuple(PeakInterval((n,), 1.0, 1.0, 0) for n in range(4)))
    flows = find_optimum(small(peak_fees=(fee,), start_kwh=2.0))
    # 6 kWh of load, 2 * 0.9 from the start: charging costs more than it lowers.
    free = find_optimum(small(start_kwh=2.0))
    assert max(flows.meter_kwh) < max(free.meter_kwh)
    assert flows.peak_cost == pytest.approx(50.0 * max(flows.meter_kwh))
    assert flows.total_cost < flows_of(small(peak_fees=(fee,)), free.stored_kwh).total_cost


def test_a_fee_in_steps_keeps_the_mean_below_a_step_and_no_lower() -> None:
    intervals = tuple(PeakInterval((n,), 1.0, 1.0, 0) for n in range(4))
    fee = PeakFee(0.0, 1, intervals, ((0.0, 100.0), (2.0, 200.0), (5.0, 400.0)))
    flows = find_optimum(small(peak_fees=(fee,), start_kwh=2.0))
    assert 1.9 < max(flows.meter_kwh) < 2.0
    assert flows.peak_cost == 0.0  # the first step is paid in any case
    free = find_optimum(small(start_kwh=2.0))
    assert max(free.meter_kwh) > 2.0
    assert flows.energy_cost >= free.energy_cost


def test_a_step_that_was_reached_this_month_is_free() -> None:
    made = PeakInterval((), 1.0, 1.0, 1, certain_kw=8.0)
    intervals = tuple(PeakInterval((n,), 1.0, 1.0, 0) for n in range(4))
    fee = PeakFee(0.0, 1, (made, *intervals), ((0.0, 100.0), (2.0, 200.0), (5.0, 400.0)))
    flows = find_optimum(small(peak_fees=(fee,)))
    assert flows.peak_cost == 0.0
    assert flows.energy_cost == pytest.approx(find_optimum(small()).energy_cost)


def test_peaks_below_those_made_already_are_free() -> None:
    made = PeakInterval((), 1.0, 1.0, 0, certain_kw=8.0)
    fee = PeakFee(50.0, 1, (made, *(PeakInterval((n,), 1.0, 1.0, 0) for n in range(4))))
    flows = find_optimum(small(peak_fees=(fee,)))
    assert flows.peak_cost == 0.0
    assert flows.energy_cost == pytest.approx(find_optimum(small()).energy_cost)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"load_kw": (1.0,)}, "load_kw has 1 values for 4 slots"),
        ({"solar_kw": (0.0, math.nan, 0.0, 0.0)}, "solar_kw of slot 1 is nan, no number"),
        ({"hours": (1.0, 0.0, 1.0, 1.0)}, "A slot is longer than 0 hours"),
        ({"start_kwh": math.inf}, "start_kwh must be a number, not inf"),
        ({"end_values": (EndValue(1.0, 1.0), EndValue(1.0, 2.0))}, "must fall, not rise"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(changes: dict[str, object], message: str) -> None:
    with pytest.raises(HomevoltValueError, match=message) as raised:
        small(**changes)
    assert "\n" not in str(raised.value)


def _changes(flows: Flows) -> list[float]:
    stored = flows.stored_kwh
    return [after - before for before, after in pairwise(stored)]


def _check_hard_limits(problem: Problem, flows: Flows) -> None:
    storage, stored = problem.storage, flows.stored_kwh
    for slot, change in enumerate(_changes(flows)):
        hours = problem.hours[slot]
        assert change <= storage.charge_kw * hours * storage.charge_efficiency + 1e-7
        assert -change <= storage.discharge_kw * hours / storage.discharge_efficiency + 1e-7
        # From a start outside the limits, the fuse may keep it there for longer.
        assert stored[slot + 1] >= min(storage.min_kwh, problem.first_kwh) - 1e-7
        assert stored[slot + 1] <= max(storage.max_kwh, problem.first_kwh) + 1e-7


def test_without_the_solver_a_fee_on_peaks_is_one_line_that_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "homevolt.planning.optimum.solver", None)
    fee = PeakFee(50.0, 1, (PeakInterval((0,), 1.0, 1.0, 0),))
    with pytest.raises(HomevoltError, match=r"needs the extra `planner`") as raised:
        find_optimum(small(peak_fees=(fee,)))
    assert "\n" not in str(raised.value)
    assert find_optimum(small()).total_cost > 0.0
