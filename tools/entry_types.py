"""The modules that are written from the fields of a schedule entry.

They are text, since a type checker reads text: the struct of an entry's options as the device sends
them, and the keywords of the control methods.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from homevolt.protocol.entry_fields import OPTIONS, WINDOW, Kind, Option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PACKAGE = Path(__file__).parents[1] / "src" / "homevolt"

_WIRE_TYPES = {
    Kind.WHOLE: "float | None = None",
    Kind.FLAG: "bool | float | None = None",
    Kind.TIME: "float | None = None",
}
_KEYWORD_TYPES = {
    Kind.WHOLE: "int | None",
    Kind.FLAG: "bool | None",
    Kind.TIME: "datetime | str | None",
}


def entry_params() -> str:
    """Return `homevolt/protocol/entry_params.py`."""
    return f'''"""`schedule[].params` of `GET /schedule.json`.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from __future__ import annotations

from homevolt.protocol.decoding import Wire


class EntryParams(Wire, frozen=True):
    """The options of an entry; times are in epoch s, the other units at the fields."""

{_fields((o for o in OPTIONS if o.in_params), _WIRE_TYPES)}
'''


def keywords() -> str:
    """Return `homevolt/schedule/keywords.py`."""
    return f'''"""The keywords of the control methods, for type checkers.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from datetime import datetime


class EntryOptions(TypedDict, total=False):
    """The options of a schedule entry; docs/control.md says what each one does.

    Numbers are whole; a time is a `datetime` or ISO 8601 text; None is not given.
    """

{_fields(OPTIONS, _KEYWORD_TYPES)}


class WindowedOptions(EntryOptions, total=False):
    """The options of an entry that has a window."""

{_fields(WINDOW, _KEYWORD_TYPES)}


class PowerOptions(EntryOptions, total=False):
    """The options of a charging or discharging mode, whose power has a short name too."""

    max_power: int | None  # W
'''


MODULES: dict[Path, Callable[[], str]] = {
    PACKAGE / "protocol" / "entry_params.py": entry_params,
    PACKAGE / "schedule" / "keywords.py": keywords,
}
"""The text of each module as the fields make it now."""


def _fields(options: Iterable[Option], types: dict[Kind, str]) -> str:
    return "\n".join(f"    {o.name}: {types[o.kind]}{_unit(o)}" for o in options)


def _unit(option: Option) -> str:
    return f"  # {option.unit}" if option.unit else ""
