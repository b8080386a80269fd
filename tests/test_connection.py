"""Sessions, cookies and connections stay with their owner, and nothing is left open."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import ssl
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from yarl import URL

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltNotReadyError,
    HomevoltRedirectError,
    HomevoltValueError,
)
from homevolt.simulator import Simulator
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import LOCAL, NOW, ems, encoded
from tests.support.raw_server import Answer, RawServer, response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

READ = response(encoded(ems()))


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator() as sim:
        yield sim


@pytest.fixture
async def secure() -> AsyncIterator[Simulator]:
    async with Simulator(https=True) as sim:
        yield sim


def device_id(connection: Homevolt) -> str:
    return connection.get_device().device_id


async def test_a_session_that_was_passed_in_stays_open(sim: Simulator) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with Homevolt(sim.host, sim.password, session) as connection:
                await connection.update_info()
            assert not session.closed
        async with session.get(f"{sim.url}/ems.json") as answer:
            assert answer.status == 401, "the session does not know the password"


async def test_cookies_and_headers_of_a_passed_session_are_neither_used_nor_changed() -> None:
    cookie = response(encoded(ems()), "200 OK", "Set-Cookie: device=1")
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        RawServer(cookie) as server,
        aiohttp.ClientSession(cookie_jar=jar, headers={"X-Owner": "me"}) as session,
    ):
        jar.update_cookies({"owner": "me"}, URL(f"http://{server.host}"))
        headers = dict(session.headers)
        async with Homevolt(server.host, "secret", session) as connection:
            await connection.update_info()
            await connection.update_info()
        assert dict(session.headers) == headers
        assert [each.key for each in jar] == ["owner"]
    assert len(server.requests) == 4
    for request in server.requests:
        assert b"cookie" not in request.lower()
        assert b"X-Owner" not in request


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://192.0.2.1/other/"},
        {"headers": {"Authorization": "Basic bm86bm8="}},
        {"headers": {"Accept-Encoding": "gzip"}},
        {"raise_for_status": True},
        {"timeout": aiohttp.ClientTimeout(total=1e-9)},
        {"auto_decompress": True, "trust_env": True},
        {"version": aiohttp.HttpVersion10},
        {"connector": aiohttp.TCPConnector, "connector_owner": True},
    ],
)
async def test_a_session_with_settings_of_its_own_serves_too(
    options: dict[str, Any], sim: Simulator
) -> None:
    made = {name: value() if isinstance(value, type) else value for name, value in options.items()}
    async with (
        aiohttp.ClientSession(**made) as session,
        Homevolt(sim.host, sim.password, session) as connection,
    ):
        await connection.update_info()
        assert device_id(connection)


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # by aiohttp: what is tested
async def test_the_credentials_of_a_session_are_not_those_of_the_device(sim: Simulator) -> None:
    auth = aiohttp.BasicAuth("somebody", "else")
    async with (
        aiohttp.ClientSession(auth=auth) as session,
        Homevolt(sim.host, sim.password, session) as connection,
    ):
        await connection.update_info()
    assert all(record.authenticated for record in sim.journal)


async def test_a_closed_session_is_a_library_error(sim: Simulator) -> None:
    clock = ManualClock()
    session = aiohttp.ClientSession()
    async with Homevolt(sim.host, sim.password, session, clock=clock) as connection:
        await connection.update_info()
        await session.close()
        with pytest.raises(HomevoltConnectionError, match="websession= is closed"):
            await connection.update_info()
    assert clock.slept == []
    assert not any(record.status != 200 for record in sim.journal)


async def test_a_session_closed_during_a_call_is_a_library_error() -> None:
    async with RawServer(Answer(then="stall")) as server, aiohttp.ClientSession() as session:
        connection = Homevolt(server.host, None, session, clock=ManualClock())
        call = asyncio.create_task(connection.update_info())
        await server.arrived.wait()
        await session.close()
        with pytest.raises(HomevoltConnectionError):
            await call
        await connection.close_connection()


async def test_many_devices_share_the_connections_of_one_session(sim: Simulator) -> None:
    async with Simulator(password="other", seed=2) as second, aiohttp.ClientSession() as session:
        pair = [Homevolt(each.host, each.password, session) for each in (sim, second)]
        await asyncio.gather(*(each.update_info() for each in pair))
        await pair[0].close_connection()
        await pair[1].update_info()
        assert [each.get_device().ems_at is None for each in pair] == [False, False]
        await pair[1].close_connection()
    assert len(second.journal) == 4


async def test_a_session_of_our_own_is_made_when_needed_and_closed() -> None:
    before = set(live(aiohttp.ClientSession))
    async with RawServer(READ) as server:
        connection = Homevolt(server.host)
        assert set(live(aiohttp.ClientSession)) == before
        await connection.update_info()
        (own,) = set(live(aiohttp.ClientSession)) - before
        await connection.close_connection()
        assert own.closed
        await connection.close_connection()
        assert (server.connections, device_id(connection)) == (1, LOCAL)


async def test_a_closed_connection_can_be_used_again() -> None:
    async with RawServer(READ) as server, Homevolt(server.host) as connection:
        await connection.update_info()
        await connection.close_connection()
        await connection.update_info()
        assert server.connections == 2


@pytest.mark.parametrize("borrowing", [True, False])
async def test_closing_what_was_never_opened_is_no_error(*, borrowing: bool) -> None:
    session = aiohttp.ClientSession() if borrowing else None
    async with Homevolt("192.0.2.1", None, session) as connection:
        assert isinstance(connection, Homevolt)
    if session is not None:
        assert not session.closed
        await session.close()


async def test_the_context_closes_also_after_an_error(sim: Simulator) -> None:
    before = open_sessions()

    async def failing() -> None:
        async with Homevolt(sim.host, sim.password) as connection:
            await connection.update_info()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert open_sessions() == before


@pytest.mark.parametrize("borrowing", [True, False])
async def test_a_write_that_the_closing_interrupts_is_read_back_and_leaves_nothing_open(
    *, borrowing: bool
) -> None:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(Simulator(local_mode=True, cloud=False))
        session = await stack.enter_async_context(aiohttp.ClientSession()) if borrowing else None
        before = open_sessions()
        connection = Homevolt(sim.host, sim.password, session)
        await connection.update_info()
        sim.faults.add("silence", path="/console.json", when="after")
        write = asyncio.create_task(connection.get_device().set_battery_mode(0))
        await sim.wait_for_requests(4)
        await connection.close_connection()
        assert (await write).mode == 0
        assert open_sessions() == before


async def test_writes_that_wait_when_their_connection_is_closed_are_not_sent() -> None:
    before = open_sessions()
    async with Simulator(local_mode=True, cloud=False) as sim:
        connection = Homevolt(sim.host, sim.password)
        await connection.update_info()
        sim.faults.add("silence", path="/schedule.json", count=1)
        device = connection.get_device()
        writes = [asyncio.create_task(device.set_battery_mode(mode)) for mode in range(3)]
        await sim.wait_for_requests(3)
        await connection.close_connection()
        for outcome in await asyncio.gather(*writes, return_exceptions=True):
            assert type(outcome) is HomevoltConnectionError
        assert not sim.journal.writes
    assert open_sessions() == before


async def test_a_connection_that_was_not_closed_leaves_a_passed_session_without_a_warning() -> None:
    async with RawServer(READ) as server, aiohttp.ClientSession() as session:
        connection = Homevolt(server.host, None, session)
        await connection.update_info()
        del connection
        gc.collect()  # a warning about an unclosed session would be an error here
        async with session.get(f"http://{server.host}/") as answer:
            assert answer.status == 200
        assert server.connections == 1


def test_a_connection_works_in_several_event_loops() -> None:
    connection = Homevolt("127.0.0.1:1", clock=ManualClock())

    async def several() -> None:
        outcomes = await asyncio.gather(
            *(connection.update_info() for _ in range(3)), return_exceptions=True
        )
        await connection.close_connection()
        assert [type(each) for each in outcomes] == [HomevoltConnectionError] * 3

    asyncio.run(several())
    asyncio.run(several())


def test_a_connection_that_an_ended_event_loop_left_open_says_so() -> None:
    loop = asyncio.new_event_loop()
    connection = Homevolt("127.0.0.1:1", clock=ManualClock())
    with pytest.raises(HomevoltConnectionError, match="cannot be reached"):
        loop.run_until_complete(connection.update_info())
    with pytest.raises(HomevoltConnectionError, match=r"another event loop .* close_connection"):
        asyncio.run(connection.update_info())
    loop.run_until_complete(connection.close_connection())
    loop.close()
    with pytest.raises(HomevoltConnectionError, match="cannot be reached"):
        asyncio.run(closing(connection))


async def closing(connection: Homevolt) -> None:
    async with connection:
        await connection.update_info()


async def test_there_is_no_device_before_the_first_update() -> None:
    async with PayloadServer() as server, Homevolt(server.host) as connection:
        with pytest.raises(HomevoltNotReadyError, match="update_info"):
            connection.get_device()
        await connection.update_info()
        device = connection.get_device()
        await connection.update_info()
        assert connection.get_device() is device


def test_a_connection_shows_its_address() -> None:
    connection = Homevolt("https://[FD00::7]:8443/", "secret")
    assert connection.base_url == "https://[fd00::7]:8443"
    assert repr(connection) == "<Homevolt at https://[fd00::7]:8443>"


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("my battery",), {}),
        (("10.0.0.7", 5), {}),
        (("10.0.0.7",), {"timeout": 0}),
        (("10.0.0.7",), {"schedule_timezone": "Nowhere/Land"}),
        (("10.0.0.7",), {"ssl": "yes"}),
    ],
)
def test_a_wrong_argument_is_refused_at_once(arguments: Any, options: Any) -> None:
    with pytest.raises(HomevoltValueError):
        Homevolt(*arguments, **options)


async def test_the_clock_that_is_passed_in_is_used() -> None:
    async with (
        PayloadServer() as server,
        Homevolt(server.host, clock=ManualClock(NOW - 5.0)) as connection,
    ):
        await connection.update_info()
        ems_at = connection.get_device().ems_at
        assert ems_at is not None
        assert ems_at.timestamp() == NOW - 5


async def test_an_untrusted_certificate_is_refused(secure: Simulator) -> None:
    clock = ManualClock()
    async with Homevolt(str(secure.https_url), secure.password, clock=clock) as connection:
        with pytest.raises(HomevoltCertificateError, match="Fingerprint") as caught:
            await connection.update_info()
    assert not caught.value.maybe_sent
    assert (clock.slept, list(secure.journal)) == ([], [])


def fingerprint(pem: str) -> aiohttp.Fingerprint:
    return aiohttp.Fingerprint(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest())


@pytest.mark.parametrize(
    "option",
    [fingerprint, lambda _: False, lambda pem: ssl.create_default_context(cadata=pem)],
    ids=["pinned", "not looked at", "trusted"],
)
@pytest.mark.parametrize("borrowing", [True, False])
async def test_the_devices_own_certificate_is_accepted_when_configured(
    option: Callable[[str], Any], secure: Simulator, *, borrowing: bool
) -> None:
    assert secure.certificate_pem is not None
    trust = option(secure.certificate_pem.decode())
    session = aiohttp.ClientSession() if borrowing else None
    async with Homevolt(str(secure.https_url), secure.password, session, ssl=trust) as connection:
        await connection.update_info()
        assert device_id(connection)
    if session is not None:
        await session.close()
    assert len(secure.journal) == 2


async def test_a_redirect_to_https_names_the_address_to_use() -> None:
    async with (
        Simulator(redirect=True) as sim,
        Homevolt(sim.host, sim.password, clock=ManualClock()) as connection,
    ):
        with pytest.raises(HomevoltRedirectError) as caught:
            await connection.update_info()
        assert f"Use the address {sim.https_url} instead" in str(caught.value)
        assert caught.value.location == f"{sim.https_url}/ems.json"
        assert caught.value.status == 302
        async with Homevolt(str(sim.https_url), sim.password, ssl=False) as secure:
            await secure.update_info()


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/login",
        "https://elsewhere.example/",
        "https://[bad",
        "",
        "https://127.0.0.1:x/",
    ],
)
async def test_a_redirect_elsewhere_is_not_recommended(location: str) -> None:
    moved = response(b"", "302 Found", f"Location: {location}")
    async with (
        RawServer(moved) as server,
        Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        with pytest.raises(HomevoltRedirectError, match="Redirects are not followed") as caught:
            await connection.update_info()
    assert "Use the address" not in str(caught.value)
    assert caught.value.location.endswith(location)
    assert all(request.startswith(b"GET /") for request in server.requests)


def open_sessions() -> set[aiohttp.ClientSession]:
    """Return the sessions that are open."""
    return {each for each in live(aiohttp.ClientSession) if not each.closed}


def live(kind: type[Any]) -> list[Any]:
    """Return all objects of a kind that exist."""
    return [each for each in gc.get_objects() if type(each) is kind]
