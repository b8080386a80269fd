"""A device as a command of the shell has it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from homevolt import Homevolt
from homevolt.cli.errors import Origin
from homevolt.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt._common import SystemClock
    from homevolt.simulator import Simulator


@asynccontextmanager
async def opened(battery: Simulator, clock: SystemClock) -> AsyncIterator[Session]:
    """Read a battery as a command does before its work."""
    async with Homevolt(battery.host, clock=clock) as connection:
        await connection.update_info()
        yield Session(connection.get_device(), Origin(connection.base_url, is_known=True))
