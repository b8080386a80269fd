"""The requests of a write without the library, as the floor of what it costs.

It opens a connection for each write too, as the library does: the device closes idle ones without
notice, and it would be unknown whether a write on such a connection arrived.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Self

from aiohttp import ClientSession, TCPConnector

if TYPE_CHECKING:
    from collections.abc import Iterable


class Bare:
    """Bare HTTP to a battery.

    Args:
        host: Its address.
        password: Its password.
    """

    def __init__(self, host: str, password: str) -> None:
        self._url = f"http://{host}"
        token = base64.b64encode(f"admin:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    async def __aenter__(self) -> Self:
        self._reading = ClientSession(self._url, headers=self._headers)
        fresh = TCPConnector(force_close=True)
        self._writing = ClientSession(self._url, headers=self._headers, connector=fresh)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reading.close()
        await self._writing.close()

    async def write(self, lines: Iterable[str]) -> None:
        """Read the plan, send commands, read the plan back."""
        await self.read()
        for line in lines:
            await self.send(line)
        await self.read()

    async def read(self) -> None:
        """Read the plan."""
        async with self._reading.get("/schedule.json") as response:
            await response.read()

    async def send(self, line: str) -> None:
        """Send a command."""
        async with self._writing.post("/console.json", data={"cmd": line}) as response:
            await response.read()
