"""The exact dynamic programme where a cost is not convex: negative prices, or export above import.

The least cost from a slot on is then any continuous, piecewise linear function of the stored
energy, held as its corners. The cost of the slot is taken apart into convex runs; each run is
applied piece by piece, which is the minimum of the function over a sliding window, and the results
are joined by their minimum. Nothing is approximated, so charging and discharging at once, which
would burn energy at negative prices, is neither needed nor allowed.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from homevolt.planning.optimum.slot_costs import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from homevolt.planning.optimum.slot_costs import SlotCost

Corner: TypeAlias = tuple[float, float]
"""Stored energy in kWh, and the cost there."""
Curve: TypeAlias = list[Corner]
"""Corners from the least to the most energy; the curve is straight between them."""

_FLAT = 1e-12
"""A corner that deviates less than this from the line between its neighbours is none.

It is a share of the largest cost of the curve if that is above 1: numbers are no more exact than
that, and corners made of their rounding would multiply from slot to slot.
"""
_SAME_KWH = 1e-10
_SAME_SLOPE = 1e-10


class _Run(NamedTuple):
    """A convex part of a slot's cost, by the decrease of stored energy.

    Attributes:
        start_kwh: The decrease at which it begins, negative for charging.
        cost: The cost there.
        pieces: From there on, with rising slopes.
    """

    start_kwh: float
    cost: float
    pieces: list[Piece]


def curve_of(pieces: Sequence[Piece], low_kwh: float) -> Curve:
    """Return the curve that consists of pieces, beginning at a cost of 0."""
    energy, cost = low_kwh, 0.0
    curve = [(energy, cost)]
    for slope, length in pieces:
        energy += length
        cost += slope * length
        curve.append((energy, cost))
    return curve


def pieces_of(curve: Curve) -> list[Piece] | None:
    """Return the pieces of a curve, None if it is not convex."""
    pieces = [
        Piece((after[1] - before[1]) / (after[0] - before[0]), after[0] - before[0])
        for before, after in pairwise(curve)
    ]
    is_convex = all(before.slope <= after.slope + _SAME_SLOPE for before, after in pairwise(pieces))
    return pieces if is_convex else None


def sum_of(one: Curve, other: Curve) -> Curve:
    """Return the sum of two curves that cover the same energies."""
    edges = _distinct(sorted([energy for energy, _ in one] + [energy for energy, _ in other]))
    parts = zip(edges, _values_at(one, edges), _values_at(other, edges), strict=True)
    return _simplified([(energy, first + second) for energy, first, second in parts])


def earlier_curve(curve: Curve, cost: SlotCost) -> Curve:
    """Return the least cost from the start of a slot on.

    Args:
        curve: The least cost from its end on.
        cost: The cost of the slot.
    """
    low, high = curve[0][0], curve[-1][0]
    result: Curve = []
    for run in _runs(cost):
        moved = [(energy + run.start_kwh, value + run.cost) for energy, value in curve]
        for piece in run.pieces:
            moved = _slid(moved, piece)
        part = _clipped(moved, low, high)
        if len(part) > 1 or not result:
            result = _lower(result, part) if result else part
    return result


def best_change_on(curve: Curve, cost: SlotCost, stored_kwh: float) -> float:
    """Return the best change of stored energy in a slot.

    Where several are equally good, it is the one that comes nearest to a meter at zero.

    Args:
        curve: The least cost from the end of the slot on.
        cost: The cost of the slot.
        stored_kwh: Energy stored at its start.
    """
    own = curve_of(cost.pieces, -cost.most_discharge_kwh)
    least = max(own[0][0], curve[0][0] - stored_kwh)
    most = min(own[-1][0], curve[-1][0] - stored_kwh)
    if most <= least:
        return min(max(least, own[0][0]), own[-1][0])
    changes = {least, most, min(max(cost.zero_meter_kwh, least), most)}
    changes.update(change for change, _ in own if least < change < most)
    changes.update(energy - stored_kwh for energy, _ in curve if least < energy - stored_kwh < most)
    ordered = sorted(changes)
    later = _values_at(curve, [stored_kwh + change for change in ordered])
    now = _values_at(own, ordered)
    totals = [one + other for one, other in zip(now, later, strict=True)]
    limit = min(totals) + _FLAT
    good = [change for change, total in zip(ordered, totals, strict=True) if total <= limit]
    return min(good, key=lambda change: abs(change - cost.zero_meter_kwh))


def _runs(cost: SlotCost) -> Iterator[_Run]:
    """Take the cost of a slot apart into convex runs, from charging to discharging."""
    at, value = -cost.most_charge_kwh, sum(slope * length for slope, length in cost.pieces)
    run: list[Piece] = []
    start, start_cost = at, value
    for slope, length in reversed(cost.pieces):
        if run and -slope < run[-1].slope:
            yield _Run(start, start_cost, run)
            run, start, start_cost = [], at, value
        run.append(Piece(-slope, length))
        at += length
        value -= slope * length
    yield _Run(start, start_cost, run)


def _slid(curve: Curve, piece: Piece) -> Curve:
    """Return, for each energy, the least of the curve up to a piece below it plus the piece's cost.

    Within an interval between two neighbouring corners, of the curve or of the curve moved up by
    the length of the piece, the least is at an end of the window or at a corner inside it.
    """
    slope, length = piece
    tilted = [(energy, cost - slope * energy) for energy, cost in curve]
    moved = [(energy + length, cost) for energy, cost in tilted]
    edges = _distinct(sorted([energy for energy, _ in tilted] + [energy for energy, _ in moved]))
    upper = _values_at(tilted, edges)
    lower = _values_at(moved, edges)
    inside: deque[Corner] = deque()
    waiting = 0
    result: Curve = []
    for n, (start, end) in enumerate(pairwise(edges)):
        while waiting < len(tilted) and tilted[waiting][0] <= start + _SAME_KWH:
            while inside and inside[-1][1] >= tilted[waiting][1]:
                inside.pop()
            inside.append(tilted[waiting])
            waiting += 1
        while inside and inside[0][0] < end - length - _SAME_KWH:
            inside.popleft()
        lines = [(upper[n], upper[n + 1]), (lower[n], lower[n + 1])]
        if inside:
            lines.append((inside[0][1], inside[0][1]))
        result += _least_of_lines([each for each in lines if inf not in each], start, end)
    return _simplified([(energy, cost + slope * energy) for energy, cost in result])


def _lower(one: Curve, other: Curve) -> Curve:
    """Return the minimum of two curves, each of which may cover only a part."""
    edges = _distinct(sorted([energy for energy, _ in one] + [energy for energy, _ in other]))
    first, second = _values_at(one, edges), _values_at(other, edges)
    result: Curve = []
    for n, (start, end) in enumerate(pairwise(edges)):
        lines = [(first[n], first[n + 1]), (second[n], second[n + 1])]
        result += _least_of_lines([each for each in lines if inf not in each], start, end)
    return _simplified(result)


def _least_of_lines(lines: Sequence[tuple[float, float]], start: float, end: float) -> Curve:
    """Return the minimum of lines over an interval, each given by its values at both ends."""
    shares = {0.0, 1.0}
    for n, (one_start, one_end) in enumerate(lines):
        for other_start, other_end in lines[:n]:
            before, after = one_start - other_start, one_end - other_end
            if before * after < 0.0:
                shares.add(before / (before - after))
    return [
        (
            start + share * (end - start),
            min(first + share * (last - first) for first, last in lines),
        )
        for share in sorted(shares)
    ]


def _values_at(curve: Curve, energies: Sequence[float]) -> list[float]:
    """Return a curve's cost at rising energies, infinite outside it."""
    values = []
    n, last = 0, len(curve) - 1
    low, high = curve[0][0] - _SAME_KWH, curve[-1][0] + _SAME_KWH
    for energy in energies:
        if energy < low or energy > high:
            values.append(inf)
            continue
        while n < last and curve[n + 1][0] < energy:
            n += 1
        start, cost = curve[n]
        if n == last or energy <= start:
            values.append(cost)
            continue
        end, after = curve[n + 1]
        values.append(cost + (after - cost) * (energy - start) / (end - start))
    return values


