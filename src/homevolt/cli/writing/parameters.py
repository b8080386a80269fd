"""Parameters as the shell shows and writes them; the value of a secret is never shown."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

from homevolt.cli import known, render
from homevolt.cli.errors import usage_error
from homevolt.cli.output import PROGRAM, can_ask, print_err
from homevolt.cli.query import Query
from homevolt.cli.session import Answer
from homevolt.cli.writing.asking import ask_secret, confirm, explain_interrupt, typed_line
from homevolt.protocol.parameter import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.cli.render.sheets import Sheet
    from homevolt.cli.session import Session
    from homevolt.protocol.parameter import Parameter

NO_GROUP = "other"


def several(words: Sequence[str], group: str | None, *, changed: bool) -> Query:
    """Return the query of the parameters that have all words, by group."""

    async def read(session: Session) -> Answer:
        found = [
            parameter
            for parameter in (await _all(session)).values()
            if _has(parameter, words)
            and (group is None or group.casefold() == parameter.group.casefold())
            and (not changed or _is_changed(parameter))
        ]
        found.sort(key=lambda parameter: (parameter.group or NO_GROUP, parameter.name))
        document = {"parameters": [*map(_document, found)]}
        nothing = None if found else "No parameter matches; without words all are shown."
        return Answer(document, lambda: _print(found), lambda: _sheet(found), nothing)

    return Query(("parameters",), read)


def one(name: str) -> Query:
    """Return the query of one parameter; a device that has none of that name is an error."""

    async def read(session: Session) -> Answer:
        parameter = await _find(session, name)
        return Answer(
            {"parameter": _document(parameter)},
            lambda: render.show_folded([(0, _line(parameter))]),
            lambda: _sheet([parameter]),
        )

    return Query(("parameter",), read)


async def write(session: Session, name: str, value: str | None, *, store: bool, yes: bool) -> None:
    """Write a parameter; the value of a secret is asked for.

    Raises:
        HomevoltError: See `homevolt.Device.set_parameter`.
        ShellError: The value is missing, is a secret on the command line, or was not confirmed.
    """
    parameter = await _find(session, name)
    if parameter.secret:
        value = _secret(name, value)
    elif value is None:
        raise usage_error(f"Give the value of {name}, of type {parameter.type}.")
    checked = parameter.check(value)
    ending = "" if store else " until the device restarts"
    old, new = (value_text(masked(parameter, each)) for each in (parameter.value, checked))
    print_err(f"Will set {name} from {old} to {new}{ending}.")
    confirm("Do it?", yes=yes)
    with explain_interrupt(ended_text(name)):
        await session.device.set_parameter(name, checked, store=store)


async def reset(session: Session, name: str, *, yes: bool) -> None:
    """Write the default of a parameter.

    Raises:
        HomevoltError: See `homevolt.Device.reset_parameter`.
        ShellError: It was not confirmed.
    """
    parameter = await _find(session, name)
    print_err(
        f"Will set {name} to its default, {value_text(masked(parameter, parameter.default))}."
    )
    confirm("Do it?", yes=yes)
    with explain_interrupt(ended_text(name)):
        await session.device.reset_parameter(name)


def ended_text(name: str) -> str:
    """Return what is said if Ctrl-C ends the write of a parameter."""
    return f"Ended while {name} was written; '{PROGRAM} param get {name}' shows its value."


async def _all(session: Session) -> dict[str, Parameter]:
    parameters = await session.device.parameters()
    session.note(known.PARAMETERS, parameters)
    return parameters


async def _find(session: Session, name: str) -> Parameter:
    await session.device.get_parameter(name)  # suggests the nearest names
    return (await _all(session))[name]


def _secret(name: str, value: str | None) -> str:
    if value is not None:
        raise usage_error(
            f"{name} is a secret, and a command line can be read by others: leave its value out."
        )
    if can_ask():
        text = ask_secret(f"Value of {name}")
    else:
        text = "" if sys.stdin is None else typed_line().rstrip("\r\n")
    if not text:
        raise usage_error(
            f"No value of {name} was given: it is a secret, which is read from a terminal or from "
            "stdin. Nothing was sent."
        )
    return text


def _has(parameter: Parameter, words: Sequence[str]) -> bool:
    text = f"{parameter.name}\n{parameter.group}\n{parameter.help}".casefold()
    return all(word.casefold() in text for word in words)


def _is_changed(parameter: Parameter) -> bool:
    return parameter.default is not None and parameter.value != parameter.default


def _line(parameter: Parameter) -> str:
    value = value_text(masked(parameter, parameter.value))
    default = value_text(masked(parameter, parameter.default))
    changed = f" (default {default})" if _is_changed(parameter) else ""
    about = f"  - {parameter.help}" if parameter.help else ""
    return f"{parameter.name} = {value}{changed}{about}"


def _print(parameters: Sequence[Parameter]) -> None:
    """Print parameters, sorted by group, below the name of their group."""
    lines: list[tuple[int, str]] = []
    for name, members in groupby(parameters, lambda parameter: parameter.group or NO_GROUP):
        lines += [(0, f"{name}:"), *((2, _line(parameter)) for parameter in members)]
    render.show_folded(lines)


def _sheet(parameters: Sequence[Parameter]) -> Sheet:
    from homevolt.cli.render.rows import Column  # noqa: PLC0415 - loads rich, rarely needed
    from homevolt.cli.render.sheets import Sheet  # noqa: PLC0415 - likewise

    rows = []
    for each in parameters:
        values = [value_text(masked(each, value)) for value in (each.value, each.default)]
        rows.append((each.name, *values, each.help))
    return Sheet([*map(Column, ("Parameter", "Value", "Default", "About"))], rows)


def value_text(value: object) -> str:
    """Return a value as it is typed; an array has commas."""
    if isinstance(value, list):
        return ",".join(map(value_text, value))
    if value is None:
        return "unknown"
    if value == "":
        return '""'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _document(parameter: Parameter) -> dict[str, Any]:
    """Return a parameter for programs; its unit is in its help text, if the device states one."""
    return {
        "name": parameter.name,
        "type": parameter.type,
        "value": masked(parameter, parameter.value),
        "default": masked(parameter, parameter.default),
        "changed": _is_changed(parameter),
        "group": parameter.group,
        "help": parameter.help,
        "secret": parameter.secret,
    }
