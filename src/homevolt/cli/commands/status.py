"""`homevolt status`: an installation at a glance, once or again and again."""

from __future__ import annotations

import click

from homevolt.cli import reading, render, session
from homevolt.cli.shared_options import Asked, Seconds, reading_options

DEFAULT_INTERVAL_S, SHORTEST_INTERVAL_S = 10.0, 1.0


@click.command("status", epilog="Example: homevolt status --watch --interval 5")
@click.option("--watch", "-w", is_flag=True, help="Keep it on the screen and up to date.")
@click.option(
    "--interval",
    "interval_s",
    metavar="SECONDS",
    type=Seconds(SHORTEST_INTERVAL_S),
    default=DEFAULT_INTERVAL_S,
    show_default=True,
    help="With --watch: time between reads, at least 1.",
)
@reading_options
def command(*, asked: Asked, watch: bool, interval_s: float) -> None:
    """Show charge, power flows, schedule and alarms at a glance."""
    if not watch:
        reading.show(asked, render.status())
        return
    if asked.every_device:
        raise click.UsageError("--all and --watch exclude each other.")

    async def work(opened: session.Session) -> None:
        await render.watch_status(opened, interval_s, as_json=asked.as_json)

    session.run(asked.target, work)
