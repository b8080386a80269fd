"""What would have been expected at a moment of the past, by what was known then."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from homevolt.planning.forecast.load import load_from_history
from homevolt.planning.optimum.problem import WH_PER_KWH
from homevolt.planning.series import QUARTER, Series

if TYPE_CHECKING:
    from homevolt.planning.backtest import History

_DAYS = range(1, 6)
_ERROR_SLOTS = 12
_DAY_SLOTS = timedelta(days=1) // QUARTER
_FIRST_LOAD_KW = 1.0


class PastForecast:
    """Load by the median of four weeks, solar production with the errors of a forecast.

    Archived weather forecasts are not used. Instead, the actual production has a random error,
    drawn anew for every three hours; or, without weather data, the mean of the days before counts.

    Args:
        history: Actual prices, load and production.
        sun_error: The standard deviation of the error, as a share; None uses no weather data.
        seed: Seed of the errors.
    """

    def __init__(self, history: History, sun_error: float | None = 0.3, *, seed: int = 1) -> None:
        draw = random.Random(seed)  # noqa: S311 - errors of a forecast, not secrets
        count = len(history) // _ERROR_SLOTS + 1
        self._factors: list[float] = []
        if sun_error is not None:
            self._factors = [max(0.0, 1.0 + draw.gauss(0.0, sun_error)) for _ in range(count)]
        self._history = history
        self._load = Series(
            start=history.start,
            resolution=QUARTER,
            values=tuple(power * WH_PER_KWH for power in history.load_kw),
            unit="W",
        )

    def __call__(self, now: int, first: int, stop: int) -> tuple[list[float], list[float]]:
        """Return the expected load and solar production in kW.

        Args:
            now: The present quarter.
            first: The first quarter asked for.
            stop: The one after the last.
        """
        history = self._history
        moment = history.moment
        past = self._load.slice(moment(0), moment(now))
        expected = load_from_history(past, moment(first), moment(stop), history.zone)
        load = [
            _FIRST_LOAD_KW if power is None else power / WH_PER_KWH for power in expected.values
        ]
        return load, [self._sun(now, slot) for slot in range(first, stop)]

    def _sun(self, now: int, slot: int) -> float:
        if self._factors:
            return self._history.solar_kw[slot] * self._factors[slot // _ERROR_SLOTS]
        places = (slot - n * _DAY_SLOTS for n in _DAYS)
        known = [self._history.solar_kw[place] for place in places if 0 <= place < now]
        return sum(known) / len(known) if known else 0.0
