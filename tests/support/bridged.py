"""A simulated battery on a real broker, and somebody who listens and commands there."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import aiomqtt

from homevolt.bridges.config import DeviceConfig
from homevolt.bridges.feed import Feed
from homevolt.bridges.feeds import Feeds
from homevolt.bridges.mqtt.bridge import NO_DELAY, MqttOutput
from homevolt.bridges.output import OutputStatus
from homevolt.simulator import ManualClock as SimulatedClock
from homevolt.simulator import Simulator
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.connected_device import LinkedClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from homevolt.bridges.config import MqttConfig
    from tests.support.mosquitto import Mosquitto

DEADLINE_S = 20.0


class Message(NamedTuple):
    """A message that came."""

    topic: str
    payload: bytes
    retain: bool

    @property
    def json(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.payload)


class Observer:
    """A client of the broker that keeps what comes and sends what it is told to.

    Attributes:
        latest: The last message of each topic.
        messages: Every message, in order.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self.latest: dict[str, Message] = {}
        self.messages: list[Message] = []
        self._client = client
        self._news = asyncio.Condition()

    async def listen(self) -> None:
        """Keep what comes, until cancelled."""
        async for message in self._client.messages:
            kept = Message(str(message.topic), message.payload, bool(message.retain))
            async with self._news:
                self.messages.append(kept)
                self.latest[kept.topic] = kept
                self._news.notify_all()

    async def wait(
        self, topic: str, fits: Callable[[Message], Any] = lambda _: True, *, since: int = 0
    ) -> Message:
        """Return the first message of a topic that fits, waiting for it if need be."""

        def found() -> Message | None:
            kept = self.messages[since:]
            return next((m for m in kept if m.topic == topic and fits(m)), None)

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(found), DEADLINE_S)
            except TimeoutError as error:
                topics = sorted({m.topic for m in self.messages[since:]})
                raise AssertionError(f"no such message on {topic}; there were {topics}") from error
            message = found()
            assert message is not None
            return message

    async def send(self, topic: str, payload: object, *, retain: bool = False) -> int:
        """Send a message, as JSON unless it is text; return how many messages came before."""
        since = len(self.messages)
        text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        await self._client.publish(topic, text, qos=1, retain=retain)
        return since


@asynccontextmanager
async def observing(broker: Mosquitto) -> AsyncIterator[Observer]:
    """Listen to everything on a broker."""
    config = broker.config()
    tls = None
    if config.ca_file is not None:
        import ssl  # noqa: PLC0415 - few tests need it

        tls = ssl.create_default_context(cafile=config.ca_file)
    async with aiomqtt.Client(
        config.host, config.port, username=config.username, password=config.password,
        tls_context=tls, socket_options=NO_DELAY,
    ) as client:  # fmt: skip
        observer = Observer(client)
        await client.subscribe("#", qos=1)
        listening = asyncio.create_task(observer.listen())
        try:
            yield observer
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


class BridgedBattery(NamedTuple):
    """A simulated battery on a broker."""

    sim: Simulator
    feed: Feed
    feeds: Feeds
    clock: LinkedClock
    state_folder: Path | None = None

    @property
    def ecu_id(self) -> str:
        """The id of the unit that answers."""
        assert self.feed.device_id is not None
        return self.feed.device_id

    @property
    def commands(self) -> list[str]:
        """The console commands that the device saw."""
        return [record.command for record in self.sim.journal.writes if record.command]

    @property
    def entries(self) -> list[Any]:
        """The entries of the plan that the device holds."""
        return list(self.sim.installation.plan.entries)

    async def read(self) -> None:
        """Read the device and tell the outputs."""
        await self.feed.connection.update_info()
        self.feed.announce()

    def topic(self, name: str) -> str:
        """Return a topic of the device."""
        return f"homevolt/{self.ecu_id}/{name}"


@asynccontextmanager
async def bridged_battery(
    *, state_folder: Path | None = None, **simulated: Any
) -> AsyncIterator[BridgedBattery]:
    """Serve a device and read it once; simulated time passes while the library waits."""
    options = {"clock": SimulatedClock(), "cloud": False, "local_mode": True, **simulated}
    async with (
        Simulator(**options) as sim,
        bridged(sim, LinkedClock(WINTER_NOON, sim), state_folder) as battery,
    ):
        yield battery


@asynccontextmanager
async def bridged(
    sim: Simulator, clock: LinkedClock, state_folder: Path | None = None
) -> AsyncIterator[BridgedBattery]:
    """Connect to a device as a bridge that was just started does, and read it once."""
    feed = Feed(
        DeviceConfig("home", sim.host, sim.password), clock=clock, state_folder=state_folder
    )
    feeds = Feeds()
    async with feed.connection:
        feeds.add(feed)
        battery = BridgedBattery(sim, feed, feeds, clock, state_folder)
        await battery.read()
        sim.journal.clear()
        yield battery


@asynccontextmanager
async def restarted(
    battery: BridgedBattery, state_folder: Path | None = None
) -> AsyncIterator[BridgedBattery]:
    """Connect to the device of another bridge as a new process does, which knows only its notes."""
    folder = state_folder or battery.state_folder
    async with bridged(battery.sim, battery.clock, folder) as again:
        yield again


@asynccontextmanager
async def running_output(
    config: MqttConfig, feeds: Feeds, *, output: MqttOutput | None = None
) -> AsyncIterator[MqttOutput]:
    """Run an output on a broker; at the end it is told to stop, and has to."""
    output = output or MqttOutput(config)
    is_up = asyncio.Event()
    status = OutputStatus(is_up.set)
    running = asyncio.create_task(output.run(feeds, status))
    up = asyncio.create_task(is_up.wait())
    await asyncio.wait({running, up}, timeout=DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        up.cancel()
        running.result()
    try:
        yield output
    finally:
        status.stopping.set()
        await asyncio.wait_for(running, DEADLINE_S)
