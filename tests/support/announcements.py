"""Waits for devices that announce themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.discovery.mdns import Announcements


LOOPBACK = ["127.0.0.1"]


def until(*ports: int) -> Callable[[Announcements], Awaitable[None]]:
    """Return a wait that ends when devices at these ports were found."""

    async def wait(announcements: Announcements) -> None:
        async with asyncio.timeout(30):
            while not set(ports) <= {device.port for device in announcements.devices}:
                announcements.changed.clear()
                await announcements.changed.wait()

    return wait
