"""`homevolt logs`: the log of a device, once or as it grows."""

from __future__ import annotations

import click

from homevolt.cli import reading, render, session
from homevolt.cli.shared_options import Asked, WholeNumber, reading_options

LEVELS = ("error", "warning", "info", "debug", "verbose")
MOST_LINES = 1000


@click.command("logs", epilog="Example: homevolt logs --follow --level warning")
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
@reading_options
def command(*, asked: Asked, follow: bool, level: str | None, limit: int | None) -> None:
    """Show the latest lines of the device's log.

    The oldest line comes first.
    """
    if not follow:
        reading.show(asked, render.logs(level=level, limit=limit))
        return
    if asked.every_device:
        raise click.UsageError("--all and --follow exclude each other.")

    async def work(opened: session.Session) -> None:
        await render.follow_logs(opened, level=level, limit=limit, as_json=asked.as_json)

    session.run(asked.target, work)
