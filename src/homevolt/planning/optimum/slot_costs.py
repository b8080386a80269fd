"""What moving stored energy costs in each slot, and what is left: pieces of constant slope.

Charging takes `1 / charge_efficiency` kWh from the meter for each stored kWh, discharging gives
`discharge_efficiency`; the price at the meter changes where import turns into export and where the
fuse is reached. Each slot thus has a continuous, piecewise linear cost of the change of stored
energy. It is convex where export earns no more than import costs and idling has no negative price:
then charging and discharging at once, which a convex cost would allow, cannot pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from homevolt.planning.optimum.problem import Problem


class Piece(NamedTuple):
    """A stretch of constant slope.

    Attributes:
        slope: Cost per kWh of stored energy.
        length_kwh: How much stored energy it covers.
    """

    slope: float
    length_kwh: float


class SlotCost(NamedTuple):
    """What a change of stored energy costs in one slot.

    Attributes:
        pieces: From the largest decrease to the largest increase.
        most_discharge_kwh: Largest decrease of stored energy.
        most_charge_kwh: Largest increase.
        zero_meter_kwh: The change that comes nearest to a meter at zero.
        is_convex: Whether the slopes rise.
    """

    pieces: tuple[Piece, ...]
    most_discharge_kwh: float
    most_charge_kwh: float
    zero_meter_kwh: float
    is_convex: bool


def slot_costs(problem: Problem) -> list[SlotCost]:
    """Return the cost of every slot."""
    penalty = problem.fuse_penalty_per_kwh
    return [_slot_cost(problem, slot, penalty) for slot in range(len(problem.hours))]


def _slot_cost(problem: Problem, slot: int, fuse_penalty: float) -> SlotCost:
    storage, hours = problem.storage, problem.hours[slot]
    most_in, most_out = storage.charge_kw * hours, storage.discharge_kw * hours
    into, out_of = storage.charge_efficiency, storage.discharge_efficiency
    net = problem.net_kwh(slot)
    fuse = None if problem.fuse_kw is None else problem.fuse_kw * hours
    # Where the slope may change, as energy into the battery at its terminals.
    meter_kinks = (-net,) if fuse is None else (-fuse - net, -net, fuse - net)
    kinks = [kink for kink in meter_kinks if -most_out < kink < most_in and kink != 0.0]
    kinks += (-most_out, 0.0, most_in)
    kinks.sort()
    pieces, is_convex, before = [], True, None
    import_price, export_price = problem.import_price[slot], problem.export_price[slot]
    wear = storage.wear_per_kwh
    start = kinks[0]
    for end in kinks[1:]:
        if end <= start:
            continue
        middle = (start + end) / 2.0
        at_meter = net + middle
        price = import_price if at_meter > 0.0 else export_price
        if fuse is not None:
            if at_meter > fuse:
                price += fuse_penalty
            elif at_meter < -fuse:
                price -= fuse_penalty
        if middle < 0.0:
            slope, length = (price - wear) * out_of, (end - start) / out_of
        else:
            slope, length = price / into, (end - start) * into
        if before is not None and slope < before:
            is_convex = False
        before = slope
        pieces.append(Piece(slope, length))
        start = end
    zero = min(max(-net, -most_out), most_in)
    return SlotCost(
        tuple(pieces),
        most_out / out_of,
        most_in * into,
        zero * into if zero > 0.0 else zero / out_of,
        is_convex,
    )


def end_pieces(problem: Problem) -> list[Piece]:
    """Return the cost of the energy left at the end, from the least to the most energy.

    What lies between the least and the lower limit is worth as much as the first part.
    """
    values = problem.end_values
    span = problem.high_kwh - problem.low_kwh
    below = problem.storage.min_kwh - problem.low_kwh
    pieces = [Piece(-values[0].value_per_kwh if values else 0.0, below)] if below > 0.0 else []
    span -= max(0.0, below)
    for energy, value in values:
        length = min(energy, span)
        if length > 0.0:
            pieces.append(Piece(-value, length))
            span -= length
    if span > 0.0:
        pieces.append(Piece(max(0.0, pieces[-1].slope) if pieces else 0.0, span))
    return pieces
