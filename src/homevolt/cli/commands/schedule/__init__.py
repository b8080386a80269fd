"""`homevolt schedule`: the plan of a device, entry by entry and as a file."""

from __future__ import annotations

import click

from homevolt.cli.commands import LazyGroup
from homevolt.cli.output import print_text

COMMANDS = {
    "show": "Show the plan, with a line at the present time.",
    "add": "Append an entry to the plan, or one for each day.",
    "delete": "Delete one entry of the plan.",
    "clear": "Delete every entry of the plan.",
    "replace": "Replace the plan by that of a file, all or nothing.",
    "export": "Write the plan to a file, or print it.",
    "diff": "Show what 'replace' would change.",
    "edit": "Change the plan in your editor.",
}
"""What each command does, in the order of the help; a test keeps it equal to their docstrings."""
MODULES = {
    **dict.fromkeys(("add", "delete", "clear"), "entries"),
    **dict.fromkeys(("show", "replace", "export", "diff", "edit"), "plans"),
}


@click.group(
    "schedule",
    cls=LazyGroup,
    summaries=COMMANDS,
    package="homevolt.cli.commands.schedule",
    modules=MODULES,
    invoke_without_command=True,
)
@click.pass_context
def command(context: click.Context) -> None:
    """Show and change the plan of the battery."""
    if context.invoked_subcommand is None:
        print_text(context.get_help() + "\n")
