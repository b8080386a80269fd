"""`homevolt help`: the help of a command, and topics that belong to no command."""

from __future__ import annotations

import click

from homevolt.cli.errors import exit_codes_text
from homevolt.cli.output import print_text

TOPICS = {"exit-codes": exit_codes_text}
EPILOG = f"Topics: {', '.join(TOPICS)}."


@click.command("help", epilog=EPILOG)
@click.argument("names", metavar="[COMMAND|TOPIC]...", nargs=-1)
@click.pass_context
def command(context: click.Context, *, names: tuple[str, ...]) -> None:
    """Show the help of a command, or a topic such as exit-codes."""
    if len(names) == 1 and names[0] in TOPICS:
        print_text(TOPICS[names[0]]() + "\n")
        return
    of = context.find_root()
    for name in names:
        group = of.command
        found = group.get_command(of, name) if isinstance(group, click.Group) else None
        if found is None:
            raise click.NoSuchCommand(name, ctx=of)
        of = click.Context(found, info_name=name, parent=of)
    print_text(of.get_help() + "\n")
