"""`homevolt errors`: what a device finds wrong with itself."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, reading_options


@click.command("errors", epilog="Example: homevolt errors --every-check")
@click.option("--every-check", is_flag=True, help="Show the checks that are ok too.")
@reading_options
def command(*, asked: Asked, every_check: bool) -> None:
    """Show what the device finds wrong with itself.

    Of its checks those that are not ok are shown, the worst first.
    """
    reading.show(asked, render.errors(every_check=every_check))
