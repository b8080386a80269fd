"""`homevolt logs`: the log of a device, once or as it grows."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, WholeNumber, device_options, json_option

LEVELS = ("error", "warning", "info", "debug", "verbose")
MOST_LINES = 1000


@click.command("logs")
@device_options
@click.option("--follow", "-f", is_flag=True, help="Go on with what is added, until Ctrl-C.")
@click.option(
    "--level",
    metavar="LEVEL",
    type=click.Choice(LEVELS),
    help=f"Only lines at least as severe: {', '.join(LEVELS)}.",
)
@click.option(
    "--limit",
    metavar="N",
    type=WholeNumber(1, MOST_LINES),
    help="Most lines to show at first; by default as many as the device gives.",
)
@json_option
def command(
    *, target: Target, follow: bool, level: str | None, limit: int | None, as_json: bool
) -> None:
    """Show the latest lines of the device's log.

    The oldest line comes first.
    """

    async def work(opened: session.Session) -> None:
        show = render.follow_logs if follow else render.show_logs
        await show(opened, level=level, limit=limit, as_json=as_json)

    session.run(target, work)
