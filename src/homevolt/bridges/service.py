"""The service: all configured devices and outputs in one process, each apart from the others."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK
from homevolt.bridges.feed import Feed
from homevolt.bridges.feeds import Feeds
from homevolt.bridges.health import Health
from homevolt.bridges.notify import Notifier
from homevolt.bridges.outputs import make_output, wanted
from homevolt.bridges.supervisor import STOP_S, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from homevolt._common import Clock
    from homevolt.bridges.config import DeviceConfig, RunConfig

_LOGGER = logging.getLogger(__name__)

CRASH_PAUSE_S = 30.0
WATCHDOG_SHARE = 0.5


class Service:
    """Reads the devices of a configuration and runs its outputs, until it is stopped.

    Args:
        config: What to do.
        load: Returns the configuration as it is now, for a reload; None where it cannot be used,
            after it has said why.
        clock: The source of time.
        notifier: Who tells systemd.

    Attributes:
        config: What it does now.
        feeds: The devices.
        outputs: The outputs by name.
    """

    def __init__(
        self,
        config: RunConfig,
        load: Callable[[], RunConfig | None] = lambda: None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        notifier: Notifier | None = None,
    ) -> None:
        self.config = config
        self.feeds = Feeds()
        self.outputs: dict[str, Supervisor] = {}
        self.health = Health(self.feeds, self.outputs)
        self._load = load
        self._clock = clock
        self._notifier = notifier or Notifier()
        self._tasks: dict[Feed, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._is_reloading = False

    async def run(self) -> None:
        """Run until `stop`; then end cleanly: outputs first, then the connections."""
        telling: list[asyncio.Task[None]] = []
        try:
            await self._apply(self.config)
            telling += map(asyncio.create_task, (self._say_ready(), self._watch()))
            await self._serve()
        finally:
            self._notifier.stopping()
            await self._end()
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)

    def stop(self) -> None:
        """End the service; it is called by SIGTERM and SIGINT."""
        self._is_stopping = True
        self._wake.set()

    def reload(self) -> None:
        """Load the configuration again; what did not change in it goes on. Called by SIGHUP."""
        self._is_reloading = True
        self._wake.set()

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._is_stopping:
                return
            if self._is_reloading:
                self._is_reloading = False
                await self._reload()

    async def _reload(self) -> None:
        self._notifier.reloading()
        config = await asyncio.to_thread(self._load)
        if config is None:
            _LOGGER.error("The configuration is not used; everything goes on as before.")
        else:
            await self._apply(config)
            _LOGGER.info("The configuration was loaded again.")
        self._notifier.ready()

    async def _apply(self, config: RunConfig) -> None:
        old, self.config = self.config, config
        self._apply_devices(config.devices)
        await self._apply_outputs(old, config)

    def _apply_devices(self, devices: Iterable[DeviceConfig]) -> None:
        configured = {device.name: device for device in devices}
        gone = [
            feed
            for feed in self.feeds.values()
            if configured.get(feed.name) != feed.config or feed.is_refused
        ]
        for feed in gone:
            self.feeds.remove(feed)
            self._leave(feed)
        new = [device for device in configured.values() if device.name not in self.feeds]
        for index, device in enumerate(new):
            # Spread over the interval, so that they are not all read in the same moment.
            start_after_s = device.interval_s * index / len(new)
            feed = Feed(
                device,
                clock=self._clock,
                start_after_s=start_after_s,
                state_folder=self.config.state_folder,
            )
            self._tasks[feed] = asyncio.create_task(self._keep(feed), name=f"feed {feed.name}")
            self.feeds.add(feed)
        self.feeds.reorder([*configured])

    async def _apply_outputs(self, old: RunConfig, config: RunConfig) -> None:
        kinds = wanted(config)
        gone = [
            name
            for name in self.outputs
            if name not in kinds or kinds[name].settings(old) != kinds[name].settings(config)
        ]
        await asyncio.gather(*(self.outputs[name].stop() for name in gone))
        for name in gone:
            del self.outputs[name]
        for name, kind in kinds.items():
            if name not in self.outputs:
                output = make_output(kind, config, self.health)
                self.outputs[name] = Supervisor(output, self.feeds, self._clock)
                self.outputs[name].start()

    async def _keep(self, feed: Feed) -> None:
        """Run a feed; an error in it is logged, and it is started again."""
        while True:
            try:
                await feed.run()
            except Exception:
                _LOGGER.exception("Reading %s failed; please report this.", feed.name)
                await self._clock.sleep(CRASH_PAUSE_S)
            else:
                return

    def _leave(self, feed: Feed) -> None:
        """Let a feed end by itself, once its commands have."""
        task = self._tasks.pop(feed)
        task.cancel()
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _end(self) -> None:
        await asyncio.gather(*(each.stop() for each in self.outputs.values()))
        for feed in [*self.feeds.values()]:
            self._leave(feed)
        if self._leaving:
            _, late = await asyncio.wait([*self._leaving], timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _say_ready(self) -> None:
        """Tell systemd once each output has worked, or failed, for the first time."""
        await asyncio.gather(*(each.settled.wait() for each in self.outputs.values()))
        self._notifier.ready()
        self._notifier.status(self.health.summary())

    async def _watch(self) -> None:
        """Tell systemd that all is well, twice in its interval, and only while it is."""
        if self._notifier.watchdog_s is None:
            return
        while True:
            with suppress(Exception):  # a status that cannot be made is no sign of life
                if self.health.is_alive:
                    self._notifier.alive()
                    self._notifier.status(self.health.summary())
            await self._clock.sleep(self._notifier.watchdog_s * WATCHDOG_SHARE)
