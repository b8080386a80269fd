"""Over https no connection outlives its use, whether the certificate is trusted or not."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp
import pytest

from homevolt import Homevolt, HomevoltCertificateError
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.transport.session import SslOption

OTHER = aiohttp.Fingerprint(bytes(32))


async def read(connection: Homevolt) -> None:
    await connection.update_info()


async def write(connection: Homevolt) -> None:
    await connection.update_info()
    await connection.get_device().enable_local_mode()


async def be_refused(connection: Homevolt) -> None:
    with pytest.raises(HomevoltCertificateError):
        await connection.update_info()


def unclosed_after(
    url: str, ssl: SslOption, use: Callable[[Homevolt], Awaitable[None]], *, is_borrowed: bool
) -> list[str]:
    """Connect in an event loop that ends at once; return what was left open, as Python warns."""

    async def connect() -> None:
        async with AsyncExitStack() as stack:
            session = (
                await stack.enter_async_context(aiohttp.ClientSession()) if is_borrowed else None
            )
            await use(await stack.enter_async_context(Homevolt(url, websession=session, ssl=ssl)))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(connect())
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
        found = await asyncio.to_thread(
            unclosed_after,
            simulator.https_url,
            pinned if ssl is None else ssl,
            use,
            is_borrowed=is_borrowed,
        )
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
