"""`homevolt sensors`: every reading as a row."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, device_options, json_option


@click.command("sensors")
@device_options
@click.argument("words", metavar="[WORD]...", nargs=-1)
@json_option
def command(*, target: Target, words: tuple[str, ...], as_json: bool) -> None:
    """Show every reading with its unit and the part it belongs to.

    With words, show only the readings that have all of them in their name or part.
    """

    async def work(opened: session.Session) -> None:
        render.show_sensors(opened, words, as_json=as_json)

    session.run(target, work)
