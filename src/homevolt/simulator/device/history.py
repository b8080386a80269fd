"""The device's record of its own readings, for /ems_history.json and /ct_history.json."""

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
    """Readings at one time: epoch s, powers in W, state of charge 0 to 1, frequency in Hz."""

    time: int
    battery_w: float
    grid_w: float
    solar_w: float
    house_w: float
    state_of_charge: float
    frequency_hz: float


class History:
    """Samples taken as time passes, at most one a minute; the oldest are dropped."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=CAPACITY)

    def clear(self) -> None:
        """Drop every sample."""
        self._samples.clear()

    def sample(self, world: Installation) -> None:
        """Take a sample of the world if a minute has passed since the last one."""
        now = world.device_time_s
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

    def since(self, start: int | None, limit: int) -> list[Sample]:
        """Return at most `limit` samples, oldest first.

        Args:
            start: Earliest time, epoch seconds; None for the newest samples.
            limit: Maximum number.
        """
        if start is None:
            return list(self._samples)[-limit:] if limit else []
        return [sample for sample in self._samples if sample.time >= start][:limit]
