"""Errors as the shell reports them: one line that says what to do, and an exit code."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from homevolt.cli.output import (
    PASSWORD_VARIABLE,
    PROGRAM,
    OutputError,
    PipeClosedError,
    is_closed,
    one_line,
    output_error,
    print_err,
    print_json,
)
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltDiscoveryError,
    HomevoltError,
    HomevoltLocalModeError,
    HomevoltNotSupportedError,
    HomevoltPricesError,
    HomevoltRateLimitError,
    HomevoltValueError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")


class Exit(NamedTuple):
    """One row of the table of exit codes.

    Attributes:
        code: What the shell sees in `$?`.
        meaning: What it stands for.
        error: The errors that end this way, None where it is not an error of the library.
    """

    code: int
    meaning: str
    error: type[HomevoltError] | None = None


USAGE, MISSING, OUTPUT, INTERRUPTED, PIPE_CLOSED, TERMINATED = 2, 9, 10, 130, 141, 143
CONFIG_UNREADABLE = 11
NOT_FOLLOWED = 14

EXITS = (
    Exit(0, "done"),
    Exit(1, "an error that fits none of the following", HomevoltError),
    Exit(USAGE, "wrong command, option or argument; nothing was sent", HomevoltValueError),
    Exit(3, "the device cannot be reached, or it failed", HomevoltConnectionError),
    Exit(4, "authentication failed", HomevoltAuthenticationError),
    Exit(5, "an answer or a file is not what it should be", HomevoltDataError),
    Exit(6, "local mode is off; nothing was sent", HomevoltLocalModeError),
    Exit(7, "the device did not do what was asked", HomevoltCommandError),
    Exit(8, "sent, but it may not have taken effect", HomevoltCommandOutcomeUnknownError),
    Exit(MISSING, "a required package is not installed"),
    Exit(OUTPUT, "the output or a file cannot be written; a file of that name is as it was"),
    Exit(
        CONFIG_UNREADABLE,
        "the configuration file or a kept plan cannot be read, or is wrong",
    ),
    Exit(13, "the firmware of the device does not offer this", HomevoltNotSupportedError),
    Exit(NOT_FOLLOWED, "done, but the power has not followed"),
    Exit(15, "the local network cannot be searched", HomevoltDiscoveryError),
    Exit(16, "no source has the prices, or they are not published yet", HomevoltPricesError),
    Exit(INTERRUPTED, "ended with Ctrl-C"),
    Exit(PIPE_CLOSED, "the reader of the output closed it, as 'head' does; no message"),
    Exit(TERMINATED, "ended by SIGTERM, like Ctrl-C"),
)

UNWRITTEN = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""The errors of the system that mean that the output cannot be written."""
FILE_ERROR = "FileError"
"""The name of the error of a file that cannot be written, for programs."""

EXTRAS = {
    "aiomqtt": "mqtt",
    "click": "cli",
    "keyring": "cli",
    "platformdirs": "cli",
    "prometheus_client": "prometheus",
    "rich": "cli",
    "tomlkit": "cli",
    "zeroconf": "discovery",
}
"""Which extra brings a package; others are installed by their own name."""


KEPT = "kept"
"""Where the password of a configured device comes from."""


ONE_DEVICE = "'{command}' is about one device at a time: name it with --device."
"""What is wrong with `--all` where it is not offered."""


class ShellError(Exception):
    """A failure in the words of the shell.

    Args:
        message: What happened, and what to do.
        kind: The name of the error's type, for programs.
        code: The exit code.
    """

    def __init__(self, message: str, *, kind: str, code: int) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code


class Origin(NamedTuple):
    """Where an error of the library came from.

    Attributes:
        url: The address of the device.
        password_from: Where its password came from: a variable, a prompt, `KEPT`, or None without
            one.
        is_pinned: Whether a fingerprint of its certificate was given.
        is_known: Whether it was read before, so the address is right.
        name: Its name, None if it was named by its address.
    """

    url: str
    password_from: str | None = None
    is_pinned: bool = False
    is_known: bool = False
    name: str | None = None


def usage_error(message: str) -> ShellError:
    """Return the error of a wrong command line."""
    return ShellError(message, kind="UsageError", code=USAGE)


def unreadable_config(message: str) -> ShellError:
    """Return the error of a configuration file that cannot be read."""
    return ShellError(message, kind="ConfigError", code=CONFIG_UNREADABLE)


def unwritable(path: Path, reason: OSError | str, advice: str = "") -> ShellError:
    """Return the error of a file that cannot be written; a file of that name is as it was.

    Args:
        path: The file.
        reason: Why.
        advice: A sentence about what to do.
    """
    why = reason.strerror or str(reason) if isinstance(reason, OSError) else reason
    message = f"{path} cannot be written: {why.removesuffix('.')}. {advice}".rstrip()
    return ShellError(message, kind=FILE_ERROR, code=OUTPUT)


