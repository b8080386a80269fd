"""What can be asked for in the query of a resource: checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST = 2**31 - 1
LATEST_EPOCH_S = 253_402_214_400


class Query(NamedTuple):
    """One parameter of a query.

    Attributes:
        name: Its name on the device and as an argument.
        about: Which values it takes, for error messages.
        check: Tells whether a value is one of them.
        required: Whether a request needs it.
    """

    name: str
    about: str
    check: Callable[[object], bool]
    required: bool = False

    def text(self, value: object) -> str:
        """Return a value as it is sent.

        Raises:
            HomevoltValueError: The parameter does not take it.
        """
        if not self.check(value):
            raise HomevoltValueError(f"{self.name} must be {self.about}, not {short_repr(value)}.")
        return str(value)


def query_text(source: str, rows: tuple[Query, ...], given: Mapping[str, object]) -> dict[str, str]:
    """Return the query of a request as names and texts.

    Args:
        source: The path that it is for, for the error message.
        rows: The parameters that it takes.
        given: Their values by name; None leaves one out.

    Raises:
        HomevoltValueError: A value is wrong, one that is required is missing, or there is no such
            parameter.
    """
    known = {row.name: row for row in rows}
    values = {name: value for name, value in given.items() if value is not None}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        takes = ", ".join(known) or "none"
        raise HomevoltValueError(
            f"{source} has no query parameter {unknown[0]!r}; it has: {takes}."
        )
    missing = [row for row in rows if row.required and row.name not in values]
    if missing:
        raise HomevoltValueError(f"{source} needs {missing[0].name}, {missing[0].about}.")
    return {name: known[name].text(value) for name, value in values.items()}


def _whole(name: str, low: int, high: int, about: str) -> Query:
    def check(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Query(name, f"{about} from {low} to {high}", check)


def _one_of(name: str, *words: str) -> Query:
    return Query(
        name, "one of " + ", ".join(words), lambda value: isinstance(value, str) and value in words
    )


NODE_ID = _whole("node_id", 0, LARGEST, "a whole number")._replace(required=True)
LIMIT = _whole("limit", 1, LARGEST, "a whole number")
FROM = _whole("from", 0, LATEST_EPOCH_S, "whole epoch seconds")
LEVEL = _one_of("level", "none", "error", "warning", "info", "debug", "verbose")
SEVERITY = _one_of("severity", "ok", "warning", "error", "unknown")
