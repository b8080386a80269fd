"""A server that sends given bytes: for answers that no web server would give."""

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
    from collections.abc import Callable

    from homevolt._common import Clock

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Answer:
    """What a connection does once it has read a request.

    Attributes:
        data: What it sends, or a function that returns it for the request.
        then: Whether it waits for the next request, closes, resets, sends nothing more, or neither
            sends nor reads anything more.
        times: How often it sends the data.
        pause_s: Seconds between one time and the next.
    """

    data: bytes | Callable[[bytes], bytes] = b""
    then: Literal["keep", "close", "reset", "stall", "freeze"] = "keep"
    times: int = 1
    pause_s: float = 0.0


def response(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """Return an HTTP response as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class RawServer:
    """A TCP server on loopback; the nth request gets the nth answer, the last answer all later.

    Args:
        *answers: The answers, or their bytes alone.
        tls: The certificate, for a server that speaks TLS.
        greeting: What it sends on each connection before it has read anything.
        host: The address to listen at.

    Attributes:
        connections: How many were accepted.
        open: How many are open.
        requests: What was read, request by request.
        came_over: For each request the number of its connection, from 1.
        sent: Bytes that the clients took, or that the system keeps for them.
        accepted: Set at the first connection.
        arrived: Set at the first request.
        most_in_flight: The most requests that were unanswered at one time.
    """

    def __init__(
        self,
        *answers: Answer | bytes,
        tls: ssl.SSLContext | None = None,
        greeting: bytes = b"",
        host: str = "127.0.0.1",
    ) -> None:
        self.answers = [a if isinstance(a, Answer) else Answer(a) for a in answers]
        self.connections = 0
        self.open = 0
        self.requests: list[bytes] = []
        self.came_over: list[int] = []
        self.sent = 0
        self.most_in_flight = 0
        self.accepted = asyncio.Event()
        self.arrived = asyncio.Event()
        self._in_flight = 0
        self._ended = asyncio.Condition()
        self._tls = tls
        self._greeting = greeting
        self._host = host
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def host(self) -> str:
        """The address for `Homevolt`."""
        return f"{self._host}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, 0, ssl=self._tls)
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
        await asyncio.sleep(0)  # the sockets are closed one iteration of the loop after the abort

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.accepted.set()
        self._writers.append(writer)
        task = asyncio.ensure_future(self._serve(self.connections, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                writer.write(self._greeting)
                while True:
                    request = await _read_request(reader)
                    self.came_over.append(number)
                    if not await self._answer(request, writer):
                        break
        finally:
            self.open -= 1
            writer.transport.abort()
            async with self._ended:
                self._ended.notify_all()

    async def wait_open(self, count: int) -> None:
        """Wait until so many connections are open."""
        async with self._ended:
            await self._ended.wait_for(lambda: self.open == count)

    def push(self, data: bytes) -> None:
        """Send data over the newest connection without having been asked."""
        self._writers[-1].write(data)

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Give the answer to the latest request; return whether the connection goes on."""
        self.requests.append(request)
        self.arrived.set()
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        data = answer.data if isinstance(answer.data, bytes) else answer.data(request)
        try:
            for n in range(answer.times):
                await asyncio.sleep(answer.pause_s if n else 0)
                writer.write(data)
                await writer.drain()
                self.sent += len(data)
            if answer.then == "freeze":
                writer.transport.pause_reading()  # type: ignore[attr-defined] # it can read too
            if answer.then in {"stall", "freeze"}:
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
    """Return a port at which no server listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
