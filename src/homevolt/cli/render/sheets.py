"""What was read of a device as rows, and the rows of several devices below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from homevolt.cli.render.formatting import DASH, printable
from homevolt.cli.render.rows import Column, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult


BAD, QUIET = "bold red", "dim"
DEVICE = Column("Device")


class Sheet(NamedTuple):
    """Rows, with what is said around them.

    Attributes:
        columns: The columns.
        rows: A text for each column.
        styles: A style for each row.
        empty: What is said if there are no rows.
        notes: What is said below.
        hint: What is said below if there are rows, of one device alone.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | None]]
    styles: Sequence[str] = ()
    empty: str = ""
    notes: Sequence[str] = ()
    hint: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the rows, or that there are none."""
        if self.rows:
            yield Rows(self.columns, self.rows, self.styles)
        elif self.empty:
            yield Text(self.empty)
        hints = [self.hint] if self.rows and self.hint else []
        yield from notes([*self.notes, *hints])


class Sheets:
    """The sheets of several devices, with the name of its device in each row.

    A device without rows, or one that could not be read, has a row that says so.

    Args:
        sheets: The name of each device, with its sheet, or with why it could not be read.
    """

    def __init__(self, sheets: Iterable[tuple[str, Sheet | str]]) -> None:
        self.sheets = [*sheets]
        columns = [
            column
            for _, sheet in self.sheets
            if isinstance(sheet, Sheet)
            for column in sheet.columns
        ]
        by_name = {column.name: column for column in reversed(columns)}
        self.columns = [by_name[name] for name in dict.fromkeys(each.name for each in columns)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the rows of every device."""
        rows = [*self._rows()]
        yield Rows([DEVICE, *self.columns], [row for row, _ in rows], [style for _, style in rows])
        yield from notes(
            f"{name}: {note}"
            for name, sheet in self.sheets
            if isinstance(sheet, Sheet)
            for note in sheet.notes
        )

    def _rows(self) -> Iterator[tuple[Sequence[str | None], str]]:
        """Yield each row with its style."""
        for name, sheet in self.sheets:
            if isinstance(sheet, str):
                yield (name, sheet), BAD
                continue
            if not sheet.rows:
                yield (name, sheet.empty or DASH), ""
            names = [column.name for column in sheet.columns]
            styles = sheet.styles or [""] * len(sheet.rows)
            for row, style in zip(sheet.rows, styles, strict=True):
                cells = dict(zip(names, row, strict=True))
                yield [name, *(cells.get(column.name) for column in self.columns)], style


def notes(texts: Iterable[str]) -> Iterator[Text]:
    """Yield texts below a space."""
    for place, text in enumerate(texts):
        yield Text(("" if place else "\n") + printable(text), QUIET)
