"""The cost of planning: two days of quarters beside HiGHS's MILP, and a year of plans."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from homevolt.planning.backtest import History, backtest
from homevolt.planning.battery import BatteryModel
from homevolt.planning.optimum.optimum import find_optimum
from homevolt.planning.optimum.problem import EndValue
from homevolt.planning.optimum.solver import solve

SHARE_OF_SOLVER = 0.1
YEAR_MAY_COST_S = 60.0
DAYS = 365
BATTERY = BatteryModel(capacity_wh=13_200.0, max_charge_w=6000.0, max_discharge_w=6000.0)


def made_up(days: int) -> History:
    """Return prices, load and sun that vary from quarter to quarter."""
    draw = random.Random(1)  # noqa: S311 - prices, not secrets
    paid, load, sun = [], [], []
    for n in range(days * 96):
        hour = n / 4 % 24
        dear = 0.5 * (6 <= hour < 9 or 16 <= hour < 20)
        paid.append(1.2 + dear + draw.uniform(-0.3, 0.3))
        load.append(draw.uniform(0.3, 2.5))
        sun.append(max(0.0, 4.0 - abs(hour - 12)) * draw.random())
    return History(
        start=datetime(2025, 12, 31, 23, tzinfo=UTC),
        zone=ZoneInfo("Europe/Stockholm"),
        import_price=tuple(paid),
        export_price=tuple(price / 1.25 - 0.4 for price in paid),
        load_kw=tuple(load),
        solar_kw=tuple(sun),
    )


def test_two_days_cost_a_tenth_of_the_solver() -> None:
    past = made_up(2)
    problem = replace(past.problem(0, len(past), BATTERY, 6.0), end_values=(EndValue(12.0, 0.9),))
    ours_s, solver_s = [], []
    for _ in range(5):
        began = time.perf_counter()
        ours = find_optimum(problem)
        ours_s.append(time.perf_counter() - began)
        began = time.perf_counter()
        theirs = solve(problem, always_binary=True)
        solver_s.append(time.perf_counter() - began)
    assert abs(ours.total_cost - theirs.objective) < 1e-6 * abs(theirs.objective)
    print(
        f"\n48 h of quarters: {min(ours_s) * 1e3:.1f} ms; MILP: {min(solver_s) * 1e3:.1f} ms; "
        f"ratio {min(ours_s) / min(solver_s):.3f}"
    )
    assert min(ours_s) <= SHARE_OF_SOLVER * min(solver_s)


def test_a_year_in_quarters_costs_less_than_a_minute() -> None:
    past = made_up(DAYS)
    began = time.process_time()
    found = backtest(past, BATTERY)
    cost_s = time.process_time() - began
    print(f"\na year of {found.plans} plans: {cost_s:.1f} s of CPU")
    assert cost_s < YEAR_MAY_COST_S
