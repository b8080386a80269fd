"""Published days in a folder, so that no source is asked for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from homevolt.planning.prices.cache import Kept, PriceCache
from homevolt.planning.prices.made_up import made_up_prices
from homevolt.planning.prices.zones import market_zone

if TYPE_CHECKING:
    from pathlib import Path

AROUND = range(-1, 3)
"""From yesterday on; two days ahead, as midnight may come in between."""


def keep_prices(folder: Path) -> None:
    """Keep made-up prices of SE3 for the days around now.

    Args:
        folder: Where they are kept.
    """
    cache = PriceCache(folder)
    now = datetime.now(UTC)
    for n in AROUND:
        day = now.astimezone(market_zone()).date() + timedelta(days=n)
        prices = replace(made_up_prices("SE3", day, day), fetched_at=now)
        cache.put(day, Kept(prices, 11.0))
