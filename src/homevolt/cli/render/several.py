"""Showing what was read of several devices at once, failures beside successes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

from homevolt.cli.errors import USAGE, error_document
from homevolt.cli.output import print_json
from homevolt.cli.render.sheets import Sheet, Sheets
from homevolt.cli.render.terminal import Terminal
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from homevolt.cli.query import Query
    from homevolt.cli.session import Reading

UNFOLDED = 100_000
"""Columns where there is no terminal to ask: every row of every device stays on one line."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Show on a terminal how many devices have answered.

    Args:
        total: How many there are.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 - rarely used

    with Progress(BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def show_all(readings: Sequence[Reading], *, query: Query, as_json: bool) -> None:
    """Show what was read of several devices, failures beside successes.

    Args:
        readings: The devices, in the order to show them in.
        query: What was asked.
        as_json: Whether to print one document.

    Raises:
        ShellError: What was asked is wrong, of all devices in the same way.
        HomevoltValueError: No device has a match.
    """
    _check(readings)
    if as_json:
        print_json({"devices": [_document(reading, query.keys) for reading in readings]})
    elif query.view_of_all is not None:
        Terminal().show(query.view_of_all(readings))
    else:
        show_sheets((reading.name, _sheet(reading)) for reading in readings)


def show_sheets(sheets: Iterable[tuple[str, Sheet | str]]) -> None:
    """Show the sheets of several devices; see `Sheets`."""
    Terminal(piped_width=UNFOLDED).show(Sheets(sheets))


def _check(readings: Sequence[Reading]) -> None:
    """Raise what is wrong with the command line, which is the same for each device."""
    errors = [reading.error for reading in readings]
    first = errors[0]
    if first is not None and first.code == USAGE and len({str(error) for error in errors}) == 1:
        raise first
    nothing = [None if reading.answer is None else reading.answer.nothing for reading in readings]
    if nothing[0] is not None and None not in nothing:
        raise HomevoltValueError(nothing[0])


def _sheet(reading: Reading) -> Sheet | str:
    if reading.answer is None:
        return str(reading.error)
    sheet = Sheet((), ()) if reading.answer.sheet is None else reading.answer.sheet()
    return sheet._replace(empty=reading.answer.nothing or sheet.empty)


def _document(reading: Reading, keys: Sequence[str]) -> dict[str, Any]:
    """Return what was read of a device; of one that could not be read it holds nulls."""
    about = {"name": reading.name, "url": reading.url, "simulated": False}
    read = dict.fromkeys(keys) if reading.answer is None else reading.answer.document
    error = None if reading.error is None else error_document(reading.error)
    return about | read | {"error": error}
