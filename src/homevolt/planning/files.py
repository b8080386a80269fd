"""Values with their instants from CSV or JSON: prices, load, solar production or a meter."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIME_COLUMNS = ("start_utc", "start", "time_start", "startsat", "time", "timestamp", "timeutc")
"""Names of the column of instants, the best first; case does not matter."""
_UTC_COLUMNS = frozenset({"start_utc", "timeutc"})
_NOTHING = frozenset({"", "-", "null", "none"})
_DELIMITERS = ";\t,"
_YEARS = range(1970, 2200)
"""An instant of another year is a mistake, and near the ends of the calendar cannot be used."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Points:
    """What a file says.

    Attributes:
        column: The name of the column of values, as the file has it.
        points: When each slot begins, and its value, None where the file has none.
    """

    column: str
    points: tuple[tuple[datetime, float | None], ...]


def read_points(text: str, *, name: str, columns: Sequence[str], zone: tzinfo) -> Points:
    """Read instants and values.

    CSV has a first line with the names of its columns, with commas, semicolons or tabs in between.
    JSON is a list of objects, or an object with one such list. An instant without an offset is of
    UTC if its column says so (`start_utc`), else of local time; what local time shows twice in
    autumn is the first time, then the second.

    Args:
        text: What the file holds.
        name: What the file is called, for error messages.
        columns: How names of the column of values may begin, the best first, in small letters.
        zone: The zone of local time.

    Raises:
        HomevoltDataError: A column is missing, or a value or an instant is none; it names the row.
    """
    rows = list(_json_rows(text, name) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text))
    if not rows:
        raise HomevoltDataError(f"{name} has no rows.")
    time_column = _column(rows[0], TIME_COLUMNS, f"{name} has no column of instants", exact=True)
    column = _column(rows[0], columns, f"{name} has no column of values", exact=False)
    reader = _Instants(UTC if time_column.lower() in _UTC_COLUMNS else zone)
    points = []
    for number, row in enumerate(rows, start=1):
        try:
            points.append((reader.read(row.get(time_column)), _value(row.get(column))))
        except (ValueError, OverflowError) as error:
            raise HomevoltDataError(f"{name}, row {number}: {error}") from error
    return Points(column, tuple(points))


def read_json(body: bytes) -> Any:
    """Return the JSON of an answer.

    Raises:
        HomevoltDataError: It is none; a web page is called one.
    """
    if body.lstrip()[:1] == b"<":
        raise HomevoltDataError("It answers with a web page instead of data.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HomevoltDataError("It answers with something that is not JSON.") from error


def _csv_rows(text: str) -> Iterator[dict[str, Any]]:
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        return
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        yield from csv.DictReader(lines, delimiter=delimiter, skipinitialspace=True)
    except csv.Error as error:
        raise HomevoltDataError(f"This is not CSV: {error}.") from error


def _json_rows(text: str, name: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HomevoltDataError(f"{name} is not JSON: {error}.") from error
    if isinstance(document, dict):
        document = next((each for each in document.values() if isinstance(each, list)), None)
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise HomevoltDataError(f"{name} is not a list of objects.")
    return document


def _column(row: dict[str, Any], names: Sequence[str], missing: str, *, exact: bool) -> str:
    for name in names:
        for key in row:
            found = str(key).strip().lower()
            if found == name or (not exact and found.startswith(name)):
                return key
    has = ", ".join(str(key) for key in row)
    raise HomevoltDataError(f"{missing}: one of {', '.join(names)}. It has {has}.")


class _Instants:
    """Reads instants one after the other; of one that local time shows twice, both in turn."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._seen: set[datetime] = set()

    def read(self, text: object) -> datetime:
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError as error:
            raise ValueError(f"{short_repr(text)} is not an instant.") from error
        if moment.year not in _YEARS:
            raise ValueError(f"{short_repr(text)} is not of the years 1970 to 2199.")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone, fold=int(moment in self._seen))
            self._seen.add(moment.replace(tzinfo=None, fold=0))
        return moment.astimezone(UTC)


def _value(raw: object) -> float | None:
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in _NOTHING):
        return None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    text = str(raw).strip()
    try:
        return float(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError as error:
        raise ValueError(f"{short_repr(raw)} is not a number.") from error
