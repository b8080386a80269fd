"""Where the prices of the planner's commands come from: the sources, and what is kept of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli import state
from homevolt.cli.render.formatting import ago
from homevolt.planning.prices.market import Prices
from homevolt.planning.prices.table import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path

    from homevolt._common import Clock
    from homevolt.planning.series import PriceSeries

URL_VARIABLE = "HOMEVOLT_PRICES_URL"
"""Names another address for all sources, such as a mirror."""
TIMEOUT_S = 10.0


def spot_prices(
    zone: str,
    currency: str | None = None,
    cache: Path | None = None,
    *,
    source: str | None = None,
    tokens: Mapping[str, str] | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Prices:
    """Return the prices of a zone, of which published days are kept in a folder.

    Args:
        zone: The name of the bidding zone.
        currency: That of the prices; None takes that of the zone.
        cache: The folder; None takes that of the shell.
        source: The name of the source that is asked first; None takes the best of the zone.
        tokens: Tokens by the names of the sources.
        clock: The time to go by.

    Raises:
        HomevoltValueError: There is no such zone, or no such source.
    """
    url = os.environ.get(URL_VARIABLE)
    return Prices(
        zone,
        currency=currency,
        source=source,
        tokens=tokens,
        cache=cache or state.folder() / "prices",
        base_urls=dict.fromkeys(SOURCES, url) if url else None,
        timeout_s=TIMEOUT_S,
        clock=clock,
    )


def age_s(prices: PriceSeries, now: datetime) -> float:
    """Return how many seconds ago the oldest of some prices were read."""
    return round(max(0.0, (now - prices.fetched_at).total_seconds()), 1)


def source_text(prices: PriceSeries, now: datetime, zone: tzinfo) -> str:
    """Return where prices come from and how old they are, in a sentence.

    Args:
        prices: The prices.
        now: When it is said.
        zone: The zone in which times are shown.
    """
    read = f"{prices.fetched_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{prices.source}, read {read} ({ago(age_s(prices, now))})."
