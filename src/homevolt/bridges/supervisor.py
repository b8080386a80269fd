"""Running an output again and again, so that its failure costs nobody else anything."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from homevolt.bridges.output import OutputError, OutputStatus

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.bridges.feeds import Feeds
    from homevolt.bridges.output import Output

_LOGGER = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LEAST_OF_PAUSE = 0.8
STEADY_S = 60.0
"""An output that was up for this long begins with the first pause again."""
STOP_S = 60.0
"""How long an output may take to bring its commands to their end."""

_jitter = random.SystemRandom()


class Supervisor:
    """Runs one output until it is told to stop.

    Args:
        output: The output.
        feeds: What it is given.
        clock: The source of time.

    Attributes:
        output: The output.
        is_up: Whether it works now.
        problem: Why it does not, None if it does or was just started.
        settled: Set once it was up, or has failed, for the first time.
    """

    def __init__(self, output: Output, feeds: Feeds, clock: Clock) -> None:
        self.output = output
        self.is_up = False
        self.problem: str | None = None
        self.settled = asyncio.Event()
        self._feeds = feeds
        self._clock = clock
        self._stopping = asyncio.Event()
        self._status = OutputStatus()
        self._up_since_s: float | None = None
        self._away_since_s: float | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the output."""
        self._task = asyncio.create_task(self._run(), name=f"output {self.output.name}")

    @property
    def is_alive(self) -> bool:
        """Whether it runs, or will be started again."""
        return self._task is not None and not self._task.done()

    async def stop(self) -> None:
        """Tell the output to finish, and wait until it has; after a minute it is cut off."""
        self._stopping.set()
        self._status.stopping.set()
        if self._task is None:
            return
        _, late = await asyncio.wait([self._task], timeout=STOP_S)
        if late:
            _LOGGER.warning("%s did not end within %.0f s.", self.output.name, STOP_S)
            self._task.cancel()
            await asyncio.wait([self._task])
        self.is_up = False

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._status, self._up_since_s = OutputStatus(self._up), None
            try:
                await self.output.run(self._feeds, self._status)
            except OutputError as error:
                self._failed(str(error))
            except Exception as error:
                self._failed(f"{type(error).__name__}: {error}")
                _LOGGER.debug("%s failed.", self.output.name, exc_info=True)
            else:
                if not self._stopping.is_set():
                    self._failed("It ended by itself.")
            self.is_up = False
            failures = 1 if self._was_steady() else failures + 1
            longest_s = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_S)
            await self._pause(_jitter.uniform(LEAST_OF_PAUSE * longest_s, longest_s))

    def _up(self) -> None:
        now_s = self._clock.monotonic()
        if self._away_since_s is not None:
            away_s = now_s - self._away_since_s
            _LOGGER.info("%s is back after %.0f s.", self.output.name, away_s)
        elif not self.settled.is_set():
            _LOGGER.info("%s is up.", self.output.name)
        self.is_up, self.problem = True, None
        self._up_since_s, self._away_since_s = now_s, None
        self.settled.set()

    def _failed(self, problem: str) -> None:
        self.problem = problem
        if self._away_since_s is None:
            self._away_since_s = self._clock.monotonic()
            _LOGGER.warning("%s is away: %s", self.output.name, problem)
        self.settled.set()

    def _was_steady(self) -> bool:
        since_s = self._up_since_s
        return since_s is not None and self._clock.monotonic() - since_s >= STEADY_S

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until the output shall end."""
        waits = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
