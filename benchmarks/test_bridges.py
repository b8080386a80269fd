"""What a scrape costs: 200 devices, from what was read last, in less than 150 ms of CPU."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import aiohttp
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from homevolt.bridges.config import DeviceConfig, HttpConfig, PrometheusConfig, RunConfig
from homevolt.bridges.feed import Feed
from homevolt.bridges.feeds import Feeds
from homevolt.bridges.health import Health
from homevolt.bridges.http.server import HttpServer
from homevolt.bridges.output import OutputStatus
from homevolt.bridges.prometheus.collector import FeedCollector, FeedSamples
from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.core import Metric

DEVICES = 200
ROUNDS = 7
MAY_TAKE_MS = 150
COLLECTING_MAY_COST = 2.0


class Made(Collector):
    """Metrics that were made before: what the package needs to write them is the reference."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self.families = [*families]

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self.families


def cpu_ms(call: Callable[[], object]) -> float:
    """Return the least CPU time of several calls."""
    took: list[float] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        call()
        took.append((time.process_time() - began) * 1000)
    return min(took)


async def read_feeds(host: str) -> Feeds:
    """Return the feeds of many devices that were read once."""
    feeds = Feeds()
    for number in range(DEVICES):
        feed = Feed(DeviceConfig(f"house-{number}", host))
        async with feed.connection:
            await feed.connection.update_info()
        feeds.add(feed)
    return feeds


async def test_a_scrape_of_two_hundred_devices_takes_less_than_150_ms() -> None:
    async with Simulator(password=None, clock=ManualClock()) as simulator:
        feeds = await read_feeds(simulator.host)
    samples = FeedSamples()
    feeds.listen(samples)
    for feed in feeds.values():
        feed.announce()
    collector = FeedCollector(samples, feeds.values())
    body = generate_latest(collector)
    made = Made(collector.collect())
    count = sum(len(family.samples) for family in made.families)
    whole_ms = cpu_ms(lambda: generate_latest(collector))
    writing_ms = cpu_ms(lambda: generate_latest(made))
    print(
        f"\n{DEVICES} devices, {count} samples, {len(body) / 1e6:.1f} MB: {whole_ms:.0f} ms, of "
        f"which {writing_ms:.0f} ms the package writes = {whole_ms / writing_ms:.2f}"
    )
    served_ms = await over_http(feeds)
    print(f"over HTTP, the client in the same process: {served_ms:.0f} ms")
    assert whole_ms / writing_ms <= COLLECTING_MAY_COST
    assert served_ms <= MAY_TAKE_MS


async def over_http(feeds: Feeds) -> float:
    """Return the least CPU time of a scrape from the server, what the client needs included."""
    config = RunConfig(prometheus=PrometheusConfig(), http=HttpConfig(port=0))
    serves = asyncio.Event()
    server, status = HttpServer(config, Health(feeds, {})), OutputStatus(serves.set)
    serving = asyncio.create_task(server.run(feeds, status))
    await serves.wait()
    for feed in feeds.values():
        feed.announce()
    took: list[float] = []
    async with aiohttp.ClientSession() as client:
        for _ in range(ROUNDS):
            began = time.process_time()
            async with client.get(f"{server.url}/metrics") as answer:
                await answer.read()
            took.append((time.process_time() - began) * 1000)
    status.stopping.set()
    await serving
    return min(took)