def missing_package(error: ModuleNotFoundError) -> ShellError:
    """Return the error of a package that is not installed, with how to install it."""
    package = (error.name or str(error)).partition(".")[0]
    extra = EXTRAS.get(package)
    to_install = package if extra is None else f"'homevolt[{extra}]'"
    return ShellError(
        f"this needs the package {package}, which is not installed: pip install {to_install}",
        kind=type(error).__name__,
        code=MISSING,
    )


def unwritten_output(error: OutputError) -> ShellError:
    """Return the error of output that cannot be written."""
    code = PIPE_CLOSED if isinstance(error, PipeClosedError) else OUTPUT
    message = f"The output cannot be written: {error}."
    return ShellError(message, kind=type(error).__name__, code=code)


def system_error(error: OSError) -> ShellError:
    """Return an error of the system; help is written by click, not by `output`."""
    if error.errno in UNWRITTEN and error.filename is None:
        return unwritten_output(output_error(error))
    where = "" if error.filename is None else f"{error.filename}: "
    text = f"{where}{error.strerror or error}."
    return ShellError(text, kind=type(error).__name__, code=1)


def shell_error(error: HomevoltError, origin: Origin | None = None) -> ShellError:
    """Return an error of the library in the words of the shell.

    Where the library names arguments of Python, the shell names options and variables.

    Args:
        error: The error.
        origin: Where it came from, None if no device was involved.
    """
    message_of = None if origin is None else _closest(_MESSAGES, error)
    message = str(error) if origin is None or message_of is None else message_of(error, origin)
    return ShellError(message, kind=type(error).__name__, code=code_of(error))


def code_of(error: HomevoltError) -> int:
    """Return the exit code of an error: that of the row which fits it most closely."""
    return _closest(_CODES, error) or 1


def fail(arguments: Sequence[str], error: ShellError) -> int:
    """Report an error: in one line on stderr, or with --json as JSON on stdout.

    Args:
        arguments: The command line.
        error: The error.

    Returns:
        Its exit code, also where the report cannot be written.
    """
    if "--json" in arguments and not is_closed(sys.stdout):
        with suppress(OutputError):
            print_json({"error": error_document(error)})
    else:
        print_err(f"{PROGRAM}: {one_line(str(error))}")
    return error.code


def error_document(error: ShellError) -> dict[str, Any]:
    """Return an error for programs."""
    return {"type": error.kind, "message": one_line(str(error)), "exit_code": error.code}


def _connection(error: HomevoltError, origin: Origin) -> str:
    answered = isinstance(error, HomevoltConnectionError) and error.status is not None
    if answered or origin.is_known:
        return str(error)
    return f"{error} Is the device on, and is this its address?"


def _authentication(error: HomevoltError, origin: Origin) -> str:
    if isinstance(error, HomevoltAuthenticationError) and error.retry_after is not None:
        return str(error)
    if origin.password_from is None:
        return f"{origin.url} requires a password. Set {PASSWORD_VARIABLE}."
    if origin.password_from == KEPT:
        return (
            f"{origin.url} refused the password that is kept for {origin.name}. Enter another one "
            f"with '{PROGRAM} device add --replace {origin.name} {origin.url}'."
        )
    advice = (
        f"Correct {PASSWORD_VARIABLE}, or unset it to be asked."
        if origin.password_from == PASSWORD_VARIABLE
        else "Run the command again to enter another one."
    )
    return f"{origin.url} refused the password. {advice}"


def _data(error: HomevoltError, origin: Origin) -> str:
    if origin.is_known:
        return str(error)
    return (
        f"{origin.url} does not answer like a Homevolt: {error} Is this the address of a Homevolt?"
    )


def _certificate(_: HomevoltError, origin: Origin) -> str:
    if origin.is_pinned and origin.name is not None:
        return (
            f"The certificate of {origin.url} does not have the fingerprint that is given for "
            f"{origin.name}."
        )
    if origin.is_pinned:
        return f"The certificate of {origin.url} does not have the fingerprint of --fingerprint."
    return (
        f"The certificate of {origin.url} is not trusted. If it is the device's own, pin it with "
        "--fingerprint."
    )


_CODES = {row.error: row.code for row in EXITS if row.error is not None}
_MESSAGES: dict[type[HomevoltError], Callable[[HomevoltError, Origin], str]] = {
    HomevoltAuthenticationError: _authentication,
    HomevoltCertificateError: _certificate,
    HomevoltConnectionError: _connection,
    HomevoltDataError: _data,
    HomevoltRateLimitError: lambda error, _: str(error),
}


def _closest(table: Mapping[type[HomevoltError], T], error: HomevoltError) -> T | None:
    """Return what a table holds for the type of an error that is closest to its own."""
    return next((table[base] for base in type(error).__mro__ if base in table), None)
