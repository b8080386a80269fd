"""`homevolt discover`: the devices that announce themselves on the local network."""

from __future__ import annotations

import asyncio

import click

import homevolt
from homevolt.cli import render
from homevolt.cli.output import print_err
from homevolt.cli.shared_options import Seconds, json_option
from homevolt.exceptions import HomevoltDiscoveryError

DEFAULT_TIMEOUT_S = 3.0
NOTHING = (
    "No Homevolt was found. Is it on, and in the same network as this machine? Its address is also "
    "in the list of devices of your router."
)


@click.command("discover", epilog="Example: homevolt discover --timeout 10")
@click.option(
    "--timeout",
    "timeout_s",
    metavar="SECONDS",
    type=Seconds(),
    default=DEFAULT_TIMEOUT_S,
    show_default=True,
    help="Time to listen for answers.",
)
@click.option(
    "--interface",
    "interfaces",
    metavar="ADDRESS",
    multiple=True,
    help="Search on the network interface of this machine that has this IP address; by default on "
    "all. May be given several times.",
)
@json_option
def command(*, timeout_s: float, interfaces: tuple[str, ...], as_json: bool) -> None:
    """Find devices on the local network.

    They announce themselves by mDNS; no request is sent to a device. Needs the extra discovery.
    """
    try:
        devices = asyncio.run(homevolt.discover(timeout_s, interfaces=interfaces or None))
    except HomevoltDiscoveryError as error:
        if isinstance(error.__cause__, ModuleNotFoundError):
            raise error.__cause__ from None
        raise
    if not devices and not as_json:
        print_err(NOTHING)
    else:
        render.show_discovered(devices, as_json=as_json)
