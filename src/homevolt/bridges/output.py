"""What an output of the service promises, and what it is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.web import Application

    from homevolt.bridges.feeds import Feeds


class OutputError(Exception):
    """An output cannot go on: its broker is away, its port is taken.

    Args:
        message: What happened, with which address, and what to do; one line.
    """


class OutputStatus:
    """What an output and the service tell each other during one run of the output.

    Args:
        is_up: Called each time the output says that it works.

    Attributes:
        stopping: Set when the output shall end: it brings the commands under way to their end,
            disconnects, and returns from `run`.
    """

    def __init__(self, is_up: Callable[[], None] = lambda: None) -> None:
        self.stopping = asyncio.Event()
        self._is_up = is_up

    def up(self) -> None:
        """Say that the output works now: it is connected, or it serves."""
        self._is_up()


class Output(Protocol):
    """Something that readings go to and commands come from.

    Attributes:
        name: What it is called in the log and in metrics, such as `mqtt`.
    """

    @property
    def name(self) -> str:
        """What it is called in the log and in metrics, such as `mqtt`."""

    async def run(self, feeds: Feeds, status: OutputStatus) -> None:
        """Serve until `status.stopping` is set.

        The service starts it again after an error, with a pause that doubles each time, and logs
        one line when it goes away and one when it says that it is up again. So an output connects
        once, calls `status.up()`, and raises when it loses what it needs.

        Args:
            feeds: The devices; the same object for as long as the service runs.
            status: What the two tell each other during this run.

        Raises:
            OutputError: It cannot go on.
        """


class Routes(Protocol):
    """What adds paths to the HTTP server: metrics, the battery façade."""

    def add_to(self, app: Application, feeds: Feeds) -> None:
        """Add the paths, and to `app.on_cleanup` whatever has to end with the server.

        Args:
            app: The application that the server is about to serve.
            feeds: The devices; the same object for as long as the service runs.
        """
