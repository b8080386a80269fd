"""What each mode wants of the battery, given the house.

Our choice where the facts are silent:

* 1, 2 without a setpoint go as fast as `max_charge` or `max_discharge` allows;
* 3 only charges and 4 only discharges: where the house alone is beyond the setpoint, the battery
  rests;
* 7 takes the surplus of production over consumption, at most the setpoint where there is one;
* 8 takes the surplus and covers what is missing, at most the setpoint either way: the meter is at
  zero as long as the battery can, it neither charges from the grid nor feeds stored energy into
  it;
* 9 lets the battery rest, so that whatever the house leaves of the production is fed in;
* an unknown type is idle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.ems import modes
from homevolt.simulator.world.quantities import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.simulator.world.ems.order import Order


class Wish(NamedTuple):
    """What a mode wants of the battery, + when it discharges.

    Attributes:
        target_w: Where it would have the battery.
        low_w: What it may not go below.
        high_w: What it may not go above.
    """

    target_w: float
    low_w: float
    high_w: float


REST = Wish(0.0, 0.0, 0.0)


def wish(order: Order, time_s: float, net_w: float, frequency_hz: float) -> Wish:
    """Return what an order wants of the battery.

    Args:
        order: The active entry.
        time_s: Epoch seconds.
        net_w: Consumption less production: what the meter would show if the battery rested.
        frequency_hz: Of the grid.

    Returns:
        Target and bounds, in W.
    """
    if order.type == modes.FREQUENCY_RESERVE:
        power_w = order.reserve.power_w(time_s, frequency_hz)
        return Wish(power_w, -NO_LIMIT, NO_LIMIT)
    law = LAWS.get(order.type)
    return REST if law is None else law(order.setpoint_w, net_w)


def _inverter_charge(setpoint_w: float | None, _net_w: float) -> Wish:
    return Wish(-NO_LIMIT if setpoint_w is None else -max(0.0, setpoint_w), -NO_LIMIT, 0.0)


def _inverter_discharge(setpoint_w: float | None, _net_w: float) -> Wish:
    return Wish(NO_LIMIT if setpoint_w is None else max(0.0, setpoint_w), 0.0, NO_LIMIT)


def _grid_charge(setpoint_w: float | None, net_w: float) -> Wish:
    return Wish(net_w - (setpoint_w or 0.0), -NO_LIMIT, 0.0)


def _grid_discharge(setpoint_w: float | None, net_w: float) -> Wish:
    return Wish(net_w + (setpoint_w or 0.0), 0.0, NO_LIMIT)


def _grid_both(setpoint_w: float | None, net_w: float) -> Wish:
    return Wish(net_w - (setpoint_w or 0.0), -NO_LIMIT, NO_LIMIT)


def _solar_charge(setpoint_w: float | None, net_w: float) -> Wish:
    most_w = NO_LIMIT if setpoint_w is None else max(0.0, setpoint_w)
    low_w = -min(most_w, max(0.0, -net_w))
    return Wish(low_w, low_w, 0.0)


def _solar_both(setpoint_w: float | None, net_w: float) -> Wish:
    most_w = NO_LIMIT if setpoint_w is None else abs(setpoint_w)
    low_w = -min(most_w, max(0.0, -net_w))
    high_w = min(most_w, max(0.0, net_w))
    return Wish(low_w + high_w, low_w, high_w)


LAWS: dict[int, Callable[[float | None, float], Wish]] = {
    modes.INVERTER_CHARGE: _inverter_charge,
    modes.INVERTER_DISCHARGE: _inverter_discharge,
    modes.GRID_CHARGE: _grid_charge,
    modes.GRID_DISCHARGE: _grid_discharge,
    modes.GRID_CHARGE_DISCHARGE: _grid_both,
    modes.SOLAR_CHARGE: _solar_charge,
    modes.SOLAR_CHARGE_DISCHARGE: _solar_both,
}
"""The modes that move the battery by the meter or the setpoint; 0, 9 and unknown ones rest."""
