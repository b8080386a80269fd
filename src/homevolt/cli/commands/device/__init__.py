"""`homevolt device`: the devices that have a name, so that no address need be typed."""

from __future__ import annotations

import click

from homevolt.cli.commands import LazyGroup
from homevolt.cli.output import print_text

COMMANDS = {
    "add": "Give a device a name; it is read once before it is kept.",
    "list": "List the configured devices.",
    "test": "Read a device, and say how it answers and how fast.",
    "default": "Show or choose the device of commands that name none.",
    "remove": "Forget a device and its password.",
}
"""What each command does, in the order of the help; a test keeps it equal to their docstrings."""


@click.group(
    "device",
    cls=LazyGroup,
    summaries=COMMANDS,
    package="homevolt.cli.commands.device",
    invoke_without_command=True,
)
@click.pass_context
def command(context: click.Context) -> None:
    """Keep the devices that have a name.

    Their file is in the configuration folder of the system; HOMEVOLT_CONFIG names another one.
    """
    if context.invoked_subcommand is None:
        print_text(context.get_help() + "\n")
