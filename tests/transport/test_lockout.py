"""Wrong passwords never lock the device, and a lock of another client is waited out."""

from __future__ import annotations

import asyncio
import gc
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltRateLimitError,
    HomevoltResponseError,
)
from homevolt.simulator import Fault, Simulator
from homevolt.simulator import ManualClock as SimulatedClock
from homevolt.transport.lockout import (
    MOST_ADDRESSES,
    MOST_PASSWORDS,
    PasswordGuard,
    _Address,
    _Password,
)
from tests.support.fakes import ManualClock
from tests.support.payloads import ems, encoded
from tests.support.raw_server import Answer, RawServer, response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "corr3ct-horse"


class Login(NamedTuple):
    """A device with a password, and a connection to it that has another one."""

    sim: Simulator
    connection: Homevolt
    clock: ManualClock

    def change_password(self, password: str) -> None:
        """Let the device have another password from now on."""
        self.sim.device.parameters.set("webserver_password", password, store=True)

    def lock(self) -> None:
        """Let another client lock the device for as long as it ever locks."""
        for _ in range(8):
            self.sim.lockout.record_failure(self.sim.device.clock.now())

    def advance(self, seconds: float) -> None:
        """Let time pass for the device and for the library."""
        self.sim.advance(seconds)
        self.clock.advance(seconds)

    def another(self, password: str | None) -> Homevolt:
        """Return another connection to the device, with a password of its own."""
        return Homevolt(self.sim.host, password, clock=self.clock)

    async def refusal(self, connection: Homevolt | None = None) -> HomevoltAuthenticationError:
        """Return how an update is refused."""
        with pytest.raises(HomevoltAuthenticationError) as caught:
            await (connection or self.connection).update_info()
        return caught.value


@pytest.fixture
async def login() -> AsyncIterator[Login]:
    clock = ManualClock()
    async with (
        Simulator(password=SECRET, clock=SimulatedClock()) as sim,
        Homevolt(sim.host, "wrong", clock=clock) as connection,
    ):
        yield Login(sim, connection, clock)


async def test_a_wrong_password_is_sent_three_times_and_then_kept(login: Login) -> None:
    refusals = [await login.refusal() for _ in range(5)]
    assert [error.retry_after for error in refusals] == [None, None, 300.0, 300.0, 300.0]
    assert "Authentication failed" in str(refusals[0])
    assert "password is wrong" in str(refusals[0])
    assert all(error.is_final for error in refusals)
    assert "not sent again for 300 s" in str(refusals[4])
    assert [record.path for record in login.sim.journal] == ["/ems.json"] * 3
    login.advance(299)
    assert (await login.refusal()).retry_after == 1.0
    assert len(login.sim.journal) == 3
    assert login.clock.slept == []


async def test_after_five_idle_minutes_the_password_is_tried_again(login: Login) -> None:
    for _ in range(3):
        await login.refusal()
    login.advance(300)
    assert (await login.refusal()).retry_after is None
    assert len(login.sim.journal) == 4
    assert login.sim.lockout.failures == 1, "the device had forgotten, too"


@pytest.mark.parametrize("every_s", [10, 99, 299, 301])
async def test_polling_with_a_wrong_password_never_locks(login: Login, every_s: int) -> None:
    for _ in range(30):
        await login.refusal()
        assert login.sim.lockout.remaining_s(login.sim.device.clock.now()) == 0
        login.advance(every_s)
    assert all(record.status == 401 for record in login.sim.journal)


@pytest.mark.parametrize("status", [500, 503, 404, 302])
async def test_a_device_that_did_not_check_the_password_has_not_accepted_it(
    login: Login, status: int
) -> None:
    for _ in range(4):
        await login.refusal()
        login.sim.faults.add(Fault("status", status=status, nth=1, count=6))
        with pytest.raises((HomevoltResponseError, HomevoltAuthenticationError)):
            await login.connection.update_info()
        login.sim.faults.clear()
    assert [record.status for record in login.sim.journal].count(401) == 3
    assert login.sim.lockout.failures == 3