def _clipped(curve: Curve, low: float, high: float) -> Curve:
    low, high = max(low, curve[0][0]), min(high, curve[-1][0])
    if high < low:
        return []
    inner = [corner for corner in curve if low < corner[0] < high]
    start, end = _values_at(curve, [low, high])
    return [(low, start), *inner, (high, end)] if high > low else [(low, start)]


def _distinct(ordered: Sequence[float]) -> list[float]:
    result = [ordered[0]]
    for energy in ordered:
        if energy - result[-1] > _SAME_KWH:
            result.append(energy)
    if len(result) > 1:
        result[-1] = ordered[-1]  # else what is covered would shrink from slot to slot
    return result


def _simplified(curve: Curve) -> Curve:
    """Leave out corners that are none."""
    flat = _FLAT * max(1.0, max((abs(cost) for _, cost in curve), default=0.0))
    result: Curve = []
    for corner in curve:
        if result and corner[0] - result[-1][0] <= _SAME_KWH:
            continue
        if len(result) > 1:
            (start, first), (middle, value) = result[-2:]
            share = (middle - start) / (corner[0] - start)
            if abs(first + share * (corner[1] - first) - value) <= flat:
                result.pop()
        result.append(corner)
    if len(result) > 1:
        result[-1] = (curve[-1][0], result[-1][1])
    return result
