"""Nothing exceeds its deadline or its size, or stays open after it was closed."""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from homevolt import Homevolt
from homevolt._common import SystemClock, positive_seconds
from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.simulator import ManualClock as SimulatedClock
from homevolt.simulator import Simulator
from homevolt.simulator.web.certificate import self_signed
from homevolt.transport.client import RETRY_BACKOFF_S, Transport
from homevolt.transport.errors import network_error
from homevolt.transport.session import MAX_BODY_BYTES
from tests.support.raw_server import Answer, RawServer, connect, response

if TYPE_CHECKING:
    from tests.support.fakes import ManualClock

SHORT_S = 0.6
"""A deadline that is meant to pass."""
OK = response(b"fine")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200", response()[:-2], response()[:-1]])
async def test_the_deadline_covers_headers_and_body(
    sent: bytes, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(Answer(sent, then="stall")) as server:
        closing.append(transport := connect(server, clock, timeout=SHORT_S))
        start = time.monotonic()
        with pytest.raises(HomevoltTimeoutError) as caught:
            await transport.get("/ems.json")
        assert SHORT_S <= time.monotonic() - start < SHORT_S + 2
    assert caught.value.maybe_sent
    assert caught.value.status is None


async def test_the_deadline_covers_a_body_that_trickles(
    clock: ManualClock, closing: list[Transport]
) -> None:
    """Each byte comes in time, the last one never."""
    trickle = Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", times=99, pause_s=0.01)
    async with RawServer(trickle) as server:
        closing.append(transport := connect(server, clock, timeout=SHORT_S))
        with pytest.raises(HomevoltTimeoutError):
            await transport.get("/ems.json")
        assert server.sent > len(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), (
            "it did trickle"
        )


async def test_the_deadline_covers_the_pauses_between_attempts(
    closing: list[Transport],
) -> None:
    class Endless(SystemClock):
        async def sleep(self, seconds: float) -> None:
            assert seconds <= RETRY_BACKOFF_S[0]
            await asyncio.Event().wait()

    async with RawServer(response(b"", "503 Busy")) as server:
        closing.append(transport := Transport(server.host, timeout=SHORT_S, clock=Endless()))
        with pytest.raises(HomevoltTimeoutError):
            await transport.get("/ems.json")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("timeout", "connect_s", "answer_s"),
    [(None, 5, 20), (60, 5, 20), (20, 5, 20), (8, 4, 8), (0.1, 0.05, 0.1)],
)
def test_a_short_deadline_shortens_those_of_the_parts(
    timeout: float | None, connect_s: float, answer_s: float
) -> None:
    options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
    limits = Transport("192.0.2.1", **options)._limits
    assert (limits.connect, limits.sock_connect, limits.total) == (connect_s, connect_s, answer_s)


def test_a_whole_call_takes_thirty_seconds_at_most() -> None:
    for function in (Transport, Homevolt):
        assert inspect.signature(function).parameters["timeout"].default == 30
    transport = Transport("192.0.2.1")
    assert [transport._limits_of(left_s).total for left_s in (29, 7, 0, -1)] == [20, 7, 1e-3, 1e-3]


