"""Parameters in files: TOML and JSON, a name and a value each; secrets are never among them."""

from __future__ import annotations

import json
import math
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli import files
from homevolt.cli.errors import ShellError, usage_error
from homevolt.cli.output import print_err, print_json, print_text
from homevolt.cli.writing import plan_files
from homevolt.cli.writing.asking import confirm, explain_interrupt
from homevolt.cli.writing.parameters import ended_text, value_text
from homevolt.exceptions import HomevoltError, HomevoltValueError
from homevolt.protocol.parameter import is_same
from homevolt.schedule.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from homevolt.cli.session import Session
    from homevolt.cli.writing.window_options import Manner
    from homevolt.protocol.parameter import Parameter, Value

PARAMETERS = "parameters"


class Change(NamedTuple):
    """A parameter that is to have another value."""

    parameter: Parameter
    value: Value

    def __str__(self) -> str:
        """The change in one line."""
        old, new = value_text(self.parameter.value), value_text(self.value)
        return f"{self.parameter.name}: {old} -> {new}"


async def export(session: Session, file: Path | None, kind: str, *, as_json: bool) -> None:
    """Write the parameters to a file, or print them, without secrets and unknown values.

    Args:
        session: The device.
        file: The file, None to print.
        kind: `toml` or `json`.
        as_json: Whether to print a document for programs.

    Raises:
        ShellError: The file cannot be written; a file of that name is as it was.
    """
    found = sorted((await session.device.parameters()).values(), key=lambda each: each.name)
    given = {each.name: each.value for each in found if _is_exported(each)}
    left_out = [each.name for each in found if each.name not in given]
    text = dumps(given, kind, session.url, left_out)
    if file is not None:
        files.write(file, text, force=True)
    if as_json:
        print_json(
            {
                "url": session.url,
                "simulated": session.is_simulated,
                "file": None if file is None else str(file),
                PARAMETERS: given,
                "left_out": left_out,
            }
        )
    elif file is None:
        print_text(text)
    if left_out and not as_json:
        print_err(f"Left out, secret or without a known value: {', '.join(left_out)}.")


async def write_file(session: Session, file: Path, manner: Manner) -> None:
    """Write the parameters of a file that differ, each verified, after saying which.

    Args:
        session: The device.
        file: The file.
        manner: How to go about it.

    Raises:
        ShellError: The file is not one of parameters, some of them cannot be written, it was not
            confirmed, or a write failed; the message says what was written.
    """
    given = load(file)
    known = await session.device.parameters()
    changes = _changes(file, given, known)
    unchanged = len(given) - len(changes)
    if not manner.as_json:
        lines = "\n".join([*map(str, changes), _summary(changes, unchanged)])
        if manner.dry_run or not changes:
            print_text(f"{lines}\n")
        else:
            print_err(lines)
    if changes and not manner.dry_run:
        confirm("Do it?", yes=manner.yes)
        await _write(session, changes)
    if manner.as_json:
        print_json(_document(session, changes, unchanged, manner))
    elif changes and not manner.dry_run:
        print_text(f"Written and read back: {_names(changes)}.\n")


