"""The power that each mode aims for, given the house.

Our choice where the facts are silent:

* 1, 2 without a setpoint charge or discharge as fast as `max_charge` or `max_discharge` allows;
* 3 only charges and 4 only discharges: where the house alone is beyond the setpoint, the battery
  stays idle;
* 7 charges the surplus of production over consumption, at most the setpoint where there is one;
* 8 charges the surplus and covers the deficit, at most the setpoint in either direction: the meter
  is at zero as long as the battery is able to; it neither charges from the grid nor feeds stored
  energy into it;
* 9 keeps the battery idle, so that the whole surplus of the production is fed in;
* an unknown type is idle.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.ems.plan import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.simulator.world.ems.active_entry import ActiveEntry


class PowerTarget(NamedTuple):
    """The power that a mode aims for, + when the battery discharges.

    Attributes:
        target_w: The target.
        low_w: Lowest power allowed by the mode.
        high_w: Highest power allowed by the mode.
    """

    target_w: float
    low_w: float
    high_w: float


IDLE = PowerTarget(0.0, 0.0, 0.0)


def power_target(
    active: ActiveEntry, time_s: float, net_w: float, frequency_hz: float
) -> PowerTarget:
    """Return the power that the active entry aims for.

    Args:
        active: The active entry.
        time_s: Epoch seconds.
        net_w: Consumption less production: what the meter would show if the battery were idle.
        frequency_hz: Of the grid.

    Returns:
        Target and bounds, in W.
    """
    if active.type == Mode.FREQUENCY_RESERVE:
        return PowerTarget(active.reserve.power_w(time_s, frequency_hz), -inf, inf)
    law = CONTROL_LAWS.get(active.type)
    return IDLE if law is None else law(active.setpoint_w, net_w)


def _inverter_charge(setpoint_w: float | None, _net_w: float) -> PowerTarget:
    return PowerTarget(-inf if setpoint_w is None else -max(0.0, setpoint_w), -inf, 0.0)


def _inverter_discharge(setpoint_w: float | None, _net_w: float) -> PowerTarget:
    return PowerTarget(inf if setpoint_w is None else max(0.0, setpoint_w), 0.0, inf)


def _grid_charge(setpoint_w: float | None, net_w: float) -> PowerTarget:
    return PowerTarget(net_w - (setpoint_w or 0.0), -inf, 0.0)


def _grid_discharge(setpoint_w: float | None, net_w: float) -> PowerTarget:
    return PowerTarget(net_w + (setpoint_w or 0.0), 0.0, inf)


def _grid_charge_discharge(setpoint_w: float | None, net_w: float) -> PowerTarget:
    return PowerTarget(net_w - (setpoint_w or 0.0), -inf, inf)


def _solar_charge(setpoint_w: float | None, net_w: float) -> PowerTarget:
    max_w = inf if setpoint_w is None else max(0.0, setpoint_w)
    low_w = -min(max_w, max(0.0, -net_w))
    return PowerTarget(low_w, low_w, 0.0)


def _solar_charge_discharge(setpoint_w: float | None, net_w: float) -> PowerTarget:
    max_w = inf if setpoint_w is None else abs(setpoint_w)
    low_w = -min(max_w, max(0.0, -net_w))
    high_w = min(max_w, max(0.0, net_w))
    return PowerTarget(low_w + high_w, low_w, high_w)


CONTROL_LAWS: dict[int, Callable[[float | None, float], PowerTarget]] = {
    Mode.INVERTER_CHARGE: _inverter_charge,
    Mode.INVERTER_DISCHARGE: _inverter_discharge,
    Mode.GRID_CHARGE: _grid_charge,
    Mode.GRID_DISCHARGE: _grid_discharge,
    Mode.GRID_CHARGE_DISCHARGE: _grid_charge_discharge,
    Mode.SOLAR_CHARGE: _solar_charge,
    Mode.SOLAR_CHARGE_DISCHARGE: _solar_charge_discharge,
}
"""The modes that set the power by the meter or the setpoint; 0, 9 and unknown ones are idle."""
