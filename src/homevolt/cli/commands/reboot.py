"""`homevolt reboot`: restart a device and wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import Seconds, device_options, json_option
from homevolt.cli.writing.window_options import yes_option

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Target

DEFAULT_WAIT_S = 180.0


@click.command("reboot", epilog="Example: homevolt reboot --yes --wait 300")
@click.option(
    "--wait",
    "wait_s",
    metavar="SECONDS",
    type=Seconds(),
    default=DEFAULT_WAIT_S,
    show_default=True,
    help="How long to wait for it.",
)
@device_options
@yes_option
@json_option
def command(*, target: Target, wait_s: float, yes: bool, as_json: bool) -> None:
    """Restart a device, and wait until it answers again.

    It must be confirmed, without a terminal with --yes.
    """
    from homevolt.cli.writing.asking import (  # noqa: PLC0415 - not for the help
        confirm,
        explain_interrupt,
    )

    async def work(opened: session.Session) -> None:
        confirm(f"Restart {opened.url}?", yes=yes, must_ask=True)
        with explain_interrupt("Ended while it restarted; whether it does is not known."):
            await opened.device.reboot(wait_s=wait_s)
        if as_json:
            print_json({"url": opened.url, "simulated": opened.is_simulated, "restarted": True})
        else:
            print_text("Restarted.\n")

    session.run(target, work, writes=True)
