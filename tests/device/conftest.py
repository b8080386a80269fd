"""A device that was read from a server of payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.connection import Homevolt
from tests.support.fakes import ManualClock, PayloadServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt.device import Device


@pytest.fixture
async def server() -> AsyncIterator[PayloadServer]:
    async with PayloadServer() as server:
        yield server


@pytest.fixture
async def connection(server: PayloadServer, clock: ManualClock) -> AsyncIterator[Homevolt]:
    async with Homevolt(server.host, clock=clock) as connection:
        yield connection


@pytest.fixture
async def device(connection: Homevolt) -> Device:
    await connection.update_info()
    return connection.get_device()
