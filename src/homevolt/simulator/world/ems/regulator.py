"""From what a mode wants to what the battery is asked to do: limits, thresholds, lag and ramps.

Facts: `import_limit`, `export_limit` and the energy limits count at the meter, `main_fuse` (mA)
is per phase there, the ramps (mA/s) are of the rising current, a PID follows the meter; captured
load-balancing regulators limit charging and discharging to nothing at worst.
Our choice: so no limit ever starts the opposite flow, except an energy limit that is used up, for
which the battery makes up at most `*_energy_max_compensation`; nothing limits what the house
alone does. The meter is followed with a lag of about two seconds; whatever a limit takes away is
taken at once.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from homevolt.simulator.world.ems.allowance import UNLIMITED
from homevolt.simulator.world.ems.wish import wish
from homevolt.simulator.world.quantities import NO_LIMIT, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from homevolt.simulator.world.ems.allowance import Left
    from homevolt.simulator.world.ems.budget import Budget
    from homevolt.simulator.world.ems.order import Order
    from homevolt.simulator.world.house import House

FOLLOW_LAG_S = 2.0


def demand_w(
    order: Order,
    house: House,
    *,
    time_s: float,
    step_s: float,
    before_w: float,
    rest_w: float = 1.0,
    left_wh: Left = UNLIMITED,
) -> float:
    """Return what all units together are asked to give in a step.

    Args:
        order: The active entry.
        house: As it is in this step.
        time_s: When the step begins, epoch seconds.
        step_s: How long it is.
        before_w: What the battery gave in the step before, + when it discharged.
        rest_w: What is no different from rest: what the inverters draw anyway.
        left_wh: What may still pass the meter, in and out, by the order's energy limits.

    Returns:
        W, + to discharge; exactly 0 means that the battery rests.
    """
    net_w = house.consumption_w - house.solar_w
    target_w, low_w, high_w = wish(order, time_s, net_w, house.frequency_hz)
    low_w = max(low_w, -order.most_charge_w, min(0.0, net_w - order.import_limit_w))
    high_w = min(high_w, order.most_discharge_w, max(0.0, net_w + order.export_limit_w))
    if order.main_fuse_a < NO_LIMIT:
        fuse_low_w, fuse_high_w = house.fuse_bounds_w(order.main_fuse_a)
        low_w = max(low_w, fuse_low_w)
        high_w = min(high_w, fuse_high_w)
    if order.has_budget:
        hours = step_s / SECONDS_PER_HOUR
        left_w = (left_wh.import_wh / hours, left_wh.export_wh / hours)
        low_w, high_w = _within_budgets(order, net_w, (low_w, high_w), left_w)
    target_w = min(max(target_w, low_w), high_w)
    if order.follows_meter:
        target_w = _worthwhile(order, target_w)
        wanted_w = before_w + (target_w - before_w) * _followed_share(step_s)
    else:
        wanted_w = target_w
    wanted_w = _ramped(order, wanted_w, before_w, step_s)
    # The lag may have left the battery beyond a limit: back off at once, but start nothing.
    wanted_w = max(wanted_w, min(0.0, low_w)) if wanted_w < 0.0 else min(wanted_w, max(0.0, high_w))
    return 0.0 if target_w == 0.0 and abs(wanted_w) <= rest_w else wanted_w


def _worthwhile(order: Order, target_w: float) -> float:
    """Return the target, or 0 where it is too little to start for."""
    if abs(target_w) < order.idle_threshold_w or 0.0 < target_w < order.discharge_threshold_w:
        return 0.0
    return target_w


def _ramped(order: Order, wanted_w: float, before_w: float, step_s: float) -> float:
    """Return what is wanted, no further from rest than the ramps allow; falling is free."""
    if wanted_w < 0.0:
        return max(wanted_w, min(before_w, 0.0) - order.charge_ramp_w_s * step_s)
    return min(wanted_w, max(before_w, 0.0) + order.discharge_ramp_w_s * step_s)


def _within_budgets(
    order: Order,
    net_w: float,
    bounds_w: tuple[float, float],
    left_w: tuple[float, float],
) -> tuple[float, float]:
    """Narrow the bounds so that the step keeps within the energy limits at the meter.

    Args:
        order: The active entry.
        net_w: What the meter would show if the battery rested.
        bounds_w: The bounds so far, low and high.
        left_w: Mean power over the step, in and out, that uses up what is left.

    Returns:
        The bounds, low and high, in W.
    """
    low_w, high_w = bounds_w
    least_w = net_w - left_w[0]
    low_w = max(low_w, min(least_w, _most_w(order.import_budget), order.most_discharge_w))
    high_w = max(high_w, low_w)
    most_w = net_w + left_w[1]
    high_w = min(high_w, max(most_w, -_most_w(order.export_budget), -order.most_charge_w))
    return min(low_w, high_w), high_w


def _most_w(budget: Budget | None) -> float:
    return 0.0 if budget is None else budget.most_w


@lru_cache(maxsize=64)
def _followed_share(step_s: float) -> float:
    """Return the share of a change at the meter that the battery has followed after a step."""
    return 1.0 - math.exp(-step_s / FOLLOW_LAG_S)
