"""The prices of a zone, day by day: from the cache, from a source, or from a second one.

A delivery day runs from midnight to midnight in Central European time. Tomorrow's are
published at about 13:00; before that no source is asked. Requests are delayed at random, and the
pauses between unsuccessful ones grow.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK
from homevolt.exceptions import (
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltPricesError,
    HomevoltPricesNotPublishedError,
    HomevoltResponseError,
    HomevoltValueError,
)
from homevolt.planning.http import TIMEOUT_S, HttpFetcher, redacted
from homevolt.planning.series import CURRENCIES, PriceSeries, from_points

from .cache import Kept, PriceCache
from .plausible import check_unit
from .source import Query
from .table import sources_for
from .zones import find_zone, market_zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import aiohttp

    from homevolt._common import Clock

    from .source import Answer, Source

PUBLISHED_AT = time(13, 0)
"""When tomorrow's prices are asked for first, in Central European time."""
JITTER_S = 120.0
"""The first request is delayed by up to this much, to spread the load."""
BACKOFF_S = (300.0, 600.0, 1200.0, 2400.0, 3600.0)
"""Upper bounds of the pauses between requests; each pause is at least half of it."""
UNREACHABLE_S = 60.0
"""How long a source that could not be reached is not tried again."""
_DAY = timedelta(days=1)
_NOT_FOUND = 404


def published_at(day: date) -> datetime:
    """Return when the prices of a day are expected first, in UTC."""
    return datetime.combine(day - _DAY, PUBLISHED_AT, market_zone()).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """The prices of several days, as far as they are known.

    Attributes:
        prices: What is known; a day that is not known is a gap, or beyond the end.
        problems: Why a day is not known, or not all of it.
    """

    prices: PriceSeries
    problems: tuple[HomevoltError, ...] = ()


