"""Nothing outlasts its deadline, outgrows its bound, or stays open behind its owner's back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

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
from homevolt.transport.client import MAX_BODY_BYTES, RETRY_BACKOFF_S, Transport
from homevolt.transport.errors import network_error
from tests.support.raw_server import Answer, RawServer, connect, response

if TYPE_CHECKING:
    from tests.support.fakes import ManualClock

SHORT_S = 0.1
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
    trickle = Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", times=99, pause_s=0.01)
    async with RawServer(trickle) as server:
        closing.append(transport := connect(server, clock, timeout=SHORT_S))
        with pytest.raises(HomevoltTimeoutError):
            await transport.get("/ems.json")
        assert server.sent > len(trickle.data), "it did trickle"


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
    """The rest of the answer, if it comes, is not taken for that of the next call."""
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


async def test_closing_ends_the_calls_in_flight_and_connects_no_more(clock: ManualClock) -> None:
    async with RawServer(Answer(then="stall")) as server:
        transport = connect(server, clock)
        calls = [asyncio.create_task(transport.get("/ems.json")) for _ in range(3)]
        await server.arrived.wait()
        await transport.close()
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            assert type(outcome) is HomevoltConnectionError
        assert server.connections == 1
        server.answers = [Answer(OK)]
        assert await transport.get("/ems.json") == b"fine", "a later call connects anew"
        await transport.close()


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
def test_what_ssl_takes_is_checked_at_once(option: Any) -> None:
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


async def test_https_where_none_is_spoken_says_so(clock: ManualClock) -> None:
    async with Simulator(clock=SimulatedClock()) as sim:
        transport = Transport(f"https://{sim.host}", clock=clock)
        with pytest.raises(HomevoltConnectionError, match="no https is spoken there") as caught:
            await transport.get("/ems.json")
        await transport.close()
    assert not caught.value.maybe_sent


async def test_a_name_that_cannot_be_looked_up_is_not_reached(clock: ManualClock) -> None:
    transport = Transport(f"{'ü' * 62}.local", clock=clock)
    with pytest.raises(HomevoltConnectionError, match="look up that name") as caught:
        await transport.get("/ems.json")
    await transport.close()
    assert not caught.value.maybe_sent


def test_a_failure_without_words_is_called_by_its_kind() -> None:
    error = network_error(aiohttp.ClientError(), "http://10.0.0.7", sent=True)
    assert str(error) == "http://10.0.0.7 broke off: ClientError."
    assert error.maybe_sent
