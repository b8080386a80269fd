"""What the device remembers of its own figures, for /ems_history.json and /ct_history.json."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from homevolt.simulator.world.installation import Installation

INTERVAL_S: Final = 60
CAPACITY: Final = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """The figures of one moment: time in epoch s, powers in W, share stored, frequency in Hz."""

    time: int
    battery_w: float
    grid_w: float
    solar_w: float
    house_w: float
    state_of_charge: float
    frequency_hz: float


class History:
    """Samples taken as the world moves, at most one a minute; older ones are forgotten."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=CAPACITY)

    def sample(self, world: Installation, skew_s: float) -> None:
        """Take a sample when a minute has passed since the last one.

        Args:
            world: What to take it of.
            skew_s: How far the clock of the device is ahead.
        """
        now = int(world.time_s + skew_s)
        if self._samples and 0 <= now - self._samples[-1].time < INTERVAL_S:
            return
        units = world.units
        self._samples.append(
            Sample(
                now,
                world.battery_w,
                world.grid_w,
                world.house.solar_w,
                world.house.consumption_w,
                sum(unit.state_of_charge for unit in units) / len(units),
                world.house.frequency_hz,
            )
        )

    def since(self, start: int, limit: int) -> list[Sample]:
        """Return at most `limit` samples from `start` (epoch seconds) on, oldest first."""
        return [sample for sample in self._samples if sample.time >= start][:limit]
