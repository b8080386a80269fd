"""Showing what was read of a device last."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.text import Text

from homevolt.cli.errors import error_document
from homevolt.cli.output import PROGRAM, print_err, print_json, print_text
from homevolt.cli.query import Answer, Query
from homevolt.cli.render.documents import STATUS_KEYS, sensors_document, status_document
from homevolt.cli.render.formatting import printable
from homevolt.cli.render.status_view import StatusView
from homevolt.cli.render.tables import SensorTable, StepTable, matching, sensor_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from homevolt.cli.session import Reading, Session
    from homevolt.exceptions import HomevoltError
    from homevolt.readings.snapshot import Snapshot

PIPED_WIDTH = 160
"""Columns where there is no terminal to ask: a row of a table stays on one line."""
UNFOLDED_WIDTH = 10_000
"""Likewise, of lines that a program may look through."""
HANGING_INDENT = 2
"""How much further the rest of a folded line is indented."""


class Terminal(Console):
    """The console for people, as wide as their terminal.

    Args:
        stderr: Whether it shows what is not a result, on stderr.
        piped_width: Its columns where there is no terminal to ask.
    """

    def __init__(self, *, stderr: bool = False, piped_width: int = PIPED_WIDTH) -> None:
        stream = sys.stderr if stderr else sys.stdout
        is_known = (stream is not None and stream.isatty()) or "COLUMNS" in os.environ
        width = None if is_known else piped_width
        super().__init__(width=width, stderr=stderr, highlight=False, markup=False, emoji=False)

    def show(self, view: RenderableType) -> None:
        """Print a view; a file or a pipe gets it without the blanks that fill its lines."""
        if self.is_terminal:
            self.print(view)
            return
        with self.capture() as captured:
            self.print(view)
        text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
        if self.stderr:
            print_err(text.removesuffix("\n"))
        else:
            print_text(text)


def show_folded(lines: Iterable[tuple[int, str]]) -> None:
    """Show lines of text, folded where the terminal is too narrow; a pipe gets them whole.

    Args:
        lines: How far each is indented, and its text.
    """
    terminal = Terminal(piped_width=UNFOLDED_WIDTH)
    shown = []
    for indent, text in lines:
        width = max(1, terminal.width - indent - HANGING_INDENT)
        parts = Text(printable(text), overflow="fold").wrap(terminal, width)
        for number, part in enumerate(parts):
            shown.append(Text(" " * (indent + (HANGING_INDENT if number else 0))) + part)
    terminal.show(Group(*shown))


def show_status(session: Session, *, as_json: bool) -> None:
    """Show what was read of a device last."""
    if as_json:
        print_json(session_document(session))
    else:
        snapshot = session.device.snapshot
        Terminal().show(StatusView(snapshot, url=session.url, problems=problems_of(session)))


def status() -> Query:
    """Return the query of the state of an installation at a glance."""

    async def read(session: Session) -> Answer:
        def show() -> None:
            show_status(session, as_json=False)

        return Answer(session_document(session), show)

    def view_of_all(readings: Sequence[Reading]) -> RenderableType:
        from homevolt.cli.render.devices import StatusTable  # noqa: PLC0415 - rarely needed

        return StatusTable(readings)

    return Query(STATUS_KEYS, read, view_of_all)


def sensors(words: Sequence[str]) -> Query:
    """Return the query of the readings that have all `words` in their name or part."""
    nothing = (
        f"No reading has {' and '.join(map(repr, words))} in its name or part; without words "
        "all are shown."
    )

    async def read(session: Session) -> Answer:
        found = matching(session.device.sensors.values(), words)

        def show() -> None:
            Terminal().show(SensorTable(found))

        document = sensors_document(found)
        return Answer(document, show, lambda: sensor_sheet(found), None if found else nothing)

    return Query(("sensors",), read)


def session_document(session: Session) -> dict[str, Any]:
    """Return what was read of a device last, for programs."""
    snapshot = session.device.snapshot
    return update_document(session, snapshot, age_s_of(snapshot))


def show_next_steps(text: str, steps: Sequence[tuple[str, str]]) -> None:
    """Show a text, and below it commands of this program with what each of them does."""
    terminal = Terminal()
    terminal.show(Text(text))
    program = program_path()
    terminal.show(StepTable((f"{program} {command}", what) for command, what in steps))


def program_path() -> str:
    """Return what to type to run this program again from here.

    Where it is not on the PATH, as in an environment that was not activated, that is its path.
    """
    own = Path(sys.argv[0])
    if own.name == "__main__.py":
        return f"{Path(sys.executable).name} -m homevolt"
    found = shutil.which(PROGRAM)
    is_other = own.stem == PROGRAM and not (found and own.exists() and own.samefile(found))
    return str(own) if is_other else PROGRAM


def update_document(
    session: Session,
    snapshot: Snapshot | None,
    age_s: float | None,
    failure: HomevoltError | None = None,
) -> dict[str, Any]:
    """Return what a read of a device brought, for programs.

    Args:
        session: The device.
        snapshot: What was read last, or None if that is too old.
        age_s: How many seconds ago it was read.
        failure: Why the last read failed, None if it succeeded.
    """
    return status_document(
        snapshot,
        url=session.url,
        simulated=session.is_simulated,
        problems=problems_of(session),
        age_s=age_s,
        error=None if failure is None else error_document(session.shell_error(failure)),
    )


def problems_of(session: Session) -> dict[str, str]:
    """Return what could not be read, by part, in the words of the shell."""
    problems = session.device.problems
    return {part: str(session.shell_error(error)) for part, error in problems.items()}


def age_s_of(snapshot: Snapshot) -> float:
    """Return how many seconds ago a snapshot was read."""
    return round((datetime.now(UTC) - snapshot.ems_at).total_seconds(), 1)
