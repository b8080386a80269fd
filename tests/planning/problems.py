"""Random problems for the optimum, and what a path costs with everything that was not kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from homevolt.planning.battery import BatteryModel
from homevolt.planning.optimum.optimum import find_optimum
from homevolt.planning.optimum.problem import EndValue, PeakFee, PeakInterval, Problem

if TYPE_CHECKING:
    from homevolt.planning.optimum.optimum import Flows

MOST_SLOTS = 12


def tenths(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers with one decimal, so that equal prices and exact limits are met often."""
    return st.integers(round(low * 10), round(high * 10)).map(lambda tenth: tenth / 10)


@st.composite
def batteries(draw: st.DrawFn) -> BatteryModel:
    """Draw any battery, also one that cannot be charged or discharged."""
    low = draw(st.integers(0, 60))
    high = draw(st.integers(low + 1, 100))
    return BatteryModel(
        capacity_wh=draw(st.sampled_from([1000.0, 6652.0, 13_304.0, 40_000.0])),
        max_charge_w=draw(st.sampled_from([0.0, 500.0, 3000.0, 6000.0, 50_000.0])),
        max_discharge_w=draw(st.sampled_from([0.0, 500.0, 3000.0, 6000.0, 50_000.0])),
        charge_efficiency=draw(st.sampled_from([0.3, 0.9, 0.943, 1.0])),
        discharge_efficiency=draw(st.sampled_from([0.3, 0.9, 0.943, 1.0])),
        standby_w=draw(st.sampled_from([0.0, 5.0, 100.0])),
        min_soc=low / 100,
        max_soc=high / 100,
        reserve=0.0,
        wear_per_kwh=draw(st.sampled_from([0.0, 0.1, 0.7])),
    )


@st.composite
def problems(draw: st.DrawFn, *, with_peaks: bool = False) -> Problem:
    """Draw any problem: any prices, export above import, starts outside the limits."""
    count = draw(st.integers(1, MOST_SLOTS))

    def series(low: float, high: float) -> tuple[float, ...]:
        return tuple(draw(st.lists(tenths(low, high), min_size=count, max_size=count)))

    lowest = draw(st.sampled_from([0.0, 0.0, -2.0]))
    paid = series(lowest, 4.0)
    spread = draw(st.sampled_from([0.0, 0.4, 0.4, -0.3]))
    earned = tuple(round(price - spread, 1) for price in paid)
    if lowest < 0.0 and draw(st.booleans()):
        earned = series(-2.0, 4.0)
    battery = draw(batteries())
    ends = sorted(draw(st.lists(tenths(0.0, 3.0), max_size=3)), reverse=True)
    return Problem(
        hours=tuple(
            draw(st.lists(st.sampled_from([0.25, 0.25, 1.0]), min_size=count, max_size=count))
        ),
        import_price=paid,
        export_price=earned,
        load_kw=series(0.0, 8.0),
        solar_kw=series(0.0, 8.0) if draw(st.booleans()) else (0.0,) * count,
        battery=battery,
        start_kwh=battery.capacity_wh / 1000 * draw(tenths(-0.1, 1.2)),
        fuse_kw=draw(st.sampled_from([None, None, 3.0, 11.0])),
        end_values=tuple(EndValue(draw(tenths(0.1, 8.0)), value) for value in ends),
        peak_fees=(draw(peak_fees(count)),) if with_peaks else (),
    )


@st.composite
def peak_fees(draw: st.DrawFn, count: int) -> PeakFee:
    """Draw a fee on the mean of the largest, with peaks made before and half weights."""
    weights = st.sampled_from([1.0, 1.0, 0.5])
    groups = st.integers(0, 3)
    made = [
        PeakInterval((), 1.0, 1.0, draw(groups), draw(tenths(0.0, 9.0)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    intervals = [
        PeakInterval(
            tuple(range(n, min(n + 2, count))),
            1.0,
            draw(weights),
            draw(groups),
            draw(st.sampled_from([0.0, 0.5])),
        )
        for n in range(0, count, 2)
    ]
    steps = draw(st.sampled_from([(), ((0.0, 5.0), (2.05, 20.0), (5.05, 60.0))]))
    largest = draw(st.integers(1, 3))
    return PeakFee(draw(tenths(0.1, 60.0)), largest, (*made, *intervals), steps)


def cost_with_penalties(problem: Problem, flows: Flows) -> float:
    """Return the total cost and what is charged for whatever was not kept."""
    storage, cost = problem.storage, flows.total_cost
    for stored in flows.stored_kwh[1:]:
        outside = max(storage.min_kwh - stored, stored - storage.max_kwh, 0.0)
        cost += outside * problem.penalty_per_kwh
    if problem.fuse_kw is not None:
        for kwh, hours in zip(flows.meter_kwh, problem.hours, strict=True):
            cost += max(0.0, abs(kwh) - problem.fuse_kw * hours) * problem.fuse_penalty_per_kwh
    return cost


def small(**changes: Any) -> Problem:
    """Return four hours with a cheap first and a dear last, and a battery of 10 kWh."""
    battery = BatteryModel(
        capacity_wh=10_000.0,
        max_charge_w=5000.0,
        max_discharge_w=5000.0,
        charge_efficiency=0.9,
        discharge_efficiency=0.9,
        standby_w=0.0,
        reserve=0.0,
    )
    given: dict[str, Any] = {
        "hours": (1.0,) * 4,
        "import_price": (1.0, 2.0, 2.0, 4.0),
        "export_price": (0.5, 1.0, 1.0, 1.2),
        "load_kw": (1.0, 1.0, 1.0, 3.0),
        "solar_kw": (0.0,) * 4,
        "battery": battery,
        "start_kwh": 0.0,
    }
    return Problem(**{**given, **changes})


def two_days(*, sun_kw: float = 0.0, start_kwh: float = 5.0, spread: float = 0.5) -> Problem:
    """Return 35 hours of quarters with two cheap nights and two dear evenings."""
    hours = [n / 4 for n in range(140)]
    paid = [1.2 + spread * math.sin((hour // 1 - 9) / 24 * 4 * math.pi) for hour in hours]
    sun = [max(0.0, sun_kw * math.cos((hour % 24 - 12) / 12 * math.pi)) for hour in hours]
    return small(
        hours=(0.25,) * 140,
        import_price=tuple(paid),
        export_price=tuple(price / 1.25 - 0.3 for price in paid),
        load_kw=tuple(0.5 + 0.8 * (hour % 24 > 16) for hour in hours),
        solar_kw=tuple(sun),
        start_kwh=start_kwh,
        end_values=(EndValue(10.0, 0.8),),
    )


__all__ = [
    "batteries",
    "cost_with_penalties",
    "find_optimum",
    "problems",
    "small",
    "tenths",
    "two_days",
]
