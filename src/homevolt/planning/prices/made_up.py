"""Made-up prices of a year for tests and demonstrations: negative hours, spikes and flat days."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from homevolt.planning.series import QUARTER, PriceSeries, day_bounds

from .plausible import PER_EURO
from .zones import find_zone, market_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "made up"
_DAY = timedelta(days=1)
_FLAT_SHARE = 0.08
_NEGATIVE_SHARE = 0.12
_SPIKE_SHARE = 0.06
_WINTER_EURO, _SUMMER_EURO = 0.075, 0.03


def made_up_prices(
    zone: str,
    first: date,
    last: date,
    *,
    seed: int = 1,
    resolution: timedelta = QUARTER,
) -> PriceSeries:
    """Return prices that look like spot prices and are not.

    Each day has its own level, a peak in the morning and one in the evening; winter is dearer than
    summer. Some days are flat, on some it is negative around noon, and some have an hour that costs
    several times the rest. A day is the same whichever days are asked for with it.

    Args:
        zone: The name of the bidding zone; its currency is that of the prices.
        first: The first delivery day.
        last: The last day.
        seed: Other numbers give other prices.
        resolution: The length of a slot.

    Raises:
        HomevoltValueError: There is no such zone.
    """
    row = find_zone(zone)
    values: list[float] = []
    for n in range((last - first).days + 1):
        values += _day(first + n * _DAY, f"{row.name} {seed}", resolution, PER_EURO[row.currency])
    start = day_bounds(first, market_zone())[0]
    return PriceSeries(
        start=start,
        resolution=resolution,
        values=tuple(values),
        currency=row.currency,
        zone=row.name,
        source=SOURCE,
        fetched_at=start,
    )


def _day(day: date, seed: str, resolution: timedelta, per_euro: float) -> Iterator[float]:
    drawn = random.Random(f"{seed} {day}")  # noqa: S311 - prices, not secrets
    season = (1 + math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)) / 2
    level = (_SUMMER_EURO + (_WINTER_EURO - _SUMMER_EURO) * season) * drawn.lognormvariate(0, 0.5)
    is_flat = drawn.random() < _FLAT_SHARE
    noon = drawn.uniform(0.8, 1.6) if drawn.random() < _NEGATIVE_SHARE else 0.25 * (1 - season)
    spike_hour = drawn.choice((7, 8, 17, 18, 19)) if drawn.random() < _SPIKE_SHARE else -1
    spike = drawn.uniform(3, 8)
    start, end = day_bounds(day, market_zone())
    for n in range((end - start) // resolution):
        local = (start + n * resolution).astimezone(market_zone())
        hour = local.hour + local.minute / 60
        noise = 1 + 0.05 * drawn.gauss(0, 1)
        shape = 0.7 + 0.5 * _bump(hour, 8, 1.5) + 0.7 * _bump(hour, 18, 2.0)
        shape -= noon * _bump(hour, 13, 2.5)
        if local.hour == spike_hour:
            shape *= spike
        yield round(level * (1.0 if is_flat else shape * noise) * per_euro, 5)


def _bump(hour: float, at: float, width: float) -> float:
    return math.exp(-(((hour - at) / width) ** 2))
