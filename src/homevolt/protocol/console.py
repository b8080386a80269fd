"""The device's console: command lines made of checked parts alone, and the replies to them.

Source: `POST /console.json`, form field `cmd`. The device splits the line on spaces and quotes, so
text from outside is never placed in one: `command_line` takes numbers, switches and times of one
exact form, and nothing else.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

Word: TypeAlias = "int | str"

DESTRUCTIVE = frozenset(
    {
        "burnin_set",
        "coredump_crash",
        "coredump_erase",
        "curl",
        "ecu_sense_clear",
        "efr_factory_reset",
        "efr_flash",
        "ems_config_set",
        "ems_reset",
        "factory_reset",
        "format",
        "inverter_config_set",
        "modbus_write",
        "param_reset",
        "provision",
        "rm",
        "system_mode_force",
        "write_mem",
    }
)
"""Commands that can destroy the unit, its settings or its records."""
DESTRUCTIVE_PREFIXES = ("ota_", "node_ota_")
"""How the names of more of them begin."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FLAG = re.compile(r"--[a-z][a-z0-9_]*")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")

_VERDICT = "Command '"
_SUCCESS = ("' executed successfully", "' executed successfully.")
_FAILURE = "' returned non-zero error code: "
_ERROR_CODE = re.compile(r"(-?\w+)(?: \((.*)\))?\.?")
_UNKNOWN = re.compile(
    r"(unknown|unrecogni[sz]ed|invalid|no such) command|command not found", re.IGNORECASE
)
_PROMPT = re.compile(r"[\w.@:-]*[>#$]")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class ConsoleReply(msgspec.Struct, frozen=True):
    """What the console answered.

    Attributes:
        output: The lines between the echo of the command and the verdict.
        succeeded: The verdict, or None if the reply holds none that is understood.
        error_code: The code of a failure, None if there is none.
        reason: Why it failed in the device's own words, empty if it did not.
        text: The whole reply as it came.
    """

    output: str
    succeeded: bool | None
    error_code: int | None = None
    reason: str = ""
    text: str = ""


def command_line(name: str, *arguments: int, flags: Iterable[tuple[str, Word | None]] = ()) -> str:
    """Write one command line.

    Args:
        name: The command.
        arguments: Its positional numbers.
        flags: Long flags with their value: a number, a time as `YYYY-MM-DDTHH:MM:SS`, or None for
            a switch.

    Returns:
        The line, without a line break.

    Raises:
        HomevoltValueError: A part has none of the forms that are known to be safe.
    """
    words = [_matching(_NAME, name), *(_word(argument) for argument in arguments)]
    for flag, value in flags:
        words.append(_matching(_FLAG, flag))
        if value is not None:
            words.append(_word(value))
    return " ".join(words)


def _word(value: Word) -> str:
    # type() and not isinstance(): a subclass may write itself as anything.
    return str(value) if type(value) is int else _matching(_TIME, value)


def _matching(form: re.Pattern[str], text: object) -> str:
    if type(text) is str and form.fullmatch(text):
        return text
    raise HomevoltValueError(f"{short_repr(text)} is not allowed on a command line")


def check_command(command: object, *, unsafe: bool = False) -> str:
    """Check a command line that a person wrote.

    Args:
        command: One line of printable text.
        unsafe: True to let through what may destroy the unit.

    Returns:
        The command.

    Raises:
        HomevoltValueError: It is not a single line of text, or it is or may hide a destructive
            command and `unsafe` is False.
    """
    if not isinstance(unsafe, bool):
        raise HomevoltValueError(f"unsafe must be True or False, not {short_repr(unsafe)}")
    if not isinstance(command, str) or not str.strip(command):
        raise HomevoltValueError(f"a command is a line of text, not {short_repr(command)}")
    command = str.__str__(command)  # the text itself: a subclass may show another one
    if not command.isprintable():  # nor could a lone surrogate be sent
        raise HomevoltValueError("a command is one line without control characters")
    if not unsafe:
        # The whole device depends on it, so a separator counts even within quotes.
        for part in re.split(r"[;&|]", command):
            _refuse_destructive(part)
    return command


def _refuse_destructive(part: str) -> None:
    name, *arguments = part.lower().split() or [""]
    if name and not _NAME.fullmatch(name):
        raise HomevoltValueError(
            f"{short_repr(name)} is not a plain command name and might hide another command; "
            "pass unsafe=True to send it nevertheless"
        )
    if _is_destructive(name, arguments):
        raise HomevoltValueError(
            f"{short_repr(part.strip())} can destroy the unit, its settings or its records; "
            "pass unsafe=True to send it nevertheless"
        )


def _is_destructive(name: str, arguments: list[str]) -> bool:
    if name == "cat":
        return len(arguments) > 1  # with data it overwrites the file
    if name == "energy":
        return not {"-s"}.issuperset(arguments)  # all else sets a counter
    return name in DESTRUCTIVE or name.startswith(DESTRUCTIVE_PREFIXES)


def parse_reply(body: bytes) -> ConsoleReply:
    """Read the console's reply, in its text or its JSON shape.

    Only the last line decides: `help` prints the word "error" in a success, and HTTP 200 comes
    with failures too.

    Args:
        body: The body of the answer of `POST /console.json`.

    Returns:
        What it says. Nothing is raised, whatever the bytes are.
    """
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        reply = _parse_json(text)
        if reply is not None:
            return reply
    return _parse_text(text)


def _parse_json(text: str) -> ConsoleReply | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    code = document.get("exit_code")
    if not isinstance(code, int):
        return None
    inner = _parse_text(str(document.get("output") or ""))
    lines = inner.output.splitlines()
    reason = inner.reason or (lines[-1].lstrip() if lines else "no reason given")
    return ConsoleReply(
        output=inner.output,
        succeeded=code == 0,
        error_code=code or None,
        reason=reason if code else "",
        text=text,
    )


def _parse_text(text: str) -> ConsoleReply:
    lines = [_COLOUR.sub("", line).rstrip() for line in text.splitlines()]
    while lines and (not lines[-1] or _PROMPT.fullmatch(lines[-1].lstrip())):
        lines.pop()
    if lines and _PROMPT.match(lines[0]):
        lines.pop(0)
    verdict = lines[-1].lstrip() if lines else ""
    if verdict.startswith(_VERDICT) and verdict.endswith(_SUCCESS):
        return ConsoleReply("\n".join(lines[:-1]), succeeded=True, text=text)
    command, marker, code_text = verdict.rpartition(_FAILURE)
    failure = _ERROR_CODE.fullmatch(code_text)
    if marker and command.startswith(_VERDICT) and failure:
        words = [line.lstrip() for line in lines[:-1] if line]
        reason = words[-1] if words else (failure[2] or "no reason given")
        return ConsoleReply(
            "\n".join(lines[:-1]), False, error_code=_number(failure[1]), reason=reason, text=text
        )
    if _UNKNOWN.search(verdict):
        return ConsoleReply("\n".join(lines), succeeded=False, reason=verdict, text=text)
    return ConsoleReply("\n".join(lines), succeeded=None, text=text)


def _number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None
