"""From the target of a mode to the power asked of the battery: limits, thresholds, lag and ramps.

Facts: `import_limit`, `export_limit` and the energy limits apply at the meter, `main_fuse` (mA)
per phase there; the ramps (mA/s) limit the rise of the current; a PID controller follows the
meter; the load-balancing controllers of captures limit charging and discharging down to zero.
Our choice: accordingly no limit ever starts the opposite flow, except an energy limit that is used
up, for which the battery compensates at most `*_energy_max_compensation`; nothing limits what the
house alone draws. The meter is followed with a lag of about two seconds; a reduction that a limit
requires takes effect at once.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from homevolt.simulator.world.clock import SECONDS_PER_HOUR
from homevolt.simulator.world.ems.energy_limits import UNLIMITED
from homevolt.simulator.world.ems.power_target import power_target

if TYPE_CHECKING:
    from homevolt.simulator.world.ems.active_entry import ActiveEntry
    from homevolt.simulator.world.ems.energy_limits import EnergyLimit, RemainingEnergy
    from homevolt.simulator.world.house import House

FOLLOW_LAG_S = 2.0


def demand_w(
    active: ActiveEntry,
    house: House,
    *,
    time_s: float,
    step_s: float,
    previous_w: float,
    standby_w: float = 1.0,
    remaining: RemainingEnergy = UNLIMITED,
) -> float:
    """Return the power that all units together have to give in a step.

    Args:
        active: The active entry.
        house: As it is in this step.
        time_s: Start of the step, epoch seconds.
        step_s: Length of the step.
        previous_w: Power of the battery in the previous step, + when it discharged.
        standby_w: Power that the inverters draw anyway; less than that is idle.
        remaining: Energy that may still pass the meter by the energy limits.

    Returns:
        W, + to discharge; exactly 0 means that the battery is idle.
    """
    net_w = house.consumption_w - house.solar_w
    target_w, low_w, high_w = power_target(active, time_s, net_w, house.frequency_hz)
    low_w = max(low_w, -active.max_charge_w, min(0.0, net_w - active.import_limit_w))
    high_w = min(high_w, active.max_discharge_w, max(0.0, net_w + active.export_limit_w))
    if active.main_fuse_a < math.inf:
        fuse_low_w, fuse_high_w = house.fuse_bounds_w(active.main_fuse_a)
        low_w = max(low_w, fuse_low_w)
        high_w = min(high_w, fuse_high_w)
    if active.has_energy_limit:
        hours = step_s / SECONDS_PER_HOUR
        mean_w = (remaining.import_wh / hours, remaining.export_wh / hours)
        low_w, high_w = _within_energy_limits(active, net_w, (low_w, high_w), mean_w)
    target_w = min(max(target_w, low_w), high_w)
    if active.follows_meter:
        target_w = _above_thresholds(active, target_w)
        power_w = previous_w + (target_w - previous_w) * _followed_share(step_s)
    else:
        power_w = target_w
    power_w = _ramp_limited(active, power_w, previous_w, step_s)
    # The lag may have left the battery beyond a limit: reduce at once, but start nothing.
    power_w = max(power_w, min(0.0, low_w)) if power_w < 0.0 else min(power_w, max(0.0, high_w))
    return 0.0 if target_w == 0.0 and abs(power_w) <= standby_w else power_w


def _above_thresholds(active: ActiveEntry, target_w: float) -> float:
    """Return the target, or 0 where it is below the threshold for starting."""
    if abs(target_w) < active.idle_threshold_w or 0.0 < target_w < active.discharge_threshold_w:
        return 0.0
    return target_w


def _ramp_limited(active: ActiveEntry, power_w: float, previous_w: float, step_s: float) -> float:
    """Return the power, risen no faster than the ramps allow; falling is not limited."""
    if power_w < 0.0:
        return max(power_w, min(previous_w, 0.0) - active.charge_ramp_w_s * step_s)
    return min(power_w, max(previous_w, 0.0) + active.discharge_ramp_w_s * step_s)


def _within_energy_limits(
    active: ActiveEntry,
    net_w: float,
    bounds_w: tuple[float, float],
    mean_w: tuple[float, float],
) -> tuple[float, float]:
    """Narrow the bounds so that the step keeps within the energy limits at the meter.

    Args:
        active: The active entry.
        net_w: What the meter would show if the battery were idle.
        bounds_w: The bounds so far, low and high.
        mean_w: Mean import and export over the step that would use up the remaining energy.

    Returns:
        The bounds, low and high, in W.
    """
    low_w, high_w = bounds_w
    limits = active.energy_limits
    least_w = net_w - mean_w[0]
    low_w = max(low_w, min(least_w, _compensation_w(limits.importing), active.max_discharge_w))
    high_w = max(high_w, low_w)
    most_w = net_w + mean_w[1]
    high_w = min(high_w, max(most_w, -_compensation_w(limits.exporting), -active.max_charge_w))
    return min(low_w, high_w), high_w


def _compensation_w(limit: EnergyLimit | None) -> float:
    return 0.0 if limit is None else limit.compensation_w


@lru_cache(maxsize=64)
def _followed_share(step_s: float) -> float:
    """Return the share of a change at the meter that the battery has followed after a step."""
    return 1.0 - math.exp(-step_s / FOLLOW_LAG_S)
