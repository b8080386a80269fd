"""Minutes of changing load and sun, and what each word of the facade promises of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.bridged import BridgedBattery


IDLE_W = 10.0
"""What an idle inverter draws is less than this."""


NEAR_W = 30.0


THRESHOLD_W = 100.0
"""The battery does not follow what is less than this."""


POWER_W = 2000


class Minute(NamedTuple):
    """How a minute ended.

    Attributes:
        net_w: Consumption less production: what the battery would have to give.
        battery_w: Power of the battery; + discharging.
        grid_w: Power at the meter; + import.
    """

    net_w: float
    battery_w: float
    grid_w: float


def load_and_sun(minute: int) -> tuple[float, float]:
    """Return a consumption and a production that change all the time; either is ahead at times."""
    load_w = 1200 + 900 * math.sin(minute / 4) + (1500 if minute % 20 < 3 else 0)
    sun_w = max(0.0, 1300 + 1900 * math.sin(minute / 9) - (800 if minute % 7 == 0 else 0))
    return load_w, sun_w


async def minutes(battery: BridgedBattery, count: int) -> list[Minute]:
    """Let minutes pass, and return how each ended."""
    passed = []
    for minute in range(count):
        load_w, sun_w = load_and_sun(minute)
        battery.sim.installation.house.pin(consumption_w=load_w, solar_w=sun_w)
        await battery.clock.sleep(60)
        world = battery.sim.installation
        passed.append(Minute(load_w - sun_w, world.battery_w, world.grid_w))
    assert {minute.net_w > 0 for minute in passed} == {True, False}
    return passed


def is_balanced(minute: Minute) -> bool:
    """Tell whether the meter is held at zero."""
    return abs(minute.grid_w) < NEAR_W or abs(minute.net_w) < THRESHOLD_W


PROMISES: dict[str, Callable[[Minute], bool]] = {
    "normal": is_balanced,
    "hold": lambda m: m.battery_w <= 0 and (m.net_w >= 0 or is_balanced(m)),
    "charge": lambda m: abs(m.battery_w + POWER_W) < NEAR_W,
    "holdcharge": lambda m: m.battery_w >= -IDLE_W and (m.net_w <= 0 or is_balanced(m)),
    "discharge": lambda m: abs(m.battery_w - POWER_W) < NEAR_W,
}
