"""The tables of the documentation that follow from the simulator's code."""

from __future__ import annotations

from dataclasses import fields

import click

from homevolt.cli.commands.simulate import command
from homevolt.simulator import FAULT_KINDS, Fault, SimulatorOptions
from homevolt.simulator.device.device_options import option_infos


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
    lines = ["| option | default | meaning |", "|---|---|---|"]
    options = (each for each in command.params if isinstance(each, click.Option))
    lines += [_command_option(each) for each in options]
    return "\n".join(lines)


def fault_kinds() -> str:
    """Return the table of every kind of fault as Markdown."""
    lines = ["| fault | what happens | settings | when |", "|---|---|---|---|"]
    defaults = {field.name: field.default for field in fields(Fault)}
    for kind, row in FAULT_KINDS.items():
        settings = ", ".join(f"`{name}={defaults[name]}`" for name in row.settings)
        lines.append(f"| `{kind}` | {row.about} | {settings} | {' or '.join(row.moments)} |")
    return "\n".join(lines)


def _command_option(option: click.Option) -> str:
    value = option.to_info_dict()["default"]
    if option.is_flag:
        names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
        default = "on" if value else "off"
    else:
        names = f"`{option.opts[0]} {option.metavar}`"
        default = "" if value in (None, ()) else f"`{value}`"
    return f"| {names} | {default} | {option.help} |"
