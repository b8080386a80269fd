"""Each request gets its own answer, also when the device sends more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltConnectionError
from homevolt.transport.client import Transport
from tests.support.fakes import ManualClock
from tests.support.raw_server import Answer, RawServer, connect, response
from tests.support.waiting import until

OK = response(b"fine")
STRAY = response(b"stray")

if TYPE_CHECKING:
    from collections.abc import Callable


def path_of(request: bytes) -> bytes:
    return request.split()[1]


def echo(before: bytes = b"", after: bytes = b"") -> Callable[[bytes], bytes]:
    """Return a function that answers a request with its path."""
    return lambda request: before + response(path_of(request)) + after


def has_surplus(transport: Transport) -> bool:
    """Tell whether something has arrived over the connection that is kept."""
    session = transport._session
    assert session is not None
    assert session.connector is not None
    ((kept, _),) = (each for pool in session.connector._conns.values() for each in pool)
    return kept.should_close


async def test_two_answers_to_one_request_count_as_none(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK + STRAY) as server:
        closing.append(transport := connect(server, clock))
        with pytest.raises(HomevoltConnectionError, match="that no request asked for") as caught:
            await transport.get("/ems.json")
        assert caught.value.maybe_sent
        assert server.came_over == [1, 2, 3], "each attempt has a connection of its own"
        server.answers = [Answer(OK)]
        assert await transport.get("/ems.json") == b"fine"


async def test_two_answers_to_a_write_count_as_none_and_it_is_not_sent_again(
    clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(OK + STRAY) as server:
        closing.append(transport := connect(server, clock))
        with pytest.raises(HomevoltConnectionError) as caught:
            await transport.post("/console.json", {"cmd": "sched_clear"})
        assert caught.value.maybe_sent
        assert len(server.requests) == 1


@pytest.mark.parametrize("stray", [STRAY, STRAY[:-2], b"HTTP/1.1 200 OK\r\n\r\n", b"stray"])
async def test_an_answer_before_the_request_is_dropped(
    stray: bytes, clock: ManualClock, closing: list[Transport]
) -> None:
    async with RawServer(Answer(echo())) as server:
        closing.append(transport := connect(server, clock))
        for n in range(1, 5):
            assert await transport.get(f"/{n}") == f"/{n}".encode()
            assert not has_surplus(transport)
            server.push(stray)
            await until(lambda: has_surplus(transport))
    assert server.connections == 4


@settings(max_examples=60)
@given(
    st.binary(max_size=3) | st.integers(0, len(STRAY)).map(lambda end: STRAY[:end]),
    st.sampled_from([b"", b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"]),
    st.integers(1, 3),
)
async def test_data_around_an_answer_never_replaces_it(
    after: bytes, before: bytes, times: int
) -> None:
    async with RawServer(Answer(echo(before, after), times=times)) as server:
        transport = Transport(server.host, timeout=0.8, clock=ManualClock())
        for n in range(4):
            try:
                assert await transport.get(f"/{n}") == f"/{n}".encode()
            except HomevoltConnectionError:
                continue
        await transport.close()
