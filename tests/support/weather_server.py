"""Open-Meteo on loopback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from homevolt.planning.series import QUARTER

if TYPE_CHECKING:
    from collections.abc import Callable


class WeatherServer:
    """Open-Meteo on loopback: each quarter of the days that are asked for, with 500 W/m2.

    Args:
        fault: What it answers instead.
        irradiance: The irradiance of the quarter that ENDS at an instant.
    """

    def __init__(
        self,
        fault: Callable[[], web.Response] | None = None,
        irradiance: Callable[[datetime], float | None] = lambda _: 500.0,
    ) -> None:
        self.queries: list[dict[str, str]] = []
        self._fault = fault
        self._irradiance = irradiance
        app = web.Application()
        app.add_routes([web.get("/v1/forecast", self._answer)])
        self._server = TestServer(app)
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.url = str(self._server.make_url("/"))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.queries.append(dict(request.query))
        if self._fault is not None:
            return self._fault()
        first, last = (
            datetime.fromisoformat(request.query[key]).replace(tzinfo=UTC)
            for key in ("start_date", "end_date")
        )
        count = (last - first) // QUARTER + 96
        times = [first + n * QUARTER for n in range(count)]
        return web.json_response(
            {
                "minutely_15": {
                    "time": [int(time.timestamp()) for time in times],
                    "global_tilted_irradiance": [self._irradiance(time) for time in times],
                }
            }
        )
