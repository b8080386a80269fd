"""`homevolt help`: the help of a command, and topics that belong to no command."""

from __future__ import annotations

import click

from homevolt.cli.errors import EXITS
from homevolt.cli.output import print_text


def _write_exit_codes(formatter: click.HelpFormatter) -> None:
    formatter.write_dl([(f"{row.code:>3}", row.meaning) for row in EXITS])


def _write_entry_options(formatter: click.HelpFormatter) -> None:
    from homevolt.cli.commands.modes import write_entry_options  # noqa: PLC0415 - this topic alone

    write_entry_options(formatter)


TOPICS = {"exit-codes": _write_exit_codes, "entry-options": _write_entry_options}
EPILOG = f"Topics: {', '.join(TOPICS)}."


@click.command("help", epilog=EPILOG)
@click.argument("names", metavar="[COMMAND|TOPIC]...", nargs=-1)
@click.pass_context
def command(context: click.Context, *, names: tuple[str, ...]) -> None:
    """Show the help of a command, or a topic such as exit-codes."""
    if len(names) == 1 and names[0] in TOPICS:
        formatter = context.make_formatter()
        with formatter.indentation():
            TOPICS[names[0]](formatter)
        print_text(formatter.getvalue())
        return
    of = context.find_root()
    for name in names:
        group = of.command
        found = group.get_command(of, name) if isinstance(group, click.Group) else None
        if found is None:
            raise click.NoSuchCommand(name, ctx=of)
        of = click.Context(found, info_name=name, parent=of)
    print_text(of.get_help() + "\n")
