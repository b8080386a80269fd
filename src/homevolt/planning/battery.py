"""The battery as the planner sees it: how much it holds, how fast, at which losses and wear.

What the device says comes from the device, through the caller: capacity, power limits and state of
charge. What it does not say has defaults that were measured on captured units:

* Round trip 88.9 %: `ems[].ems_data.energy_produced / energy_consumed`, the lifetime counters of a
  unit in daily use, standby included. The two directions share it equally, since the counters do
  not tell them apart.
* Standby 5 W a unit: the mean of `ems[].ems_data.power` of two units that stood idle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.planning.series import is_number

ROUND_TRIP_EFFICIENCY = 0.889
ONE_WAY_EFFICIENCY = math.sqrt(ROUND_TRIP_EFFICIENCY)
STANDBY_W = 5.0
RESERVE = 0.05
"""What is kept above the lowest state of charge: the load of tomorrow is uncertain."""
_WH_PER_KWH = 1000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryModel:
    """A battery in numbers; powers are those of its AC side.

    Args:
        capacity_wh: What it holds from empty to full, in Wh.
        max_charge_w: The most that it takes, in W.
        max_discharge_w: The most that it gives, in W.
        charge_efficiency: Energy stored per energy taken, above 0 and at most 1.
        discharge_efficiency: Energy given per energy taken out of the store, likewise.
        standby_w: What it loses all the time, in W.
        min_soc: The lowest state of charge, 0 to 1.
        max_soc: The highest state of charge, 0 to 1.
        reserve: What a plan keeps above `min_soc`, 0 to 1.
        wear_per_kwh: What each kWh that it gives costs in wear, in the currency of the prices; see
            `wear_per_kwh`.

    Raises:
        HomevoltValueError: A number cannot be, or the limits cross.
    """

    capacity_wh: float
    max_charge_w: float
    max_discharge_w: float
    charge_efficiency: float = ONE_WAY_EFFICIENCY
    discharge_efficiency: float = ONE_WAY_EFFICIENCY
    standby_w: float = STANDBY_W
    min_soc: float = 0.0
    max_soc: float = 1.0
    reserve: float = RESERVE
    wear_per_kwh: float = 0.0

    def __post_init__(self) -> None:
        """Check what was given."""
        for name, (lowest, highest, says) in _RANGES.items():
            value = getattr(self, name)
            if not is_number(value) or not lowest <= value <= highest:
                raise HomevoltValueError(f"{name} must be {says}, not {short_repr(value)}.")
        if self.min_soc + self.reserve >= self.max_soc:
            raise HomevoltValueError(
                f"The limits of the state of charge cross: min_soc {self.min_soc:g} and reserve "
                f"{self.reserve:g} leave nothing below max_soc {self.max_soc:g}."
            )

    @property
    def floor_wh(self) -> float:
        """The energy below which no plan goes: that of `min_soc` and the reserve."""
        return (self.min_soc + self.reserve) * self.capacity_wh

    @property
    def ceiling_wh(self) -> float:
        """The energy above which no plan goes: that of `max_soc`."""
        return self.max_soc * self.capacity_wh

    @property
    def round_trip_efficiency(self) -> float:
        """Energy given per energy taken, standby aside."""
        return self.charge_efficiency * self.discharge_efficiency


def battery_from_readings(
    *,
    rated_capacity_wh: float | None,
    rated_power_w: float | None,
    state_of_health: float | None = None,
    units: int = 1,
    **settings: float,
) -> BatteryModel:
    """Make a battery of what a device says.

    The powers are the rated ones: the available ones of `/ems.json` are those of this moment, and 0
    W to discharge only says that the battery is empty now.

    Args:
        rated_capacity_wh: The sum of `ems[].ems_info.rated_capacity` in Wh.
        rated_power_w: The sum of `ems[].ems_info.rated_power` in W.
        state_of_health: The mean of `ems[].bms_data[].soh`, 0 to 1; None takes the rated capacity.
        units: How many units it is made of; the default standby is that of each.
        **settings: Other arguments of `BatteryModel`.

    Raises:
        HomevoltValueError: Capacity or power is not known, or a number cannot be.
    """
    for name, value in (("capacity", rated_capacity_wh), ("power", rated_power_w)):
        if value is None:
            raise HomevoltValueError(
                f"The device does not report its rated {name}: without it there is no plan."
            )
    known = {"standby_w": STANDBY_W * units, **settings}
    health = 1.0 if state_of_health is None else state_of_health
    return BatteryModel(
        **{
            "capacity_wh": (rated_capacity_wh or 0.0) * health,
            "max_charge_w": rated_power_w or 0.0,
            "max_discharge_w": rated_power_w or 0.0,
            **known,
        }
    )


def wear_per_kwh(*, purchase_price: float, capacity_wh: float, cycles: float) -> float:
    """Return what each kWh out of a battery costs in wear.

    Args:
        purchase_price: What the battery cost, in the currency of the prices.
        capacity_wh: Its capacity in Wh.
        cycles: How many full cycles it lasts, as its warranty says.

    Raises:
        HomevoltValueError: The price is negative, or one of the others is not positive.
    """
    if not is_number(purchase_price) or purchase_price < 0:
        raise HomevoltValueError(
            f"purchase_price must be 0 or more, not {short_repr(purchase_price)}."
        )
    for name, value in (("capacity_wh", capacity_wh), ("cycles", cycles)):
        if not is_number(value) or value <= 0:
            raise HomevoltValueError(f"{name} must be more than 0, not {short_repr(value)}.")
    return purchase_price / (capacity_wh / _WH_PER_KWH * cycles)


_TINY = 1e-3
_LARGE = 1e9
_RANGES: dict[str, tuple[float, float, str]] = {
    "capacity_wh": (_TINY, _LARGE, "a positive number of Wh"),
    "max_charge_w": (0.0, _LARGE, "a number of W, 0 or more"),
    "max_discharge_w": (0.0, _LARGE, "a number of W, 0 or more"),
    "charge_efficiency": (_TINY, 1.0, "more than 0 and at most 1"),
    "discharge_efficiency": (_TINY, 1.0, "more than 0 and at most 1"),
    "standby_w": (0.0, _LARGE, "a number of W, 0 or more"),
    "min_soc": (0.0, 1.0, "from 0 to 1"),
    "max_soc": (0.0, 1.0, "from 0 to 1"),
    "reserve": (0.0, 1.0, "from 0 to 1"),
    "wear_per_kwh": (0.0, _LARGE, "0 or more"),
}
"""Lowest and highest value of every argument, and how a message says it."""
