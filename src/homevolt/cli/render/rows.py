"""Rows for people: a table where it fits, otherwise one block for each row."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from homevolt.cli.render.formatting import DASH, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

GAP = 2
HEADER_STYLE = "dim"
NARROWEST_LAST = 24
"""What the last column needs at least if its texts are folded."""


class Column(NamedTuple):
    """A column.

    Attributes:
        name: Its heading.
        is_number: Whether it is aligned to the right.
    """

    name: str
    is_number: bool = False


class Rows:
    """Rows with the same columns; the last column may be folded.

    Args:
        columns: The columns.
        rows: A text for each column; an empty one or None is a dash in a table. The last text of
            a row with fewer has the rest of the line.
        styles: A style for each row, none if it is empty.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str | None]],
        styles: Sequence[str] = (),
    ) -> None:
        self.columns = columns
        self.rows = [[printable(cell or "") for cell in row] for row in rows]
        self.styles = styles or [""] * len(self.rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the rows as a table if it fits."""
        header = [column.name for column in self.columns]
        widths = list(map(cell_len, header))
        for row in self.rows:
            own = row if len(row) == len(header) else row[:-1]
            for place, cell in enumerate(own):
                widths[place] = max(widths[place], cell_len(cell))
        widths[-1] = min(widths[-1], NARROWEST_LAST)
        if sum(widths) + GAP * (len(widths) - 1) <= options.max_width:
            yield from self._tables(widths)
        else:
            yield from self._blocks()

    def _tables(self, widths: Sequence[int]) -> Iterable[Table]:
        """Yield one table for each run of rows with as many texts, all of the same widths."""
        lines = [*zip(self.rows, self.styles, strict=True)]
        if any(len(row) == len(self.columns) for row in self.rows):
            lines.insert(0, ([column.name or " " for column in self.columns], HEADER_STYLE))
        for count, run in groupby(lines, lambda line: len(line[0])):
            table = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
            for width, column in zip(widths[: count - 1], self.columns, strict=False):
                justify: Literal["left", "right"] = "right" if column.is_number else "left"
                table.add_column(justify=justify, width=width, no_wrap=True)
            if count == len(self.columns) and self.columns[-1].is_number:
                table.add_column(justify="right", min_width=widths[-1], overflow="fold")
            else:
                table.add_column(overflow="fold")
            for row, style in run:
                table.add_row(*(Text(cell or DASH, style=style) for cell in row))
            yield table

    def _blocks(self) -> Iterable[Table]:
        label_width = max(cell_len(column.name) for column in self.columns) + GAP
        for row, style in zip(self.rows, self.styles, strict=True):
            names = [column.name for column in self.columns]
            if len(row) < len(names):
                names[len(row) - 1] = ""
            lines = [
                (name, Text(cell, style=style))
                for name, cell in zip(names, row, strict=False)
                if cell.strip()
            ]
            yield labelled([*lines, ("", Text())], label_width)


def labelled(lines: Iterable[tuple[str, Text]], label_width: int) -> Table:
    """Return lines with their labels as a table."""
    table = Table.grid(padding=(0, 0))
    table.add_column(style="dim", width=label_width, no_wrap=True)
    table.add_column(overflow="fold")
    for label, content in lines:
        table.add_row(label, content)
    return table
