"""`homevolt alarms`: the alarms and warnings of a moment."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, device_options, json_option


@click.command("alarms")
@device_options
@json_option
def command(*, target: Target, as_json: bool) -> None:
    """Show the alarms and warnings of units and batteries."""

    async def work(opened: session.Session) -> None:
        render.show_alarms(opened, as_json=as_json)

    session.run(target, work)
