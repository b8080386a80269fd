"""Plans in files: TOML, JSON and CSV, which hold the same entries under the same names.

An entry has `mode`, `from_time`, `to_time` and the options of `homevolt.ScheduleEntry`, in their
units; what is not given is left out. Times are ISO 8601 in UTC as they are written, and whatever
`moments` reads as they are read.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.errors import usage_error
from homevolt.cli.render.formatting import clock
from homevolt.cli.writing.moments import moment_of
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.options import BY_NAME, Kind
from homevolt.schedule.times import EARLIEST, parse_time
from homevolt.schedule.validation import checked_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from homevolt.schedule.entry import ScheduleEntry

Row = dict[str, Any]

ENTRIES = "entries"
ENCODING = "utf-8-sig"
"""UTF-8, also with the mark at the beginning that spreadsheets write."""
NAMES = ("mode", *BY_NAME)
_FLAGS = {"true": True, "false": False}


class PlanFile(NamedTuple):
    """What a file of a plan holds.

    Attributes:
        path: Where it is.
        entries: Its entries by their number in it, from 1; each is checked by itself.
    """

    path: Path
    entries: dict[int, ScheduleEntry]


class Repeated(NamedTuple):
    """An object of JSON in which a key is there twice."""

    key: str


def dumps(entries: Iterable[ScheduleEntry], kind: str) -> str:
    """Return a plan as the text of a file.

    Args:
        entries: The entries of the plan; their ids are left out.
        kind: `toml`, `json` or `csv`.
    """
    return _WRITERS[kind]([_row(entry) for entry in entries])


def load(file: Path) -> PlanFile:
    """Read a plan from a file, whose name ends with its kind.

    Raises:
        ShellError: The file cannot be read; the message says what is wrong with it, and where.
    """
    kind = file.suffix.removeprefix(".").lower()
    if kind not in _READERS:
        raise usage_error(f"{file} must end with one of {', '.join(f'.{k}' for k in _READERS)}.")
    try:
        rows = loads(file.read_text(ENCODING), kind)
        return PlanFile(file, {n: _checked(n, row) for n, row in enumerate(rows, 1)})
    except HomevoltValueError as error:
        raise usage_error(f"{file}: {_sentence(error)}") from error
    except OSError as error:
        raise usage_error(f"{file} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError, csv.Error) as error:
        raise usage_error(f"{file} is not valid {kind.upper()}: {error}.") from error


def loads(text: str, kind: str) -> list[Row]:
    """Read a plan from the text of a file.

    Raises:
        HomevoltValueError: It is not a plan.
        ValueError: It is not of this kind.
    """
    rows = _READERS[kind](text)
    if isinstance(rows, Repeated):
        raise HomevoltValueError(f"{rows.key!r} is given twice.")
    if not isinstance(rows, list):
        raise HomevoltValueError(f"a plan has a list named {ENTRIES}.")
    now = datetime.now(UTC)
    return [_entry(number, row, now) for number, row in enumerate(rows, 1)]


def read_json(text: str) -> Any:
    """Read JSON; an object in which a key is there twice is `Repeated`.

    Raises:
        ValueError: It is not JSON.
    """
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        return Repeated(next(key for key in found if keys.count(key) > 1))
    return found


def _row(entry: ScheduleEntry) -> Row:
    mode = entry.mode_slug
    given = {name: getattr(entry, name) for name in BY_NAME}
    return {
        "mode": int(mode) if mode.isdecimal() else mode,
        **{name: value for name, value in given.items() if value is not None},
    }


def _checked(number: int, row: Row) -> ScheduleEntry:
    try:
        _check_window(row.get("from_time"), row.get("to_time"))
        return checked_entry(row, EARLIEST)
    except HomevoltValueError as error:
        raise _of_entry(number, error) from error


def _check_window(start: object, end: object) -> None:
    """Refuse a window that ends before it begins, in local time, as it may have been typed."""
    if start is None or end is None:
        return
    first, last, now = parse_time("from_time", start), parse_time("to_time", end), datetime.now(UTC)
    if last <= first:
        raise HomevoltValueError(
            f"its window ends before it begins: from {clock(first, now)} until {clock(last, now)}"
        )


def _of_entry(number: int, error: HomevoltValueError) -> HomevoltValueError:
    return HomevoltValueError(f"entry {number}: {error}")


def _sentence(error: HomevoltValueError) -> str:
    text = str(error)
    return text if text.endswith((".", "?")) else f"{text}."


def _entry(number: int, row: object, now: datetime) -> Row:
    if isinstance(row, Repeated):
        raise HomevoltValueError(f"entry {number}: {row.key!r} is given twice.")
    if not isinstance(row, dict):
        raise HomevoltValueError(f"entry {number} is not a table of options.")
    try:
        return {name: _value(name, value, now) for name, value in row.items() if value is not None}
    except HomevoltValueError as error:
        raise _of_entry(number, error) from error


def _value(name: str, value: Any, now: datetime) -> Any:
    option = BY_NAME.get(name)
    if option is not None and option.kind is Kind.TIME and isinstance(value, str):
        return moment_of(value, now)
    return value


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write_toml(rows: list[Row]) -> str:
    if not rows:
        return f"{ENTRIES} = []\n"
    return "\n".join(
        f"[[{ENTRIES}]]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in row.items())
        for row in rows
    )


def _toml(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else _iso(value)


def _write_json(rows: list[Row]) -> str:
    plain = [
        {name: _iso(v) if isinstance(v, datetime) else v for name, v in row.items()} for row in rows
    ]
    return json.dumps({ENTRIES: plain}, indent=2) + "\n"


def _write_csv(rows: list[Row]) -> str:
    names = [name for name in NAMES if name == "mode" or any(name in row for row in rows)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _iso(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _read_toml(text: str) -> Any:
    return tomllib.loads(text).get(ENTRIES)


def _read_json(text: str) -> Any:
    document = read_json(text)
    return document.get(ENTRIES) if isinstance(document, dict) else document


def _read_csv(text: str) -> Any:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    if "mode" not in (rows.fieldnames or ()):
        raise HomevoltValueError(
            "its first line must name the columns, separated by commas, and one of them is mode."
        )
    repeated = next((n for n in rows.fieldnames or () if (rows.fieldnames or ()).count(n) > 1), "")
    if repeated:
        raise HomevoltValueError(f"its first line names the column {repeated!r} twice.")
    return [
        {name: _cell(name, cell) for name, cell in row.items() if cell not in (None, "")}
        for row in (_checked_width(*numbered) for numbered in enumerate(rows, 1))
    ]


def _checked_width(number: int, row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row of a table, which has no more cells than the table has columns."""
    if None in row:
        raise HomevoltValueError(f"entry {number} has more cells than the first line has columns.")
    return row


def _cell(name: str, text: Any) -> Any:
    """Return a cell as the kind of its option; text that is not of that kind stays text."""
    option = BY_NAME.get(name)
    if option is None or option.kind is Kind.WHOLE:
        try:
            return int(text)
        except (TypeError, ValueError):
            return text
    return _FLAGS.get(str(text).lower(), text) if option.kind is Kind.FLAG else text


_WRITERS: dict[str, Callable[[list[Row]], str]] = {
    "toml": _write_toml,
    "json": _write_json,
    "csv": _write_csv,
}
_READERS: dict[str, Callable[[str], Any]] = {
    "toml": _read_toml,
    "json": _read_json,
    "csv": _read_csv,
}
KINDS = (*_WRITERS,)
