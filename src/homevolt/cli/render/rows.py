"""Rows for people: a table where it fits, otherwise one block for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from homevolt.cli.render.formatting import DASH, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

GAP = 2
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
        rows: A text for each column; an empty one or None is a dash in a table.
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
        widths = [
            max([cell_len(column.name), *(cell_len(row[place]) for row in self.rows)])
            for place, column in enumerate(self.columns)
        ]
        widths[-1] = min(widths[-1], NARROWEST_LAST)
        if sum(widths) + GAP * (len(widths) - 1) <= options.max_width:
            yield self._table()
        else:
            yield from self._blocks()

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, GAP, 0, 0), header_style="dim", pad_edge=False)
        for column in self.columns:
            is_last = column is self.columns[-1]
            table.add_column(
                column.name,
                justify="right" if column.is_number else "left",
                no_wrap=not is_last,
                overflow="fold",
            )
        for row, style in zip(self.rows, self.styles, strict=True):
            table.add_row(*(Text(cell or DASH, style=style) for cell in row))
        return table

    def _blocks(self) -> Iterable[Table]:
        label_width = max(cell_len(column.name) for column in self.columns) + GAP
        for row, style in zip(self.rows, self.styles, strict=True):
            lines = [
                (column.name, Text(cell, style=style))
                for column, cell in zip(self.columns, row, strict=True)
                if cell
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
