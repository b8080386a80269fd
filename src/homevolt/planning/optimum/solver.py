"""The same optimum by HiGHS: where a power fee ties slots together, and as an oracle for tests.

It needs the extra `planner`. Every slot has its energy into and out of the battery, import and
export, each with a part above the fuse. A binary variable keeps charging and discharging apart
where burning energy would pay, and import and export where export earns more than import costs.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from homevolt.planning.optimum.highs_model import TIME_LIMIT_S, Model
from homevolt.planning.optimum.peak_fees import mean_of_largest_kw
from homevolt.planning.optimum.slot_costs import end_pieces, slot_costs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.planning.optimum.problem import PeakFee, Problem


_MARGIN_KW = 1e-3
_HIGHEST_KW = 1e3
"""More than any house takes."""


class Solution(NamedTuple):
    """What HiGHS found.

    Attributes:
        stored_kwh: Energy stored at the start of each slot and at the end.
        objective: The total cost, with the penalties for what could not be kept.
        is_proven: Whether nothing can be cheaper; else the time was up.
    """

    stored_kwh: tuple[float, ...]
    objective: float
    is_proven: bool


def solve(
    problem: Problem,
    *,
    always_binary: bool = False,
    gap: float = 1e-9,
    time_limit_s: float = TIME_LIMIT_S,
) -> Solution:
    """Return the optimum that HiGHS finds, or the best that it found in time.

    Args:
        problem: Prices, powers, battery and start.
        always_binary: Keep charging and discharging apart by a binary variable in every slot, as is
            commonly done, and not only where the cost is not convex.
        gap: How far from the best bound the cost may be, relative to the cost.
        time_limit_s: How long to search, in seconds of the clock on the wall; infinity proves it.

    Raises:
        HomevoltError: HiGHS found nothing.
    """
    model = Model()
    stored = _add_slots(model, problem, always_binary=always_binary)
    _add_end(model, problem, stored[-1])
    for fee in problem.peak_fees:
        _add_peaks(model, fee)
        model.offset -= fee.cost(mean_of_largest_kw(fee, [0.0] * len(problem.hours)))
    least = model.minimise(gap, time_limit_s)
    low, high = problem.low_kwh, problem.high_kwh
    path = (problem.first_kwh, *(min(max(least.values[n], low), high) for n in stored[1:]))
    return Solution(path, least.cost, least.is_proven)


def _add_slots(model: Model, problem: Problem, *, always_binary: bool) -> list[int]:
    """Add every slot; return the numbers of the stored energy at each start and at the end."""
    storage, penalty = problem.storage, problem.fuse_penalty_per_kwh
    costs = slot_costs(problem)
    stored = [model.add(low=problem.first_kwh, high=problem.first_kwh)]
    for slot, hours in enumerate(problem.hours):
        most_in, most_out = storage.charge_kw * hours, storage.discharge_kw * hours
        into = model.add(high=most_in)
        out = model.add(storage.wear_per_kwh, high=most_out)
        fuse = inf if problem.fuse_kw is None else problem.fuse_kw * hours
        paid, earned = problem.import_price[slot], problem.export_price[slot]
        beyond = inf if fuse < inf else 0.0
        taken = model.add(paid, high=fuse)
        taken_beyond = model.add(paid + penalty, high=beyond)
        fed = model.add(-earned, high=fuse)
        fed_beyond = model.add(penalty - earned, high=beyond)
        model.imports.append((taken, taken_beyond))
        after = model.add(low=problem.low_kwh, high=problem.high_kwh)
        net = problem.net_kwh(slot)
        balance = {into: 1.0, out: -1.0, taken: -1.0, taken_beyond: -1.0, fed: 1.0, fed_beyond: 1.0}
        model.require(-net, -net, balance)
        change = {after: 1.0, stored[-1]: -1.0, into: -storage.charge_efficiency}
        change[out] = 1.0 / storage.discharge_efficiency
        model.require(0.0, 0.0, change)
        stored.append(after)
        if always_binary or any(piece.slope < 0.0 for piece in costs[slot].pieces):
            charges = model.add_binary()
            model.require(-inf, 0.0, {into: 1.0, charges: -most_in})
            model.require(-inf, most_out, {out: 1.0, charges: most_out})
        if earned > paid:
            most = abs(net) + most_in + most_out
            imports = model.add_binary()
            model.require(-inf, 0.0, {taken: 1.0, taken_beyond: 1.0, imports: -most})
            model.require(-inf, most, {fed: 1.0, fed_beyond: 1.0, imports: most})
        _add_outside(model, problem, after)
    return stored


def _add_outside(model: Model, problem: Problem, stored: int) -> None:
    """Add what it costs to be outside the limits."""
    storage, penalty = problem.storage, problem.penalty_per_kwh
    if problem.low_kwh < storage.min_kwh:
        model.require(storage.min_kwh, inf, {stored: 1.0, model.add(penalty): 1.0})
    if problem.high_kwh > storage.max_kwh:
        model.require(-inf, storage.max_kwh, {stored: 1.0, model.add(penalty): -1.0})


def _add_end(model: Model, problem: Problem, stored: int) -> None:
    """Add the value of the energy left; it falls, so that the parts fill up in their order."""
    pieces = end_pieces(problem)
    parts = {model.add(slope, high=length): -1.0 for slope, length in pieces}
    model.require(problem.low_kwh, problem.low_kwh, {stored: 1.0, **parts})


def _add_peaks(model: Model, fee: PeakFee) -> None:
    """Add the mean of the largest: a threshold, and each group's share of what is above it."""
    threshold = model.add(fee.price_per_kw)
    above: dict[int, int] = {}
    for slots, hours, weight, group, certain_kw in fee.intervals:
        if group not in above:
            above[group] = model.add(fee.price_per_kw / fee.largest)
        row = {part: -weight / hours for slot in slots for part in model.imports[slot]}
        model.require(certain_kw, inf, {above[group]: 1.0, threshold: 1.0, **row})
    mean = {threshold: 1.0, **dict.fromkeys(above.values(), 1.0 / fee.largest)}
    _add_steps(model, fee, mean)


def _add_steps(model: Model, fee: PeakFee, mean: Mapping[int, float]) -> None:
    """Add a binary variable for each step: without it the mean stays a watt below the step."""
    before = 0.0
    for from_kw, amount in fee.steps:
        if from_kw <= 0.0:  # reached in any case
            model.offset += amount
        else:
            reached = model.add_binary()
            model.costs[reached] = amount - before
            below = from_kw - _MARGIN_KW
            model.require(-inf, below, {**mean, reached: -_HIGHEST_KW})
        before = amount
