"""What fees on the largest hours of a month rise by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.planning.optimum.problem import PeakFee, Problem


def peak_cost(problem: Problem, meter_kwh: Sequence[float]) -> float:
    """Return what the power fees rise by; 0 where there are none.

    Args:
        problem: The fees.
        meter_kwh: Energy at the meter in each slot, + import.
    """
    nothing = [0.0] * len(meter_kwh)
    return sum(
        fee.cost(mean_of_largest_kw(fee, meter_kwh)) - fee.cost(mean_of_largest_kw(fee, nothing))
        for fee in problem.peak_fees
    )


def mean_of_largest_kw(fee: PeakFee, meter_kwh: Sequence[float]) -> float:
    """Return the mean of the largest intervals; those that are missing count as 0 kW."""
    largest: dict[int, float] = {}
    for slots, hours, weight, group, certain_kw in fee.intervals:
        imported = sum(max(0.0, meter_kwh[slot]) for slot in slots)
        power = certain_kw + weight * imported / hours
        largest[group] = max(power, largest.get(group, 0.0))
    return sum(sorted(largest.values(), reverse=True)[: fee.largest]) / fee.largest
