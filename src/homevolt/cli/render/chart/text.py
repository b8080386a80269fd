"""A chart as lines of text: what is above each other in a column is at the same time."""

from __future__ import annotations

import textwrap
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from homevolt.cli.render.chart.model import (
    KINDS,
    MARKS,
    Bars,
    Strip,
    mean,
    most,
    scale_of,
    shares,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from homevolt.cli.render.chart.model import Chart, Row

STEPS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 180, 240, 360, 720))
"""How long a column may be: the shortest that fits is taken."""
TICKS_H = (1, 2, 3, 6, 12, 24)
LEAST_TICK_COLUMNS = 4
EIGHTHS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
FULL, UPPER_HALF = "\N{FULL BLOCK}", "\N{UPPER HALF BLOCK}"
RULE, UNKNOWN = "\N{BOX DRAWINGS LIGHT HORIZONTAL}", "?"
HEAD, QUIET, ENERGY = "bold", "dim", "cyan"
WIDEST = 120
BETWEEN = "   "
WEEKDAY = "%a %d %b"


class Piece(NamedTuple):
    """Some text in one style."""

    text: str
    style: str = ""


Line = tuple[Piece, ...]


def lines_of(chart: Chart, width: int) -> Iterator[Line]:
    """Yield the lines of a chart.

    Args:
        chart: The chart.
        width: Columns of the terminal.
    """
    width = min(width, WIDEST)
    yield from _wrapped(chart.title, width, HEAD)
    labels = [_labels(panel) for row in chart.rows for panel in row.panels]
    gutter = max((len(label) for each in labels for label in each), default=0) + 1
    step = _step(chart, width - gutter)
    for row in chart.rows:
        yield ()
        yield from _row(row, chart.zone, step, gutter, width)
    if chart.table:
        yield ()
    amounts = max((len(amount) for amount, _ in chart.table), default=0)
    for amount, what in chart.table:
        yield (Piece(f"{amount:>{amounts}}", HEAD), Piece(f"  {what}"))
    yield ()
    for line in (*_length_note(chart, step), *chart.lines):
        yield from _wrapped(line, width)


def _step(chart: Chart, columns: int) -> timedelta:
    """Return how long a column is, so that every row fits."""
    longest = max((row.edges[-1] - row.edges[0] for row in chart.rows), default=STEPS[0])
    # One column may be cut at either end.
    return next((step for step in STEPS if longest / step + 1 <= columns), STEPS[-1])


def _length_note(chart: Chart, step: timedelta) -> tuple[str, ...]:
    """Say what a column is where it holds more than a slot."""
    slots = [after - before for row in chart.rows for before, after in pairwise(row.edges)]
    if not slots or step <= max(slots):
        return ()
    minutes = step // timedelta(minutes=1)
    length = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"  # noqa: PLR2004 - two hours
    return (f"A column is the mean of {length}.",)


