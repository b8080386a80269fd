"""`homevolt alarms`: the alarms and warnings of a moment."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, reading_options


@click.command("alarms", epilog="Example: homevolt alarms --json")
@reading_options
def command(*, asked: Asked) -> None:
    """Show the alarms and warnings of units and batteries."""
    reading.show(asked, render.alarms())
