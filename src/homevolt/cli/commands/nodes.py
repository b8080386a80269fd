"""`homevolt nodes`: the radio nodes, such as clamps."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, device_options, json_option


@click.command("nodes")
@device_options
@json_option
def command(*, target: Target, as_json: bool) -> None:
    """Show the radio nodes: signal, battery, and when each was last seen."""

    async def work(opened: session.Session) -> None:
        await render.show_nodes(opened, as_json=as_json)

    session.run(target, work)
