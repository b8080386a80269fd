"""What plans would have saved: a year of prices, at each moment knowing only what was published.

Prices of the next day are published at 13:00 of the exchange's zone. Each day is planned anew then,
and at further hours where forecasts are used; between, the battery follows the entries of the plan
on the actual load and solar production.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.optimum.end_value import end_values
from homevolt.planning.optimum.optimum import best_path, change_cost_of, value_before
from homevolt.planning.optimum.problem import WH_PER_KWH, Problem
from homevolt.planning.plan.actions import Action, Setting, follow
from homevolt.planning.plan.plan import make_plan, settings_at
from homevolt.planning.series import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import tzinfo

    from homevolt.planning.battery import BatteryModel
    from homevolt.planning.optimum.optimum import Value

PUBLISHED_AT = time(13, 0)
RULE_HOURS = 4
_QUARTER_H = 0.25
_QUARTER = timedelta(minutes=15)
_TYPICAL_DAYS = range(1, 4)
_DAY_SLOTS = 96


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A stretch of time in quarters of an hour, as it really was.

    Attributes:
        start: When it begins, an aware datetime.
        zone: The zone whose days the exchange and the house follow.
        import_price: What one kWh taken from the grid cost in each quarter.
        export_price: What one exported kWh brought.
        load_kw: Mean consumption of the house.
        solar_kw: Mean production.
    """

    start: datetime
    zone: tzinfo
    import_price: tuple[float, ...]
    export_price: tuple[float, ...]
    load_kw: tuple[float, ...]
    solar_kw: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the lengths."""
        object.__setattr__(self, "start", utc("start", self.start))
        for name in ("export_price", "load_kw", "solar_kw"):
            if len(getattr(self, name)) != len(self.import_price):
                raise HomevoltValueError(
                    f"{name} has {len(getattr(self, name))} values for "
                    f"{len(self.import_price)} quarters."
                )

    def __len__(self) -> int:
        """Return how many quarters there are."""
        return len(self.import_price)

    def moment(self, slot: int) -> datetime:
        """Return when a quarter begins, in UTC."""
        return self.start + slot * _QUARTER

    def slot_of(self, moment: datetime) -> int:
        """Return the number of the quarter that begins at a moment, within the history."""
        return min(max((moment - self.start) // _QUARTER, 0), len(self))

    def midnight_after(self, slot: int, days: int = 1) -> int:
        """Return the quarter at which the local day, or one after it, ends."""
        local = self.moment(slot).astimezone(self.zone)
        day = local.date() + timedelta(days=days)
        return self.slot_of(datetime.combine(day, time(), tzinfo=self.zone))

    def problem(self, first: int, stop: int, battery: BatteryModel, stored_kwh: float) -> Problem:
        """Return some quarters as a problem."""
        return Problem(
            hours=(_QUARTER_H,) * (stop - first),
            import_price=self.import_price[first:stop],
            export_price=self.export_price[first:stop],
            load_kw=self.load_kw[first:stop],
            solar_kw=self.solar_kw[first:stop],
            battery=battery,
            start_kwh=stored_kwh,
        )


class Month(NamedTuple):
    """The cost of a month of local time.

    Attributes:
        month: Such as `2023-04`.
        without_battery: Without one.
        with_plan: With plans.
        self_consumption: With self-consumption alone.
        rule: Charging in the 4 cheapest and discharging in the 4 most expensive hours of a day.
        perfect_foresight: With everything known beforehand.
    """

    month: str
    without_battery: float
    with_plan: float
    self_consumption: float
    rule: float
    perfect_foresight: float

    def captured(self, cost: float) -> float:
        """Return the share of what perfect foresight saves that a cost saves."""
        possible = self.without_battery - self.perfect_foresight
        return (self.without_battery - cost) / possible if possible > 0.0 else 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backtest:
    """What a backtest found; every cost contains wear.

    Attributes:
        months: Each month of local time.
        total: All of them together.
        plans: How many plans were made.
    """

    months: tuple[Month, ...]
    total: Month
    plans: int


def backtest(
    history: History,
    battery: BatteryModel,
    *,
    forecast: Callable[[int, int, int], tuple[Sequence[float], Sequence[float]]] | None = None,
    plan_hours: Sequence[int] = (13,),
    with_end_value: bool = True,
) -> Backtest:
    """Roll through a history and return what plans would have cost.

    Args:
        history: Prices, load and solar production.
        battery: The battery, half full at first.
        forecast: The expected load and solar production; None knows them.
        plan_hours: The hours of local time at which plans are made.
        with_end_value: Whether energy left at the end of what is published has a value.
    """
    first_kwh = (battery.floor_wh + battery.ceiling_wh) / 2.0 / WH_PER_KWH
    roller = _Roller(history, battery, forecast, with_end_value=with_end_value)
    whole = history.problem(0, len(history), battery, first_kwh)
    paths = (
        roller.run(frozenset(plan_hours), first_kwh),
        follow(whole, [Setting(Action.SELF_CONSUMPTION)] * len(history)),
        follow(whole, _rule(history, battery)),
        _foreseen(history, battery, first_kwh),
    )
    costs = [_costs_without_battery(history)]
    for path in paths:
        changes = (after - before for before, after in pairwise(path))
        costs.append([change_cost_of(whole, slot, change) for slot, change in enumerate(changes)])
    sums: dict[str, list[float]] = {}
    for slot, each in enumerate(zip(*costs, strict=True)):
        month = f"{history.moment(slot).astimezone(history.zone):%Y-%m}"
        before = sums.setdefault(month, [0.0] * len(costs))
        sums[month] = [one + other for one, other in zip(before, each, strict=True)]
    return Backtest(
        months=tuple(Month(month, *of_month) for month, of_month in sums.items()),
        total=Month("all", *(sum(each) for each in costs)),
        plans=roller.plans,
    )


def _costs_without_battery(history: History) -> list[float]:
    result = []
    for slot in range(len(history)):
        net = (history.load_kw[slot] - history.solar_kw[slot]) * _QUARTER_H
        prices = history.import_price if net > 0.0 else history.export_price
        result.append(net * prices[slot])
    return result


def _foreseen(history: History, battery: BatteryModel, first_kwh: float) -> list[float]:
    """Return the best path with everything known, which is exact; by days, to spare memory."""
    edges = [*range(0, len(history), _DAY_SLOTS), len(history)]
    days = [history.problem(first, stop, battery, first_kwh) for first, stop in pairwise(edges)]
    values: list[Value | None] = [None]
    for day in reversed(days):
        values.append(value_before(day, values[-1]))
    values.reverse()
    path = [first_kwh]
    for day, end in zip(days, values[1:], strict=True):
        path += best_path(replace(day, start_kwh=path[-1]), end)[1:]
    return path


def _rule(history: History, battery: BatteryModel) -> list[Setting]:
    """Return what the rule does in each quarter: charge and discharge, and nothing between."""
    charge = Setting(Action.CHARGE, battery.max_charge_w / WH_PER_KWH)
    discharge = Setting(
        Action.DISCHARGE,
        min(battery.max_discharge_w, battery.capacity_wh / RULE_HOURS) / WH_PER_KWH,
    )
    settings: list[Setting] = []
    count = round(RULE_HOURS / _QUARTER_H)
    while len(settings) < len(history):
        first = len(settings)
        stop = history.midnight_after(first)
        order = sorted(range(first, stop), key=history.import_price.__getitem__)
        chosen = dict.fromkeys(order[:count], charge) | dict.fromkeys(order[-count:], discharge)
        settings += [chosen.get(slot, Setting(Action.WAIT)) for slot in range(first, stop)]
    return settings


class _Roller:
    """Plans as time goes on, and follows the plans.

    Args:
        history: What really was.
        battery: The battery.
        forecast: The expected load and solar production; None knows them.
        with_end_value: Whether energy left at the end has a value.
    """

    def __init__(
        self,
        history: History,
        battery: BatteryModel,
        forecast: Callable[[int, int, int], tuple[Sequence[float], Sequence[float]]] | None,
        *,
        with_end_value: bool,
    ) -> None:
        self._history = history
        self._battery = battery
        self._forecast = forecast
        self._with_end_value = with_end_value
        self.plans = 0

    def run(self, plan_hours: frozenset[int], first_kwh: float) -> list[float]:
        """Return the path of the stored energy."""
        history, path = self._history, [first_kwh]
        moments = [*self._moments(plan_hours), len(history)]
        for first, stop in pairwise(moments):
            stored = path[-1]
            plan = make_plan(self._known(first, stored), history.moment(first))
            self.plans += 1
            real = history.problem(first, stop, self._battery, stored)
            settings = settings_at(real, history.moment(first), plan.entries)
            path += follow(real, settings)[1:]
        return path

    def _moments(self, plan_hours: frozenset[int]) -> Iterator[int]:
        """Yield the quarters in which a plan is made: the first, and those that begin the hours."""
        yield 0
        for slot in range(1, len(self._history)):
            local = self._history.moment(slot).astimezone(self._history.zone)
            if local.minute == 0 and local.hour in plan_hours:
                yield slot

    def _known(self, first: int, stored_kwh: float) -> Problem:
        """Return what is known: published prices, expected load and solar production."""
        history = self._history
        local = history.moment(first).astimezone(history.zone)
        days = 2 if local.time() >= PUBLISHED_AT else 1
        stop = history.midnight_after(first, days)
        problem = history.problem(first, stop, self._battery, stored_kwh)
        if self._forecast is not None:
            load, solar = self._forecast(first, first, stop)
            problem = replace(problem, load_kw=tuple(load), solar_kw=tuple(solar))
        # What is left when the history ends is worth nothing to perfect foresight either.
        if not self._with_end_value or stop == len(history):
            return problem
        return replace(problem, end_values=end_values(self._typical_day(first, problem)))

    def _typical_day(self, first: int, known: Problem) -> Problem:
        """Return a day after what is known: the mean of the last days, quarter by quarter."""
        history, stop = self._history, first + len(known.hours)
        days = [range(stop - n * _DAY_SLOTS, stop - (n - 1) * _DAY_SLOTS) for n in _TYPICAL_DAYS]
        days = [day for day in days if day.start >= 0] or [range(max(0, stop - _DAY_SLOTS), stop)]

        def mean(past: Sequence[float], expected: Sequence[float]) -> tuple[float, ...]:
            def value(slot: int) -> float:
                return past[slot] if slot < first else expected[slot - first]

            return tuple(
                sum(value(day[n]) for day in days) / len(days) for n in range(len(days[0]))
            )

        return replace(
            known,
            hours=(_QUARTER_H,) * len(days[0]),
            import_price=mean(history.import_price, known.import_price),
            export_price=mean(history.export_price, known.export_price),
            load_kw=mean(history.load_kw, known.load_kw),
            solar_kw=mean(history.solar_kw, known.solar_kw),
        )
