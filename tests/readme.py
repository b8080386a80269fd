"""The README as the tests see it: its code blocks, and the table that the catalogue makes.

`python -m tests.readme` writes the table into the README again.
"""

from __future__ import annotations

import re
from pathlib import Path

from homevolt.catalogue import CATALOGUE, Reading, Scope

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- readings: begin -->", "<!-- readings: end -->"

# How a sensor's name is completed, and how it is explained, for each scope.
SCOPES = {
    Scope.UNIT: ("{name}", "Of the unit that answers; of each further unit `{ecu_id}` follows"),
    Scope.BLADE: ("{name}", "Of each blade, counted from 1"),
    Scope.METER: ("{name} grid", "Of each measuring point: `grid`, `solar`, `load`, ..."),
    Scope.PHASE: ("{name} grid", "Of its phases L1, L2 and L3"),
    Scope.RADIO: ("{name} grid", "Of its radio, where it has one"),
    Scope.HOUSE: ("{name}", "Of the house"),
    Scope.SCHEDULE: ("{name}", "Of the schedule and its entry that is active now"),
}


def code_blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return block.findall(README.read_text("utf-8"))


def table() -> str:
    """Return the table of every reading as Markdown."""
    lines = ["| sensor | unit | type | what it says |", "|---|---|---|---|"]
    for scope, rows in CATALOGUE:
        template, heading = SCOPES[scope]
        lines.append(f"| **{heading}** | | | |")
        lines += [line(template, row) for row in rows]
    return "\n".join(lines)


def line(template: str, row: Reading) -> str:
    """Return one row of the table."""
    name = template.format(name=row.name.replace("{phase}", "L1"))
    unit = row.quantity.unit or ""
    return f"| `{name}` | {unit} | {row.quantity.type.name} | {row.description} |"


def with_table(text: str) -> str:
    """Return the README's text with the table of today."""
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
