"""A write goes out on a connection of its own, and reads keep theirs."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from homevolt.simulator.web.certificate import self_signed
from homevolt.transport.client import Transport
from tests.support.raw_server import Answer, RawServer, connect, response

if TYPE_CHECKING:
    from tests.support.fakes import ManualClock

OK = response(b"fine")
COMMAND = {"cmd": "sched_list"}


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize("borrowing", [False, True])
async def test_each_write_opens_one_connection_and_reads_keep_theirs(
    clock: ManualClock, *, borrowing: bool, https: bool
) -> None:
    tls = self_signed("127.0.0.1")[0] if https else None
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(RawServer(OK, tls=tls))
        session = await stack.enter_async_context(aiohttp.ClientSession()) if borrowing else None
        url = f"https://{server.host}" if https else server.host
        transport = Transport(url, "secret", session, ssl=False, clock=clock)
        stack.push_async_callback(transport.close)
        for _ in range(2):
            await transport.get("/schedule.json")
            await transport.post("/console.json", COMMAND)
            await transport.post("/params.json", COMMAND)
        assert server.came_over == [1, 2, 3, 1, 4, 5]
        async with asyncio.timeout(10):  # what a write opened is closed when it is answered
            await server.wait_open(1)


async def test_a_write_does_not_fail_when_the_device_closes_the_connection_of_a_read(
    clock: ManualClock,
) -> None:
    """The device closes each connection once it has answered."""
    async with RawServer(Answer(OK, then="close")) as server:
        transport = connect(server, clock)
        for _ in range(20):
            await transport.get("/schedule.json")
            assert await transport.post("/console.json", COMMAND) == b"fine"
        await transport.close()
    assert sum(request.startswith(b"POST") for request in server.requests) == 20


async def test_a_connection_that_the_owner_of_the_session_opened_is_not_used_for_a_write(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK) as server, aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.get(f"http://{server.host}/") as answer:
                await answer.read()
        closing.append(transport := Transport(server.host, None, session, clock=clock))
        await transport.post("/console.json", COMMAND)
    assert server.came_over == [1, 1, 2]


class OneHost(AbstractResolver):
    """Resolves every name to loopback."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize("limits", [{"limit": 1}, {"limit_per_host": 1}, {"force_close": True}])
async def test_a_write_uses_the_connector_of_the_session_that_was_passed_in(
    limits: dict[str, Any], clock: ManualClock, closing: list[Transport]
) -> None:
    connector = aiohttp.TCPConnector(resolver=OneHost(), **limits)
    async with RawServer(OK) as server, aiohttp.ClientSession(connector=connector) as session:
        url = f"battery.test:{server.port}"
        closing.append(transport := Transport(url, None, session, clock=clock))
        for _ in range(2):
            await transport.get("/schedule.json")
            await transport.post("/console.json", COMMAND)
    assert len(server.requests) == 4


async def test_a_host_with_a_zone_is_reached_and_named_without_it(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK, host="::1") as server:
        closing.append(transport := Transport(f"[::1%251]:{server.port}", clock=clock))
        assert await transport.get("/ems.json") == b"fine"
        assert await transport.post("/console.json", COMMAND) == b"fine"
    for request in server.requests:
        assert f"\r\nHost: [::1]:{server.port}\r\n".encode() in request
