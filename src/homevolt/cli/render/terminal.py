"""The console for people: as wide as their terminal, whole where a program reads."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.text import Text

from homevolt.cli.output import PROGRAM, print_err, print_text
from homevolt.cli.render.formatting import printable
from homevolt.cli.render.tables import StepTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

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