async def test_an_accepted_password_resets_the_count_of_its_refusals(login: Login) -> None:
    for _ in range(2):
        await login.refusal()
    login.change_password("wrong")  # which is the right one from now on
    await login.connection.update_info()
    another = login.another("wrong too")
    assert [(await login.refusal(another)).retry_after for _ in range(3)] == [None, None, 300.0]
    await login.connection.update_info()
    await another.close_connection()


@pytest.mark.parametrize(("firmware", "status"), [("new", 401), ("busy-lock", 429)])
async def test_a_lock_of_another_client_is_waited_out_and_the_password_is_not_called_wrong(
    firmware: str, status: int
) -> None:
    clock, simulated = ManualClock(), SimulatedClock()
    async with (
        Simulator(SECRET, clock=simulated, firmware=firmware) as sim,
        Homevolt(sim.host, SECRET, clock=clock) as connection,
    ):
        login = Login(sim, connection, clock)
        await connection.update_info()
        login.lock()
        sim.journal.clear()
        error = await login.refusal()
        assert (error.retry_after, error.is_final) == (10.0, False)
        assert re.search("[Tt]ry(ing)? again in 10 s", str(error))
        assert "another client" in str(error)
        login.advance(4)
        error = await login.refusal()
        assert (error.retry_after, error.is_final) == (6.0, False)
        assert [record.status for record in sim.journal] == [status]
        login.advance(6)
        await connection.update_info()


async def test_a_second_lock_of_another_client_is_not_taken_for_a_changed_password(
    login: Login,
) -> None:
    async with login.another(SECRET) as connection:
        await connection.update_info()
        for _ in range(2):
            login.lock()
            assert not (await login.refusal(connection)).is_final
            login.advance(10)
        await connection.update_info()
        login.lock()
        assert not (await login.refusal(connection)).is_final


async def test_a_password_that_is_refused_for_longer_than_any_lock_lasts_is_wrong(
    login: Login,
) -> None:
    async with login.another(SECRET) as connection:
        await connection.update_info()
        login.change_password("changed")
        login.sim.journal.clear()
        errors = []
        for _ in range(3):
            errors.append(await login.refusal(connection))
            login.advance(10)
        assert [error.is_final for error in errors] == [False, False, True]
        assert [error.retry_after for error in errors] == [10.0, 10.0, 300.0]
        assert "refused the password for 20 s, longer than any lock lasts" in str(errors[2])
        assert (await login.refusal(connection)).is_final
        assert len(login.sim.journal) == 3
        assert login.sim.lockout.failures == 3, "the device never locked"
        login.change_password(SECRET)
        login.advance(290)
        await connection.update_info()


async def test_a_changed_password_is_noticed_however_rarely_the_device_is_read(
    login: Login,
) -> None:
    async with login.another(SECRET) as connection:
        await connection.update_info()
        login.change_password("changed")
        finals = []
        for _ in range(4):
            finals.append((await login.refusal(connection)).is_final)
            login.advance(3600)
        assert finals == [False, False, True, True]


@pytest.mark.parametrize("at_once", [True, False])
async def test_all_connections_to_an_address_together_send_a_wrong_password_three_times(
    login: Login, *, at_once: bool
) -> None:
    connections = [login.another("wrong") for _ in range(5)]
    for _ in range(3):
        if at_once:
            await asyncio.gather(*map(login.refusal, connections))
        else:
            for connection in connections:
                await login.refusal(connection)
    assert len(login.sim.journal) == 3
    for connection in connections:
        await connection.close_connection()


async def test_connections_with_the_right_password_may_begin_at_the_same_time(
    login: Login,
) -> None:
    connections = [login.another(SECRET) for _ in range(5)]
    await asyncio.gather(*(each.update_info() for each in connections))
    await asyncio.gather(*(each.close_connection() for each in connections))


async def test_what_is_known_of_a_password_outlives_its_connection(login: Login) -> None:
    async def poll(password: str) -> None:
        async with login.another(password) as connection:
            await connection.update_info()

    for _ in range(5):
        with pytest.raises(HomevoltAuthenticationError):
            await poll("wrong")
    assert len(login.sim.journal) == 3
    await poll(SECRET)
    login.lock()
    with pytest.raises(HomevoltAuthenticationError) as caught:
        await poll(SECRET)
    assert not caught.value.is_final