def _columns(row: Row, step: timedelta, zone: tzinfo) -> list[datetime]:
    """Return when each column begins, on whole multiples of local time, and when the last ends."""
    local = row.edges[0].astimezone(zone)
    midnight = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    start = row.edges[0] - midnight % step
    count = -((start - row.edges[-1]) // step)
    return [start + n * step for n in range(count + 1)]


def _row(row: Row, zone: tzinfo, step: timedelta, gutter: int, width: int) -> Iterator[Line]:
    columns = _columns(row, step, zone)
    inside = shares(row.edges, columns)
    if row.head:
        yield (Piece(row.head, HEAD),)
    for panel in row.panels:
        if isinstance(panel, Strip):
            yield _strip(panel, inside, gutter)
        else:
            yield from _bars(panel, columns, inside, gutter, width)
    yield from _axis(columns, zone, step, gutter)
    signs: list[Line] = [
        (Piece(look.sign, look.style), Piece(f" {look.word}"))
        for kind, look in KINDS.items()
        if any(isinstance(panel, Strip) and kind in panel.kinds for panel in row.panels)
    ]
    marked = {mark.kind for panel in row.panels if isinstance(panel, Bars) for mark in panel.marks}
    notes = [_note(note, marked) for note in row.notes]
    yield from _side_by_side(notes, width)
    yield from _side_by_side(signs, width)


def _note(note: str, marked: Iterable[str]) -> Line:
    """Return a remark, with the sign of the mark that it begins with."""
    look = next((MARKS[kind] for kind in marked if note.startswith(kind)), None)
    return (Piece(note),) if look is None else (Piece(look.sign, look.style), Piece(f" {note}"))


def _bars(
    panel: Bars,
    columns: Sequence[datetime],
    inside: Sequence[Sequence[tuple[int, float]]],
    gutter: int,
    width: int,
) -> Iterator[Line]:
    scale = scale_of(panel)
    values = [mean(panel.values, each) for each in inside]
    is_gap = [bool(each) and value is None for each, value in zip(inside, values, strict=True)]
    parts = [None if value is None else value / scale.step for value in values]
    marks = [_mark_of(panel, begins, ends) for begins, ends in pairwise(columns)]
    styles = [MARKS[mark].style if mark else _style(panel) for mark in marks]
    if panel.label:
        yield from _wrapped(panel.label, width, QUIET)
    shown = _shown_labels(panel)
    for part in range(scale.above, -scale.below - 1, -1):
        label = Piece(f"{shown.get(part, ''):>{gutter - 1}} ", QUIET)
        if part == 0:
            yield (label, Piece(RULE * len(values), QUIET))
            continue
        is_first = part == (1 if scale.above else -1)
        characters = [
            UNKNOWN if gap and is_first else " " if value is None else _character(value, part)
            for value, gap in zip(parts, is_gap, strict=True)
        ]
        yield (label, *_runs(characters, styles))
    if panel.marks:
        signs = [MARKS[mark].sign if mark else " " for mark in marks]
        yield (Piece(" " * gutter), *_runs(signs, styles))


def _shown_labels(panel: Bars) -> dict[int, str]:
    """Return the labels of every second part, from zero on."""
    return {part: label for part, label in scale_of(panel).labels.items() if part % 2 == 0} | {
        part: label
        for part, label in scale_of(panel).labels.items()
        if abs(part) == 1 and part * 2 not in scale_of(panel).labels
    }


def _labels(panel: Bars | Strip) -> Iterable[str]:
    return (panel.label,) if isinstance(panel, Strip) else _shown_labels(panel).values()


def _style(panel: Bars) -> str:
    return ENERGY if panel.role == "energy" else ""


def _character(parts: float, part: int) -> str:
    """Return what a bar shows in one line.

    Args:
        parts: How long the bar is, in lines; negative below zero.
        part: The number of the line, from zero; negative below it.
    """
    if (parts > 0.0) != (part > 0) or parts == 0.0:
        return " "
    if part > 0:
        eighths = max(1, round(parts * 8)) - 8 * (part - 1)
        return EIGHTHS[min(max(eighths, 0), 8)]
    halves = max(1, round(-parts * 2)) - 2 * (-part - 1)
    return FULL if halves > 1 else UPPER_HALF if halves == 1 else " "


def _mark_of(panel: Bars, begins: datetime, ends: datetime) -> str | None:
    return next(
        (mark.kind for mark in panel.marks if mark.start < ends and begins < mark.end), None
    )


def _strip(panel: Strip, inside: Sequence[Sequence[tuple[int, float]]], gutter: int) -> Line:
    looks = [KINDS.get(most(panel.kinds, each) or "") for each in inside]
    signs = [" " if look is None else look.sign for look in looks]
    styles = ["" if look is None else look.style for look in looks]
    return (Piece(f"{panel.label:>{gutter - 1}} ", QUIET), *_runs(signs, styles))


def _axis(
    columns: Sequence[datetime], zone: tzinfo, step: timedelta, gutter: int
) -> Iterator[Line]:
    """Yield the hours below the columns, and the days if there is more than one."""
    moments = [column.astimezone(zone) for column in columns[:-1]]
    hour = timedelta(hours=1)
    tick_h = next((h for h in TICKS_H if h * hour >= LEAST_TICK_COLUMNS * step), TICKS_H[-1])
    is_tick = [moment.minute == 0 and moment.hour % tick_h == 0 for moment in moments]
    yield (_written({n: f"{moments[n]:%H}" for n, tick in enumerate(is_tick) if tick}, gutter),)
    days = {
        n: f"{moment:{WEEKDAY}}"
        for n, moment in enumerate(moments)
        if n == 0 or moments[n - 1].date() != moment.date()
    }
    if len(days) > 1:
        yield (_written(days, gutter),)


def _written(labels: dict[int, str], gutter: int) -> Piece:
    """Return labels, each at its column; one without space for it is left out."""
    text = ""
    ordered = sorted(labels)
    for n, column in enumerate(ordered):
        following = ordered[n + 1] if n + 1 < len(ordered) else None
        label = labels[column]
        if len(text) <= column and (following is None or column + len(label) < following):
            text = text.ljust(column) + label
    return Piece(" " * gutter + text, QUIET)


def _runs(characters: Sequence[str], styles: Sequence[str]) -> Iterator[Piece]:
    """Yield characters, those of one style together."""
    text, style = "", ""
    for character, own in zip(characters, styles, strict=True):
        if own != style and text:
            yield Piece(text, style)
            text = ""
        text, style = text + character, own
    yield Piece(text, style)


def _wrapped(text: str, width: int, style: str = "") -> Iterator[Line]:
    for line in textwrap.wrap(text, width, break_on_hyphens=False) or [""]:
        yield (Piece(line, style),)


def _side_by_side(pieces: Iterable[Line], width: int) -> Iterator[Line]:
    """Yield remarks beside each other, as many as fit on each line."""
    line: Line = ()
    for each in pieces:
        if line and _length(line) + len(BETWEEN) + _length(each) > width:
            yield line
            line = ()
        line = (*line, Piece(BETWEEN), *each) if line else each
    if line:
        yield line


def _length(line: Line) -> int:
    return sum(len(piece.text) for piece in line)
