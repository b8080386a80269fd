"""Time series that are keyed by instant: prices, forecasts and meter values.

A series is on a grid of UTC instants, so a day of local time has 92, 96 or 100 quarter-hours. A
slot whose value is not known is a gap: it holds None, is listed by `gaps()`, and nothing fills it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Self, TypeGuard

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

QUARTER = timedelta(minutes=15)
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
RESOLUTIONS = (QUARTER, HALF_HOUR, HOUR)
"""The lengths that a slot may have."""
CURRENCIES = ("EUR", "SEK", "NOK", "DKK")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADDED_UP = frozenset({"Wh"})
"""Units of amounts, which longer slots add up; a value in any other unit is a mean."""
_NAMED_INSTANTS = 3


class Slot(NamedTuple):
    """One slot of a series.

    Attributes:
        start: When it begins, in UTC.
        end: When it ends, in UTC; this instant belongs to the next slot.
        value: Its value in the unit of the series, or None where it is not known.
    """

    start: datetime
    end: datetime
    value: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Values of consecutive slots; it never changes.

    Args:
        start: When the first slot begins: an aware datetime at a multiple of the resolution.
        resolution: The length of every slot: 15, 30 or 60 minutes.
        values: One for each slot; None is a gap.
        unit: The unit of the values, such as `W`, `Wh` or `SEK/kWh`. Wh are added up when slots
            are joined, anything else is averaged.

    Raises:
        HomevoltValueError: The start is naive or not on the grid, the resolution is another, or a
            value is not a finite number.
    """

    start: datetime
    resolution: timedelta
    values: tuple[float | None, ...]
    unit: str

    def __post_init__(self) -> None:
        """Check what was given, and bring the start to UTC."""
        if self.resolution not in RESOLUTIONS:
            raise HomevoltValueError(
                f"resolution must be 15, 30 or 60 minutes, not {self.resolution}."
            )
        start = utc("start", self.start)
        if (start - _EPOCH) % self.resolution:
            raise HomevoltValueError(
                f"start must be a multiple of {self.resolution}, not {start.isoformat()}."
            )
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "values", tuple(self.values))
        for n, value in enumerate(self.values):
            if value is not None and not is_number(value):
                raise HomevoltValueError(
                    f"The value at {(start + n * self.resolution).isoformat()} is not a number: "
                    f"{short_repr(value)}"
                )

    @property
    def end(self) -> datetime:
        """When the last slot ends, in UTC."""
        return self.start + len(self.values) * self.resolution

    @property
    def hours(self) -> float:
        """The length of a slot in hours."""
        return self.resolution / HOUR

    def __len__(self) -> int:
        """Return how many slots there are, gaps included."""
        return len(self.values)

    def slots(self) -> Iterator[Slot]:
        """Yield every slot in its order, gaps included."""
        start = self.start
        for value in self.values:
            end = start + self.resolution
            yield Slot(start, end, value)
            start = end

    def at(self, instant: datetime) -> float | None:
        """Return the value of the slot that holds an instant.

        Args:
            instant: An aware datetime.

        Returns:
            The value, or None in a gap, before the first and after the last slot.

        Raises:
            HomevoltValueError: The instant is naive.
        """
        n = (utc("instant", instant) - self.start) // self.resolution
        return self.values[n] if 0 <= n < len(self.values) else None

    def gaps(self) -> tuple[datetime, ...]:
        """Return when each slot begins whose value is not known."""
        return tuple(slot.start for slot in self.slots() if slot.value is None)

    def slice(self, start: datetime, end: datetime) -> Self:
        """Return the slots that overlap a window; where there are none, an empty series.

        Args:
            start: When the window begins, an aware datetime.
            end: When it ends, an aware datetime.

        Raises:
            HomevoltValueError: One of them is naive.
        """
        first = (utc("start", start) - self.start) // self.resolution
        stop = -((self.start - utc("end", end)) // self.resolution)  # rounds up
        first = min(max(first, 0), len(self.values))
        stop = min(max(stop, first), len(self.values))
        return replace(
            self, start=self.start + first * self.resolution, values=self.values[first:stop]
        )

    def day(self, day: date, zone: tzinfo) -> Self:
        """Return the slots of one day of local time."""
        return self.slice(*day_bounds(day, zone))

    def resample(self, resolution: timedelta) -> Self:
        """Return the same on slots of another length.

        A longer slot holds the mean of those it is made of (the sum, if the unit is Wh), and is a
        gap if one of them is missing. A shorter slot holds the value of the one it is part of (its
        share, if the unit is Wh).

        Args:
            resolution: 15, 30 or 60 minutes.

        Raises:
            HomevoltValueError: It is another.
        """
        if resolution not in RESOLUTIONS:
            raise HomevoltValueError(f"resolution must be 15, 30 or 60 minutes, not {resolution}.")
        if resolution <= self.resolution:
            return self._split(self.resolution // resolution, resolution)
        return self._gathered(resolution // self.resolution, resolution)

    def _split(self, parts: int, resolution: timedelta) -> Self:
        share = parts if self.unit in _ADDED_UP else 1
        values = [None if value is None else value / share for value in self.values]
        return replace(
            self,
            resolution=resolution,
            values=tuple(value for value in values for _ in range(parts)),
        )

    def _gathered(self, parts: int, resolution: timedelta) -> Self:
        offset = ((self.start - _EPOCH) % resolution) // self.resolution
        padded = [*[None] * offset, *self.values]
        padded += [None] * (-len(padded) % parts)
        share = 1 if self.unit in _ADDED_UP else parts
        values = [
            _sum_of(padded[first : first + parts], share) for first in range(0, len(padded), parts)
        ]
        start = self.start - offset * self.resolution
        return replace(self, start=start, resolution=resolution, values=tuple(values))

    def join(self, other: Self) -> Self:
        """Return this series and another of the same kind as one; what lies between is a gap.

        Args:
            other: A series of the same unit. Its resolution may be another: the finer one counts.

        Raises:
            HomevoltDataError: Both have a value for the same slot, and they differ.
            HomevoltValueError: The units differ.
        """
        if self.unit != other.unit:
            raise HomevoltValueError(f"{self.unit} and {other.unit} cannot be joined.")
        finer = min(self.resolution, other.resolution)
        merged: dict[datetime, float] = {}
        for slot in (*self.resample(finer).slots(), *other.resample(finer).slots()):
            if slot.value is None:
                continue
            if merged.setdefault(slot.start, slot.value) != slot.value:
                raise HomevoltDataError(
                    f"Two values for {slot.start.isoformat()}: {merged[slot.start]:g} and "
                    f"{slot.value:g} {self.unit}"
                )
        occupied = [each for each in (self, other) if each.values] or [self]
        start = min(each.start for each in occupied)
        count = (max(each.end for each in occupied) - start) // finer
        values = tuple(merged.get(start + n * finer) for n in range(count))
        return replace(self, start=start, resolution=finer, values=values)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceSeries(Series):
    """Prices per kWh; spot prices are without tax and fees. The unit is `SEK/kWh` or so.

    Args:
        currency: `EUR`, `SEK`, `NOK` or `DKK`.
        zone: The bidding zone, such as `SE3`.
        source: Where they come from, such as `elprisetjustnu.se`.
        fetched_at: When they were read there, in UTC.
    """

    unit: str = ""
    currency: str
    zone: str
    source: str
    fetched_at: datetime

    def __post_init__(self) -> None:
        """Check what was given; the unit follows from the currency."""
        if self.currency not in CURRENCIES:
            raise HomevoltValueError(
                f"currency must be one of {', '.join(CURRENCIES)}, not {short_repr(self.currency)}."
            )
        object.__setattr__(self, "unit", f"{self.currency}/kWh")
        object.__setattr__(self, "fetched_at", utc("fetched_at", self.fetched_at))
        Series.__post_init__(self)  # with slots, super() would look for the class before them

    @classmethod
    def empty(cls, start: datetime, *, zone: str, currency: str) -> PriceSeries:
        """Return a series without slots, for a horizon of which nothing is known."""
        instant = utc("start", start)
        return cls(
            start=instant - (instant - _EPOCH) % QUARTER,
            resolution=QUARTER,
            values=(),
            currency=currency,
            zone=zone,
            source="none",
            fetched_at=instant,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast(Series):
    """Expected mean power in W for each slot; never negative. None is a gap, not 0 W.

    Args:
        basis: What it rests on, in one sentence for people.
        is_guess: Whether it was neither given nor measured, so that a plan keeps more in reserve.
    """

    unit: str = "W"
    basis: str
    is_guess: bool = False

    @property
    def power_w(self) -> tuple[float | None, ...]:
        """The expected mean power of each slot in W."""
        return self.values


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What a kWh costs and what it brings, slot by slot, after the tariff: the optimum's input.

    Args:
        paid: What one kWh taken from the grid costs, with everything that grows with the kWh.
        earned: What one exported kWh brings; negative if it costs.

    Raises:
        HomevoltValueError: They are not on the same slots in the same currency.
    """

    paid: PriceSeries
    earned: PriceSeries

    def __post_init__(self) -> None:
        """Check that both are on the same slots."""
        if (self.paid.start, self.paid.resolution, len(self.paid), self.paid.unit) != (
            self.earned.start,
            self.earned.resolution,
            len(self.earned),
            self.earned.unit,
        ):
            raise HomevoltValueError(
                "paid and earned must be on the same slots and in one currency."
            )


def from_points(
    points: Iterable[tuple[datetime, float | None]], resolution: timedelta | None = None
) -> tuple[datetime, timedelta, tuple[float | None, ...]]:
    """Put values that arrived with their instants onto a grid.

    Args:
        points: When each slot begins, an aware datetime, and its value; in any order.
        resolution: The length of a slot; None takes the smallest distance between two instants.

    Returns:
        Start, resolution and values for a `Series`; an instant that is missing in between is a gap.

    Raises:
        HomevoltDataError: There are none, an instant comes twice, is not on the grid, or a value
            is not a finite number.
    """
    by_instant: dict[datetime, float | None] = {}
    twice: list[datetime] = []
    for instant, value in points:
        moment = utc("instant", instant)
        if moment in by_instant:
            twice.append(moment)
        if value is not None and not is_number(value):
            raise HomevoltDataError(
                f"The value at {moment.isoformat()} is not a number: {short_repr(value)}"
            )
        by_instant[moment] = value
    if twice:
        raise HomevoltDataError(f"These instants come twice: {instants_text(twice)}")
    if not by_instant:
        raise HomevoltDataError("There is no value in it.")
    ordered = sorted(by_instant)
    step = resolution or _smallest_step(ordered)
    if step not in RESOLUTIONS:
        raise HomevoltDataError(f"The slots are {step} long, not 15, 30 or 60 minutes.")
    strays = [instant for instant in ordered if (instant - _EPOCH) % step]
    if strays:
        raise HomevoltDataError(f"No slot of {step} begins at {instants_text(strays)}")
    count = (ordered[-1] - ordered[0]) // step + 1
    return ordered[0], step, tuple(by_instant.get(ordered[0] + n * step) for n in range(count))


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when a day of local time begins and when it ends, in UTC; it has 23 to 25 hours."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def utc(name: str, instant: object) -> datetime:
    """Return an instant in UTC.

    Raises:
        HomevoltValueError: It is no datetime or has no time zone, so it could be any of several.
    """
    if not isinstance(instant, datetime) or instant.utcoffset() is None:
        raise HomevoltValueError(
            f"{name} must be a datetime with a time zone, not {short_repr(instant)}."
        )
    return instant.astimezone(UTC)


def instants_text(instants: Iterable[datetime]) -> str:
    """Write instants for a message; the first three, and how many more there are."""
    listed = list(instants)
    text = ", ".join(instant.isoformat() for instant in listed[:_NAMED_INSTANTS])
    more = len(listed) - _NAMED_INSTANTS
    return f"{text} and {more} more" if more > 0 else text


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value is a finite number; a bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _sum_of(values: list[float | None], share: int) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / share if len(known) == len(values) else None


def _smallest_step(ordered: list[datetime]) -> timedelta:
    steps = [after - before for before, after in pairwise(ordered)]
    return min(steps, default=HOUR)
