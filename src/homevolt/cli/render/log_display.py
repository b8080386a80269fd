"""Showing the log of a device: once, or as it grows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli.output import PROGRAM, print_err, print_json, print_text
from homevolt.cli.query import Query
from homevolt.cli.render.report_documents import line_document
from homevolt.cli.render.report_views import LEVELS, line_cells, line_view
from homevolt.cli.render.rows import Column
from homevolt.cli.render.sheets import Sheet
from homevolt.cli.render.terminal import Terminal
from homevolt.cli.session import Answer
from homevolt.exceptions import (
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltNotSupportedError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt._common import Clock
    from homevolt.cli.session import Session
    from homevolt.reports.health import LogLineView

    Lines = Sequence[LogLineView]

NO_LINES = "The log has no such lines."
FOLLOW_INTERVAL_S = 2.0
FOLLOWED_LINES = 200
"""How many lines are read each time: what is more in one interval is missed."""


def logs(*, level: str | None, limit: int | None) -> Query:
    """Return the query of the latest lines of the log.

    Args:
        level: The lowest level to show, None for all.
        limit: How many lines at most, None for as many as the device gives.
    """

    async def read(session: Session) -> Answer:
        lines = _sorted(await session.device.fetch_logs(limit=limit, level=level))

        def show() -> None:
            if lines:
                _print(lines, as_json=False)
            else:
                print_err(NO_LINES)

        return Answer({"lines": [*map(line_document, lines)]}, show, lambda: _sheet(lines))

    return Query(("lines",), read)


async def follow_logs(
    session: Session,
    *,
    level: str | None,
    limit: int | None,
    as_json: bool,
    clock: Clock | None = None,
) -> None:
    """Show the latest lines of the log and whatever is added, outages included, until interrupted.

    Args:
        session: The device.
        level: The lowest level to show, None for all.
        limit: How many lines to begin with, None for as many as the device gives.
        as_json: Whether to print a document for each line.
        clock: The time to go by; tests pass their own.
    """
    clock = clock or SYSTEM_CLOCK
    previous: Lines = _sorted(await session.device.fetch_logs(limit=limit, level=level))
    _print(previous, as_json=as_json)
    is_out = False
    while True:
        await clock.sleep(FOLLOW_INTERVAL_S)
        try:
            lines = _sorted(await session.device.fetch_logs(limit=FOLLOWED_LINES, level=level))
        except HomevoltNotSupportedError:
            raise
        except (HomevoltConnectionError, HomevoltDataError) as error:
            if not is_out:
                print_err(f"{PROGRAM}: {session.shell_error(error)} Trying again.")
            is_out = True
            continue
        is_out = False
        _print(added(previous, lines), as_json=as_json)
        previous = lines or previous


def added(previous: Lines, lines: Lines) -> Lines:
    """Return the lines that are not among those read before.

    The log drops its oldest lines, and the same line may be there twice: what the end of one and
    the beginning of the other have in common was there before.

    Args:
        previous: What was read before.
        lines: What was read now.
    """
    if not previous:
        return lines
    for end in range(len(lines), 0, -1):
        length = min(end, len(previous))
        if list(lines[end - length : end]) == list(previous[-length:]):
            return lines[end:]
    return lines


def _print(lines: Lines, *, as_json: bool) -> None:
    """Print each line as a line, however long it is."""
    terminal = Terminal()
    for line in lines:
        document = line_document(line)
        if as_json:
            print_json(document, indent=None)
        elif terminal.is_terminal:
            terminal.print(line_view(document), soft_wrap=True)
        else:
            print_text(f"{line_view(document).plain}\n")


def _sheet(lines: Lines) -> Sheet:
    """Return lines of the log as rows, which are folded as others are."""
    columns = (Column("Time"), Column("Level"), Column("Text"))
    documents = [*map(line_document, lines)]
    styles = [LEVELS.get(document["level"], "") for document in documents]
    return Sheet(columns, [*map(line_cells, documents)], styles, empty=NO_LINES)


def _sorted(lines: Lines) -> Lines:
    """Return lines by their time; one without a time stays after the one before it."""
    at = -math.inf
    times = [at := line.at.timestamp() if line.at is not None else at for line in lines]
    return [lines[place] for place in sorted(range(len(lines)), key=times.__getitem__)]
