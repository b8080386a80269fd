"""What tests of mDNS share, which all announce on the loopback interface, as other runs do."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.discovery.mdns import Announcements

LOOPBACK = ["127.0.0.1"]


def own_seed() -> int:
    """Return a seed for a simulator whose id no other test has, in this run or another.

    The id is in the host name. What a test withdraws when it ends would be withdrawn from another
    one that announces the same host.
    """
    return secrets.randbits(31)


def until(*ports_or_ids: int | str) -> Callable[[Announcements], Awaitable[None]]:
    """Return a wait that ends when devices at these ports, or with these ids, were found."""

    async def wait(announcements: Announcements) -> None:
        async with asyncio.timeout(30):
            while True:
                devices = announcements.devices
                found = {each.port for each in devices} | {each.id for each in devices}
                if found.issuperset(ports_or_ids):
                    return
                announcements.changed.clear()
                await announcements.changed.wait()

    return wait
