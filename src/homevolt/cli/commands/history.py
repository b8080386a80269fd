"""`homevolt history`: what a device recorded of its readings, and of its errors."""

from __future__ import annotations

import click

from homevolt.cli import reading, render
from homevolt.cli.shared_options import Asked, WholeNumber, reading_options

MOST_ROWS = 100_000


@click.command("history", epilog="Example: homevolt history --since 2026-01-31T00:00 --limit 20")
@click.option("--errors", is_flag=True, help="Show earlier errors and warnings instead.")
@click.option(
    "--since",
    metavar="TIME",
    help="Start at this time, ISO 8601; local time if it has no zone. Not with --errors.",
)
@click.option(
    "--limit",
    metavar="N",
    type=WholeNumber(1, MOST_ROWS),
    help="Most rows; by default as many as the device gives.",
)
@reading_options
def command(*, asked: Asked, errors: bool, since: str | None, limit: int | None) -> None:
    """Show what the device recorded.

    The shape of its record of readings is not documented: they are shown as they come, in the
    units of the device.
    """
    if errors and since is not None:
        raise click.UsageError("--since and --errors exclude each other.")
    reading.show(asked, render.history(errors=errors, since=since, limit=limit))
