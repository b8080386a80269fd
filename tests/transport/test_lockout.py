"""A wrong password never locks the device, and no password is ever shown."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, NamedTuple

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltError,
    HomevoltRateLimitError,
    HomevoltResponseError,
    HomevoltValueError,
)
from homevolt.simulator import Fault, Simulator
from homevolt.simulator import ManualClock as SimulatedClock
from tests.support.fakes import ManualClock
from tests.support.raw_server import Answer, RawServer, response, unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "corr3ct-horse"


class Visit(NamedTuple):
    """Somebody with a wrong password at the door of a device."""

    sim: Simulator
    connection: Homevolt
    clock: ManualClock

    def change_password(self, password: str) -> None:
        """Let the device have another password from now on."""
        self.sim.device.parameters.set("webserver_password", password, store=True)

    def advance(self, seconds: float) -> None:
        """Let time pass for the device and for the library."""
        self.sim.advance(seconds)
        self.clock.advance(seconds)

    async def refusal(self) -> HomevoltAuthenticationError:
        """Return how an update is refused."""
        with pytest.raises(HomevoltAuthenticationError) as caught:
            await self.connection.update_info()
        return caught.value


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    clock = ManualClock()
    async with (
        Simulator(password=SECRET, clock=SimulatedClock()) as sim,
        Homevolt(sim.host, "wrong", clock=clock) as connection,
    ):
        yield Visit(sim, connection, clock)


async def test_a_wrong_password_is_sent_three_times_and_then_kept(visit: Visit) -> None:
    refusals = [await visit.refusal() for _ in range(5)]
    assert [error.retry_after for error in refusals] == [None, None, 300.0, 300.0, 300.0]
    assert "password is wrong" in str(refusals[0])
    assert "not sent again for 300 s" in str(refusals[4])
    assert [record.path for record in visit.sim.journal] == ["/ems.json"] * 3
    visit.advance(299)
    assert (await visit.refusal()).retry_after == 1.0
    assert len(visit.sim.journal) == 3
    assert visit.clock.slept == []


async def test_after_five_idle_minutes_the_password_is_tried_again(visit: Visit) -> None:
    for _ in range(3):
        await visit.refusal()
    visit.advance(300)
    assert (await visit.refusal()).retry_after is None
    assert len(visit.sim.journal) == 4
    assert visit.sim.lockout.failures == 1, "the device had forgotten, too"


@pytest.mark.parametrize("every_s", [10, 99, 299, 301])
async def test_polling_with_a_wrong_password_never_locks(visit: Visit, every_s: int) -> None:
    for _ in range(30):
        await visit.refusal()
        assert visit.sim.lockout.remaining_s(visit.sim.device.clock.now()) == 0
        visit.advance(every_s)
    assert all(record.status == 401 for record in visit.sim.journal)


@pytest.mark.parametrize("status", [500, 503, 404, 302])
async def test_a_device_that_did_not_look_at_the_password_has_not_accepted_it(
    visit: Visit, status: int
) -> None:
    for _ in range(4):
        await visit.refusal()
        visit.sim.faults.add(Fault("status", status=status, nth=1, count=6))
        with pytest.raises((HomevoltResponseError, HomevoltAuthenticationError)):
            await visit.connection.update_info()
        visit.sim.faults.clear()
    assert [record.status for record in visit.sim.journal].count(401) == 3
    assert visit.sim.lockout.failures == 3


async def test_the_right_password_makes_up_for_wrong_ones(visit: Visit) -> None:
    for _ in range(2):
        await visit.refusal()
    visit.change_password("wrong")  # which is the right one from now on
    await visit.connection.update_info()
    visit.change_password(SECRET)
    assert [(await visit.refusal()).retry_after for _ in range(3)] == [None, None, 300.0]


async def test_without_a_password_there_is_nothing_to_lock(visit: Visit) -> None:
    async with Homevolt(visit.sim.host, clock=visit.clock) as connection:
        for _ in range(6):
            with pytest.raises(HomevoltAuthenticationError, match="pass password=") as caught:
                await connection.update_info()
            assert caught.value.retry_after is None
    assert len(visit.sim.journal) == 6
    assert visit.sim.lockout.failures == 0


@pytest.mark.parametrize("password", [SECRET, None])
async def test_a_locked_device_is_left_alone_for_as_long_as_it_asks(password: str | None) -> None:
    clock = ManualClock()
    locked = response(b"", "429 Too Many Requests", "Retry-After: 30")
    async with (
        RawServer(locked) as server,
        Homevolt(server.host, password, clock=clock) as connection,
    ):
        for elapsed_s, remaining_s in ((0, 30), (0, 30), (29, 1)):
            clock.advance(elapsed_s)
            with pytest.raises(HomevoltRateLimitError) as caught:
                await connection.update_info()
            assert caught.value.retry_after == remaining_s
        assert len(server.requests) == 1
        clock.advance(1)
        with pytest.raises(HomevoltRateLimitError):
            await connection.update_info()
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("X: y", None),
        ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("Retry-After: -5", None),
        ("Retry-After: " + "9" * 400, 300.0),
        ("Retry-After: 0", 0.0),
        ("Retry-After: \u00b2", None),
    ],
)
async def test_a_wait_that_makes_no_sense_is_not_waited_for(
    header: str, wait_s: float | None
) -> None:
    async with (
        RawServer(response(b"", "429 Too Many Requests", header)) as server,
        Homevolt(server.host, SECRET, clock=ManualClock()) as connection,
    ):
        with pytest.raises(HomevoltRateLimitError) as caught:
            await connection.update_info()
        assert caught.value.retry_after == wait_s


@pytest.mark.parametrize(
    "answer",
    [
        response(b"", "401 Unauthorized"),
        response(b"", "429 Too Many Requests"),
        response(b"", "302 Found", "Location: /"),
        response(b"", "500 Oops"),
        response(b"<html>", "200 OK"),
        response(b"{}", "200 OK", "Content-Encoding: br"),
        Answer(b"garbage\r\n\r\n", then="close"),
        Answer(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 20_000, then="close"),
        Answer(then="reset"),
        Answer(response()[:-1], then="close"),
        None,
    ],
)
async def test_no_error_and_no_log_shows_the_password(
    answer: Answer | bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with RawServer(answer or b"") as server:
        host = server.host if answer else f"127.0.0.1:{unused_port()}"
        async with Homevolt(host, SECRET, clock=ManualClock()) as connection:
            shown = [repr(connection), repr(connection._device), repr(vars(connection))]
            for _ in range(4):
                with pytest.raises(HomevoltError) as caught:
                    await connection.update_info()
                seen: BaseException | None = caught.value
                while seen is not None:
                    shown += [str(seen), repr(seen)]
                    seen = seen.__cause__
    assert_nowhere(SECRET, [*shown, caplog.text])


async def test_a_password_that_cannot_be_one_is_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(HomevoltValueError) as caught:
        Homevolt(f"http://admin:{SECRET}@10.0.0.7")
    assert_nowhere(SECRET, [str(caught.value), repr(caught.value), caplog.text])


def assert_nowhere(secret: str, texts: list[str]) -> None:
    """Check that a password stands in no text, neither plain nor as it goes over the wire."""
    token = base64.b64encode(f"admin:{secret}".encode()).decode()
    for text in texts:
        assert secret not in text
        assert token not in text
