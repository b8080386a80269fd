"""Reads are tried three times, and writes are sent once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltRateLimitError,
    HomevoltRedirectError,
    HomevoltResponseError,
    HomevoltTimeoutError,
)
from homevolt.transport.client import RETRY_BACKOFF_S, Transport
from tests.support.raw_server import Answer, RawServer, connect, response, unused_port

if TYPE_CHECKING:
    from tests.support.fakes import ManualClock

SHORT_S = 0.6
"""A deadline that is meant to pass."""
OK = response(b"fine")
LOST = {
    "reset before the answer": Answer(then="reset"),
    "closed before the answer": Answer(then="close"),
    "reset midway": Answer(OK[:-2], then="reset"),
    "closed midway": Answer(OK[:-2], then="close"),
    "not HTTP": Answer(b"SSH-2.0-dropbear\r\n\r\n", then="close"),
    "a broken chunk": Answer(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n", then="close"
    ),
    "endless headers": Answer(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, then="close"),
}
STATUSES = ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Slow"]


@pytest.mark.parametrize("failure", [*LOST.values(), *map(response, [b""] * 4, STATUSES)])
async def test_a_read_is_tried_again_until_it_succeeds(
    failure: Answer | bytes, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(failure, failure, OK) as server:
        closing.append(transport := connect(server, clock))
        assert await transport.get("/ems.json") == b"fine"
    assert len(server.requests) == 3
    assert len(clock.slept) == 2
    assert all(0 <= s <= most for s, most in zip(clock.slept, RETRY_BACKOFF_S, strict=True))


@pytest.mark.parametrize("failure", [*LOST.values(), *map(response, [b""] * 4, STATUSES)])
async def test_a_read_is_given_up_after_three_attempts(
    failure: Answer | bytes, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(failure) as server:
        closing.append(transport := connect(server, clock))
        with pytest.raises(HomevoltConnectionError):
            await transport.get("/ems.json")
    assert len(server.requests) == 3, "the HTTP library does not add attempts of its own"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (response(b"", "404 Not Found"), HomevoltResponseError),
        (response(b"", "400 Bad Request"), HomevoltResponseError),
        (response(b"", "507 Insufficient Storage"), HomevoltResponseError),
        (response(b"", "302 Found", "Location: /x"), HomevoltRedirectError),
        (response(b"", "302 Found", "Location: http://[bad"), HomevoltRedirectError),
        (response(b"", "401 Unauthorized"), HomevoltAuthenticationError),
        (response(b"", "403 Forbidden"), HomevoltAuthenticationError),
        (response(b"", "429 Too Many Requests"), HomevoltRateLimitError),
        (response(b"x", "200 OK", "Content-Encoding: gzip"), HomevoltDataError),
    ],
)
async def test_a_read_that_would_fail_again_is_not_tried_again(
    answer: bytes, error: type[HomevoltError], clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(answer) as server:
        closing.append(transport := connect(server, clock))
        with pytest.raises(error) as caught:
            await transport.get("/ems.json")
    assert type(caught.value) is error
    assert len(server.requests) == 1
    assert clock.slept == []


async def test_a_timeout_is_not_tried_again(clock: ManualClock, closing: list[Transport]) -> None:
    async with RawServer(Answer(then="stall")) as server:
        closing.append(transport := connect(server, clock, timeout=SHORT_S))
        with pytest.raises(HomevoltTimeoutError, match=r"within 0\.6 s"):
            await transport.get("/ems.json")
        assert len(server.requests) == 1


async def test_refused_connections_are_tried_three_times(clock: ManualClock) -> None:
    transport = Transport(f"127.0.0.1:{unused_port()}", clock=clock)
    with pytest.raises(
        HomevoltConnectionError, match=r"cannot be reached: Connection refused\."
    ) as caught:
        await transport.get("/ems.json")
    await transport.close()
    assert len(clock.slept) == 2
    assert not caught.value.maybe_sent


async def test_a_host_name_that_cannot_be_resolved_is_reported(clock: ManualClock) -> None:
    transport = Transport("homevolt.invalid", clock=clock)
    with pytest.raises(HomevoltConnectionError, match="the host name cannot be resolved") as caught:
        await transport.get("/ems.json")
    await transport.close()
    assert "homevolt.invalid" in str(caught.value)
    assert not caught.value.maybe_sent


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *((answer, HomevoltConnectionError) for answer in LOST.values()),
        *((response(b"", status), HomevoltResponseError) for status in STATUSES),
        (Answer(then="stall"), HomevoltTimeoutError),
        (Answer(OK[:-1], then="stall"), HomevoltTimeoutError),
        (response(b"", "404 Not Found"), HomevoltResponseError),
        (response(b"", "507 Insufficient Storage"), HomevoltResponseError),
        (response(b"", "302 Found", "Location: /x"), HomevoltRedirectError),
        (response(b"", "304 Not Modified"), HomevoltRedirectError),
        (response(b"x", "200 OK", "Content-Encoding: gzip"), HomevoltDataError),
        (OK + OK, HomevoltConnectionError),
    ],
)
async def test_a_write_is_sent_once_and_may_have_arrived(
    answer: Answer | bytes,
    error: type[HomevoltError],
    clock: ManualClock,
    closing: list[Transport],
) -> None:
    async with RawServer(OK, answer) as server:
        closing.append(transport := connect(server, clock, timeout=SHORT_S))
        await transport.get("/ems.json")  # a kept-alive connection would be there for the write
        with pytest.raises(error) as caught:
            await transport.post("/console.json", {"cmd": "sched_clear"})
        assert len(server.requests) == 2
    assert type(caught.value) is error
    assert getattr(caught.value, "maybe_sent", True)
    assert clock.slept == []


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "429 Too Many Requests"])
async def test_a_write_that_the_device_refuses_is_sent_once(
    status: str, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(response(b"", status)) as server:
        closing.append(transport := connect(server, clock, password="right"))
        with pytest.raises(HomevoltAuthenticationError):
            await transport.post("/console.json", {"cmd": "sched_clear"})
        assert len(server.requests) == 1


async def test_a_redirected_write_is_not_sent_elsewhere(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK) as other:
        location = f"Location: http://{other.host}/console.json"
        for status in ("301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"):
            async with RawServer(response(b"", status, location)) as server:
                closing.append(transport := connect(server, clock))
                with pytest.raises(HomevoltRedirectError) as caught:
                    await transport.post("/console.json", {"cmd": "sched_clear"})
                assert len(server.requests) == 1
            assert caught.value.maybe_sent, "the device may have done it all the same"
            assert caught.value.location == f"http://{other.host}/console.json"
    assert other.connections == 0


async def test_a_write_that_reached_no_device_was_not_sent(clock: ManualClock) -> None:
    transport = Transport(f"127.0.0.1:{unused_port()}", clock=clock)
    with pytest.raises(HomevoltConnectionError) as caught:
        await transport.post("/console.json", {"cmd": "sched_clear"})
    await transport.close()
    assert not caught.value.maybe_sent
    assert clock.slept == []


async def test_a_write_whose_connection_was_never_made_was_not_sent(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer() as server:  # it never answers the TLS handshake
        transport = Transport(f"https://{server.host}", clock=clock, timeout=SHORT_S)
        closing.append(transport)
        with pytest.raises(HomevoltTimeoutError) as caught:
            await transport.post("/console.json", {"cmd": "sched_clear"})
    assert not caught.value.maybe_sent


async def test_a_form_arrives_as_it_was_given(clock: ManualClock, closing: list[Transport]) -> None:
    form = {"k": "a&b=c", "v": 'x y+z%20"\n\u00e9\U0001f50b', "store": ""}
    async with RawServer(OK) as server:
        closing.append(transport := connect(server, clock, password="p:w"))
        await transport.post("/params.json", form)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /params.json HTTP/1.1\r\n")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert b"Authorization: Basic YWRtaW46cDp3" in head
    assert parse_qs(body.decode(), keep_blank_values=True) == {k: [v] for k, v in form.items()}


async def test_a_query_is_quoted(clock: ManualClock, closing: list[Transport]) -> None:
    async with RawServer(OK) as server:
        closing.append(transport := connect(server, clock))
        await transport.get("/logs.json", {"limit": "5", "level": "a b&c"})
    assert server.requests[0].startswith(b"GET /logs.json?limit=5&level=a+b%26c HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("status", "body"), [("200 OK", b"{}"), ("400 Bad Request", b"unknown command")]
)
async def test_the_answer_to_a_write_is_its_body(
    status: str, body: bytes, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(response(body, status)) as server:
        closing.append(transport := connect(server, clock))
        assert await transport.post("/console.json", {"cmd": "x"}) == body


async def test_an_answer_without_content_is_empty(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        closing.append(transport := connect(server, clock))
        assert await transport.get("/ems.json") == b""
        assert await transport.post("/console.json", {"cmd": "x"}) == b""


async def test_many_calls_are_served_one_at_a_time(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK) as server:
        closing.append(transport := connect(server, clock))
        bodies = await asyncio.gather(
            *(transport.get(f"/{n}") for n in range(10)),
            *(transport.post(f"/{n}", {"cmd": "x"}) for n in range(10)),
        )
    assert bodies == [b"fine"] * 20
    assert (len(server.requests), server.most_in_flight) == (20, 1)


async def test_a_connection_that_the_device_closed_while_idle_is_made_anew(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(Answer(OK, then="close")) as server:
        closing.append(transport := connect(server, clock))
        for _ in range(3):
            assert await transport.get("/ems.json") == b"fine"
    assert len(server.requests) == 3
