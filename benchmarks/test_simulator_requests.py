"""What a request to the simulator costs: a thousand a second to one unit on one core."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS = 2000
LEAST_PER_SECOND = 1000
TOKEN = base64.b64encode(b"admin:secret").decode()


async def ask(port: int, path: str, times: int, between: Callable[[], object]) -> bytes:
    """Read a path again and again over one kept-alive connection; return the last body."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {TOKEN}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b""
    for _ in range(times):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        between()
    writer.close()
    return body


async def bare_rate(body: bytes) -> float:
    """Return the requests per CPU second of aiohttp alone, with the same body: the floor."""

    async def handle(_request: web.BaseRequest) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    bare = web.Server(handle)
    listener = await asyncio.get_running_loop().create_server(bare, "127.0.0.1", 0)
    began = time.process_time()
    await ask(listener.sockets[0].getsockname()[1], "/", REQUESTS, lambda: None)
    cost_s = time.process_time() - began
    listener.close()
    await bare.shutdown()
    return REQUESTS / cost_s


@pytest.mark.parametrize("path", ["/ems.json", "/schedule.json", "/params.json"])
@pytest.mark.parametrize("per_second", [0, 100], ids=["still", "moving"])
async def test_a_thousand_requests_a_second_on_one_core(path: str, per_second: int) -> None:
    clock = ManualClock()
    # Time moves as it would at so many requests a second, or stands still.
    step_s = 1 / per_second if per_second else 0.0
    async with Simulator(clock=clock) as sim:
        body = await ask(sim.port, path, 1, lambda: None)
        began = time.process_time()
        await ask(sim.port, path, REQUESTS, lambda: clock.advance(step_s))
        rate = REQUESTS / (time.process_time() - began)
    floor = await bare_rate(body)
    print(
        f"\n{path}: {rate:.0f} requests per CPU second, client included; "
        f"bare aiohttp {floor:.0f}, a factor of {floor / rate:.2f}"
    )
    assert rate >= LEAST_PER_SECOND
