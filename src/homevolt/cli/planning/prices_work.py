"""The work of `homevolt prices`: prices by day, their lowest and highest, and their age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.planning.spot import age_s, spot_prices
from homevolt.exceptions import HomevoltPricesNotPublishedError
from homevolt.planning.prices.market import published_at
from homevolt.planning.prices.zones import market_zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from homevolt.planning.prices.zones import Zone
    from homevolt.planning.series import PriceSeries, Slot

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Slots that follow each other at one price.

    Attributes:
        start: When the first begins, in UTC.
        end: When the last ends, in UTC.
        price: Per kWh.
    """

    start: datetime
    end: datetime
    price: float


class Day(NamedTuple):
    """A delivery day.

    Attributes:
        date: The day.
        prices: Its prices; a slot may be a gap.
        lowest: The first span at the lowest price.
        highest: The first span at the highest price.
        mean: The mean of what is known.
    """

    date: date
    prices: PriceSeries
    lowest: Span
    highest: Span
    mean: float


class Shown(NamedTuple):
    """What `homevolt prices` shows.

    Attributes:
        zone: The bidding zone.
        prices: Those of all days.
        days: The days of which something is known.
        now: When it is shown, in UTC.
        notes: What is not known, and why, in sentences.
        expected_at: When the prices of the first day that is not published are expected.
    """

    zone: Zone
    prices: PriceSeries
    days: tuple[Day, ...]
    now: datetime
    notes: tuple[str, ...]
    expected_at: datetime | None


async def find(zone: str, days: int, cache: Path | None) -> Shown:
    """Return the prices of the days up to today, and of tomorrow as soon as they are published.

    Args:
        zone: The name of the bidding zone.
        days: How many days up to today.
        cache: The folder in which published days are kept; None takes that of the shell.

    Raises:
        HomevoltPricesError: Not one of the days is known.
        HomevoltValueError: There is no such zone.
    """
    source = spot_prices(zone, cache=cache)
    today = source.today()
    found = await source.days(today - (days - 1) * _DAY, today + _DAY)
    dates = [today + (n - days + 1) * _DAY for n in range(days + 1)]
    expected = [
        published_at(error.day)
        for error in found.problems
        if isinstance(error, HomevoltPricesNotPublishedError) and error.day is not None
    ]
    return Shown(
        zone=source.zone,
        prices=found.prices,
        days=tuple(each for date in dates for each in _day(date, found.prices)),
        now=datetime.now(UTC),
        notes=tuple(map(str, found.problems)),
        expected_at=min(expected, default=None),
    )


def document(shown: Shown) -> dict[str, Any]:
    """Return prices for programs."""
    prices = shown.prices
    return {
        "zone": shown.zone.name,
        "place": shown.zone.place,
        "unit": prices.unit,
        "source": prices.source,
        "fetched_at": prices.fetched_at.isoformat(),
        "age_s": age_s(prices, shown.now),
        "expected_at": None if shown.expected_at is None else shown.expected_at.isoformat(),
        "notes": list(shown.notes),
        "days": [
            {
                "date": each.date.isoformat(),
                "lowest": _span(each.lowest),
                "highest": _span(each.highest),
                "mean": round(each.mean, 5),
                "slots": [
                    {
                        "from": slot.start.isoformat(),
                        "to": slot.end.isoformat(),
                        "price": slot.value,
                    }
                    for slot in each.prices.slots()
                ],
            }
            for each in shown.days
        ],
    }


def _span(span: Span) -> dict[str, Any]:
    return {"from": span.start.isoformat(), "to": span.end.isoformat(), "price": span.price}


def _day(day: date, prices: PriceSeries) -> Iterator[Day]:
    """Yield a day if anything is known of it."""
    own = prices.day(day, market_zone())
    known = [slot.value for slot in own.slots() if slot.value is not None]
    if known:
        spans = list(_spans(own))
        yield Day(
            date=day,
            prices=own,
            lowest=min(spans, key=lambda span: span.price),
            highest=max(spans, key=lambda span: span.price),
            mean=sum(known) / len(known),
        )


def _spans(prices: PriceSeries) -> Iterator[Span]:
    """Yield slots that follow each other at one price as one."""

    def price_of(slot: Slot) -> float | None:
        return slot.value

    for price, group in groupby(prices.slots(), key=price_of):
        slots = list(group)
        if price is not None:
            yield Span(slots[0].start, slots[-1].end, price)
