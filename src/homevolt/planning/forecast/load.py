"""The forecast of the load: from the history of the house, or constant."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.planning.series import QUARTER, Forecast, is_number, utc

if TYPE_CHECKING:
    from homevolt.planning.series import Series

WEEKS = 4
"""How far back the history is looked at."""
_WEEK = timedelta(weeks=1)


def load_from_history(
    history: Series,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    *,
    resolution: timedelta = QUARTER,
) -> Forecast:
    """Expect the median of the same weekday and quarter-hour in the four weeks before.

    Only values before `start` count, so that a backtest knows nothing of the future. A quarter of
    which there is none is expected like the same quarter of other days; where there is none either,
    it is a gap.

    Args:
        history: What the house needed, mean power in W.
        start: When the forecast begins, an aware datetime.
        end: When it ends, an aware datetime.
        zone: The zone of local time: people get up by it.
        resolution: The length of a slot.

    Raises:
        HomevoltValueError: The history is not in W, or a datetime is naive.
    """
    from statistics import median  # noqa: PLC0415 - loads fractions, and most have no history

    if history.unit != "W":
        raise HomevoltValueError(f"The history must be in W, not in {history.unit}.")
    known = _before(history, utc("start", start)).resample(QUARTER)
    by_weekday: defaultdict[tuple[int, int, int], list[float]] = defaultdict(list)
    by_quarter: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for slot in known.slots():
        if slot.value is not None:
            weekday, *quarter = _place(slot.start, zone)
            by_weekday[weekday, quarter[0], quarter[1]].append(slot.value)
            by_quarter[quarter[0], quarter[1]].append(slot.value)
    weekdays = {place: median(values) for place, values in by_weekday.items()}
    quarters = {place: median(values) for place, values in by_quarter.items()}
    grid = empty_grid(start, end)
    values = []
    from_others = 0
    for slot in grid.slots():
        place = _place(slot.start, zone)
        expected = weekdays.get(place)
        if expected is None:
            expected = quarters.get(place[1:])
            from_others += expected is not None
        values.append(expected)
    return Forecast(
        start=grid.start,
        resolution=QUARTER,
        values=tuple(values),
        basis=_basis(known, from_others, values.count(None)),
    ).resample(resolution)


def constant_load(power_w: float, start: datetime, end: datetime) -> Forecast:
    """Expect the same power all the time.

    Args:
        power_w: The power in W.
        start: When the forecast begins, an aware datetime.
        end: When it ends, an aware datetime.

    Raises:
        HomevoltValueError: The power is negative or no number, or a datetime is naive.
    """
    if not is_number(power_w) or power_w < 0:
        raise HomevoltValueError(f"power_w must be 0 or more, not {short_repr(power_w)}.")
    grid = empty_grid(start, end)
    return Forecast(
        start=grid.start,
        resolution=QUARTER,
        values=(float(power_w),) * len(grid),
        basis=f"Constant {power_w:g} W.",
    )


def empty_grid(start: datetime, end: datetime) -> Forecast:
    """Return a forecast of gaps on the quarters that overlap a window.

    Raises:
        HomevoltValueError: A datetime is naive.
    """
    first, last = utc("start", start), utc("end", end)
    begins = first - timedelta(
        minutes=first.minute % 15, seconds=first.second, microseconds=first.microsecond
    )
    count = max(-((begins - last) // QUARTER), 0)
    return Forecast(start=begins, resolution=QUARTER, values=(None,) * count, basis="")


def _before(history: Series, start: datetime) -> Series:
    """Return the four weeks before a moment; a slot that ends after it is of the future."""
    whole_slots = start - (start - history.start) % history.resolution
    return history.slice(start - WEEKS * _WEEK, whole_slots)


def _place(instant: datetime, zone: tzinfo) -> tuple[int, int, int]:
    """Return weekday, hour and minute of local time."""
    local = instant.astimezone(zone)
    return local.weekday(), local.hour, local.minute


def _basis(known: Series, from_others: int, gaps: int) -> str:
    days = (len(known) - len(known.gaps())) * QUARTER / timedelta(days=1)
    text = (
        f"Median of the same weekday and quarter-hour over {WEEKS} weeks, of which {days:.1f} days "
        "are known."
    )
    if from_others:
        text += f" {from_others} quarter-hours are taken from other weekdays."
    if gaps:
        text += f" {gaps} quarter-hours are not known."
    return text
