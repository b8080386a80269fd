"""A chart as SVG: one file that needs nothing else, legible on light and dark backgrounds."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from homevolt.cli.render.chart.model import KINDS, MARKS, Bars, Strip, scale_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from homevolt.cli.render.chart.model import Chart, Row

WIDTH, MARGIN, GUTTER = 960, 16, 64
LINE, SMALL_LINE = 22, 18
PART = {"price": 26, "energy": 18}
"""How high a part of a scale is."""
STRIP = 22
GAP = 14
TICKS_H = (1, 2, 3, 6, 12, 24)
LEAST_TICK = 30
LONGEST_LINE = 128
"""Characters of the sentences below; they are about 7 wide."""
CHARACTER = 7
WEEKDAY = "%a %d %b"
STYLE = """
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}
.head{font-weight:600}.quiet{fill:#57606a;font-size:12px}.right{text-anchor:end}
.middle{text-anchor:middle}.paper{fill:#fff}.grid{stroke:#d0d7de}.zero{stroke:#57606a}
.price{fill:#6e7781}.energy{fill:#218bff}.unknown{fill:#d0d7de}
.lowest,.charge{fill:#1a7f37}.highest{fill:#cf222e}.discharge{fill:#8250df}
.self-consumption{fill:#1b7c83}.save{fill:#9a6700}.wait{fill:#afb8c1}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.paper{fill:#0d1117}
.grid{stroke:#30363d}.zero{stroke:#9198a1}.price{fill:#9198a1}.energy{fill:#58a6ff}
.unknown{fill:#30363d}.lowest,.charge{fill:#3fb950}.highest{fill:#f85149}
.discharge{fill:#a371f7}.self-consumption{fill:#39c5cf}.save{fill:#d29922}.wait{fill:#6e7681}}
""".strip()


def svg_of(chart: Chart) -> str:
    """Return a chart as the text of an SVG file.

    Args:
        chart: The chart.
    """
    parts: list[str] = []
    y = MARGIN + LINE
    parts.append(_text(MARGIN, y, chart.title, "title"))
    for row in chart.rows:
        y += GAP
        y = _row(parts, row, chart.zone, y)
    y += GAP
    y += GAP if chart.table else 0
    for amount, what in chart.table:
        y += SMALL_LINE
        parts.append(_text(GUTTER + 60, y, amount, "head right"))
        parts.append(_text(GUTTER + 72, y, what))
    y += GAP if chart.table else 0
    for line in chart.lines:
        for each in textwrap.wrap(line, LONGEST_LINE) or [""]:
            y += SMALL_LINE
            if each:
                parts.append(_text(MARGIN, y, each))
    height = y + MARGIN
    title, description = escape(chart.title), escape(" ".join(filter(None, chart.lines)))
    return "\n".join(
        (
            _start(height),
            f'<title id="title">{title}</title>',
            f'<desc id="description">{description}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
            *parts,
            "</svg>\n",
        )
    )


class _Axis:
    """Where an instant is on the axis of a row."""

    def __init__(self, edges: Sequence[datetime]) -> None:
        self.start = edges[0]
        self._scale = (WIDTH - GUTTER - MARGIN) / ((edges[-1] - edges[0]) / timedelta(hours=1))

    def x(self, moment: datetime) -> float:
        """Return the distance from the left of the chart."""
        return round(GUTTER + (moment - self.start) / timedelta(hours=1) * self._scale, 1)

    @property
    def hour(self) -> float:
        """How wide an hour is."""
        return self._scale


def _row(parts: list[str], row: Row, zone: tzinfo, y: int) -> int:
    """Add a row below `y`, and return where it ends."""
    axis = _Axis(row.edges)
    if row.head:
        y += LINE
        parts.append(_text(MARGIN, y, row.head, "head"))
    for panel in row.panels:
        if isinstance(panel, Strip):
            y = _strip(parts, panel, row, axis, y)
        else:
            y = _bars(parts, panel, row, axis, y)
    y = _hours(parts, row, zone, axis, y)
    kinds = {kind for panel in row.panels if isinstance(panel, Strip) for kind in panel.kinds}
    legend = [(kind, look.word) for kind, look in KINDS.items() if kind in kinds]
    notes = [
        (next((kind for kind in MARKS if note.startswith(kind)), ""), note) for note in row.notes
    ]
    for each in (notes, legend):
        if each:
            y += LINE
            _legend(parts, each, y)
    return y


def _bars(parts: list[str], panel: Bars, row: Row, axis: _Axis, y: int) -> int:
    scale, part = scale_of(panel), PART[panel.role]
    if panel.label:
        y += LINE
        parts.append(_text(MARGIN, y, panel.label, "quiet"))
    y += GAP
    zero = y + scale.above * part
    for n, label in scale.labels.items():
        level = zero - n * part
        kind = "zero" if n == 0 else "grid"
        if n == 0 or n % 2 == 0 or scale.above + scale.below <= 2:  # noqa: PLR2004 - few labels
            parts.append(_text(GUTTER - 6, level + 4, label, "quiet right"))
        parts.append(f'<path class="{kind}" d="M{GUTTER} {level}H{WIDTH - MARGIN}"/>')
    drawn: dict[str, list[str]] = {}
    for n, value in enumerate(panel.values):
        left, right = axis.x(row.edges[n]), axis.x(row.edges[n + 1])
        role = _role(panel, row.edges[n], row.edges[n + 1])
        top = zero - part * (0.3 if value is None else value / scale.step)
        space = 0.0 if panel.role == "energy" else min(1.0, (right - left) / 5)
        box = f"M{left} {zero}V{top:.1f}H{right - space:.1f}V{zero}z"
        drawn.setdefault("unknown" if value is None else role, []).append(box)
    for role, boxes in drawn.items():
        parts.append(f'<path class="{role}" d="{"".join(boxes)}"/>')
    bottom = zero + scale.below * part
    for mark in panel.marks:
        middle = (axis.x(mark.start) + axis.x(mark.end)) / 2
        parts.append(_text(middle, bottom + 14, MARKS[mark.kind].sign, f"{mark.kind} middle"))
    return bottom + (LINE if panel.marks else GAP // 2)


def _role(panel: Bars, begins: datetime, ends: datetime) -> str:
    marks = (mark.kind for mark in panel.marks if mark.start < ends and begins < mark.end)
    return next(marks, panel.role)


def _strip(parts: list[str], panel: Strip, row: Row, axis: _Axis, y: int) -> int:
    parts.append(_text(GUTTER - 6, y + STRIP - 6, panel.label, "quiet right"))
    for kind, group in groupby(range(len(panel.kinds)), key=lambda n: panel.kinds[n]):
        slots = list(group)
        if kind is None:
            continue
        left, right = axis.x(row.edges[slots[0]]), axis.x(row.edges[slots[-1] + 1])
        width = max(1.0, right - left - 1)
        parts.append(
            f'<rect class="{kind}" x="{left}" y="{y}" width="{width:.1f}" height="{STRIP}"/>'
        )
    return y + STRIP + GAP // 2


def _hours(parts: list[str], row: Row, zone: tzinfo, axis: _Axis, y: int) -> int:
    """Add the hours, and the days where there is more than one."""
    tick_h = next((hours for hours in TICKS_H if hours * axis.hour >= LEAST_TICK), TICKS_H[-1])
    y += LINE - GAP // 2
    days = [(row.edges[0], row.edges[0].astimezone(zone))]
    for moment in _whole_hours(row.edges):
        local = moment.astimezone(zone)
        if local.minute == 0 and local.hour % tick_h == 0:
            parts.append(_text(axis.x(moment), y, f"{local:%H}", "quiet middle"))
        if local.date() != days[-1][1].date() and moment < row.edges[-1]:
            days.append((moment, local))
    if len(days) == 1:
        return y
    y += SMALL_LINE
    for n, (moment, local) in enumerate(days):
        label = f"{local:{WEEKDAY}}"
        following = axis.x(days[n + 1][0]) if n + 1 < len(days) else WIDTH
        if axis.x(moment) + len(label) * CHARACTER < following:
            parts.append(_text(axis.x(moment), y, label, "quiet"))
    return y


def _whole_hours(edges: Sequence[datetime]) -> Iterator[datetime]:
    """Yield the multiples of a quarter of an hour: where a zone's hours begin, one of them is."""
    quarter = timedelta(minutes=15)
    moment = edges[0].replace(minute=edges[0].minute // 15 * 15, second=0, microsecond=0)
    while moment <= edges[-1]:
        if moment >= edges[0]:
            yield moment
        moment += quarter


def _legend(parts: list[str], entries: Iterable[tuple[str, str]], y: int) -> None:
    x = GUTTER
    for kind, word in entries:
        if kind in MARKS:
            parts.append(_text(x, y, MARKS[kind].sign, kind))
            x += 16
        elif kind:
            parts.append(f'<rect class="{kind}" x="{x}" y="{y - 10}" width="10" height="10"/>')
            x += 16
        parts.append(_text(x, y, word, "quiet"))
        x += len(word) * CHARACTER + 24


def _start(height: int) -> str:
    size = f'width="{WIDTH}" height="{height}"'
    about = 'role="img" aria-labelledby="title description"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {size} {about}>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{attribute}>{escape(text)}</text>'
