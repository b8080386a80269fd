"""`homevolt status`: an installation at a glance, once or again and again."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Seconds, Target, device_options, json_option

DEFAULT_INTERVAL_S, SHORTEST_INTERVAL_S = 10.0, 1.0


@click.command("status")
@device_options
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
@json_option
def command(*, target: Target, watch: bool, interval_s: float, as_json: bool) -> None:
    """Show charge, power flows, schedule and alarms at a glance."""

    async def work(opened: session.Session) -> None:
        if watch:
            await render.watch_status(opened, interval_s, as_json=as_json)
        else:
            render.show_status(opened, as_json=as_json)

    session.run(target, work)
