"""The chart of `homevolt plan`, and the sentences of `homevolt plan explain`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from homevolt.cli.planning.plan_slots import actions_of, charge_ratios
from homevolt.cli.planning.plan_work import rests_on
from homevolt.cli.render.chart.model import Bars, Chart, Mark, Row, Strip
from homevolt.planning.plan.explain import explain, full_sentence
from homevolt.planning.plan.plan import slot_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from homevolt.cli.planning.plan_work import Planned

PRICE_PARTS, CHARGE_PARTS = 5, 4
FULL_PERCENT = 100.0
MOMENT = "%a %d %b %H:%M"
DAY = "%A %d %B"


def plan_chart(planned: Planned) -> Chart:
    """Return prices, plan and state of charge on one time axis, and what the plan costs.

    Args:
        planned: The plan.
    """
    plan, problem = planned.plan, planned.plan.problem
    edges = tuple(slot_starts(problem, plan.start))
    ratios = [ratio * FULL_PERCENT for ratio in charge_ratios(plan)]
    prices = problem.import_price
    panels = (
        Bars(
            label=f"Import price, {planned.currency}/kWh",
            values=prices,
            low=min((0.0, *prices)),
            high=max((0.0, *prices)),
            parts=PRICE_PARTS,
            role="price",
            marks=_marks(prices, edges),
        ),
        Strip("Plan", tuple(actions_of(plan))),
        Bars(
            label="State of charge, %",
            values=tuple((before + after) / 2 for before, after in pairwise(ratios)),
            low=0.0,
            high=FULL_PERCENT,
            parts=CHARGE_PARTS,
            role="energy",
        ),
    )
    return Chart(
        title=_title(planned),
        zone=planned.zone,
        rows=(Row("", edges, panels, _notes(prices)),) if prices else (),
        table=_costs(planned),
        lines=(_saved(planned), "", *rests_on(planned), *planned.notes),
    )


def explained(planned: Planned) -> Chart:
    """Return why a plan does what it does: an entry in a sentence, below the day it begins on.

    Args:
        planned: The plan.
    """
    lines = (*_sentences(planned), "", _saved(planned), "", *rests_on(planned), *planned.notes)
    return Chart(title=_title(planned), zone=planned.zone, rows=(), lines=lines)


def _title(planned: Planned) -> str:
    plan, zone = planned.plan, planned.zone
    end = slot_starts(plan.problem, plan.start)[-1]
    start = f"{plan.start.astimezone(zone):{MOMENT}}"
    until = f" to {end.astimezone(zone):{MOMENT}}" if end > plan.start else ""
    return f"Plan from {start}{until}, with the prices of {planned.prices.zone}"


def _sentences(planned: Planned) -> Iterator[str]:
    day = None
    for each in explain(planned.plan):
        begins = each.entry.start.astimezone(planned.zone)
        if begins.date() != day:
            if day is not None:
                yield ""
            day = begins.date()
            yield f"{begins:{DAY}}"
        yield full_sentence(each, planned.currency, planned.zone)


def _marks(prices: Sequence[float], edges: Sequence[datetime]) -> tuple[Mark, ...]:
    """Return the first stretch at the lowest and at the highest price; none if all are equal."""
    if not prices or min(prices) == max(prices):
        return ()
    marks = []
    for kind, price in (("lowest", min(prices)), ("highest", max(prices))):
        first = stop = prices.index(price)
        while stop < len(prices) and prices[stop] == price:
            stop += 1
        marks.append(Mark(kind, edges[first], edges[stop]))
    return tuple(marks)


def _notes(prices: Sequence[float]) -> tuple[str, ...]:
    if not prices or min(prices) == max(prices):
        return ()
    return (f"lowest {min(prices):.2f}", f"highest {max(prices):.2f}")


def _costs(planned: Planned) -> tuple[tuple[str, str], ...]:
    plan, currency = planned.plan, planned.currency
    costs = (
        (plan.cost, "with this plan"),
        (plan.cost_without_battery, "without a battery"),
        (plan.cost_of_self_consumption, "with self-consumption alone"),
    )
    return tuple((f"{cost + 0.0:.2f} {currency}", what) for cost, what in costs)


def _saved(planned: Planned) -> str:
    plan, currency = planned.plan, planned.currency
    cost = round(plan.cost, 2)  # as shown, so that nobody finds another difference
    than_none = round(plan.cost_without_battery, 2) - cost
    than_own = round(plan.cost_of_self_consumption, 2) - cost
    return (
        f"The plan costs {_less(than_none, currency)} than no battery, and "
        f"{_less(than_own, currency)} than self-consumption alone; wear and the energy left in "
        "the battery are included."
    )


def _less(saved: float, currency: str) -> str:
    return f"{abs(saved):.2f} {currency} {'less' if saved >= 0.0 else 'more'}"
