"""Anything that comes instead of an answer ends in the error that says what happened."""

from __future__ import annotations

import tracemalloc

import pytest

from homevolt.connection import Homevolt
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
from homevolt.simulator import Simulator
from homevolt.transport.session import MAX_BODY_BYTES
from tests.support.fakes import ManualClock
from tests.support.payloads import ems, encoded
from tests.support.raw_server import Answer, RawServer, response


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("201 Created", HomevoltResponseError),
        ("204 No Content", HomevoltDataError),
        ("302 Found", HomevoltRedirectError),
        ("304 Not Modified", HomevoltRedirectError),
        ("400 Bad Request", HomevoltResponseError),
        ("401 Unauthorized", HomevoltAuthenticationError),
        ("403 Forbidden", HomevoltAuthenticationError),
        ("404 Not Found", HomevoltResponseError),
        ("429 Too Many Requests", HomevoltRateLimitError),
        ("500 Oops", HomevoltResponseError),
        ("503 Busy", HomevoltResponseError),
        ("507 Insufficient Storage", HomevoltResponseError),
        ("999 What", HomevoltResponseError),
    ],
)
async def test_each_status_has_its_error(status: str, error: type[HomevoltError]) -> None:
    async with (
        RawServer(response(b"", status)) as server,
        Homevolt(server.host, "secret", clock=ManualClock()) as connection,
    ):
        with pytest.raises(error) as caught:
            await connection.update_info()
    assert type(caught.value) is error
    if isinstance(caught.value, HomevoltConnectionError):
        assert caught.value.status == int(status[:3])
        assert status[:3] in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", HomevoltConnectionError),
        ("truncate", HomevoltConnectionError),
        ("garbage", HomevoltDataError),
        ("html", HomevoltDataError),
        ("redirect", HomevoltRedirectError),
        ("reboot", HomevoltResponseError),
        ("stall", HomevoltTimeoutError),
        ("silence", HomevoltTimeoutError),
    ],
)
async def test_a_fault_that_passes_leaves_the_device_readable(
    fault: str, error: type[HomevoltError]
) -> None:
    # Only these two end by the deadline; the others need time to connect on a busy machine.
    timeout_s = 0.5 if fault in ("stall", "silence") else 30.0
    async with (
        Simulator(seed=3) as sim,
        Homevolt(sim.host, sim.password, timeout=timeout_s, clock=ManualClock()) as connection,
    ):
        sim.faults.add(fault)
        with pytest.raises(error) as caught:
            await connection.update_info()
        assert type(caught.value) is error
        sim.faults.clear()
        await connection.update_info()
        assert connection.get_device().problems == {}


async def test_json_with_another_content_type_is_read() -> None:
    async with (
        Simulator(faults=["content_type:text=image/png"]) as sim,
        Homevolt(sim.host, sim.password) as connection,
    ):
        await connection.update_info()
        assert connection.get_device().problems == {}


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x-unknown"])
async def test_a_compressed_answer_is_not_unpacked(encoding: str) -> None:
    bomb = response(b"\x1f\x8b" + b"\0" * 9999, "200 OK", f"Content-Encoding: {encoding}")
    async with RawServer(bomb) as server, Homevolt(server.host) as connection:
        with pytest.raises(HomevoltDataError, match=f"compressed .{encoding}"):
            await connection.update_info()


async def test_fifty_megabytes_cost_no_more_memory_than_the_bound() -> None:
    chunk = b"[" * 65536
    endless = Answer(b"HTTP/1.1 200 OK\r\n\r\n" + chunk, times=800)
    async with RawServer(endless) as server, Homevolt(server.host) as connection:
        tracemalloc.start()
        with pytest.raises(HomevoltDataError, match="larger than"):
            await connection.update_info()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 3 * MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("head", "may_be_read"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", True),
        (b"HTTP/1.1 abc OK\r\n\r\n", False),
        (b"HTTP/9.9 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9000 + b"\r\n", True),
        (b"", False),
    ],
    ids=range(12),
)
async def test_broken_http_is_a_library_error(head: bytes, *, may_be_read: bool) -> None:
    async with (
        RawServer(Answer(head + encoded(ems()), then="close")) as server,
        Homevolt(server.host, clock=ManualClock(), timeout=2) as connection,
    ):
        error: HomevoltError | None = None
        try:
            await connection.update_info()
        except (HomevoltConnectionError, HomevoltDataError) as caught:
            error = caught
    assert may_be_read or error is not None
    assert len(str(error).splitlines()) == 1
    assert "ecu_id" not in str(error), "what was received is not repeated in the message"
