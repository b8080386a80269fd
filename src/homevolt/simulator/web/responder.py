"""Turns answers into HTTP responses; what the server and the faults share."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.endpoints.answers import Answer
    from homevolt.simulator.web.journal import RequestRecord

SERVER: Final = "Homevolt"
CHALLENGE: Final = 'Basic realm="Users"'


class Responder:
    """Answers for one device.

    Args:
        device: The device.
        sleep: How a fault waits.

    Attributes:
        stopping: Set when the simulator stops; ends every request that waits.
        https_url: Address of the https listener, if any; where redirects lead.
    """

    def __init__(self, device: SimulatedDevice, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.device = device
        self.sleep = sleep
        self.stopping = asyncio.Event()
        self.https_url: str | None = None
        self._date = (-1, "")
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what goes on after an answer; it ends with the simulator at the latest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """End every request that waits, and what goes on after an answer."""
        self.stopping.set()
        for task in self._tasks:
            task.cancel()

    def respond(
        self, record: RequestRecord, answer: Answer, *, close: bool = False
    ) -> web.Response:
        """Turn an answer into a response and note its status."""
        record.status = answer.status
        return self.response(answer, close=close)

    def response(self, answer: Answer, *, close: bool = False) -> web.Response:
        """Turn an answer into a response, after which the connection is closed or kept."""
        response = web.Response(
            status=answer.status, body=answer.body, headers=self.headers(answer)
        )
        if close:
            response.force_close()
        return response

    def headers(self, answer: Answer) -> dict[str, str]:
        """Return the headers of an answer; all of them depend on simulated time alone."""
        second = int(self.device.now())
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True))
        headers = {
            "Server": SERVER,
            "Date": self._date[1],
            "Content-Type": answer.content_type,
        }
        if answer.location:
            headers["Location"] = answer.location
        if answer.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = CHALLENGE
        return headers
