"""The exit codes: one table for the code, the help and the documentation."""

from __future__ import annotations

from typing import NamedTuple

from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltLocalModeError,
    HomevoltValueError,
)


class Exit(NamedTuple):
    """One row of the table.

    Attributes:
        code: What the shell sees in `$?`.
        meaning: What it says.
        error: The errors that end this way, None where it is no error of the library.
    """

    code: int
    meaning: str
    error: type[HomevoltError] | None = None


MISSING, INTERRUPTED, PIPE_CLOSED = 9, 130, 141

EXITS = (
    Exit(0, "done"),
    Exit(1, "an error that none of the following fits", HomevoltError),
    Exit(2, "wrong command, option or argument; nothing was sent", HomevoltValueError),
    Exit(3, "the device was not reached, or it failed", HomevoltConnectionError),
    Exit(4, "the device wants a password, or another one", HomevoltAuthenticationError),
    Exit(5, "the answer is not one of a Homevolt", HomevoltDataError),
    Exit(6, "local mode is off; nothing was sent", HomevoltLocalModeError),
    Exit(7, "the device did not do what was asked", HomevoltCommandError),
    Exit(8, "sent, but maybe not carried out", HomevoltCommandOutcomeUnknownError),
    Exit(MISSING, "a package that this needs is not installed"),
    Exit(INTERRUPTED, "ended with Ctrl-C"),
    Exit(PIPE_CLOSED, "the reader of the output went away"),
)


def code_of(error: HomevoltError) -> int:
    """Return the exit code of an error: that of the row which fits it most closely."""
    depths = {row.error: row.code for row in EXITS if row.error is not None}
    return next(depths[base] for base in type(error).__mro__ if base in depths)


def as_text() -> str:
    """Return the table as lines for the end of the help."""
    rows = (f"  {row.code:>3}  {row.meaning}" for row in EXITS)
    return "\n".join(("Exit codes:", *rows))
