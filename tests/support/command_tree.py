"""The commands of the shell by their path."""

from __future__ import annotations

import click

from homevolt.cli.app import app


def commands(group: click.Group = app, path: str = "") -> dict[str, click.Command]:
    """Return every command by its path; the root has none."""
    found: dict[str, click.Command] = {path: group}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = f"{path} {name}".strip()
        found |= commands(command, below) if isinstance(command, click.Group) else {below: command}
    return found
