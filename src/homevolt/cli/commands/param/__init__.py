"""`homevolt param`: the parameters of a device."""

from __future__ import annotations

import click

from homevolt.cli.commands import LazyGroup
from homevolt.cli.output import print_text

COMMANDS = {
    "list": "List the parameters, or those that match all words.",
    "get": "Show the value of a parameter.",
    "set": "Write a parameter, and read it back.",
    "reset": "Write the default of a parameter, and read it back.",
    "export": "Write the parameters to a file, or print them.",
    "import": "Write the parameters of a file that differ.",
}
"""What each command does, in the order of the help; a test keeps it equal to their docstrings."""


@click.group(
    "param",
    cls=LazyGroup,
    summaries=COMMANDS,
    package="homevolt.cli.commands.param",
    modules={**dict.fromkeys(COMMANDS, "parameters"), "export": "files", "import": "files"},
    invoke_without_command=True,
)
@click.pass_context
def command(context: click.Context) -> None:
    """Show and change the parameters of a device."""
    if context.invoked_subcommand is None:
        print_text(context.get_help() + "\n")
