"""The exact dynamic programme where every cost is convex: it merges lists of slopes.

The least cost from a slot on is a convex, piecewise linear function of the stored energy, held as
its pieces from the least to the most energy. A slot turns it into the infimal convolution with the
slot's own cost, which for convex functions is the merged list of both, sorted by slope; what lies
outside the limits is cut off at both ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.planning.optimum.slot_costs import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.planning.optimum.slot_costs import SlotCost


def earlier_value(value: Sequence[Piece], cost: SlotCost) -> list[Piece]:
    """Return the least cost from the start of a slot on.

    Args:
        value: The least cost from its end on, as pieces from the least to the most energy.
        cost: The cost of the slot, convex.
    """
    merged = _merged(value, cost)
    _cut(merged, cost.most_discharge_kwh)
    merged.reverse()
    _cut(merged, cost.most_charge_kwh)
    merged.reverse()
    return merged


def best_change(value: Sequence[Piece], cost: SlotCost, above_low_kwh: float) -> float:
    """Return the best change of stored energy in a slot.

    Where several are equally good, it is the one that comes nearest to a meter at zero.

    Args:
        value: The least cost from the end of the slot on.
        cost: The cost of the slot, convex.
        above_low_kwh: Energy stored at its start, above the least.
    """
    # The merged list up to the present energy is spent in part by the later slots, which gives the
    # energy at the end of this one, and in part by this slot, counted from charging at full power.
    marginal = _slope_at(_merged(value, cost), above_low_kwh + cost.most_charge_kwh)
    cheaper = equal = 0.0
    for slope, length in value:
        if slope < marginal:
            cheaper += length
        elif slope == marginal:
            equal += length
    own_cheaper = own_equal = 0.0
    for slope, length in cost.pieces:
        if -slope < marginal:
            own_cheaper += length
        elif slope == -marginal:
            own_equal += length
    shared = max(0.0, above_low_kwh + cost.most_charge_kwh - cheaper - own_cheaper)
    least = cheaper + max(0.0, shared - own_equal) - above_low_kwh
    most = cheaper + min(equal, shared) - above_low_kwh
    change = min(max(cost.zero_meter_kwh, least), most)
    return min(max(change, -cost.most_discharge_kwh), cost.most_charge_kwh)


def _slope_at(pieces: Sequence[Piece], at_kwh: float) -> float:
    for slope, length in pieces:
        if length >= at_kwh:
            return slope
        at_kwh -= length
    return pieces[-1].slope if pieces else 0.0


def _merged(value: Sequence[Piece], cost: SlotCost) -> list[Piece]:
    # A slot that ends with less energy began with more of it: its pieces count backwards.
    turned = [Piece(-slope, length) for slope, length in reversed(cost.pieces)]
    return sorted([*value, *turned])


def _cut(pieces: list[Piece], length_kwh: float) -> None:
    """Remove the last part of a list of pieces."""
    while length_kwh > 0.0 and pieces:
        slope, length = pieces[-1]
        if length > length_kwh:
            pieces[-1] = Piece(slope, length - length_kwh)
            return
        length_kwh -= length
        pieces.pop()
