"""Plans that tests write, and plans that simulated devices hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from homevolt import BatteryMode, ScheduleEntry
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry

if TYPE_CHECKING:
    from tests.support.connected_device import ConnectedDevice

NOON = datetime.fromtimestamp(WINTER_NOON, UTC)
HOUR = timedelta(hours=1)
CLOUD_ID = "6f1d3c5e-3f0a-4e7e-9d55-0123456789ab"


def hours(count: int, mode: int = 1, first: int = 1) -> list[ScheduleEntry]:
    """Return entries of one hour each, one after the other."""
    return [
        ScheduleEntry(
            mode=BatteryMode(mode),
            from_time=NOON + (first + number) * HOUR,
            to_time=NOON + (first + number + 1) * HOUR,
            setpoint=100 + number,
        )
        for number in range(count)
    ]


def cloud_plan(running: ConnectedDevice) -> None:
    """Let the device hold a plan that the cloud wrote: one entry past, two to come."""
    now = int(WINTER_NOON)
    common: dict[str, Any] = {"main_fuse": 25000, "charge_ramp_up": 1000}
    running.plan(
        Entry(1, now - 7200, now - 3600, options={"setpoint": 1, **common}),
        Entry(5, now - 3600, now + 3600, 10, 90, options={"setpoint": -500, **common}),
        Entry(
            7,
            now + 3600,
            None,
            options={"import_energy_limit": 6000, "import_energy_limit_to": now + 7200, **common},
        ),
        schedule_id=CLOUD_ID,
    )


def contents(running: ConnectedDevice) -> list[tuple[Any, ...]]:
    """Return what the device holds, without ids."""
    return [
        (e.type, e.from_time, e.to_time, e.min_soc, e.max_soc, dict(e.options))
        for e in running.sim.installation.plan.entries
    ]
