"""Where the results of a command go, and what is written there."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import sys
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "homevolt"
HOST_VARIABLE = "HOMEVOLT_HOST"
DEVICE_VARIABLE = "HOMEVOLT_DEVICE"
CONFIG_VARIABLE = "HOMEVOLT_CONFIG"
COMPLETE_VARIABLE = "_HOMEVOLT_COMPLETE"
PASSWORD_VARIABLE = "HOMEVOLT_PASSWORD"  # noqa: S105 - the name of a variable, not a password

SUBSTITUTES = {
    "\N{BOX DRAWINGS HEAVY HORIZONTAL}": "#",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
    "\N{EM DASH}": "-",
    "\N{DEGREE SIGN}": " ",
    "\N{UPPER HALF BLOCK}": "'",
    "\N{BLACK DOWN-POINTING TRIANGLE}": "v",
    "\N{BLACK UP-POINTING TRIANGLE}": "^",
    **dict(zip("\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588", "_.,-=+*#", strict=True)),
}
"""The characters of the views beyond ASCII, and what stands for them in ASCII, as wide as they."""
C_LOCALES = ("C", "POSIX")
TO_ASCII = "homevolt.to_ascii"


class OutputError(Exception):
    """The output cannot be written: it is closed, or the disk is full."""


class PipeClosedError(OutputError):
    """The reader of the output closed it, as `| head` does."""


def prepare_streams() -> None:
    """Let the streams write any text: without the characters of the views they write ASCII.

    Raises:
        OutputError: stdout is closed, so that no result could be shown.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if _is_limited(stream):
                stream.reconfigure(encoding="ascii", errors=TO_ASCII)
            else:
                stream.reconfigure(errors="replace")
    if is_closed(sys.stdout):
        raise OutputError("stdout is closed")


def as_json(document: Mapping[str, Any], *, indent: int | None = 2) -> str:
    """Return a document as JSON text that stdout can show."""
    is_ascii = getattr(sys.stdout, "encoding", None) == "ascii"
    return json.dumps(document, ensure_ascii=is_ascii, indent=indent, allow_nan=False)


def print_json(document: Mapping[str, Any], *, indent: int | None = 2) -> None:
    """Print a document on stdout."""
    print_text(as_json(document, indent=indent) + "\n")


def print_text(text: str) -> None:
    """Print a text on stdout at once.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise output_error(error) from error


def output_error(error: OSError) -> OutputError:
    """Return the error of a stdout that could not be written, which is written no more."""
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError) or error.errno == errno.EPIPE:
        return PipeClosedError(str(error))
    return OutputError(error.strerror or str(error))


def print_err(text: str) -> None:
    """Print a line that is not a result on stderr, if there is one."""
    if is_closed(sys.stderr):
        return
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def can_ask() -> bool:
    """Whether there is a terminal whose person can answer; a closed stdin is None."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())


def is_closed(stream: TextIO | None) -> bool:
    """Whether a stream cannot be used: of a closed descriptor Python makes None."""
    return stream is None or stream.closed


def _is_limited(stream: io.TextIOWrapper) -> bool:
    """Whether a stream lacks the characters of the views, or the person asked for plain ASCII."""
    try:
        "".join(SUBSTITUTES).encode(stream.encoding)
    except UnicodeEncodeError:
        return True
    names_encoding = any(os.environ.get(name) for name in ("PYTHONIOENCODING", "PYTHONUTF8"))
    return os.name != "nt" and not names_encoding and _is_c_locale()


def _is_c_locale() -> bool:
    """Whether the locale is C, for which Python itself assumes UTF-8 and may say so in LC_CTYPE."""
    every, ctype, lang = (os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    is_assumed = not every and ctype == "C.UTF-8" and sys.flags.utf8_mode
    return bool(is_assumed) or (every or ctype or lang or "C") in C_LOCALES


def _discard(stream: TextIO) -> None:
    """Let whatever else is written to a stream, the interpreter's last flush included, vanish."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _to_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what ASCII lacks in characters that it has; an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return SUBSTITUTES.get(character) or plain or "?"


codecs.register_error(TO_ASCII, _to_ascii)
