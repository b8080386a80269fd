"""The tables of the page about bridges."""

from __future__ import annotations

from homevolt.bridges.prometheus.collector import ALL
from homevolt.bridges.settings import SECTIONS


def metrics() -> str:
    """Return the table of every metric as Markdown."""
    lines = ["| metric | labels | type | what it says |", "|---|---|---|---|"]
    for metric in ALL.values():
        labels = ", ".join(metric.labels)
        description = metric.description.replace("|", "\\|")
        lines.append(f"| `{metric.sample_name}` | {labels} | {metric.type} | {description} |")
    return "\n".join(lines)


def settings() -> str:
    """Return the table of every setting of an output as Markdown."""
    lines = ["| table | key | how it is written |", "|---|---|---|"]
    for name, section in SECTIONS.items():
        for key, field in section.fields.items():
            lines.append(f"| `[{name}]` | `{key}` | {_example(field.example)} |")
    return "\n".join(lines)


def _example(text: str) -> str:
    """Return an example with what is TOML in it set as code."""
    code, comma, about = text.partition(", ")
    return f"`{code}`{comma}{about}" if " or " not in code else text
