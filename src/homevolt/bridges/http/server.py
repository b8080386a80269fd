"""The HTTP server: the health of the service, and what other modules serve besides it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aiohttp import web

from homevolt.bridges.output import OutputError
from homevolt.bridges.outputs import make_routes

if TYPE_CHECKING:
    from homevolt.bridges.config import RunConfig
    from homevolt.bridges.feeds import Feeds
    from homevolt.bridges.health import Health
    from homevolt.bridges.output import OutputStatus

_LOGGER = logging.getLogger(__name__)

HEALTH_PATH = "/health"
SHUTDOWN_S = 10.0
"""How long requests under way may take when the server ends."""


class HttpServer:
    """Serves on one address, which is of this machine alone unless the configuration says more.

    Args:
        config: The configuration.
        health: The health of the service.

    Attributes:
        name: What it is called in the log.
        url: Where it serves, None while it does not.
    """

    name = "http"

    def __init__(self, config: RunConfig, health: Health) -> None:
        if config.http is None:
            raise ValueError("the configuration has no HTTP server")
        self.url: str | None = None
        self._http = config.http
        self._routes = make_routes(config)
        self._health = health

    async def run(self, feeds: Feeds, status: OutputStatus) -> None:
        """Serve until told to stop.

        Raises:
            OutputError: The address cannot be served on.
        """
        app = web.Application()
        app.router.add_get(HEALTH_PATH, self._answer_health)
        for routes in self._routes:
            routes.add_to(app, feeds)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        try:
            await self._listen(runner)
            status.up()
            await status.stopping.wait()
        finally:
            self.url = None
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._http.host, self._http.port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise OutputError(
                f"{host}:{port} cannot be served on: {error.strerror or error}. Choose another "
                "host or port in [http]."
            ) from error
        host, port, *_ = runner.addresses[0]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        _LOGGER.info("Serving at %s.", self.url)

    async def _answer_health(self, _: web.Request) -> web.Response:
        status = 200 if self._health.is_alive else 503
        return web.json_response(self._health.document(), status=status)
