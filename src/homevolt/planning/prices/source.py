"""What a source of prices is: how it is asked and how its answer is read; nothing connects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError
from homevolt.planning.series import day_bounds

from .zones import market_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .zones import Zone

PER_MWH = 1000
"""kWh in a MWh."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What a source is asked for.

    Attributes:
        zone: The bidding zone.
        day: The delivery day.
        currency: The currency of the prices.
        token: What the source asks for; it is in no message and no repr.
    """

    zone: Zone
    day: date
    currency: str
    token: str | None = field(default=None, repr=False)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """When the day begins and ends, in UTC."""
        return day_bounds(self.day, market_zone())


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is sent to a source.

    Attributes:
        path: The path, below the address of the source.
        params: The query.
        headers: Headers of its own; their values are in no repr.
        json: The document that is posted, None for a GET.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a source said, in the currency that was asked for and per kWh.

    Attributes:
        points: When each slot begins, and its price, None if the source says that there is none.
        resolution: The length of a slot, None if it follows from the points.
        per_euro: What a EUR cost when these prices were made, None if the source does not say.
    """

    points: tuple[tuple[datetime, float | None], ...]
    resolution: timedelta | None = None
    per_euro: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One row of the table of sources.

    Attributes:
        name: What it is called, such as `elprisetjustnu.se`.
        base_url: Its address.
        zones: The names of the zones it has.
        currencies: The currencies it has; empty for the currency of the zone alone.
        needs_token: Whether it asks for a token.
        request: Returns what to send for a query.
        parse: Returns what an answer says; no points mean that the day is not published.
    """

    name: str
    base_url: str
    zones: frozenset[str]
    currencies: frozenset[str] = frozenset()
    needs_token: bool = False
    request: Callable[[Query], Request]
    parse: Callable[[bytes, Query], Answer]

    def has(self, zone: Zone, currency: str) -> bool:
        """Say whether it has the prices of a zone in a currency."""
        return zone.name in self.zones and currency in (self.currencies or {zone.currency})


def instant(text: object, *, zone_if_naive: timedelta | None = None) -> datetime:
    """Return an instant that a source wrote.

    Args:
        text: ISO 8601.
        zone_if_naive: The offset from UTC of text without one.

    Raises:
        HomevoltDataError: It is no instant.
    """
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise HomevoltDataError(f"This is not an instant: {short_repr(text)}") from error
    if moment.tzinfo is None:
        if zone_if_naive is None:
            raise HomevoltDataError(f"This has no offset from UTC: {short_repr(text)}")
        from datetime import timezone  # noqa: PLC0415 - only some sources need it

        return moment.replace(tzinfo=timezone(zone_if_naive))
    return moment


def number(value: object, divisor: int = 1) -> float | None:
    """Return a price that a source wrote, per kWh.

    Args:
        value: A number, or None where it has none.
        divisor: What it is divided by to be per kWh.

    Raises:
        HomevoltDataError: It is no number.
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / divisor
    raise HomevoltDataError(f"This is not a price: {short_repr(value)}")


def rows_of(document: object, what: str) -> list[dict[str, Any]]:
    """Return the rows of a document.

    Raises:
        HomevoltDataError: It is no list of objects.
    """
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise HomevoltDataError(f"{what} is not a list of objects.")
    return document
