"""Over https no connection outlives its use, whether the certificate is trusted or not."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

import aiohttp
import pytest

from homevolt import Homevolt, HomevoltCertificateError, HomevoltConnectionError
from homevolt.simulator import Simulator
from homevolt.simulator.web.certificate import self_signed
from homevolt.transport.client import Transport
from tests.support.raw_server import Answer, RawServer, response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from homevolt.transport.session import SslOption

LONG_ENOUGH_S = 0.5
"""A deadline that is meant to pass, and suffices to connect."""
OTHER = aiohttp.Fingerprint(bytes(32))


async def read(connection: Homevolt) -> None:
    await connection.update_info()


async def write(connection: Homevolt) -> None:
    await connection.update_info()
    await connection.get_device().enable_local_mode()


async def be_refused(connection: Homevolt) -> None:
    with pytest.raises(HomevoltCertificateError):
        await connection.update_info()


async def use_once(
    url: str, ssl: SslOption, use: Callable[[Homevolt], Awaitable[None]], *, is_borrowed: bool
) -> None:
    """Connect to a device, use it, and close the connection."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession()) if is_borrowed else None
        await use(await stack.enter_async_context(Homevolt(url, websession=session, ssl=ssl)))


def unclosed_after(work: Coroutine[None, None, None]) -> list[str]:
    """Run something in an event loop of its own; return what it left open, as Python warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(work)
        gc.collect()
    return [str(each.message) for each in caught]


@pytest.mark.parametrize("is_borrowed", [False, True])
@pytest.mark.parametrize(
    ("ssl", "use"),
    [(OTHER, be_refused), (True, be_refused), (None, read), (None, write), (False, write)],
    ids=["other fingerprint", "untrusted", "read", "write", "unchecked"],
)
async def test_no_connection_is_left_open(
    ssl: SslOption | None, use: Callable[[Homevolt], Awaitable[None]], *, is_borrowed: bool
) -> None:
    async with Simulator(None, https=True) as simulator:
        assert simulator.https_url is not None
        assert simulator.fingerprint is not None
        pinned = aiohttp.Fingerprint(bytes.fromhex(simulator.fingerprint))
        trust = pinned if ssl is None else ssl
        work = use_once(simulator.https_url, trust, use, is_borrowed=is_borrowed)
        assert await asyncio.to_thread(unclosed_after, work) == []


@pytest.mark.parametrize("data", [response(b"fine"), b"", response(b"fine")[:-1]])
@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_connection_ends_also_where_the_device_does_not_answer_the_shutdown(
    data: bytes, method: str
) -> None:
    """A graceful TLS shutdown waits for the other side, and this one sends nothing more."""

    async def work(url: str) -> None:
        transport = Transport(url, ssl=False, timeout=LONG_ENOUGH_S)
        with suppress(HomevoltConnectionError):
            if method == "get":
                await transport.get("/ems.json")
            else:
                await transport.post("/console.json", {"cmd": "sched_list"})
        await transport.close()

    answer = Answer(data, then="freeze")
    async with RawServer(answer, tls=self_signed("127.0.0.1")[0]) as server:
        found = await asyncio.to_thread(unclosed_after, work(f"https://{server.host}"))
    assert found == []


async def test_a_refused_certificate_ends_its_connection_at_once_and_others_go_on() -> None:
    async with (
        Simulator(None, https=True) as simulator,
        aiohttp.ClientSession() as session,
    ):
        assert simulator.https_url is not None
        for _ in range(2):
            await be_refused(Homevolt(simulator.https_url, websession=session, ssl=OTHER))
        await read(Homevolt(simulator.https_url, websession=session, ssl=False))
        assert len(simulator.journal) == 2
