"""When a fee applies: months, weekdays, hours and dates of local time."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

import msgspec

from homevolt.exceptions import HomevoltValueError

_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY_MIN = 24 * 60
_HOUR_MIN = 60


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a tariff; a key that it does not know is an error, not a fee that is not paid."""


class Window(Part, frozen=True, kw_only=True):
    """When something applies; what is left out does not narrow it.

    Args:
        months: Months from 1 to 12.
        weekdays: Days from 1 (Monday) to 7 (Sunday).
        hours: Times of day such as `06:00-22:00`; `22:00-06:00` passes midnight.
        dates: These days only.
        except_dates: Not these days, such as holidays.
        from_date: The first day.
        before_date: The day before which it ends.

    Raises:
        HomevoltValueError: There is no such month, weekday or time of day.
    """

    months: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    hours: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    except_dates: tuple[date, ...] = ()
    from_date: date | None = None
    before_date: date | None = None

    def __post_init__(self) -> None:
        """Check what was given."""
        for name, values, last in (("month", self.months, 12), ("weekday", self.weekdays, 7)):
            for value in values:
                if not 1 <= value <= last:
                    raise HomevoltValueError(f"There is no {name} {value}: 1 to {last} are meant.")
        for text in self.hours:
            minutes_of(text)

    def holds(self, local: datetime) -> bool:
        """Say whether it applies at a moment of local time."""
        day = local.date()
        return (
            (not self.months or day.month in self.months)
            and (not self.weekdays or day.isoweekday() in self.weekdays)
            and (not self.dates or day in self.dates)
            and day not in self.except_dates
            and (self.from_date is None or day >= self.from_date)
            and (self.before_date is None or day < self.before_date)
            and self._holds_at(local.hour * _HOUR_MIN + local.minute)
        )

    def _holds_at(self, minute: int) -> bool:
        if not self.hours:
            return True
        spans = (minutes_of(text) for text in self.hours)
        return any(
            start <= minute < end if start < end else minute >= start or minute < end
            for start, end in spans
        )


def holds(windows: tuple[Window, ...], local: datetime) -> bool:
    """Say whether one of several windows applies; without any, it always does."""
    return not windows or any(window.holds(local) for window in windows)


@lru_cache(maxsize=256)
def minutes_of(hours: str) -> tuple[int, int]:
    """Return the minutes of the day at which a span such as `06:00-22:00` begins and ends.

    Raises:
        HomevoltValueError: It is no such span, or an empty one.
    """
    match = _HOURS.fullmatch(hours.strip())
    if match:
        start, end = (int(match[n]) * _HOUR_MIN + int(match[n + 1]) for n in (1, 3))
        minutes = (int(match[2]), int(match[4]))
        if max(start, end) <= _DAY_MIN and start != end and max(minutes) < _HOUR_MIN:
            return start, end
    raise HomevoltValueError(f"Hours are written such as 06:00-22:00, not {hours!r}.")
