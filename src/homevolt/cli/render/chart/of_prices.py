"""The chart of `homevolt prices`: a row of bars for each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.cli.planning.spot import source_text
from homevolt.cli.render.chart.model import Bars, Chart, Mark, Row
from homevolt.planning.prices.zones import market_zone

if TYPE_CHECKING:
    from homevolt.cli.planning.prices_work import Day, Shown, Span

PARTS = 5
CLOCK = "Central European time"


def prices_chart(shown: Shown) -> Chart:
    """Return the chart of prices, all days on one scale.

    Args:
        shown: The prices.
    """
    zone, prices = shown.zone, shown.prices
    known = [value for value in prices.values if value is not None]
    low, high = min((0.0, *known)), max((0.0, *known))
    now = prices.at(shown.now)
    lines = (
        *(() if now is None else (f"Now {_price(now)} {prices.unit}.",)),
        f"Source: {source_text(prices, shown.now, market_zone())} Times are {CLOCK}.",
        *shown.notes,
    )
    return Chart(
        title=f"Prices of {zone.name} ({zone.place}) in {prices.unit}, without tax and fees",
        zone=market_zone(),
        rows=tuple(_row(day, low, high) for day in shown.days),
        lines=lines,
    )


def _row(day: Day, low: float, high: float) -> Row:
    slots = list(day.prices.slots())
    is_flat = day.lowest.price == day.highest.price
    spans = {} if is_flat else {"lowest": day.lowest, "highest": day.highest}
    panel = Bars(
        label="",
        values=day.prices.values,
        low=low,
        high=high,
        parts=PARTS,
        role="price",
        marks=tuple(Mark(kind, span.start, span.end) for kind, span in spans.items()),
    )
    notes = [f"{kind} {_price(span.price)} at {_window(span)}" for kind, span in spans.items()]
    gaps = day.prices.gaps()
    missing = (f"{len(gaps)} of {len(slots)} slots without a price",) if gaps else ()
    return Row(
        head=f"{day.date:%A %d %B}",
        edges=(*(slot.start for slot in slots), slots[-1].end),
        panels=(panel,),
        notes=(*notes, f"mean {_price(day.mean)}", *missing),
    )


def _price(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.2f}"  # noqa: PLR2004 - two digits that count


def _window(span: Span) -> str:
    zone = market_zone()
    return f"{span.start.astimezone(zone):%H:%M}-{span.end.astimezone(zone):%H:%M}"
