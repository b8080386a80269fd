"""`homevolt local`: whether the cloud or this machine decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import reading, session
from homevolt.cli.errors import ONE_DEVICE
from homevolt.cli.output import print_err
from homevolt.cli.shared_options import reading_options
from homevolt.cli.writing.window_options import yes_option

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Asked

PLANS = {
    "on": "Will switch local mode on: the cloud's plans are refused from then on.",
    "off": "Will switch local mode off: the cloud replaces the plan within minutes.",
}


@click.command("local", epilog="Example: homevolt local on")
@click.argument("action", type=click.Choice(["on", "off", "status"]))
@yes_option
@reading_options
def command(*, asked: Asked, action: str, yes: bool) -> None:
    """Switch local mode on or off, or show it.

    While it is on, the device refuses the plans of the cloud.
    """
    from homevolt.cli.writing.asking import (  # noqa: PLC0415 - only a write asks
        LOCAL_MODE_ENDED,
        confirm,
        explain_interrupt,
    )
    from homevolt.cli.writing.plan_queries import local_mode  # noqa: PLC0415 - loads msgspec

    query = local_mode()
    if action == "status":
        reading.show(asked, query)
        return
    if asked.every_device:
        raise click.UsageError(ONE_DEVICE.format(command=f"local {action}"))

    async def work(opened: session.Session) -> None:
        print_err(PLANS[action])
        confirm("Do it?", yes=yes)
        device = opened.device
        with explain_interrupt(LOCAL_MODE_ENDED):
            await (device.enable_local_mode if action == "on" else device.disable_local_mode)()
        answer = await query.read(opened)
        reading.show_one(opened, answer, as_json=asked.as_json)

    session.run(asked.target, work, writes=True)
