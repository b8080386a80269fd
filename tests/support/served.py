"""A battery whose facade is served over HTTP."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from homevolt.bridges.config import HttpConfig, RunConfig
from homevolt.bridges.outputs import make_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.bridged import BridgedBattery

TOKEN = "not-a-secret"


class Served(NamedTuple):
    """A battery that is served over HTTP."""

    battery: BridgedBattery
    session: aiohttp.ClientSession

    async def get(self) -> Any:
        """Return the document of the battery."""
        async with self.session.get("/battery") as response:
            assert response.status == 200
            return await response.json()

    async def put(self, body: Any, path: str = "/battery/mode") -> tuple[int, Any]:
        """Ask for a mode and return status and answer."""
        sent = {"data": body} if isinstance(body, str | bytes) else {"json": body}
        async with self.session.put(path, **sent) as response:
            return response.status, await response.json()


@asynccontextmanager
async def served_battery(
    battery: BridgedBattery, token: str | None = TOKEN
) -> AsyncIterator[Served]:
    """Serve the facade of a battery, with what the HTTP server of the service is made of."""
    app = web.Application()
    for routes in make_routes(RunConfig(http=HttpConfig(port=0, token=token))):
        routes.add_to(app, battery.feeds)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(
            server.make_url("/"), headers={"Authorization": f"Bearer {TOKEN}"}
        ) as session,
    ):
        yield Served(battery, session)
