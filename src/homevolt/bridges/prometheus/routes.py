"""What Prometheus scrapes: `/metrics` for all devices, `/probe?target=NAME` for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from homevolt.bridges.prometheus.collector import FeedCollector, FeedSamples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.bridges.config import RunConfig
    from homevolt.bridges.feed import Feed
    from homevolt.bridges.feeds import Feeds

METRICS_PATH, PROBE_PATH = "/metrics", "/probe"


class MetricRoutes:
    """The paths that Prometheus scrapes.

    Args:
        config: The configuration.
    """

    def __init__(self, config: RunConfig) -> None:
        self._has_probe = config.prometheus is None or config.prometheus.probe
        self._samples = FeedSamples()

    def add_to(self, app: web.Application, feeds: Feeds) -> None:
        """Add the paths; what is asked for is a name of the configuration and never an address."""
        end_listening = feeds.listen(self._samples)

        async def end(_: web.Application) -> None:
            end_listening()

        async def metrics(request: web.Request) -> web.Response:
            return self._answer(request, feeds.values())

        async def probe(request: web.Request) -> web.Response:
            target = request.query.get("target", "")
            feed = feeds.get(target)
            if feed is None:
                asked = f"There is no device {target!r}" if target else "No target was given"
                known = ", ".join(feeds) or "none"
                text = f"{asked}. Known: {known}. Ask for {PROBE_PATH}?target=NAME.\n"
                return web.Response(status=404 if target else 400, text=text)
            return self._answer(request, [feed])

        app.on_cleanup.append(end)
        app.router.add_get(METRICS_PATH, metrics)
        if self._has_probe:
            app.router.add_get(PROBE_PATH, probe)

    def _answer(self, request: web.Request, feeds: Iterable[Feed]) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(FeedCollector(self._samples, feeds))
        return web.Response(body=body, headers={"Content-Type": content_type})
