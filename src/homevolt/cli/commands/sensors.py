"""`homevolt sensors`: every reading as a row."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, reading_options


@click.command("sensors", epilog="Example: homevolt sensors grid power")
@click.argument("words", metavar="[WORD]...", nargs=-1)
@reading_options
def command(*, asked: Asked, words: tuple[str, ...]) -> None:
    """Show every reading with its unit and the part it belongs to.

    With words, show only the readings that have all of them in their name or part.
    """
    reading.show(asked, render.sensors(words))
