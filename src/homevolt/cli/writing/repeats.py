"""Windows that come back every day, by the clock of this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from homevolt.cli.errors import usage_error
from homevolt.cli.writing.moments import local_moment, time_of_day_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, time

    from homevolt.cli.writing.window_options import Window

WEEKDAYS = {"day": range(7), "weekday": range(5), "weekend": range(5, 7)}
"""The days of a week that each word of `--every` stands for; 0 is Monday."""


MOST_DAYS = 366


class Span(NamedTuple):
    """A window in UTC; an end of None is open."""

    start: datetime
    end: datetime | None


class Repeat(NamedTuple):
    """On which days a window comes back.

    Attributes:
        every: A word of `WEEKDAYS`.
        days: Within how many days of the calendar, the first one included.
    """

    every: str
    days: int

    def spans(self, window: Window, now: datetime) -> list[Span]:
        """Return the windows; where the clocks change, their times of day stay.

        A window whose local time does not exist on a day, because the clocks go forward, is left
        out.

        Args:
            window: The first window; its start says from which day on.
            now: The present by the clock of this machine.

        Raises:
            ShellError: It has no end, or one that names a day; or there is no such day.
        """
        first = window.begin(now)
        begin = first.astimezone().time() if window.start is None else self._begin(window, first)
        end = None if window.until is None else time_of_day_of(window.until)
        if window.duration is None and end is None:
            raise usage_error("With --every, say how long with --for, or the --until of each day.")
        spans = []
        for day in self._days(first.astimezone().date()):
            start = local_moment(day, begin)
            if end is None:
                stop = start + (window.duration or timedelta())
            else:
                stop = local_moment(day, end, days=0 if begin < end else 1)
            is_skipped = end is not None and not (_has(start, begin) or _has(stop, end))
            if start < stop and not is_skipped:
                spans.append(Span(start, stop))
        if not spans:
            days = f"{self.days} {'day' if self.days == 1 else 'days'}"
            raise usage_error(f"There is no {self.every} with this window within {days}.")
        return spans

    def _begin(self, window: Window, first: datetime) -> time:
        typed = (window.start or "").split()[-1]  # without its day
        return time_of_day_of(typed) or first.astimezone().time()

    def _days(self, first: date) -> Iterator[date]:
        every = (first + timedelta(days=number) for number in range(self.days))
        return (day for day in every if day.weekday() in WEEKDAYS[self.every])


def _has(moment: datetime, time_of_day: time) -> bool:
    """Whether a moment has the time of day that was meant, which the clocks may have skipped."""
    return moment.astimezone().time() == time_of_day.replace(microsecond=0)
