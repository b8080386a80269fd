"""Times and durations as people type them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS_S: Mapping[str, int] = {"d": 86400, "h": 3600, "min": 60, "m": 60, "s": 1}
LONGEST = timedelta(days=3660)
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(d|h|min|m|s)\s*")
_CLOCK = re.compile(r"(?:(today|tomorrow)\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAYS = {"today": 0, "tomorrow": 1}


def duration_of(text: str) -> timedelta:
    """Return a duration such as `2h`, `1h30m` or `90 min`.

    Raises:
        HomevoltValueError: It is not one, or shorter than 1 s, the least that a device knows.
    """
    seconds, at = 0.0, 0
    while part := _PART.match(text, at):
        seconds += float(part[1]) * UNITS_S[part[2]]
        at = part.end()
    if at < len(text) or not 1 <= seconds <= LONGEST.total_seconds():
        raise HomevoltValueError(f"{text!r} is not a duration such as 2h, 90min or 1h30m.")
    return timedelta(seconds=seconds)


def moment_of(text: str, now: datetime, after: datetime | None = None) -> datetime:
    """Return a time such as `07:00`, `tomorrow 07:00` or `2026-01-31T07:00`.

    Args:
        text: The time; without a zone it is local time of this machine. A time of day without a
            day is the next one.
        now: The present, with a zone.
        after: The moment after which the next one is meant; None is now.

    Returns:
        The time in UTC.

    Raises:
        HomevoltValueError: It is not one.
    """
    clock = _CLOCK.fullmatch(" ".join(text.lower().split()))
    try:
        if clock is None:
            return parse_time("time", text.strip())
        day, hour, minute, second = clock.groups(default="0")
        base = now if day in _DAYS else after or now
        time_of_day = time(int(hour), int(minute), int(second))
        moment = local_moment(base.astimezone().date(), time_of_day, _DAYS.get(day, 0))
        if day not in _DAYS and moment <= base:
            moment = local_moment(base.astimezone().date(), time_of_day, 1)
    except ValueError as error:
        raise _not_a_time(text) from error
    except HomevoltValueError as error:
        raise _not_a_time(text) from error
    return moment


def local_moment(day: date, time_of_day: time, days: int = 0) -> datetime:
    """Return a time of day by the clock of this machine in UTC, some days after a day."""
    return parse_time("time", datetime.combine(day + timedelta(days=days), time_of_day))


def time_of_day_of(text: str) -> time | None:
    """Return the time of day that a text such as `07:00` is, None if it names a day too."""
    clock = _CLOCK.fullmatch(" ".join(text.lower().split()))
    if clock is None or clock[1]:
        return None
    _, hour, minute, second = clock.groups(default="0")
    return time(int(hour), int(minute), int(second))


def _not_a_time(text: str) -> HomevoltValueError:
    return HomevoltValueError(
        f"{text!r} is not a time such as 07:00, 'tomorrow 07:00' or 2026-01-31T07:00."
    )


class Duration(click.ParamType[timedelta]):
    """A duration such as `2h`."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read a duration, or say what is wrong with it."""
        try:
            return duration_of(str(value))
        except HomevoltValueError as error:
            self.fail(str(error), param, ctx)


class Moment(click.ParamType[datetime]):
    """A time such as `07:00`."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read a time, or say what is wrong with it."""
        try:
            return moment_of(str(value), datetime.now(UTC))
        except HomevoltValueError as error:
            self.fail(str(error), param, ctx)


class TimeText(click.ParamType[str]):
    """A time such as `07:00`, kept as text, since which day it is on depends on another time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a time, or say what is wrong with it."""
        Moment().convert(value, param, ctx)
        return str(value)
