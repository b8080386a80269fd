"""The cloud partner: replaces the schedule every few minutes unless local control is on."""

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
"""Simulated seconds between two visits of the cloud."""

MOST_VISITS: Final = 500

BLOCK_S: Final = 10_800
BLOCKS_BEFORE: Final = 1
BLOCKS_AFTER: Final = 3

_COMMON: Final[dict[str, OptionValue]] = {
    "main_fuse": 25000,
    "charge_ramp_up": 1000,
    "discharge_ramp_up": 1000,
}

# Mode and options for each three hours of the UTC day: charge at night, follow the meter at the
# morning and evening peaks, take the sun at noon.
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
    """The partner that plans for the battery.

    Args:
        plan: The plan that it replaces.
        parameters: Where the device says whether it refuses.
        log: Where the device notes its visits.
        seed: The same seed gives the same schedule ids.
        first_visit: When it visits first, epoch seconds of simulated time.
        enabled: Whether it visits at all.

    Attributes:
        enabled: Whether it visits at all.
        next_visit: Simulated time of its next visit, epoch seconds.
        replaced: How often it replaced a schedule.
        refused: How often the device refused because local control was on.
    """

    def __init__(
        self,
        plan: Plan,
        parameters: ParameterStore,
        log: DeviceLog,
        *,
        seed: int,
        first_visit: float,
        enabled: bool,
    ) -> None:
        self._plan = plan
        self._parameters = parameters
        self._log = log
        self._seed = seed
        self.enabled = enabled
        self.next_visit = first_visit
        self.replaced = 0
        self.refused = 0
        self._refused_block = -1

    def visits(self, now: float) -> Iterator[float]:
        """Yield the time of every visit due by `now`, each before it is made.

        After a very long gap only so many are made as keep the cost of catching up bounded.
        """
        missed = (now - self.next_visit) // INTERVAL_S
        interval_s = INTERVAL_S * (1 + missed // MOST_VISITS)
        while self.enabled and self.next_visit <= now:
            yield self.next_visit
            self.visit()
            self.next_visit += interval_s

    def visit(self) -> None:
        """Bring the schedule for this time of day, which the device takes or refuses."""
        block = int(self.next_visit // BLOCK_S)
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
    """Return the entries around one three-hour block of time, a past one first.

    Args:
        block: Number of the block since the epoch.

    Returns:
        Entries that follow each other without a gap; the second is the one of the block itself.
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
