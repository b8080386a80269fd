"""What a device says that a plan needs: the time, and its battery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.battery import RESERVE, battery_from_readings, wear_per_kwh

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from homevolt._common import Clock
    from homevolt.cli.planning.settings import PlanSettings
    from homevolt.planning.battery import BatteryModel
    from homevolt.readings.views import UnitView

_LARGEST_OFFSET_S = 600.0


def check_clock(now: datetime, clock: Clock) -> None:
    """Refuse to plan for a device whose clock is wrong: its windows would open at other times.

    Args:
        now: The present by the clock of the device.
        clock: The time of this machine.

    Raises:
        HomevoltValueError: They are too far apart.
    """
    ahead_s = now.timestamp() - clock.now()
    if abs(ahead_s) > _LARGEST_OFFSET_S:
        raise HomevoltValueError(
            f"The clock of the device is {abs(ahead_s) / 60:.0f} min "
            f"{'ahead of' if ahead_s > 0 else 'behind'} that of this machine: one of them is "
            "wrong, and entries would be in force at the wrong time. Set it."
        )


def battery_of(units: Sequence[UnitView], settings: PlanSettings) -> tuple[BatteryModel, float]:
    """Return the battery, and its state of charge from 0 to 1.

    Args:
        units: What the device says.
        settings: What it does not say.

    Raises:
        HomevoltValueError: The device does not report what is needed, or a number cannot be.
    """
    capacity = _total([unit.rated_capacity_wh for unit in units])
    stored = _total(
        [
            None
            if unit.state_of_charge_ratio is None or unit.rated_capacity_wh is None
            else unit.state_of_charge_ratio * unit.rated_capacity_wh
            for unit in units
        ]
    )
    own = {
        "min_soc": settings.min_soc / 100,
        "max_soc": settings.max_soc / 100,
        "reserve": RESERVE if settings.reserve is None else settings.reserve / 100,
        "charge_efficiency": settings.charge_efficiency,
        "discharge_efficiency": settings.discharge_efficiency,
        "standby_w": settings.standby_w,
    }
    if settings.purchase_price and settings.cycles and capacity:
        own["wear_per_kwh"] = wear_per_kwh(
            purchase_price=settings.purchase_price, capacity_wh=capacity, cycles=settings.cycles
        )
    battery = battery_from_readings(
        rated_capacity_wh=capacity,
        rated_power_w=_total([unit.rated_power_w for unit in units]),
        units=len(units),
        **{name: value for name, value in own.items() if value is not None},
    )
    if stored is None:
        raise HomevoltValueError(
            "The device does not report its state of charge: without it there is no plan."
        )
    return battery, min(1.0, stored / battery.capacity_wh)


def _total(values: list[float | None]) -> float | None:
    """Return a sum, None where a part of it is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
