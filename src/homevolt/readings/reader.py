"""Reading many rows of the catalogue at once.

A row names its source as a function that reaches a field by attributes. Calling one function for
each of some two hundred readings would cost more than decoding the document, so the rows of a
scope are compiled into one function. It checks each number against the range of its quantity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from homevolt.readings.models import SensorType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from homevolt.readings.catalogue import Reading, Value

Reader: TypeAlias = "Callable[..., tuple[Value, ...]]"
"""Returns the value of each row from the sources it is given; what is impossible is None."""

_NOT_NUMBERS = (SensorType.TEXT, SensorType.SCHEDULE_TYPE)


class _Path:
    """Records which attributes a source asks for."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def __getattr__(self, name: str) -> _Path:
        return _Path((*self.names, name))


def compile_reader(**rows: Iterable[Reading[Any]]) -> Reader:
    """Return a function that reads all rows.

    Args:
        **rows: The rows by the name of the source that they are read from, in the order in which
            the function takes its sources and returns its values.

    Raises:
        TypeError: A row's source is not a plain chain of attributes.
    """
    blocks: dict[tuple[str, ...], str] = {(source,): source for source in rows}
    lines: list[str] = []
    values: list[str] = []
    for source, row in ((source, row) for source, group in rows.items() for row in group):
        recorded: Any = row.source(_Path((source,)))
        if not isinstance(recorded, _Path) or recorded.names == (source,):
            raise TypeError(f"the source of reading {row.key!r} must be a chain of attributes")
        *path, field = recorded.names
        for depth in range(2, len(path) + 1):
            block = tuple(path[:depth])
            if block not in blocks:
                blocks[block] = f"block_{len(blocks)}"
                lines.append(f"    {blocks[block]} = {blocks[block[:-1]]}.{block[-1]}")
        values.append(_checked(f"{blocks[tuple(path)]}.{field}", row))
    signature = f"def read({', '.join(rows)}):"
    code = "\n".join([signature, *lines, f"    return ({', '.join(values)},)"])
    namespace: dict[str, Any] = {}
    exec(code, namespace)  # noqa: S102 - made of the catalogue's own rows, see above
    reader: Reader = namespace["read"]
    return reader


def _checked(field: str, row: Reading[Any]) -> str:
    """Return the expression for one value: in its natural unit, or None if it is impossible.

    Nearly every number lies within the part of the range that holds no sentinel, so that is looked
    at first.
    """
    quantity = row.quantity
    if quantity.type in _NOT_NUMBERS:
        return field
    low, high = quantity.low * row.divisor, quantity.high * row.divisor
    value = "v" if row.divisor == 1 else f"v / {row.divisor}"
    if not quantity.sentinels:
        return f"({value} if (v := {field}) is not None and {low!r} <= v <= {high!r} else None)"
    first = max((each for each in quantity.sentinels if each < 0), default=low - 1)
    last = min(each for each in quantity.sentinels if each > 0)
    is_usual = f"{max(first, low - 1)!r} < v < {last!r}"
    is_possible = f"{low!r} <= v <= {high!r} and v not in {quantity.sentinels!r}"
    return f"({value} if (v := {field}) is not None and ({is_usual} or {is_possible}) else None)"
