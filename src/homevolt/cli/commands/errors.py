"""`homevolt errors`: what a device finds wrong with itself."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, device_options, json_option


@click.command("errors")
@device_options
@click.option("--all", "every_check", is_flag=True, help="Show the checks that are ok too.")
@json_option
def command(*, target: Target, every_check: bool, as_json: bool) -> None:
    """Show what the device finds wrong with itself.

    Of its checks those that are not ok are shown, the worst first.
    """

    async def work(opened: session.Session) -> None:
        await render.show_errors(opened, every_check=every_check, as_json=as_json)

    session.run(target, work)
