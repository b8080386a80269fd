"""The terminal of the person who runs a command, or what stands in for one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from homevolt.cli.output import print_text

if TYPE_CHECKING:
    from rich.console import RenderableType

PIPED_WIDTH = 160
"""Columns where there is no terminal to ask: a row of a table stays on one line."""


class Terminal(Console):
    """The console for people, as wide as their terminal."""

    def __init__(self) -> None:
        known = sys.stdout.isatty() or "COLUMNS" in os.environ
        width = None if known else PIPED_WIDTH
        super().__init__(width=width, highlight=False, markup=False, emoji=False)

    def show(self, picture: RenderableType) -> None:
        """Print a picture; a file or a pipe gets it without the blanks that fill its lines."""
        if self.is_terminal:
            self.print(picture)
            return
        with self.capture() as captured:
            self.print(picture)
        print_text("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