async def test_a_corrected_password_is_sent_at_once_and_others_only_once(login: Login) -> None:
    for _ in range(4):
        await login.refusal()
    async with login.another("wrong as well") as guess:
        assert (await login.refusal(guess)).retry_after == 300.0
        await login.refusal(guess)
    assert len(login.sim.journal) == 4
    assert login.sim.lockout.remaining_s(login.sim.device.clock.now()) == 0
    async with login.another(SECRET) as corrected:
        await corrected.update_info()
        await login.refusal()
        assert [record.status for record in login.sim.journal] == [401] * 4 + [200] * 2


async def test_a_proven_password_does_not_wait_for_an_unproven_one() -> None:
    clock = ManualClock()
    fine = response(encoded(ems()))
    async with RawServer(fine, fine, Answer(then="stall"), fine) as server:
        proven = Homevolt(server.host, SECRET, clock=clock)
        await proven.update_info()
        unproven = Homevolt(server.host, "unproven", clock=clock)
        stalled = asyncio.create_task(unproven.update_info())
        server.arrived.clear()
        await server.arrived.wait()
        await proven.update_info()
        stalled.cancel()
        await asyncio.wait([stalled])
        for connection in (proven, unproven):
            await connection.close_connection()


def test_http_and_https_of_one_host_are_one_device() -> None:
    clock = ManualClock()
    guards = [
        PasswordGuard(clock, url, SECRET)
        for url in ("http://10.0.0.7", "https://10.0.0.7", "http://10.0.0.7:80")
    ]
    for guard in guards:
        guard.check()
        guard.refused(401)
    with pytest.raises(HomevoltAuthenticationError):
        guards[0].check()
    PasswordGuard(clock, "http://10.0.0.7:8080", SECRET).check()
    PasswordGuard(clock, "http://10.0.0.8", SECRET).check()


def test_many_addresses_and_many_passwords_are_forgotten() -> None:
    clock = ManualClock()
    others = live(_Address), live(_Password)
    guards = [PasswordGuard(clock, f"http://10.1.{n // 256}.{n % 256}", "x") for n in range(999)]
    for guard in guards:
        guard.refused(401)
    for n in range(999):
        PasswordGuard(clock, "http://10.0.0.7", f"guess {n}").refused(401)
    assert live(_Address) >= 999, "while a connection is there its address is remembered"
    assert live(_Password) >= 999
    del guards, guard
    assert live(_Address) <= others[0] + MOST_ADDRESSES
    assert live(_Password) <= others[1] + MOST_ADDRESSES + MOST_PASSWORDS


def live(kind: type[object]) -> int:
    """Return how many objects of a kind exist."""
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


async def test_without_a_password_there_is_nothing_to_lock(login: Login) -> None:
    async with Homevolt(login.sim.host, clock=login.clock) as connection:
        for _ in range(6):
            with pytest.raises(HomevoltAuthenticationError, match="pass password=") as caught:
                await connection.update_info()
            assert (caught.value.retry_after, caught.value.is_final) == (None, True)
    assert len(login.sim.journal) == 6
    assert login.sim.lockout.failures == 0


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
        ("X: y", 10.0),
        ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", 10.0),
        ("Retry-After: -5", 10.0),
        ("Retry-After: " + "9" * 400, 300.0),
        ("Retry-After: 0", 0.0),
        ("Retry-After: \u00b2", 10.0),
    ],
)
async def test_an_invalid_retry_after_counts_as_the_longest_lock(
    header: str, wait_s: float
) -> None:
    async with (
        RawServer(response(b"", "429 Too Many Requests", header)) as server,
        Homevolt(server.host, SECRET, clock=ManualClock()) as connection,
    ):
        with pytest.raises(HomevoltRateLimitError) as caught:
            await connection.update_info()
        assert caught.value.retry_after == wait_s
        assert not caught.value.is_final