def load(file: Path) -> dict[str, Any]:
    """Read parameters from a file, whose name ends with its kind.

    Raises:
        ShellError: It cannot be read; the message says what is wrong with it.
    """
    kind = file.suffix.removeprefix(".").lower()
    if kind not in _READERS:
        raise usage_error(f"{file} must end with one of {', '.join(f'.{k}' for k in _READERS)}.")
    try:
        given = loads(file.read_text(plan_files.ENCODING), kind)
    except OSError as error:
        raise usage_error(f"{file} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise usage_error(f"{file} is not valid {kind.upper()}: {error}.") from error
    if given is None:
        raise usage_error(f"{file} has no table named {PARAMETERS}.")
    return given


def dumps(given: Mapping[str, Any], kind: str, url: str, left_out: Sequence[str]) -> str:
    """Return parameters as the text of a file.

    Args:
        given: The values by name.
        kind: `toml` or `json`.
        url: Of which device.
        left_out: The names of the others.
    """
    return _WRITERS[kind](given, url, left_out)


def loads(text: str, kind: str) -> dict[str, Any] | None:
    """Return the parameters in the text of a file, None if it has no table of them.

    Raises:
        ValueError: It is not of this kind.
    """
    document = _READERS[kind](text)
    given = document.get(PARAMETERS) if isinstance(document, dict) else None
    objects = (document, given, *(given.values() if isinstance(given, dict) else ()))
    repeated = [each.key for each in objects if isinstance(each, plan_files.Repeated)]
    if repeated:
        raise ValueError(f"{repeated[0]!r} is given twice")
    return given if isinstance(given, dict) else None


def _is_exported(parameter: Parameter) -> bool:
    """Whether a value can be in a file: a secret, an unknown one and a NaN cannot."""
    values = parameter.value if isinstance(parameter.value, list) else [parameter.value]
    is_known = all(
        value is not None and not (isinstance(value, float) and not math.isfinite(value))
        for value in values
    )
    return is_known and not parameter.secret


def _changes(file: Path, given: Mapping[str, Any], known: Mapping[str, Parameter]) -> list[Change]:
    """Return what differs from the device.

    Raises:
        ShellError: Parameters are unknown, secret, or of another type; all of them are named.
    """
    changes, problems = [], []
    for name, value in given.items():
        try:
            checked = _checked(name, value, known)
        except HomevoltValueError as error:
            problems.append(str(error).rstrip(".?"))
            continue
        parameter = known[name]
        if not is_same(parameter, checked, parameter.value):
            changes.append(Change(parameter, checked))
    if problems:
        count = f"{len(problems)} of {len(given)} parameters"
        raise usage_error(
            f"{file}: {count} cannot be written: {'; '.join(problems)}. Nothing was sent."
        )
    return changes


def _checked(name: str, value: object, known: Mapping[str, Parameter]) -> Value:
    if name not in known:
        raise HomevoltValueError(f"the device has no parameter {name!r}{nearest(name, known)}")
    if known[name].secret:
        raise HomevoltValueError(f"{name} is a secret, which is written with 'param set' alone")
    return known[name].check(value)


async def _write(session: Session, changes: Sequence[Change]) -> None:
    """Write parameters one after the other; the first failure ends it.

    Raises:
        ShellError: One failed.
    """
    for number, change in enumerate(changes):
        written, left = _names(changes[:number]), _names(changes[number + 1 :])
        ended = f"{ended_text(change.parameter.name)} Written before: {written}. Not sent: {left}."
        try:
            with explain_interrupt(ended):
                await session.device.set_parameter(change.parameter.name, change.value)
        except HomevoltError as error:
            failure = session.shell_error(error)
            raise ShellError(
                f"{change.parameter.name}: {failure} Written before: {written}. Not sent: {left}.",
                kind=failure.kind,
                code=failure.code,
            ) from error


def _names(changes: Iterable[Change]) -> str:
    return ", ".join(change.parameter.name for change in changes) or "none"


def _summary(changes: Sequence[Change], unchanged: int) -> str:
    return f"{len(changes)} to write, {unchanged} unchanged."


def _document(
    session: Session, changes: Iterable[Change], unchanged: int, manner: Manner
) -> dict[str, Any]:
    return {
        "url": session.url,
        "simulated": session.is_simulated,
        "dry_run": manner.dry_run,
        "changes": [
            {"name": each.parameter.name, "old": each.parameter.value, "new": each.value}
            for each in changes
        ],
        "unchanged_count": unchanged,
    }


def _toml(given: Mapping[str, Any], url: str, left_out: Sequence[str]) -> str:
    import tomlkit  # noqa: PLC0415 - for an export alone

    document = tomlkit.document()
    document.add(tomlkit.comment(f"Parameters of {url}."))
    if left_out:
        document.add(tomlkit.comment(f"Left out, secret or unknown: {', '.join(left_out)}."))
    document.add(PARAMETERS, tomlkit.item({**given}))
    return tomlkit.dumps(document)


def _json(given: Mapping[str, Any], _: str, left_out: Sequence[str]) -> str:
    document = {PARAMETERS: given, "left_out": left_out}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


_WRITERS: dict[str, Callable[[Mapping[str, Any], str, Sequence[str]], str]] = {
    "toml": _toml,
    "json": _json,
}
_READERS: dict[str, Callable[[str], Any]] = {"toml": tomllib.loads, "json": plan_files.read_json}
KINDS = (*_WRITERS,)
