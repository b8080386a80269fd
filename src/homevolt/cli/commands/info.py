"""`homevolt info`: what a device is."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, reading_options


@click.command("info", epilog="Example: homevolt info --device house")
@reading_options
def command(*, asked: Asked) -> None:
    """Show what the device is: versions, uptime, network, updates."""
    reading.show(asked, render.info())
