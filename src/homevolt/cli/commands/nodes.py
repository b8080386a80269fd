"""`homevolt nodes`: the radio nodes, such as clamps."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, reading_options


@click.command("nodes", epilog="Example: homevolt nodes --device house")
@reading_options
def command(*, asked: Asked) -> None:
    """Show the radio nodes: signal, battery, when last seen."""
    reading.show(asked, render.nodes())
