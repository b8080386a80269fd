"""The cloud: replaces the schedule every few minutes unless local mode is on."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING, Final

from homevolt.simulator.device.parameters import LOCAL_MODE
from homevolt.simulator.world.ems.plan import Entry, OptionValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.simulator.device.log import DeviceLog
    from homevolt.simulator.device.parameters import ParameterStore
    from homevolt.simulator.world.ems.plan import Plan

INTERVAL_S: Final = 180
"""Simulated seconds between two updates by the cloud."""

MAX_UPDATES: Final = 500
"""Updates made for one gap; after a longer gap they are further apart."""

BLOCK_S: Final = 10_800
BLOCKS_BEFORE: Final = 1
BLOCKS_AFTER: Final = 3

_COMMON: Final[dict[str, OptionValue]] = {
    "main_fuse": 25000,
    "charge_ramp_up": 1000,
    "discharge_ramp_up": 1000,
}

# Mode and options for each three hours of the UTC day: charge at night, follow the meter at the
# morning and evening peaks, charge from solar at noon.
_DAY: Final[tuple[tuple[int, dict[str, OptionValue]], ...]] = (
    (1, {"setpoint": 3000}),
    (1, {"setpoint": 2000}),
    (5, {"setpoint": 0, "max_discharge": 6000}),
    (7, {}),
    (7, {}),
    (5, {"setpoint": 0, "max_charge": 2500, "max_discharge": 6000}),
    (5, {"setpoint": 200, "max_discharge": 5000}),
    (0, {"offline": False}),
)


class Cloud:
    """The cloud that plans for the battery.

    Args:
        plan: The plan that it replaces.
        parameters: Parameters of the device, among them local mode.
        log: Log of the device.
        seed: The same seed gives the same schedule ids.
        first_update: Time of its first update, epoch seconds of simulated time.
        enabled: Whether it makes updates.

    Attributes:
        enabled: Whether it makes updates.
        next_update: Simulated time of its next update, epoch seconds.
        replaced: Number of schedules it has replaced.
        refused: Number of updates the device refused because local mode was on.
    """

    def __init__(
        self,
        plan: Plan,
        parameters: ParameterStore,
        log: DeviceLog,
        *,
        seed: int,
        first_update: float,
        enabled: bool,
    ) -> None:
        self._plan = plan
        self._parameters = parameters
        self._log = log
        self._seed = seed
        self.enabled = enabled
        self.next_update = first_update
        self.replaced = 0
        self.refused = 0
        self._refused_block = -1

    def updates(self, now: float) -> Iterator[float]:
        """Yield the time of every update due by `now`, each before it is made."""
        missed = (now - self.next_update) // INTERVAL_S
        interval_s = INTERVAL_S * (1 + missed // MAX_UPDATES)
        while self.enabled and self.next_update <= now:
            yield self.next_update
            self.update()
            self.next_update += interval_s

    def update(self) -> None:
        """Send the schedule for this time of day, which the device accepts or refuses."""
        block = int(self.next_update // BLOCK_S)
        if self._parameters.values[LOCAL_MODE]:
            self.refused += 1
            if block != self._refused_block:
                self._log.add("warning", "cloud", "schedule refused: settings_local is set")
            self._refused_block = block
            return
        schedule_id = str(
            uuid.UUID(int=random.Random(f"{self._seed} {block}").getrandbits(128), version=4)
        )
        if self._plan.schedule_id == schedule_id:
            return
        self._plan.replace(plan_day(block), schedule_id)
        self.replaced += 1
        self._log.add("info", "cloud", f"schedule {schedule_id} received")


def plan_day(block: int) -> list[Entry]:
    """Return the entries around one three-hour block of time, the past one first.

    Args:
        block: Number of the three-hour block, counted from the epoch.

    Returns:
        Entries without a gap between them; the second covers the block itself.
    """
    return [_entry(number) for number in range(block - BLOCKS_BEFORE, block + BLOCKS_AFTER + 1)]


def _entry(block: int) -> Entry:
    mode, options = _DAY[block % len(_DAY)]
    return Entry(
        type=mode,
        from_time=block * BLOCK_S,
        to_time=(block + 1) * BLOCK_S,
        min_soc=10 if "max_discharge" in options else None,
        max_soc=None,
        options={**_COMMON, **options},
    )
