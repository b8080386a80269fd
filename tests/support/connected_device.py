"""A device under control: a simulated battery, a connection to it, time moved by hand."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import homevolt
from homevolt.simulator import ManualClock as SimulatedClock
from homevolt.simulator import Simulator
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.fakes import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import tzinfo

    from homevolt.simulator.world.ems.plan import Entry

SHORT_S = 0.6
"""A deadline for tests in which a device does not answer: long for loopback, on a slow machine."""
LONG_S = 30.0
"""A deadline for all that a test does before."""


class ConnectedDevice(NamedTuple):
    """A simulated battery and the library's view of it."""

    sim: Simulator
    device: homevolt.Device
    clock: ManualClock

    @property
    def writes(self) -> list[str]:
        """Every write the device saw, as the command or as `name=value`."""
        return [
            record.command or f"{record.form.get('k')}={record.form.get('v')}"
            for record in self.sim.journal.writes
        ]

    @property
    def requests(self) -> int:
        """How many requests the device saw."""
        return len(self.sim.journal)

    def plan(self, *entries: Entry, schedule_id: str = "Manual Schedule") -> None:
        """Put a plan into the device."""
        self.sim.installation.plan.replace(entries, schedule_id)


class LinkedClock(ManualClock):
    """A clock by which the time of a simulated battery passes too."""

    def __init__(self, now: float, sim: Simulator) -> None:
        super().__init__(now)
        self._sim = sim

    async def sleep(self, seconds: float) -> None:
        """Move both clocks at once."""
        await super().sleep(seconds)
        self._sim.advance(seconds)


@asynccontextmanager
async def connected_device(
    *,
    local_mode: bool = True,
    linked: bool = False,
    timeout: float = 10.0,  # noqa: ASYNC109 - it is the library's own argument
    schedule_timezone: tzinfo | str = "UTC",
    **simulated: Any,
) -> AsyncIterator[ConnectedDevice]:
    """Serve a device, connect to it, read it once, and forget the requests so far.

    Args:
        local_mode: As the simulator takes it.
        linked: Whether simulated time passes while the library waits.
        timeout: As the library takes it, but in force only once the device was read.
        schedule_timezone: As the library takes it.
        **simulated: Other options of the simulator.
    """
    options = {"clock": SimulatedClock(), "cloud": False, "local_mode": local_mode, **simulated}
    async with Simulator(**options) as sim:
        clock = LinkedClock(WINTER_NOON, sim) if linked else ManualClock(WINTER_NOON)
        async with homevolt.Homevolt(
            sim.host,
            sim.password,
            timeout=LONG_S,
            schedule_timezone=schedule_timezone,
            clock=clock,
        ) as connection:
            await connection.update_info()
            sim.journal.clear()
            set_deadline(connection, timeout)
            yield ConnectedDevice(sim, connection.get_device(), clock)


def set_deadline(connection: homevolt.Homevolt, deadline_s: float) -> None:
    """Give a connection another deadline: only what a test is about needs a short one."""
    transport = connection._transport
    transport._timeout_s = deadline_s
    transport._limits = transport._limits_of(deadline_s)
