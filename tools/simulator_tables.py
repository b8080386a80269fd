"""The tables of the documentation that follow from the simulator's code."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import typer.main

from homevolt.cli.app import app
from homevolt.simulator import FAULT_KINDS, Fault, SimulatorOptions
from homevolt.simulator.device.options import option_infos


def simulator_options() -> str:
    """Return the table of every option of `Simulator` as Markdown."""
    infos = option_infos(SimulatorOptions)
    lines = ["| option | default | values | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{field.name}` | `{field.default!r}` | {infos[field.name].values} "
        f"| {infos[field.name].about} |"
        for field in fields(SimulatorOptions)
    ]
    return "\n".join(lines)


def simulate_options() -> str:
    """Return the table of every option of `homevolt simulate` as Markdown."""
    command = getattr(typer.main.get_command(app), "commands", {})["simulate"]
    lines = ["| option | default | meaning |", "|---|---|---|"]
    lines += [_command_option(each) for each in command.params]
    return "\n".join(lines)


def fault_kinds() -> str:
    """Return the table of every kind of fault as Markdown."""
    lines = ["| fault | what happens | settings | when |", "|---|---|---|---|"]
    defaults = {field.name: field.default for field in fields(Fault)}
    for kind, row in FAULT_KINDS.items():
        settings = ", ".join(f"`{name}={defaults[name]}`" for name in row.settings)
        lines.append(f"| `{kind}` | {row.about} | {settings} | {' or '.join(row.moments)} |")
    return "\n".join(lines)


def _command_option(parameter: Any) -> str:
    if parameter.is_flag:
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        default = "on" if parameter.default else "off"
    else:
        names = f"`{parameter.opts[0]} {parameter.metavar}`"
        default = "" if parameter.default in (None, []) else f"`{parameter.default}`"
    return f"| {names} | {default} | {parameter.help} |"
