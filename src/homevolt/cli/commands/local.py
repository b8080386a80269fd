"""`homevolt local`: whether the cloud or this machine decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.control.window_options import yes_option
from homevolt.cli.output import print_err, print_json, print_text
from homevolt.cli.shared_options import device_options, json_option

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Target

STATES = {
    True: "Local mode is on: the cloud's plans are refused.",
    False: "Local mode is off: the cloud decides.",
    None: "The device does not say whether local mode is on.",
}
PLANS = {
    "on": "Will switch local mode on: the cloud's plans are refused from then on.",
    "off": "Will switch local mode off: the cloud replaces the plan within minutes.",
}


@click.command("local")
@click.argument("action", type=click.Choice(["on", "off", "status"]))
@device_options
@yes_option
@json_option
def command(*, target: Target, action: str, yes: bool, as_json: bool) -> None:
    """Switch local mode on or off, or show it.

    While it is on, the device refuses the plans of the cloud.
    """
    from homevolt.cli.control.asking import (  # noqa: PLC0415 - only a write asks
        LOCAL_MODE_ENDED,
        confirm,
        told_if_ended,
    )
    from homevolt.cli.control.plan_state import known_plan  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        if action != "status":
            print_err(PLANS[action])
            confirm("Do it?", yes=yes)
            device = opened.device
            with told_if_ended(LOCAL_MODE_ENDED):
                await (device.enable_local_mode if action == "on" else device.disable_local_mode)()
        state = known_plan(opened).local_mode
        if as_json:
            print_json({"url": opened.url, "simulated": opened.is_simulated, "local_mode": state})
        else:
            print_text(f"{STATES[state]}\n")

    session.run(target, work, writes=action != "status")
