"""A plain socket to the simulated device, for what an HTTP library would hide."""

from __future__ import annotations

import asyncio
import base64
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt.simulator import Simulator


class RawConnection:
    """One connection; requests and answers as bytes."""

    def __init__(
        self, sim: Simulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader = reader
        self.writer = writer
        self._token = base64.b64encode(f"admin:{sim.password}".encode())

    def send(
        self,
        method: str = "GET",
        path: str = "/ems.json",
        body: bytes = b"",
        content_type: str = "application/x-www-form-urlencoded",
    ) -> None:
        """Send one request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
        head += f"Content-Length: {len(body)}\r\n"
        self.writer.write(
            head.encode() + b"Authorization: Basic " + self._token + b"\r\n\r\n" + body
        )

    async def answer(self, *, has_body: bool = True) -> tuple[bytes, bytes]:
        """Read one answer: head and body."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        return head, await self.reader.readexactly(length) if has_body else b""

    async def ask(self, method: str = "GET", path: str = "/ems.json") -> tuple[bytes, bytes]:
        """Send a request without a body and read its answer."""
        self.send(method, path)
        return await self.answer()

    async def rest(self) -> bytes:
        """Read until the device closes the connection."""
        return await asyncio.wait_for(self.reader.read(), 5)

    async def end(self) -> bytes | None:
        """Read until the device closes the connection; None when it resets it."""
        try:
            return await self.rest()
        except ConnectionResetError:
            return None


@asynccontextmanager
async def connected(sim: Simulator) -> AsyncIterator[RawConnection]:
    """Open a connection to a simulated device."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sim.port)
    try:
        yield RawConnection(sim, reader, writer)
    finally:
        writer.close()
