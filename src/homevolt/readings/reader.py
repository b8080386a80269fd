"""Reading many rows of the catalogue at once.

A row names its source as a function that reaches a field by attributes. Calling one function for
each of some two hundred readings would cost more than decoding the document, so the rows of a
scope are compiled into one function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from homevolt.protocol.quantities import Possible
    from homevolt.readings.catalogue import Reading, Value

Reader: TypeAlias = "Callable[..., tuple[Value, ...]]"
"""Returns the value of each row, in its natural unit, from the sources it is given."""


class _Path:
    """Records which attributes a source asks for."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def __getattr__(self, name: str) -> _Path:
        return _Path((*self.names, name))


def compile_reader(*, is_checked: bool = True, **rows: Iterable[Reading[Any]]) -> Reader:
    """Return a function that reads all rows.

    Args:
        is_checked: Whether the sources hold possible numbers alone, as those of `/ems.json` do;
            otherwise the function makes impossible ones None.
        **rows: The rows by the name of the source that they are read from, in the order in which
            the function takes its sources and returns its values.

    Raises:
        TypeError: A row's source is not a plain chain of attributes.
    """
    blocks: dict[tuple[str, ...], str] = {(source,): source for source in rows}
    lines: list[str] = []
    values: list[str] = []
    possible: list[Possible] = []
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
        values.append(_expression(f"{blocks[tuple(path)]}.{field}", row, possible, is_checked))
    signature = f"def read({', '.join(rows)}):"
    code = "\n".join([signature, *lines, f"    return ({', '.join(values)},)"])
    namespace: dict[str, Any] = {"possible": possible}
    exec(code, namespace)  # noqa: S102 - made of the catalogue's own rows, see above
    reader: Reader = namespace["read"]
    return reader


def _expression(
    field: str,
    row: Reading[Any],
    possible: list[Possible],
    is_checked: bool,  # noqa: FBT001 - a helper of the function above
) -> str:
    """Return the expression for one value."""
    rule = None if is_checked else row.quantity.possible
    if row.divisor == 1 and rule is None:
        return field
    value = "v" if row.divisor == 1 else f"v / {row.divisor}"
    condition = f"(v := {field}) is not None"
    if rule is not None:
        condition += f" and possible[{len(possible)}].holds(v, {row.divisor})"
        possible.append(rule)
    return f"({value} if {condition} else None)"
