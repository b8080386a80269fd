"""A plain HTTP client for the simulated device, and a device to go with it."""

from __future__ import annotations

import base64
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Client:
    """Sends requests to one device; does not interpret the answers."""

    def __init__(self, session: aiohttp.ClientSession, sim: Simulator) -> None:
        self.session = session
        self.sim = sim
        self.password = sim.password

    @staticmethod
    def headers_for(password: str | None) -> dict[str, str]:
        if not password:
            return {}
        token = base64.b64encode(f"admin:{password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def headers(self) -> dict[str, str]:
        return self.headers_for(self.password)

    async def request(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        async with self.session.request(
            method, self.sim.url + path, headers=self.headers(), allow_redirects=False, **options
        ) as response:
            return response.status, await response.read()

    async def status(self, path: str = "/ems.json", **options: Any) -> int:
        return (await self.request("GET", path, **options))[0]

    async def get(self, path: str) -> Any:
        status, body = await self.request("GET", path)
        assert status == 200, body
        return json.loads(body)

    async def console(self, command: str) -> str:
        status, body = await self.request("POST", "/console.json", data={"cmd": command})
        assert status == 200, body
        return body.decode()

    async def set(self, name: str, value: str, store: str = "1") -> tuple[int, str]:
        form = {"k": name, "v": value, "store": store}
        status, body = await self.request("POST", "/params.json", data=form)
        return status, body.decode()

    async def parameter(self, name: str) -> Any:
        rows = await self.get("/params.json")
        (row,) = (row for row in rows if row["name"] == name)
        return row["value"]


@asynccontextmanager
async def device(**options: Any) -> AsyncIterator[Client]:
    """Serve a device with a ManualClock, and yield a client for it."""
    async with (
        Simulator(**{"clock": ManualClock(), **options}) as sim,
        aiohttp.ClientSession() as session,
    ):
        yield Client(session, sim)
