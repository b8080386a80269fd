"""A server of bytes: for answers that no web server would give."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from homevolt.transport.client import Transport

if TYPE_CHECKING:
    import ssl

    from homevolt._common import Clock

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Answer:
    """What a connection does once it has read a request.

    Attributes:
        data: What it sends.
        then: Whether it waits for the next request, closes, resets, or never says more.
        times: How often it sends the data.
        pause_s: Seconds between one time and the next.
    """

    data: bytes = b""
    then: Literal["keep", "close", "reset", "stall"] = "keep"
    times: int = 1
    pause_s: float = 0.0


def response(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer of HTTP as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class RawServer:
    """A TCP server on loopback; the nth request gets the nth answer, the last answer all later.

    Attributes:
        connections: How many were accepted.
        requests: What was read, request by request.
        sent: Bytes that the clients took, or that the system keeps for them.
        most_in_flight: The most requests that were unanswered at one time.
    """

    def __init__(self, *answers: Answer | bytes, tls: ssl.SSLContext | None = None) -> None:
        self.answers = [a if isinstance(a, Answer) else Answer(a) for a in answers]
        self.connections = 0
        self.requests: list[bytes] = []
        self.sent = 0
        self.most_in_flight = 0
        self.arrived = asyncio.Event()
        self._in_flight = 0
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def host(self) -> str:
        """The address for `Homevolt`."""
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:  # a task that was cancelled before it ran has closed nothing
            writer.transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # the sockets are closed one turn of the loop after the abort

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while await self._answer(await _read_request(reader), writer):
                    pass
        finally:
            writer.transport.abort()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Give the answer whose turn it is; return whether the connection goes on."""
        self.requests.append(request)
        self.arrived.set()
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        try:
            for n in range(answer.times):
                await asyncio.sleep(answer.pause_s if n else 0)
                writer.write(answer.data)
                await writer.drain()
                self.sent += len(answer.data)
            if answer.then == "stall":
                await asyncio.Event().wait()
        finally:
            self._in_flight -= 1
        if answer.then == "reset":
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        elif answer.then == "close":
            writer.close()
            await writer.wait_closed()
        return answer.then == "keep"


def connect(server: RawServer, clock: Clock, **options: Any) -> Transport:
    """Return a transport to a server."""
    return Transport(server.host, clock=clock, **options)


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def unused_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
