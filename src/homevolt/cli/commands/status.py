"""`homevolt status`: an installation at a glance, once or again and again."""

from __future__ import annotations

import functools

import click

from homevolt.cli import render, session
from homevolt.cli.devices import selection
from homevolt.cli.shared_options import (
    Seconds,
    Target,
    all_option,
    device_options,
    json_option,
    require_no_device,
)

DEFAULT_INTERVAL_S, SHORTEST_INTERVAL_S = 10.0, 1.0


@click.command("status")
@device_options
@all_option
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
@click.pass_context
def command(
    context: click.Context,
    *,
    target: Target,
    every_device: bool,
    watch: bool,
    interval_s: float,
    as_json: bool,
) -> None:
    """Show charge, power flows, schedule and alarms at a glance."""
    if every_device:
        require_no_device(context)
        if watch:
            raise click.UsageError("--all and --watch exclude each other.", context)
        show = functools.partial(render.show_status_of_all, as_json=as_json)
        is_complete = session.run_several(selection.every(target), show, render.progress)
        context.exit(0 if is_complete else 1)

    async def work(opened: session.Session) -> None:
        if watch:
            await render.watch_status(opened, interval_s, as_json=as_json)
        else:
            render.show_status(opened, as_json=as_json)

    session.run(target, work)