class Prices:
    """The prices of one zone.

    Args:
        zone: The name of the bidding zone, such as `SE3`.
        currency: The currency of the prices; None takes that of the zone.
        source: The name of the source to ask first; None takes the best for the zone.
        tokens: Tokens by the names of the sources.
        cache: The folder in which published days are kept; None keeps them in memory.
        session: A session whose connections are used; it is never closed.
        base_urls: Other addresses of sources, by their names.
        clock: The time to go by.
        timeout_s: Seconds for one attempt at an answer.

    Raises:
        HomevoltValueError: The zone, the currency or the source is unknown.
    """

    def __init__(
        self,
        zone: str,
        *,
        currency: str | None = None,
        source: str | None = None,
        tokens: Mapping[str, str] | None = None,
        cache: Path | None = None,
        session: aiohttp.ClientSession | None = None,
        base_urls: Mapping[str, str] | None = None,
        clock: Clock = SYSTEM_CLOCK,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.zone = find_zone(zone)
        self.currency = currency or self.zone.currency
        if self.currency not in CURRENCIES:
            raise HomevoltValueError(
                f"currency must be one of {', '.join(CURRENCIES)}, not {self.currency!r}."
            )
        self._tokens = dict(tokens or {})
        self.sources = sources_for(self.zone, self.currency, tokens=self._tokens, first=source)
        self._cache = PriceCache(cache)
        self._base_urls = dict(base_urls or {})
        self._clock = clock
        self._http = HttpFetcher(session, clock, timeout_s)
        self._random = random.SystemRandom()
        self._jitter_s = self._random.uniform(0.0, JITTER_S)
        self._waiting: dict[date, _Waiting] = {}
        self._unreachable_until: dict[str, float] = {}

    def today(self) -> date:
        """Return the current delivery day."""
        return self._now().astimezone(market_zone()).date()

    async def days(self, first: date, last: date) -> Found:
        """Return the prices of several days, as far as they are known.

        Args:
            first: The first day.
            last: The last day.

        Raises:
            HomevoltPricesError: Not one of the days is known.
            HomevoltValueError: The last day is before the first.
        """
        if last < first:
            raise HomevoltValueError(f"The last day, {last}, is before the first, {first}.")
        known: list[PriceSeries] = []
        problems: list[HomevoltError] = []
        for n in range((last - first).days + 1):
            try:
                prices = await self.day(first + n * _DAY)
            except HomevoltPricesError as error:
                problems.append(error)
                continue
            known.append(prices)
            if prices.gaps():
                problems.append(_incomplete(prices, first + n * _DAY))
        if not known:
            raise problems[0]
        return Found(_joined(known), tuple(problems))

    async def day(self, day: date) -> PriceSeries:
        """Return the prices of a day; those of a slot that no source has are a gap.

        Args:
            day: The delivery day.

        Raises:
            HomevoltPricesNotPublishedError: They are not published yet.
            HomevoltPricesError: No source gave them.
        """
        kept = self._cache.get(self.zone.name, self.currency, day)
        if kept is not None:
            return kept.prices
        self._check_published(day)
        waiting = self._waiting.get(day)
        if waiting is not None and self._clock.now() < waiting.until:
            if waiting.prices is not None:
                return waiting.prices
            raise waiting.error_again()
        return await self._ask_all(day)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def _check_published(self, day: date) -> None:
        """Refuse to ask for prices that are not published yet."""
        asked_from = published_at(day) + timedelta(seconds=self._jitter_s)
        if self._now() < asked_from:
            raise HomevoltPricesNotPublishedError(
                f"The prices of {self.zone.name} for {day} are published on {day - _DAY} at about "
                f"{PUBLISHED_AT:%H:%M} Central European time.",
                day=day,
                retry_at=asked_from,
            )

    async def _ask_all(self, day: date) -> PriceSeries:
        """Ask one source after the other for a day, and keep what is complete for good."""
        best: PriceSeries | None = None
        reasons: list[str] = []
        is_published = True
        for source in self.sources:
            if self._clock.now() < self._unreachable_until.get(source.name, 0.0):
                reasons.append(f"{source.name}: it could not be reached a moment ago.")
                continue
            try:
                kept, is_exact = await self._ask(source, day)
            except HomevoltError as error:
                reasons.append(f"{source.name}: {redacted(str(error), self._token(source))}")
                is_published &= not _says_not_published(error)
                if _is_silence(error):
                    until = self._clock.now() + UNREACHABLE_S
                    self._unreachable_until[source.name] = until
                continue
            if is_exact and not kept.prices.gaps():
                self._cache.put(day, kept)
                self._waiting.pop(day, None)
                return kept.prices
            if best is None or len(kept.prices.gaps()) < len(best.gaps()):
                best = kept.prices
        return self._waited(day, best, reasons, is_published=is_published)

    def _waited(
        self, day: date, best: PriceSeries | None, reasons: list[str], *, is_published: bool
    ) -> PriceSeries:
        """Remember when to ask again, and return what there is until then."""
        tries = self._waiting[day].tries if day in self._waiting else 0
        bound_s = BACKOFF_S[min(tries, len(BACKOFF_S) - 1)]
        until = math.floor(self._clock.now() + self._random.uniform(bound_s / 2, bound_s))
        kind = HomevoltPricesError
        what = "are not available"
        if not is_published and day > self.today():
            kind, what = HomevoltPricesNotPublishedError, "are not published yet"
        error = kind(
            f"The prices of {self.zone.name} for {day} {what}: {' '.join(reasons)}",
            day=day,
            retry_at=datetime.fromtimestamp(until, UTC),
        )
        self._waiting[day] = _Waiting(until=until, tries=tries + 1, prices=best, error=error)
        if best is None:
            raise error
        return best

    async def _ask(self, source: Source, day: date) -> tuple[Kept, bool]:
        """Return what one source says of a day, and whether it may be kept for good."""
        is_exact = source.has(self.zone, self.currency)
        rate = None if is_exact else self._cache.last_rate(self.zone.name, self.currency, day)
        if not is_exact and rate is None:
            raise HomevoltDataError(f"It has prices in EUR only, and no rate to {self.currency}.")
        query = Query(
            zone=self.zone,
            day=day,
            currency=self.currency if is_exact else "EUR",
            token=self._token(source),
        )
        request = source.request(query)
        body = await self._http.fetch(
            self._base_urls.get(source.name, source.base_url).rstrip("/") + request.path,
            params=request.params,
            headers=request.headers,
            json=request.json,
            secret=query.token,
        )
        answer = source.parse(body, query)
        prices = self._series(source, query, answer)
        if rate is None:
            return Kept(prices, answer.per_euro), True
        per_euro, of_day = rate
        converted = tuple(None if value is None else value * per_euro for value in prices.values)
        return Kept(
            replace(
                prices,
                values=converted,
                currency=self.currency,
                source=f"{source.name} (at {per_euro:.4f} {self.currency} per EUR of {of_day})",
            )
        ), False

    def _series(self, source: Source, query: Query, answer: Answer) -> PriceSeries:
        """Return an answer on the slots of its day."""
        if not answer.points:
            raise _NothingYetError("It has nothing for this day.")
        from_points(answer.points, answer.resolution)  # refuses instants that come twice
        start, end = query.bounds
        inside = [point for point in answer.points if start <= point[0] < end]
        if not inside:
            raise HomevoltDataError(
                f"Asked for {query.day}, it gives prices from {answer.points[0][0].isoformat()}."
            )
        first, resolution, values = from_points(inside, answer.resolution)
        check_unit(values, query.currency)
        before = (first - start) // resolution
        after = (end - start) // resolution - before - len(values)
        return PriceSeries(
            start=start,
            resolution=resolution,
            values=((None,) * before + values + (None,) * after),
            currency=query.currency,
            zone=self.zone.name,
            source=source.name,
            fetched_at=self._now(),
        )

    def _token(self, source: Source) -> str | None:
        return self._tokens.get(source.name)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A day that is asked for again later."""

    until: float
    tries: int
    prices: PriceSeries | None
    error: HomevoltPricesError

    def error_again(self) -> HomevoltPricesError:
        """Return the error of the last time, without its traceback."""
        return type(self.error)(str(self.error), day=self.error.day, retry_at=self.error.retry_at)


class _NothingYetError(HomevoltDataError):
    """A source has nothing for a day; this error never leaves this module."""


def _says_not_published(error: HomevoltError) -> bool:
    return isinstance(error, _NothingYetError) or (
        isinstance(error, HomevoltResponseError) and error.status == _NOT_FOUND
    )


def _is_silence(error: HomevoltError) -> bool:
    """Whether a source gave no answer at all."""
    return isinstance(error, HomevoltConnectionError) and not isinstance(
        error, HomevoltResponseError
    )


def _incomplete(prices: PriceSeries, day: date) -> HomevoltPricesError:
    return HomevoltPricesError(
        f"The prices of {prices.zone} for {day} are not complete: {len(prices.gaps())} of "
        f"{len(prices)} are missing, from {prices.gaps()[0].isoformat()} on.",
        day=day,
    )


def _joined(known: list[PriceSeries]) -> PriceSeries:
    """Return days as one series: of all their sources, and as old as the oldest."""
    joined = known[0]
    for prices in known[1:]:
        joined = joined.join(prices)
    return replace(
        joined,
        source=", ".join(dict.fromkeys(each.source for each in known)),
        fetched_at=min(each.fetched_at for each in known),
    )
