"""A server that speaks every format, and prices that ask it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from homevolt.planning.prices.market import Prices
from tests.support.fakes import ManualClock
from tests.support.price_server import PriceServer, values_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TODAY = date(2026, 2, 3)
TOMORROW = TODAY + timedelta(days=1)
NOON = datetime(2026, 2, 3, 11, 0, tzinfo=UTC)
"""12:00 in Central European time, before tomorrow is published."""
AFTERNOON = datetime(2026, 2, 3, 13, 0, tzinfo=UTC)
"""14:00 in Central European time."""


class Ask(Protocol):
    """Make prices that ask the server."""

    def __call__(self, zone: str = "SE3", **options: Any) -> Prices: ...


@pytest.fixture
def now() -> ManualClock:
    """Return a clock that shows the afternoon."""
    return ManualClock(AFTERNOON.timestamp())


@pytest.fixture
async def server(now: ManualClock) -> AsyncIterator[PriceServer]:
    """Return a server that has yesterday and today."""
    async with PriceServer(now) as running:
        for day in (TODAY - timedelta(days=1), TODAY):
            running.days[day] = values_of(day)
        yield running


@pytest.fixture
def ask(server: PriceServer, now: ManualClock) -> Ask:
    """Return a way to make prices that ask the server."""

    def make(zone: str = "SE3", **options: Any) -> Prices:
        return Prices(zone, clock=now, base_urls=server.base_urls, **options)

    return make
