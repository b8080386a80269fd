"""Checking a TOML file against tables of keys: every mistake, with its line and what to do."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what a unit names in `LoadCredential`."""
SYNTAX_HINT = "Correct that line; nothing was changed."


class Field(NamedTuple):
    """A key in a table.

    Attributes:
        is_valid: Whether a value can be used.
        example: How the key is written correctly.
        explain: Returns what is wrong with a value and what to write, after `KEY of TABLE`; None
            where the example is enough.
    """

    is_valid: Callable[[Any], bool]
    example: str
    explain: Callable[[Any], str] | None = None


class Mistake(NamedTuple):
    """Something in a file that cannot be used.

    Attributes:
        keys: Where it is, from the outermost table inwards.
        message: What it is, and what to do.
    """

    keys: tuple[str, ...]
    message: str


class SyntaxMistakeError(Exception):
    """A text is not TOML.

    Args:
        line: In which line.
        message: What is wrong, and what to do.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class SecretError(Exception):
    """A file with a secret cannot be used; the message says why, without its content."""


def parse_toml(text: str) -> dict[str, Any]:
    """Return the document of a text.

    Raises:
        SyntaxMistakeError: It is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        message = f"not valid TOML: {reason or place}. {SYNTAX_HINT}"
        raise SyntaxMistakeError(line, message) from None
    except RecursionError:
        raise SyntaxMistakeError(1, f"nested too deeply. {SYNTAX_HINT}") from None


def line_of(text: str, keys: Iterable[str]) -> int:
    """Return the line where a value ends: the first that, with all before it, holds the value."""
    keys = [*keys]
    lines = text.split("\n")
    # What comes before each key was written once cannot hold the value; keys in escapes are rare.
    first, at = 1, 0
    for key in keys:
        at = text.find(key, at)
        if at < 0:
            first = 1
            break
        first = text.count("\n", 0, at) + 1
    for count in range(first, len(lines) + 1):
        try:
            value: Any = tomllib.loads("\n".join(lines[:count]) + "\n")
            for key in keys:
                value = value[key]
        except (tomllib.TOMLDecodeError, KeyError, TypeError):
            continue
        return count
    return len(lines)


def closest(name: str, known: Iterable[str]) -> str:
    """Return the question whether one of the known names was meant, empty if none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes alone

    near = get_close_matches(name, [*known])
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def unknown_keys(
    keys: tuple[str, ...], table: Iterable[str], known: Iterable[str]
) -> Iterator[Mistake]:
    """Yield a mistake for each key that a table cannot have."""
    known = [*known]
    for key in table:
        if key not in known:
            hint = closest(key, known) or f" Known: {', '.join(known)}."
            yield Mistake((*keys, key), f"unknown key {key!r}.{hint}")


def unusable_values(
    keys: tuple[str, ...], what: str, table: Mapping[str, Any], fields: Mapping[str, Field]
) -> Iterator[Mistake]:
    """Yield a mistake for each value that cannot be used.

    Args:
        keys: Where the table is.
        what: What it is about, for messages.
        table: The table; keys without a field are passed over.
        fields: What its keys may hold.
    """
    for key, value in table.items():
        field = fields.get(key)
        if field is not None and not field.is_valid(value):
            write = f"cannot be used. Write {field.example}."
            said = write if field.explain is None else field.explain(value)
            yield Mistake((*keys, key), f"{key} of {what} {said}")


def is_text(value: Any) -> bool:
    """Whether a value is a text that is not empty."""
    return isinstance(value, str) and bool(value)


def secret_path(name: str, folder: Path) -> Path:
    """Return where a file with a secret is: among systemd's credentials, or beside the file.

    Args:
        name: As it is configured; an absolute path is taken as it is.
        folder: The folder of the file that names it.
    """
    credentials = os.environ.get(CREDENTIALS_VARIABLE)
    if credentials and (found := Path(credentials, name)).exists():
        return found
    return folder / name


def read_secret(path: Path) -> str:
    """Return the secret that a file holds, without the line break at its end.

    Raises:
        SecretError: It cannot be read, or it is empty.
    """
    try:
        secret = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise SecretError(f"{path} cannot be read: {reason}. Make it readable.") from None
    except UnicodeDecodeError:
        raise SecretError(f"{path} is not UTF-8 text. Write the secret into it.") from None
    if not secret:
        raise SecretError(f"{path} is empty. Write the secret into it.")
    return secret
