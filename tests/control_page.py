"""The page on control as the tests see it: the tables that the code makes.

`python -m tests.control_page` writes them into the page again.
"""

from __future__ import annotations

from pathlib import Path

from homevolt.options import OPTIONS, WINDOW, Kind, Option
from homevolt.schedule import SETPOINT_MODES, BatteryMode

PAGE = Path(__file__).parents[1] / "docs" / "control.md"


def options_table() -> str:
    """Return the table of every option as Markdown."""
    lines = ["| option | takes | what it does |", "|---|---|---|"]
    lines += [f"| `{o.name}` | {takes(o)} | {o.about} |" for o in (*WINDOW, *OPTIONS)]
    return "\n".join(lines)


def takes(option: Option) -> str:
    """Say what an option takes."""
    if option.kind is Kind.TIME:
        return "time"
    if option.kind is Kind.FLAG:
        return "`True` or `False`"
    is_bounded = option.high < 1000
    unit = f" {option.unit}" if option.unit else ""
    return f"{option.low}-{option.high}{unit}" if is_bounded else option.unit


def modes_table() -> str:
    """Return the table of every mode as Markdown."""
    lines = ["| number | name | needs |", "|---|---|---|"]
    lines += [
        f"| {int(mode)} | `{mode.slug}` | {'`setpoint`' if mode in SETPOINT_MODES else ''} |"
        for mode in BatteryMode
    ]
    return "\n".join(lines)


TABLES = {"modes": modes_table, "options": options_table}


def with_tables(text: str) -> str:
    """Return the page's text with the tables of today."""
    for name, table in TABLES.items():
        head, rest = text.split(f"<!-- {name}: begin -->")
        _, tail = rest.split(f"<!-- {name}: end -->")
        text = f"{head}<!-- {name}: begin -->\n{table()}\n<!-- {name}: end -->{tail}"
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
