"""What a chart shows, before anybody draws it: rows of panels on a common time axis."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_SAME = 1e-9
_MOST_DECIMALS = 4
LONGEST_LABEL = 6


class Look(NamedTuple):
    """How something is told from others of its kind.

    Attributes:
        sign: The character that stands for it in a terminal.
        word: What it is called.
        style: Its colour in a terminal.
    """

    sign: str
    word: str
    style: str


KINDS = {
    "charge": Look("+", "charge", "green"),
    "discharge": Look("-", "discharge", "magenta"),
    "self-consumption": Look("=", "hold the meter at zero", "cyan"),
    "save": Look("s", "save what is stored", "yellow"),
    "wait": Look(".", "leave the battery idle", "dim"),
}
"""What a battery can be told to do, by the planner's word for it."""
MARKS = {
    "lowest": Look("\N{BLACK DOWN-POINTING TRIANGLE}", "lowest", "green"),
    "highest": Look("\N{BLACK UP-POINTING TRIANGLE}", "highest", "red"),
}
"""What is marked below the bars."""


class Mark(NamedTuple):
    """A stretch of time that is marked.

    Attributes:
        kind: A key of `MARKS`.
        start: When it begins.
        end: When it ends.
    """

    kind: str
    start: datetime
    end: datetime


class Bars(NamedTuple):
    """A panel with a bar for each slot, up or down from zero.

    Attributes:
        label: What is shown, with its unit.
        values: One for each slot; None is not known.
        low: The lowest value that the panel has space for, 0 or less.
        high: The highest, 0 or more.
        parts: In how many parts the scale is divided.
        role: What the colour goes by: `price` or `energy`.
        marks: What is marked below them.
    """

    label: str
    values: tuple[float | None, ...]
    low: float
    high: float
    parts: int
    role: str
    marks: tuple[Mark, ...] = ()


class Strip(NamedTuple):
    """A panel with a word for each slot.

    Attributes:
        label: What is shown.
        kinds: For each slot a key of `KINDS`, None for none.
    """

    label: str
    kinds: tuple[str | None, ...]


class Row(NamedTuple):
    """Panels below each other on one time axis.

    Attributes:
        head: What stands above it.
        edges: When each slot begins, and when the last one ends.
        panels: What is below each other.
        notes: Short remarks, which stand below it, side by side where there is space.
    """

    head: str
    edges: tuple[datetime, ...]
    panels: tuple[Bars | Strip, ...]
    notes: tuple[str, ...] = ()


class Chart(NamedTuple):
    """Everything that is drawn.

    Attributes:
        title: What it shows.
        zone: The time zone of the axes.
        rows: What is drawn; with the same span of time, columns of all rows are of one length.
        lines: Sentences below it; an empty one is a blank line.
        table: Amounts and what each of them is, between the rows and the lines.
    """

    title: str
    zone: tzinfo
    rows: tuple[Row, ...]
    lines: tuple[str, ...]
    table: tuple[tuple[str, str], ...] = ()


class Scale(NamedTuple):
    """A scale with round numbers.

    Attributes:
        step: The value of one part.
        above: How many parts are above zero.
        below: How many are below it.
    """

    step: float
    above: int
    below: int

    def label(self, part: int) -> str:
        """Return the value at the end of a part; parts below zero are negative."""
        return f"{self.step * part:.{self._decimals}f}"

    @property
    def labels(self) -> dict[int, str]:
        """The labels of all parts, from the lowest to the highest."""
        return {part: self.label(part) for part in range(-self.below, self.above + 1)}

    @property
    def _decimals(self) -> int:
        """The fewest decimals in which no step loses anything."""
        for decimals in range(_MOST_DECIMALS):
            if abs(round(self.step, decimals) - self.step) < _SAME * max(1.0, self.step):
                return decimals
        return _MOST_DECIMALS


def scale_of(panel: Bars) -> Scale:
    """Return the scale of a panel: round numbers, and space for its lowest and highest value."""
    low, high, parts = min(0.0, panel.low), max(0.0, panel.high), panel.parts
    if high - low < _SAME:
        return Scale(1.0, 1, 0)
    below = 0
    if low < 0.0:
        below = min(max(1, round(parts * -low / (high - low))), parts if high == 0.0 else parts - 1)
    above = parts - below
    step = _nice(max(high / above if above else 0.0, -low / below if below else 0.0))
    return Scale(step, math.ceil(high / step - _SAME), math.ceil(-low / step - _SAME))


def shares(edges: Sequence[datetime], columns: Sequence[datetime]) -> list[list[tuple[int, float]]]:
    """Return which slots lie in each column, and for how many seconds.

    Args:
        edges: When each slot begins, and when the last one ends.
        columns: The same of the columns.
    """
    slots = list(pairwise(edge.timestamp() for edge in edges))
    found = []
    first = 0
    for begins, ends in pairwise(column.timestamp() for column in columns):
        while first < len(slots) and slots[first][1] <= begins:
            first += 1
        inside = []
        for n in range(first, len(slots)):
            if slots[n][0] >= ends:
                break
            inside.append((n, min(ends, slots[n][1]) - max(begins, slots[n][0])))
        found.append(inside)
    return found


def mean(values: Sequence[float | None], inside: Sequence[tuple[int, float]]) -> float | None:
    """Return the mean of what is known in a column, None if nothing is."""
    known = [(value, share) for n, share in inside if (value := values[n]) is not None]
    length = sum(share for _, share in known)
    return sum(value * share for value, share in known) / length if length > 0.0 else None


def most(kinds: Sequence[str | None], inside: Sequence[tuple[int, float]]) -> str | None:
    """Return what fills most of a column, the first of two that fill as much."""
    lengths: dict[str | None, float] = {}
    for n, share in inside:
        lengths[kinds[n]] = lengths.get(kinds[n], 0.0) + share
    return max(lengths, key=lambda kind: lengths[kind], default=None)


def _nice(value: float) -> float:
    """Return the next round number from a value on."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(nice for each in _NICE if (nice := each * power) >= value * (1.0 - _SAME))
