"""The optimum: what to do with the battery in each slot so that the cost is least.

The answer is exact. Where every cost is convex, which is nearly always, a programme over lists of
slopes finds it; where prices are negative or export earns more than import costs, one over general
piecewise linear functions; where a power fee ties slots together, the solver HiGHS. There is
always an answer: what cannot be kept is kept as far as possible, and the notes say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from homevolt.exceptions import HomevoltError
from homevolt.planning.optimum.convex_programme import best_change, earlier_value
from homevolt.planning.optimum.general_programme import (
    best_change_on,
    curve_of,
    earlier_curve,
    pieces_of,
    sum_of,
)
from homevolt.planning.optimum.peak_fees import peak_cost
from homevolt.planning.optimum.slot_costs import Piece, end_pieces, slot_costs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from homevolt.planning.optimum.general_programme import Curve
    from homevolt.planning.optimum.problem import Problem
    from homevolt.planning.optimum.slot_costs import SlotCost
    from homevolt.planning.optimum.solver import Solution

_NOTICED_KWH = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows:
    """What happens in each slot, and what it costs.

    Attributes:
        stored_kwh: Energy stored at the start of each slot and, last, at the end.
        battery_kwh: Energy at the battery's terminals, + charging.
        meter_kwh: Energy at the meter, + import.
        energy_cost: What is paid for import less what export earns.
        wear_cost: What the discharged energy costs in wear.
        peak_cost: What the power fee rises by.
        end_value: What the energy left at the end is worth.
        notes: What could not be kept, in sentences for people.
        is_proven: Whether nothing can be cheaper; False where the solver ran out of time.
    """

    stored_kwh: tuple[float, ...]
    battery_kwh: tuple[float, ...]
    meter_kwh: tuple[float, ...]
    energy_cost: float
    wear_cost: float
    peak_cost: float
    end_value: float
    notes: tuple[str, ...] = ()
    is_proven: bool = True

    @property
    def total_cost(self) -> float:
        """Everything together: energy, wear and peaks, less the value at the end."""
        return self.energy_cost + self.wear_cost + self.peak_cost - self.end_value


def find_optimum(problem: Problem) -> Flows:
    """Return what to do with the battery in each slot so that the total cost is least.

    Args:
        problem: Prices, powers, battery and start.

    Returns:
        The flows; where a limit could not be kept, with notes about it.

    Raises:
        HomevoltError: There is a power fee, and the solver is not installed.
    """
    if problem.peak_fees and problem.hours:
        solution = _solved(problem)
        return replace(flows_of(problem, solution.stored_kwh), is_proven=solution.is_proven)
    return flows_of(problem, best_path(problem))


def flows_of(problem: Problem, stored_kwh: Sequence[float]) -> Flows:
    """Return the flows that belong to a path of the stored energy.

    Args:
        problem: Prices, powers and battery.
        stored_kwh: Energy stored at the start of each slot and at the end.
    """
    storage = problem.storage
    battery, meter = [], []
    energy_cost = discharged = 0.0
    for slot in range(len(problem.hours)):
        change = stored_kwh[slot + 1] - stored_kwh[slot]
        if change > 0.0:
            into = change / storage.charge_efficiency
        else:
            into = change * storage.discharge_efficiency
            discharged -= into
        at_meter = problem.net_kwh(slot) + into
        price = problem.import_price[slot] if at_meter > 0.0 else problem.export_price[slot]
        energy_cost += price * at_meter
        battery.append(into)
        meter.append(at_meter)
    return Flows(
        stored_kwh=tuple(stored_kwh),
        battery_kwh=tuple(battery),
        meter_kwh=tuple(meter),
        energy_cost=energy_cost,
        wear_cost=discharged * storage.wear_per_kwh,
        peak_cost=peak_cost(problem, meter),
        end_value=end_value(problem, stored_kwh[-1]),
        notes=tuple(_notes(problem, meter)),
    )


def without_battery(problem: Problem) -> float:
    """Return what the same slots cost without a battery, which would draw no standby either."""
    net = [
        (load - solar) * hours
        for load, solar, hours in zip(problem.load_kw, problem.solar_kw, problem.hours, strict=True)
    ]
    prices = zip(net, problem.import_price, problem.export_price, strict=True)
    cost = sum(kwh * (paid if kwh > 0.0 else earned) for kwh, paid, earned in prices)
    return cost + peak_cost(problem, net)


def end_value(problem: Problem, stored_kwh: float, pieces: Sequence[Piece] | None = None) -> float:
    """Return what the energy that is left at the end is worth.

    Args:
        problem: What energy at the end is worth.
        stored_kwh: The energy left.
        pieces: Those of `end_pieces`, where many energies are valued; None makes them.
    """
    at, worth = problem.low_kwh, 0.0
    for slope, length in end_pieces(problem) if pieces is None else pieces:
        part = min(length, stored_kwh - at)
        if part <= 0.0:
            break
        worth -= slope * part
        at += part
    return worth


def change_cost_of(problem: Problem, slot: int, change_kwh: float) -> float:
    """Return what a slot costs, wear included, if the stored energy changes; peaks aside."""
    storage = problem.storage
    if change_kwh > 0.0:
        into, wear = change_kwh / storage.charge_efficiency, 0.0
    else:
        into = change_kwh * storage.discharge_efficiency
        wear = -into * storage.wear_per_kwh
    at_meter = problem.net_kwh(slot) + into
    price = problem.import_price[slot] if at_meter > 0.0 else problem.export_price[slot]
    return price * at_meter + wear


def outside_curve(problem: Problem) -> Curve | None:
    """Return what it costs to be outside the limits at the end of a slot; None if it never is."""
    low, high, penalty = problem.low_kwh, problem.high_kwh, problem.penalty_per_kwh
    least, most = problem.storage.min_kwh, problem.storage.max_kwh
    if low >= least and high <= most:
        return None
    corners = {low: penalty * max(0.0, least - low), high: penalty * max(0.0, high - most)}
    corners |= {least: 0.0, most: 0.0}
    return sorted(corners.items())


def _solved(problem: Problem) -> Solution:
    """Return what the solver finds."""
    try:
        from homevolt.planning.optimum.solver import solve  # noqa: PLC0415 - the extra `planner`
    except ModuleNotFoundError as error:
        raise HomevoltError(
            "A tariff with a power fee needs the extra `planner`: "
            "run `pip install 'homevolt[planner]'`."
        ) from error
    return solve(problem)


def best_path(problem: Problem, end: Value | None = None) -> list[float]:
    """Return the best path of the stored energy, without power fees.

    Args:
        problem: Prices, powers, battery and start.
        end: The least cost after the end, in place of the values that the problem states.
    """
    costs = slot_costs(problem)
    low, high = problem.low_kwh, problem.high_kwh
    path = [problem.first_kwh]
    for cost, value in zip(costs, _values(problem, costs, end)[1:], strict=True):
        stored = path[-1]
        if value.pieces is not None and cost.is_convex:
            change = best_change(value.pieces, cost, stored - low)
        else:
            change = best_change_on(value.as_curve(low), cost, stored)
        path.append(min(max(stored + change, low), high))
    return path


def value_before(problem: Problem, end: Value | None = None) -> Value:
    """Return the least cost from the start on, by the stored energy, without power fees.

    Args:
        problem: Prices, powers and battery.
        end: The least cost after the end, in place of the values that the problem states.
    """
    return _values(problem, slot_costs(problem), end)[0]


class Value(NamedTuple):
    """The least cost from an instant on, by the stored energy.

    Attributes:
        pieces: From the least to the most energy, None where it is not convex.
        curve: Its corners, where they are known.
    """

    pieces: list[Piece] | None
    curve: Curve | None = None

    def as_curve(self, low_kwh: float) -> Curve:
        """Return its corners; costs are counted from the least energy."""
        return self.curve or curve_of(self.pieces or (), low_kwh)

    def falling_pieces(self) -> list[Piece]:
        """Return its pieces with rising slopes, in order of slope where it is not convex."""
        if self.pieces is not None:
            return self.pieces
        return sorted(
            Piece((after[1] - before[1]) / (after[0] - before[0]), after[0] - before[0])
            for before, after in pairwise(self.curve or ())
        )


def _values(problem: Problem, costs: Sequence[SlotCost], end: Value | None) -> list[Value]:
    """Return the least cost from the start of each slot on, and from the end on."""
    low = problem.low_kwh
    outside = outside_curve(problem)
    value = Value(end_pieces(problem)) if end is None else end
    result = [value]
    for cost in reversed(costs):
        if outside is not None:
            curve = sum_of(value.as_curve(low), outside)
            result[-1] = value = Value(pieces_of(curve), curve)
        if value.pieces is not None and cost.is_convex:
            value = Value(earlier_value(value.pieces, cost))
        else:
            curve = earlier_curve(value.as_curve(low), cost)
            value = Value(pieces_of(curve), curve)
        result.append(value)
    result.reverse()
    return result


def _notes(problem: Problem, meter_kwh: Sequence[float]) -> Iterator[str]:
    """Yield what could not be kept."""
    storage, start = problem.storage, problem.start_kwh
    if not problem.hours:
        yield "There is no slot to plan: no prices are known for the time ahead."
    if not 0.0 <= start <= storage.capacity_kwh:
        yield (
            f"The battery cannot store {start:.2f} kWh: it is taken as {problem.first_kwh:.2f} kWh."
        )
    if problem.first_kwh < storage.min_kwh - _NOTICED_KWH:
        yield (
            f"The battery stores {problem.first_kwh:.2f} kWh, less than the lower limit of "
            f"{storage.min_kwh:.2f} kWh: it is charged to that first."
        )
    if problem.first_kwh > storage.max_kwh + _NOTICED_KWH:
        yield (
            f"The battery stores {problem.first_kwh:.2f} kWh, more than the upper limit of "
            f"{storage.max_kwh:.2f} kWh: it is discharged to that first."
        )
    if problem.fuse_kw is None:
        return
    excess = [
        abs(kwh) / hours - problem.fuse_kw
        for kwh, hours in zip(meter_kwh, problem.hours, strict=True)
    ]
    beyond = [kw for kw in excess if kw > _NOTICED_KWH]
    if beyond:
        yield (
            f"The grid connection carries {problem.fuse_kw:g} kW, and the forecast is above it in "
            f"{len(beyond)} slots, by {max(beyond):.2f} kW at most."
        )
