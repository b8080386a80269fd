"""No error, no traceback and no log shows the password, or anything of the HTTP library."""

from __future__ import annotations

import asyncio
import base64
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import HomevoltError, HomevoltValueError
from homevolt.simulator.web.certificate import self_signed
from homevolt.transport.client import Transport
from homevolt.transport.session import MAX_BODY_BYTES
from tests.support.errors import chain
from tests.support.fakes import ManualClock
from tests.support.raw_server import Answer, RawServer, response, unused_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "corr3ct-horse"
TOKEN = base64.b64encode(f"admin:{SECRET}".encode()).decode()
SHORT_S = 0.3
"""A deadline that is meant to pass."""
OK = response(b"fine")
ANSWERS: dict[str, Answer | bytes] = {
    "401": response(b"", "401 Unauthorized"),
    "403": response(b"", "403 Forbidden"),
    "429": response(b"", "429 Too Many Requests"),
    "redirect": response(b"", "302 Found", "Location: /"),
    "redirect to nowhere": response(b"", "302 Found", "Location: http://[bad"),
    "500": response(b"", "500 Oops"),
    "404": response(b"", "404 Not Found"),
    "compressed": response(b"{}", "200 OK", "Content-Encoding: br"),
    "too large": response(b"x" * (MAX_BODY_BYTES + 1)),
    "garbage": Answer(b"garbage\r\n\r\n", then="close"),
    "long header": Answer(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 20_000, then="close"),
    "broken chunk": Answer(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then="close"
    ),
    "reset": Answer(then="reset"),
    "closed": Answer(then="close"),
    "reset midway": Answer(OK[:-1], then="reset"),
    "closed midway": Answer(OK[:-1], then="close"),
    "stall": Answer(then="stall"),
    "stall midway": Answer(OK[:-1], then="stall"),
    "two answers": OK + OK,
}
HOSTS: dict[str, Callable[[], str]] = {
    "unused port": lambda: f"127.0.0.1:{unused_port()}",
    "unknown name": lambda: "homevolt.invalid",
    "impossible name": lambda: f"{62 * 'ü'}.local",
}


def frames(error: BaseException) -> Iterator[dict[str, Any]]:
    """Yield the local variables that a traceback can show, those of the tests aside."""
    trace = error.__traceback__
    while trace is not None:
        if "tests" not in trace.tb_frame.f_code.co_filename:
            yield trace.tb_frame.f_locals
        trace = trace.tb_next


def check_discreet(error: BaseException) -> None:
    """Check that an error leads to no other one but this library's, and to no password."""
    for each in chain(error):
        assert isinstance(each, HomevoltError), repr(each)
        texts = [str(each), repr(each), repr(vars(each)), *map(repr, frames(each))]
        assert_nowhere(texts)


async def failure(transport: Transport, method: str) -> HomevoltError:
    """Return how a request fails."""
    is_read = method == "GET"
    call = transport.get("/ems.json") if is_read else transport.post("/console.json", {"cmd": "x"})
    with pytest.raises(HomevoltError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_a_failing_answer_exposes_nothing_of_the_http_library(
    name: str, method: str, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(ANSWERS[name]) as server:
        transport = Transport(server.host, SECRET, timeout=SHORT_S, clock=clock)
        closing.append(transport)
        for _ in range(4):  # the last ones may be refused here
            check_discreet(await failure(transport, method))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", HOSTS)
async def test_an_unreachable_host_exposes_nothing_of_the_http_library(
    name: str, method: str, clock: ManualClock, closing: list[Transport]
) -> None:
    closing.append(transport := Transport(HOSTS[name](), SECRET, clock=clock))
    check_discreet(await failure(transport, method))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("trust", [True, aiohttp.Fingerprint(b"\1" * 32)])
async def test_a_failed_handshake_exposes_nothing_of_the_http_library(
    trust: Any, method: str, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK, tls=self_signed("127.0.0.1")[0]) as secure, RawServer() as plain:
        for server in (secure, plain):
            url = f"https://{server.host}"
            transport = Transport(url, SECRET, ssl=trust, timeout=SHORT_S, clock=clock)
            closing.append(transport)
            check_discreet(await failure(transport, method))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("closed", ["transport", "session", "session at once"])
async def test_a_closed_connection_exposes_nothing_of_the_http_library(
    closed: str, method: str, clock: ManualClock, closing: list[Transport]
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(RawServer(Answer(then="stall")))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        transport = Transport(server.host, SECRET, session, clock=clock)
        closing.append(transport)
        if closed == "session at once":
            await session.close()
        calls = [asyncio.create_task(failure(transport, method)) for _ in range(2)]
        if closed != "session at once":
            await server.arrived.wait()
            await (session.close() if closed == "session" else transport.close())
        for error in await asyncio.gather(*calls):
            check_discreet(error)


@pytest.mark.parametrize("name", [*ANSWERS, *HOSTS])
async def test_no_log_and_no_connection_shows_the_password(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with RawServer(ANSWERS.get(name, b"")) as server:
        host = HOSTS[name]() if name in HOSTS else server.host
        async with Homevolt(host, SECRET, timeout=SHORT_S, clock=ManualClock()) as connection:
            for _ in range(4):
                with pytest.raises(HomevoltError):
                    await connection.update_info()
            shown = [repr(connection), repr(connection._device), repr(vars(connection))]
    assert_nowhere([*shown, caplog.text])


async def test_credentials_in_an_address_are_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(HomevoltValueError) as caught:
        Homevolt(f"http://admin:{SECRET}@10.0.0.7")
    assert_nowhere([str(caught.value), repr(caught.value), caplog.text])


def assert_nowhere(texts: list[str]) -> None:
    """Check that a password stands in no text, neither plain nor as it goes over the wire."""
    for text in texts:
        assert SECRET not in text
        assert TOKEN not in text
