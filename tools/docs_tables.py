"""The tables in the documentation that follow from the code.

`python -m tools.generate` writes them again. A table stands between
`<!-- NAME: begin -->` and `<!-- NAME: end -->`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homevolt.readings.catalogue import CATALOGUE, Reading, Scope
from homevolt.schedule.entry import SETPOINT_MODES, BatteryMode
from homevolt.schedule.options import OPTIONS, WINDOW, Kind, Option
from tools import bridge_tables, mqtt_tables, report_tables, simulator_tables

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]

# How a sensor's name is completed, and how it is explained, for each scope.
_SCOPES = {
    Scope.UNIT: ("{name}", "Of the unit that answers; of each further unit `{ecu_id}` follows"),
    Scope.BLADE: ("{name}", "Of each blade, numbered from 0"),
    Scope.METER: ("{name} grid", "Of each measuring point: `grid`, `solar`, `load`, ..."),
    Scope.PHASE: ("{name} grid", "Of its phases L1, L2 and L3"),
    Scope.RADIO: ("{name} grid", "Of its radio, where it has one"),
    Scope.HOUSE: ("{name}", "Of the house"),
    Scope.CLOCK: ("{name}", "Of the clock of the unit that answers"),
    Scope.SCHEDULE: ("{name}", "Of the schedule and its entry that is active now"),
}


def readings() -> str:
    """Return the table of every reading as Markdown."""
    lines = ["| sensor | unit | type | description |", "|---|---|---|---|"]
    for scope, rows in CATALOGUE.items():
        template, heading = _SCOPES[scope]
        lines.append(f"| **{heading}** | | | |")
        lines += [_reading(template, row) for row in rows]
    return "\n".join(lines)


def options() -> str:
    """Return the table of every option of a schedule entry as Markdown."""
    lines = ["| option | values | what it does |", "|---|---|---|"]
    lines += [f"| `{o.name}` | {_values(o)} | {o.about} |" for o in (*WINDOW, *OPTIONS)]
    return "\n".join(lines)


def modes() -> str:
    """Return the table of every mode as Markdown."""
    lines = ["| number | name | requires |", "|---|---|---|"]
    lines += [
        f"| {int(mode)} | `{mode.slug}` | {'`setpoint`' if mode in SETPOINT_MODES else ''} |"
        for mode in BatteryMode
    ]
    return "\n".join(lines)


TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "docs/readings.md": {"readings": readings},
    "docs/bridges.md": {"settings": bridge_tables.settings, "metrics": bridge_tables.metrics},
    "docs/cli.md": {"simulate": simulator_tables.simulate_options},
    "docs/control.md": {"modes": modes, "options": options},
    "docs/mqtt.md": {
        "things": mqtt_tables.things,
        "words": mqtt_tables.words,
        "batcontrol": mqtt_tables.batcontrol,
    },
    "docs/reports.md": {"methods": report_tables.methods},
    "docs/simulator.md": {
        "options": simulator_tables.simulator_options,
        "faults": simulator_tables.fault_kinds,
    },
}
"""The tables of each page, by the name in their markers."""


def current(page: str) -> str:
    """Return the text of a page with its tables as the code makes them now.

    Args:
        page: A key of `TABLES`.
    """
    text = (ROOT / page).read_text("utf-8")
    for name, table in TABLES[page].items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        head, rest = text.split(begin)
        _, tail = rest.split(end)
        text = f"{head}{begin}\n{table()}\n{end}{tail}"
    return text


def _reading(template: str, row: Reading[Any]) -> str:
    name = template.format(name=row.name.replace("{phase}", "L1"))
    unit = row.quantity.unit or ""
    return f"| `{name}` | {unit} | {row.quantity.type.name} | {row.description} |"


def _values(option: Option) -> str:
    if option.kind is Kind.TIME:
        return "time"
    if option.kind is Kind.FLAG:
        return "`True` or `False`"
    is_bounded = option.high < 1000  # noqa: PLR2004 - a bound of 2^31 is not worth a column
    unit = f" {option.unit}" if option.unit else ""
    return f"{option.low}-{option.high}{unit}" if is_bounded else option.unit
