"""`homevolt sensors`: every reading as a row."""

from __future__ import annotations

import functools

import click

from homevolt.cli import render, session
from homevolt.cli.devices import selection
from homevolt.cli.shared_options import (
    Target,
    all_option,
    device_options,
    json_option,
    require_no_device,
)


@click.command("sensors")
@device_options
@all_option
@click.argument("words", metavar="[WORD]...", nargs=-1)
@json_option
@click.pass_context
def command(
    context: click.Context,
    *,
    target: Target,
    every_device: bool,
    words: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show every reading with its unit and the part it belongs to.

    With words, show only the readings that have all of them in their name or part.
    """
    if every_device:
        require_no_device(context)
        show = functools.partial(render.show_sensors_of_all, words=words, as_json=as_json)
        is_complete = session.run_several(selection.every(target), show, render.progress)
        context.exit(0 if is_complete else 1)

    async def work(opened: session.Session) -> None:
        render.show_sensors(opened, words, as_json=as_json)

    session.run(target, work)
