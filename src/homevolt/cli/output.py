"""Where the results of a command go."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Mapping

PIPED_WIDTH = 160
"""Columns where there is no terminal to ask: a row of a table stays on one line."""


class PipeClosedError(Exception):
    """Nobody reads the output any more, as after `| head`."""


class Terminal(Console):
    """The console for people, which ends quietly when its reader does."""

    def __init__(self) -> None:
        known = sys.stdout.isatty() or "COLUMNS" in os.environ
        width = None if known else PIPED_WIDTH
        super().__init__(width=width, highlight=False, markup=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """End the command; what was not read yet goes nowhere."""
        _drop_output()
        raise PipeClosedError


def as_json(document: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Return a document as JSON text."""
    return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)


def print_json(document: Mapping[str, Any], *, indent: int | None = 2) -> None:
    """Print a document on stdout, and do not wait to be read in one piece."""
    try:
        sys.stdout.write(as_json(document, indent=indent) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        raise PipeClosedError from None


def remark(text: str) -> None:
    """Say something that is no result, on stderr."""
    typer.echo(text, err=True)


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())


def _drop_output() -> None:
    """Let the interpreter's last flush go nowhere instead of failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
