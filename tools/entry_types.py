"""The modules that are written from the fields of a schedule entry.

They are text, since a type checker reads text: the struct of an entry's options as the device sends
them, and the keywords of the control methods.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from homevolt.protocol.entry_fields import OPTIONS, WINDOW, Kind, Option
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PACKAGE = Path(__file__).parents[1] / "src" / "homevolt"

WIDEST_TEXT = 86

_WIRE_TYPES = {
    Kind.WHOLE: "float | None = None",
    Kind.FLAG: "bool | Switch | None = None",
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

from homevolt.protocol.decoding import Wire
from homevolt.protocol.quantities import Switch


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


def shell_options() -> str:
    """Return `homevolt/cli/writing/entry_options.py`."""
    modes = "\n".join(f'    "{mode.slug}",' for mode in BatteryMode)
    rows = "\n".join(map(_shell_option, OPTIONS))
    return f'''"""The modes and the options of an entry, for the help, which does without msgspec.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from __future__ import annotations

from typing import NamedTuple


class EntryOption(NamedTuple):
    """One option of an entry; `low` and `high` are the smallest and largest number allowed."""

    name: str
    kind: str
    unit: str
    low: int
    high: int
    about: str


MODE_NAMES = (
{modes}
)
"""The name of each mode, at its number."""

ENTRY_OPTIONS = (
{rows}
)
'''


MODULES: dict[Path, Callable[[], str]] = {
    PACKAGE / "cli" / "writing" / "entry_options.py": shell_options,
    PACKAGE / "protocol" / "entry_params.py": entry_params,
    PACKAGE / "schedule" / "keywords.py": keywords,
}
"""The text of each module as the fields make it now."""


def _fields(options: Iterable[Option], types: dict[Kind, str]) -> str:
    return "\n".join(f"    {o.name}: {types[o.kind]}{_unit(o)}" for o in options)


def _shell_option(option: Option) -> str:
    """Return the row of an option; a long description is broken, as the formatter leaves it."""
    about = option.about.replace("`", "").replace("_", " ") if "`" in option.about else option.about
    lines = textwrap.wrap(about, WIDEST_TEXT, drop_whitespace=False)
    values = (option.name, option.kind.value, option.unit, option.low, option.high)
    rows = [f"{json.dumps(value)}," for value in values]
    rows += [*map(json.dumps, lines[:-1]), f"{json.dumps(lines[-1])},"]
    return "    EntryOption(\n" + "".join(f"        {row}\n" for row in rows) + "    ),"


def _unit(option: Option) -> str:
    return f"  # {option.unit}" if option.unit else ""
