"""One connection of a client to the simulated device."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

if TYPE_CHECKING:
    from collections.abc import Callable

LOGGER: Final = logging.getLogger("homevolt.simulator")
ACCESS_LOG: Final = logging.getLogger("homevolt.simulator.access")
"""Silent unless it is enabled at level INFO."""

NO_LINGER: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class DeviceConnection(web.RequestHandler):
    """A connection that journals what is not valid HTTP, and that faults can end.

    Args:
        manager: aiohttp's server.
        refuse: Notes a request that cannot be read, and returns the answer to it.

    Attributes:
        bursts: How often the client has sent something.
    """

    def __init__(self, manager: web.Server, refuse: Callable[[int], web.Response]) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(manager, loop=loop, access_log=ACCESS_LOG)
        self._refuse = refuse
        self._is_dropped = False
        self.bursts = 0

    def drop(self) -> None:
        """Forget the connection without closing it; what comes next is answered with a reset."""
        self._is_dropped = True

    def data_received(self, data: bytes) -> None:
        """Read what the client sent, unless the connection was dropped."""
        self.bursts += 1
        if self._is_dropped:
            reset(self.transport)
        else:
            super().data_received(data)

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Log at debug what a client sent that cannot be read: the client has its answer."""
        if isinstance(sys.exc_info()[1], HttpProcessingError | web.RequestPayloadError):
            LOGGER.debug(*args, **options)
        else:
            super().log_exception(*args, **options)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read as a request, and end the connection."""
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            LOGGER.error("the simulator itself failed: %s", message, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer has been sent already")
        return self._refuse(status)


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Reset a connection; without lingering the system sends no orderly end."""
    if isinstance(transport, asyncio.Transport):
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
