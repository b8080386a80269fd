"""The commands of one batcontrol, in which a mode and its power are two messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from homevolt.bridges.battery.batcontrol import BatcontrolCommands
from homevolt.bridges.mqtt.commands import REFUSED, Answer, Job, outcome_of
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt._common import Clock

LONGEST_WAIT_S = 10.0
"""How long a mode waits for its power; batcontrol sends the one right after the other."""


class Pairing:
    """Makes one job of a mode and its power, in the order in which the messages come.

    Args:
        queue: Takes a job that can be done.
        clock: The source of time.
    """

    def __init__(self, queue: Callable[[Job], None], clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._commands = BatcontrolCommands()
        self._mode: Job | None = None
        self._timer: asyncio.Task[None] | None = None

    def take(self, job: Job) -> None:
        """Take a command: it is queued, waits for its power, or is refused."""
        name = job.command.thing
        try:
            request = self._commands.request(name, job.command.value)
        except HomevoltValueError as error:
            job.end(outcome_of(error))
            return
        if name == "mode":
            self._refuse("another mode came before the power of this one; nothing was sent")
        if request is None:
            self._mode = job
            self._timer = asyncio.create_task(self._wait())
            return
        mode = self._taken()
        self._queue(job._replace(request=request, also=() if mode is None else (mode,)))

    def end(self, why: str) -> None:
        """Refuse the mode that waits."""
        if self._mode is not None:
            self._commands.forget()
            self._refuse(why)

    async def _wait(self) -> None:
        await self._clock.sleep(LONGEST_WAIT_S)
        self._timer = None
        self.end(f"no power came for this mode within {LONGEST_WAIT_S:g} s; nothing was sent")

    def _refuse(self, why: str) -> None:
        mode = self._taken()
        if mode is not None:
            mode.end(Answer(REFUSED, why))

    def _taken(self) -> Job | None:
        """Return the mode that waited; it waits no more."""
        mode, self._mode = self._mode, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return mode
