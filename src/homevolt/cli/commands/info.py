"""`homevolt info`: what a device is."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, device_options, json_option


@click.command("info")
@device_options
@json_option
def command(*, target: Target, as_json: bool) -> None:
    """Show what the device is: versions, uptime, network, updates."""

    async def work(opened: session.Session) -> None:
        await render.show_info(opened, as_json=as_json)

    session.run(target, work)
