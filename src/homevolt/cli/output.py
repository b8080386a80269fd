"""Where the results of a command go."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from homevolt.cli.errors import ShellError

PROGRAM = "homevolt"
HOST_VARIABLE = "HOMEVOLT_HOST"
PASSWORD_VARIABLE = "HOMEVOLT_PASSWORD"  # noqa: S105 - the name of a variable, not a password


class PipeClosedError(Exception):
    """Nobody reads the output any more, as after `| head`."""


def called() -> str:
    """Return what to type to run this program again from here.

    Where it is not on the PATH, as in an environment that was not activated, that is its path.
    """
    own = Path(sys.argv[0])
    if own.name == "__main__.py":
        return f"python -m {__package__}"
    found = shutil.which(PROGRAM)
    is_other = own.stem == PROGRAM and not (found and own.exists() and own.samefile(found))
    return str(own) if is_other else PROGRAM


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


def print_err(text: str) -> None:
    """Say something that is no result, on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def fail(arguments: Sequence[str], error: ShellError) -> int:
    """Report an error: in one line on stderr, or with --json as JSON on stdout.

    Args:
        arguments: The command line.
        error: The error.

    Returns:
        Its exit code, also where the output was closed.
    """
    if "--json" not in arguments:
        print_err(f"{PROGRAM}: {one_line(str(error))}")
        return error.code
    with suppress(PipeClosedError):
        print_json({"error": error_document(error)})
    return error.code


def error_document(error: ShellError) -> dict[str, Any]:
    """Return an error for programs."""
    return {"type": error.kind, "message": one_line(str(error)), "exit_code": error.code}


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())


def _drop_output() -> None:
    """Let the interpreter's last flush go nowhere instead of failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
