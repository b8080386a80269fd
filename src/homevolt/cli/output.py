"""Where the results of a command go."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping


class PipeClosedError(Exception):
    """Nobody reads the output any more, as after `| head`."""


def as_json(document: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Return a document as JSON text."""
    return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)


def print_json(document: Mapping[str, Any], *, indent: int | None = 2) -> None:
    """Print a document on stdout."""
    print_text(as_json(document, indent=indent) + "\n")


def print_text(text: str) -> None:
    """Print a text on stdout at once."""
    try:
        sys.stdout.write(text)
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
