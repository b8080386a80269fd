"""`homevolt device list`: the configured devices."""

from __future__ import annotations

import click

from homevolt.cli import render
from homevolt.cli.devices import config
from homevolt.cli.devices.selection import NO_DEVICES
from homevolt.cli.output import print_err, print_json
from homevolt.cli.shared_options import json_option


@click.command("list", epilog="Example: homevolt device list --json")
@json_option
def command(*, as_json: bool) -> None:
    """List the configured devices."""
    configured = config.load()
    if as_json:
        devices = [config.device_document(each, configured) for each in configured.devices.values()]
        print_json(
            {"config": str(configured.path), "default": configured.default, "devices": devices}
        )
    elif configured.devices:
        render.show_devices(configured)
    else:
        print_err(NO_DEVICES)
