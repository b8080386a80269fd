"""One configured device: it is read again and again, and the outputs hear of each outcome."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from homevolt._common import SYSTEM_CLOCK
from homevolt.bridges.override import Override
from homevolt.connection import Homevolt
from homevolt.device import LONGEST_BACKOFF_S
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltError,
    HomevoltNotReadyError,
)
from homevolt.readings.snapshot import Update

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from homevolt._common import Clock
    from homevolt.bridges.config import DeviceConfig
    from homevolt.device import Device
    from homevolt.readings.snapshot import Snapshot

    Subscriber = Callable[["Feed", Update], None]

_LOGGER = logging.getLogger(__name__)

INTERVALS_UNTIL_OLD = 3
SHORTEST_AGE_S = 60.0
"""Readings are shown for three intervals, and for at least this long."""
REQUESTS_IN_TURN = 10
"""How many requests may come before an outcome until the feed counts as stuck."""


class Feed:
    """One configured device and the connection to it, which the feed opens and closes.

    Args:
        config: The device.
        clock: The source of time.
        start_after_s: How long the first read waits, so that many devices are not read at once.
        state_folder: Where it is noted what was started on the device, see `RunConfig`.

    Attributes:
        config: The device as it is configured.
        override: What bridges start on it.
        name: Its name.
        last: The last outcome, None before the first one.
        errors: How many reads failed, by `error_kind`.
        reads: How many reads succeeded.
        is_refused: Whether the password is certainly wrong: the device is read no more until the
            configuration is loaded again.
    """

    def __init__(
        self,
        config: DeviceConfig,
        *,
        clock: Clock = SYSTEM_CLOCK,
        start_after_s: float = 0.0,
        state_folder: Path | None = None,
    ) -> None:
        self.config = config
        self.name = config.name
        self.last: Update | None = None
        self.errors: Counter[str] = Counter()
        self.reads = 0
        self.is_refused = False
        self.override = Override(state_folder)
        self.connection = _connection(config, clock)
        self._clock = clock
        self._start_after_s = start_after_s
        self._max_age_s = max(INTERVALS_UNTIL_OLD * config.interval_s, SHORTEST_AGE_S)
        self._last_read_s = self._tried_s = clock.monotonic()
        self._away_since_s: float | None = None
        self._subscribers: dict[object, Subscriber] = {}
        self._commands = 0
        self._has_ended = False
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def __repr__(self) -> str:
        return f"<Feed {self.name!r} of {self.connection.base_url}>"

    @property
    def device(self) -> Device | None:
        """The device for reading, None before the first read that succeeded.

        To control it, take it from `command`.
        """
        try:
            return self.connection.get_device()
        except HomevoltNotReadyError:
            return None

    @property
    def device_id(self) -> str | None:
        """The id of the unit that answers, None before the first read that succeeded."""
        device = self.device
        return None if device is None else device.device_id

    @property
    def snapshot(self) -> Snapshot | None:
        """The readings; None before there are any, and once they are older than a few intervals."""
        if self.last is None or self.last.snapshot is None or self._age_s() >= self._max_age_s:
            return None
        return self.last.snapshot

    @property
    def age_s(self) -> float | None:
        """How old the readings are in seconds, None where there are none."""
        return None if self.snapshot is None else self._age_s()

    @property
    def is_read(self) -> bool:
        """Whether the last read succeeded, and not too long ago."""
        return self.error is None and self.snapshot is not None

    @property
    def is_alive(self) -> bool:
        """Whether it tries to read as often as it should; after a refused password it need not."""
        waits_s = getattr(self.error, "retry_after", None) or 0.0
        silent_s = self._clock.monotonic() - self._tried_s
        longest_s = max(self.config.interval_s, LONGEST_BACKOFF_S, waits_s)
        # A read is two requests, and commands may come before it.
        return self.is_refused or silent_s < longest_s + REQUESTS_IN_TURN * self.config.timeout_s

    @property
    def error(self) -> HomevoltError | None:
        """Why the last read failed, None if it succeeded or there was none yet."""
        return None if self.last is None else self.last.error

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have a function called with this feed and each outcome; it must return at once.

        Returns:
            What ends it.
        """
        token = object()
        self._subscribers[token] = callback

        def end() -> None:
            self._subscribers.pop(token, None)

        return end

    async def updates(self) -> AsyncIterator[Update]:
        """Yield each outcome from now on; a reader that falls behind gets only the latest one."""
        latest: asyncio.Queue[Update] = asyncio.Queue(maxsize=1)

        def replace(_: Feed, update: Update) -> None:
            if latest.full():
                latest.get_nowait()
            latest.put_nowait(update)

        end = self.subscribe(replace)
        try:
            while True:
                yield await latest.get()
        finally:
            end()

    def announce(self) -> None:
        """Tell the outputs what is known of the device now, after a command that was read back."""
        device = self.device
        if device is not None:
            at = device.snapshot
            self._publish(Update(at, self.error, at.at, device.ems_age_s))

    @asynccontextmanager
    async def command(self) -> AsyncIterator[Device]:
        """Hold the device for a command: its connection stays open until the command has ended.

        Raises:
            HomevoltNotReadyError: It has never been read, or is read no more; nothing was sent.
        """
        if self._has_ended:
            raise HomevoltNotReadyError(f"{self.name} is not read any more; nothing was sent.")
        device = self.device
        if device is None:
            raise HomevoltNotReadyError(f"{self.name} has not answered yet; nothing was sent.")
        self._commands += 1
        self._is_idle.clear()
        try:
            yield device
        finally:
            self._commands -= 1
            if not self._commands:
                self._is_idle.set()

    async def run(self) -> None:
        """Read the device until cancelled; then wait for commands under way, and disconnect."""
        self._has_ended = False
        async with self.connection:
            try:
                await self._clock.sleep(self._start_after_s)
                async for update in self.connection.updates(
                    self.config.interval_s, max_age_s=self._max_age_s
                ):
                    self._take(update)
            except HomevoltAuthenticationError as error:
                self._refused(error)
            finally:
                # A command that came now would open the connection again, and it would stay open.
                self._has_ended = True
                await self._is_idle.wait()

    def _take(self, update: Update) -> None:
        self._tried_s = self._clock.monotonic()
        if update.error is None:
            # An outcome without error and without readings says that the last ones are too old.
            if update.snapshot is not None:
                self._read()
        elif self.last is None or update.error is not self.last.error:
            self._failed(update.error)
        self._publish(update)

    def _read(self) -> None:
        self.reads += 1
        if self._away_since_s is not None:
            away_s = self._clock.monotonic() - self._away_since_s
            _LOGGER.info("%s is back after %.0f s.", self.name, away_s)
        elif self.reads == 1:
            _LOGGER.info("%s is read from %s.", self.name, self.connection.base_url)
        self._away_since_s = None

    def _failed(self, error: HomevoltError) -> None:
        self.errors[error_kind(type(error))] += 1
        if self._away_since_s is None:
            self._away_since_s = self._clock.monotonic()
            _LOGGER.warning("%s is away: %s", self.name, error)

    def _refused(self, error: HomevoltAuthenticationError) -> None:
        self.errors[error_kind(type(error))] += 1
        self.is_refused = True
        _LOGGER.error(
            "%s refuses the password and is no longer read. Correct it and reload.", self.name
        )
        self._publish(Update(None, error, datetime.fromtimestamp(self._clock.now(), UTC)))

    def _publish(self, update: Update) -> None:
        self.last = update
        self._last_read_s = self._clock.monotonic() - (update.age_s or 0.0)
        for subscriber in [*self._subscribers.values()]:
            try:
                subscriber(self, update)
            except Exception:
                _LOGGER.exception("An output failed at an update of %s.", self.name)

    def _age_s(self) -> float:
        """Return how old the readings are, by the clock that jumps and by the one that may stop."""
        if self.last is None or self.last.snapshot is None:
            return float("inf")
        by_day_s = self._clock.now() - self.last.snapshot.ems_at.timestamp()
        return max(by_day_s, self._clock.monotonic() - self._last_read_s)


def error_kind(error: type[HomevoltError]) -> str:
    """Return the kind of an error in snake_case, such as `timeout` of HomevoltTimeoutError."""
    word = error.__name__.removeprefix("Homevolt").removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", word).lower() or "other"


def _connection(config: DeviceConfig, clock: Clock) -> Homevolt:
    pinned = (config.fingerprint or "").replace(":", "")
    return Homevolt(
        config.host,
        config.password,
        timeout=config.timeout_s,
        ssl=aiohttp.Fingerprint(bytes.fromhex(pinned)) if pinned else True,
        clock=clock,
    )
