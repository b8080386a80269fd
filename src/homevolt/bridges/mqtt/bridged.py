"""One device on the broker: its commands, one after the other, and what was published of it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from homevolt._common import SYSTEM_CLOCK
from homevolt.bridges.battery.facade import drive
from homevolt.bridges.battery.modes import request_of
from homevolt.bridges.mqtt.commands import (
    BATCONTROL,
    REFUSED,
    SET,
    UNKNOWN,
    VERIFIED,
    Answer,
    Job,
    outcome_of,
)
from homevolt.bridges.mqtt.controls import Controls
from homevolt.bridges.mqtt.pairing import Pairing
from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.bridges.feed import Feed

MOST_WAITING = 32
MOST_REMEMBERED = 256
PARAMETERS_AGAIN_S = 300.0

Read = Callable[[], Awaitable[None]]


class BridgedDevice:
    """One device on the broker.

    Args:
        feed: The device.
        clock: The source of time.

    Attributes:
        feed: The device.
        controls: Its controls.
        published: The payload that was last published on each retained topic.
        signature: What the published discovery was made of, None if there is none.
        identifiers: The documents of discovery that it has.
        local: The one of the unit that answers.
    """

    def __init__(self, feed: Feed, clock: Clock = SYSTEM_CLOCK) -> None:
        self.feed = feed
        self.controls = Controls(feed)
        self.published: dict[str, bytes] = {}
        self.signature: Any = None
        self.identifiers: frozenset[str] = frozenset()
        self.local = ""
        self._batcontrol = Pairing(self._queue, clock)
        self._waiting: asyncio.Queue[Job | Read | None] = asyncio.Queue()
        self._answered: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._asked_s: float | None = None

    def forget(self) -> None:
        """Publish everything again at the next occasion."""
        self.published.clear()
        self.signature = None

    def submit(self, job: Job) -> None:
        """Have a command done when those before it have ended."""
        if job.kind != BATCONTROL:
            self._queue(job)
        elif job.key in self._answered:
            job.end(self._answered[job.key])
        else:
            self._batcontrol.take(job)

    def aside(self, read: Read) -> None:
        """Have something read between two commands; it raises nothing."""
        self._waiting.put_nowait(read)

    def wants_parameters(self, now_s: float) -> bool:
        """Tell whether the parameters are to be read now; they are asked for now and then."""
        is_due = self._asked_s is None or now_s - self._asked_s >= PARAMETERS_AGAIN_S
        if self.controls.parameters is not None or not is_due:
            return False
        self._asked_s = now_s
        return True

    async def work(self) -> None:
        """Do the commands one after the other, until `close`."""
        while (job := await self._waiting.get()) is not None:
            if isinstance(job, Job):
                await self._work_on(job)
            else:
                await job()

    def close(self, why: str) -> None:
        """Refuse the commands that wait; `work` ends after the one under way."""
        self._batcontrol.end(why)
        while not self._waiting.empty():
            job = self._waiting.get_nowait()
            if isinstance(job, Job):
                job.end(Answer(REFUSED, why))
        self._waiting.put_nowait(None)

    def _queue(self, job: Job) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            job.end(Answer(REFUSED, f"{MOST_WAITING} commands are waiting already"))
        else:
            self._waiting.put_nowait(job)

    async def _work_on(self, job: Job) -> None:
        """Do a command, unless one with its id was done before, and answer it."""
        answer = self._answered.get(job.key)
        if answer is None:
            answer = await self._do(job)
        for each in (job, *job.also):
            if each.key:
                self._answered[each.key] = answer
        while len(self._answered) > MOST_REMEMBERED:
            self._answered.popitem(last=False)
        job.end(answer)

    async def _do(self, job: Job) -> Answer:
        if job.kind == SET:
            return await self.controls.run(job.command)
        try:
            warning = await drive(self.feed, job.request or request_of(job.command.value))
        except HomevoltError as error:
            return outcome_of(error)
        except Exception as error:  # noqa: BLE001 - whatever a message does, the bridge goes on
            return Answer(UNKNOWN, f"an error in this program: {error!r}")
        return Answer(VERIFIED, warning)