async def test_a_device_that_does_not_connect_cannot_be_reached(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer() as server:  # it never answers the TLS handshake
        transport = Transport(f"https://{server.host}", timeout=SHORT_S, clock=clock)
        closing.append(transport)
        with pytest.raises(HomevoltTimeoutError, match=r"reached: no connection within 0\.3 s"):
            await transport.get("/ems.json")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("limits", [{"limit": 2}, {"limit_per_host": 2}])
async def test_a_session_without_a_free_connection_is_reported(
    limits: dict[str, Any], method: str, clock: ManualClock, closing: list[Transport]
) -> None:
    connector = aiohttp.TCPConnector(**limits)
    async with (
        RawServer(Answer(then="stall")) as server,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        owner = [asyncio.create_task(read(session, url(server))) for _ in range(2)]
        await server.accepted.wait()
        transport = Transport(server.host, websession=session, timeout=SHORT_S, clock=clock)
        closing.append(transport)
        form = {"cmd": "x"}
        call = transport.get("/ems.json") if method == "GET" else transport.post("/x", form)
        if method == "POST" and "limit_per_host" in limits:
            expected = "complete answer"  # a write has a connection of its own
        else:
            expected = r"No connection .* was free within 0\.6 s; nothing was sent .*limit=0"
        with pytest.raises(HomevoltTimeoutError, match=expected) as caught:
            await call
        assert caught.value.maybe_sent == (expected == "complete answer")
        for task in owner:
            task.cancel()
        await asyncio.wait(owner)


async def test_without_a_limit_a_passed_session_is_not_blamed(
    clock: ManualClock, closing: list[Transport]
) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with RawServer() as server, aiohttp.ClientSession(connector=connector) as session:
        address = f"https://{server.host}"  # it never answers the TLS handshake
        for timeout in (SHORT_S, 2 * SHORT_S):
            transport = Transport(address, websession=session, timeout=timeout, clock=clock)
            closing.append(transport)
            with pytest.raises(HomevoltTimeoutError, match="cannot be reached"):
                await transport.get("/ems.json")


async def read(session: aiohttp.ClientSession, address: str) -> None:
    async with session.get(address) as answer:
        await answer.read()


async def test_a_huge_body_is_not_read_to_its_end(
    clock: ManualClock, closing: list[Transport]
) -> None:
    chunk = b" " * 65536
    size = 50 * 1024 * 1024
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    async with RawServer(Answer(head + chunk, times=size // len(chunk))) as server:
        closing.append(transport := connect(server, clock))
        with pytest.raises(HomevoltDataError, match=f"larger than {MAX_BODY_BYTES}"):
            await transport.get("/ems.json")
        assert server.sent < 5 * MAX_BODY_BYTES, "the connection is cut, not drained"
        assert len(server.requests) == 1


async def test_a_body_may_be_as_large_as_the_bound(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(response(b"x" * MAX_BODY_BYTES)) as server:
        closing.append(transport := connect(server, clock))
        assert len(await transport.get("/ems.json")) == MAX_BODY_BYTES


async def test_nothing_compressed_is_asked_for(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK) as server:
        closing.append(transport := connect(server, clock))
        await transport.get("/ems.json")
    assert b"Accept-Encoding: identity\r\n" in server.requests[0]


@pytest.mark.parametrize("then", ["stall", "keep"])
async def test_a_cancelled_call_leaves_the_transport_usable(
    then: Any, clock: ManualClock, closing: list[Transport]
) -> None:
    """The remaining answer, if it comes, is not taken for that of the next call."""
    async with RawServer(Answer(response(b"old")[:-1], then=then), response(b"new")) as server:
        closing.append(transport := connect(server, clock))
        call = asyncio.create_task(transport.get("/ems.json"))
        waiting = asyncio.create_task(transport.get("/ems.json"))
        await server.arrived.wait()
        waiting.cancel()
        call.cancel()
        assert all(
            isinstance(outcome, asyncio.CancelledError)
            for outcome in await asyncio.gather(call, waiting, return_exceptions=True)
        )
        assert await transport.get("/ems.json") == b"new"
    assert server.connections == 2


@pytest.mark.parametrize("sent", [b"", OK[:-1]])
@pytest.mark.parametrize("borrowing", [True, False])
async def test_closing_ends_the_calls_in_flight_and_connects_no_more(
    sent: bytes, clock: ManualClock, *, borrowing: bool
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(RawServer(Answer(sent, then="stall")))
        session = await stack.enter_async_context(aiohttp.ClientSession()) if borrowing else None
        transport = connect(server, clock, websession=session)
        calls = [asyncio.create_task(transport.get("/ems.json")) for _ in range(3)]
        await server.arrived.wait()
        await asyncio.gather(transport.close(), transport.close())
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(each) for each in errors] == [HomevoltConnectionError] * 3
        assert {str(each) for each in errors} == {f"The connection to {url(server)} is closed."}
        assert [getattr(each, "maybe_sent", None) for each in errors] == [True, False, False]
        assert server.connections == 1
        server.answers = [Answer(OK)]
        assert await transport.get("/ems.json") == b"fine", "a later call connects anew"
        await transport.close()


async def test_closing_ends_a_call_that_is_still_connecting(clock: ManualClock) -> None:
    async with RawServer() as server, aiohttp.ClientSession() as session:
        transport = Transport(f"https://{server.host}", websession=session, clock=clock)
        call = asyncio.create_task(transport.post("/console.json", {"cmd": "x"}))
        await server.accepted.wait()  # it never answers the TLS handshake
        await transport.close()
        with pytest.raises(HomevoltConnectionError, match="is closed") as caught:
            await call
        assert not caught.value.maybe_sent


def url(server: RawServer) -> str:
    return f"http://{server.host}"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 10**400, True, "5", None])
def test_a_deadline_is_a_positive_number(timeout: Any) -> None:
    with pytest.raises(HomevoltValueError, match="timeout must be a positive number"):
        Transport("192.0.2.1", timeout=timeout)


@pytest.mark.parametrize("password", [5, b"secret", ["secret"], "half\ud800"])
def test_a_password_is_text(password: Any) -> None:
    with pytest.raises(HomevoltValueError, match="password") as caught:
        Transport("192.0.2.1", password)
    assert "secret" not in str(caught.value)
    assert "half" not in repr(caught.value)


@pytest.mark.parametrize("option", ["nonsense", None, 1])
def test_the_ssl_option_is_checked_at_once(option: Any) -> None:
    with pytest.raises(HomevoltValueError, match=r"ssl must be .* not (str|NoneType|int)"):
        Transport("192.0.2.1", ssl=option)


async def test_the_system_clock_is_the_time_of_this_machine() -> None:
    clock = SystemClock()
    assert clock.now() == pytest.approx(time.time(), abs=5)
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.monotonic() >= before
    assert positive_seconds("interval", 5) == 5.0


async def test_a_wrong_fingerprint_is_an_untrusted_certificate(clock: ManualClock) -> None:
    tls, _ = self_signed("127.0.0.1")
    async with RawServer(OK, tls=tls) as server:
        pin = aiohttp.Fingerprint(b"\1" * 32)
        transport = Transport(f"https://{server.host}", clock=clock, ssl=pin)
        with pytest.raises(HomevoltCertificateError, match="01" * 32):
            await transport.post("/console.json", {"cmd": "x"})
        with pytest.raises(HomevoltCertificateError) as caught:
            await transport.get("/ems.json")
        await transport.close()
    assert not caught.value.maybe_sent
    assert (clock.slept, server.requests) == ([], [])


async def test_a_port_that_does_not_speak_https_is_reported(clock: ManualClock) -> None:
    async with Simulator(clock=SimulatedClock()) as sim:
        transport = Transport(f"https://{sim.host}", clock=clock)
        with pytest.raises(HomevoltConnectionError, match="does not speak HTTPS") as caught:
            await transport.get("/ems.json")
        await transport.close()
    assert not caught.value.maybe_sent


async def test_a_host_name_that_cannot_be_encoded_is_reported(clock: ManualClock) -> None:
    transport = Transport(f"{'ü' * 62}.local", clock=clock)
    with pytest.raises(HomevoltConnectionError, match="the host name cannot be resolved") as caught:
        await transport.get("/ems.json")
    await transport.close()
    assert not caught.value.maybe_sent


def test_a_failure_without_a_message_is_called_by_its_type() -> None:
    error = network_error(aiohttp.ClientError(), "http://10.0.0.7", sent=True)
    assert str(error) == "The connection to http://10.0.0.7 was lost: ClientError."
    assert error.maybe_sent


async def test_a_caller_that_is_cancelled_while_its_connection_is_closed_stays_cancelled(
    clock: ManualClock,
) -> None:
    async with RawServer(Answer(then="stall")) as server:
        transport = connect(server, clock)
        call = asyncio.create_task(transport.get("/ems.json"))
        await server.arrived.wait()
        closing = asyncio.create_task(transport.close())
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await closing


async def test_a_caller_is_not_cancelled_by_the_closing_of_its_connection(
    clock: ManualClock,
) -> None:
    async with RawServer(Answer(then="stall")) as server:
        transport = connect(server, clock)

        async def caller() -> int:
            with pytest.raises(HomevoltConnectionError):
                await transport.get("/ems.json")
            await asyncio.sleep(0)
            task = asyncio.current_task()
            return 0 if task is None else task.cancelling()

        call = asyncio.create_task(caller())
        await server.arrived.wait()
        await transport.close()
        assert await call == 0
