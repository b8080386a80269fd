"""`homevolt device remove`: forget a device."""

from __future__ import annotations

import click

from homevolt.cli.devices import config, selection
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import complete_device, json_option


@click.command("remove", epilog="Example: homevolt device remove house")
@click.argument("name", shell_complete=complete_device)
@json_option
def command(*, name: str, as_json: bool) -> None:
    """Forget a device and its password."""
    from homevolt.cli.devices import passwords, store  # noqa: PLC0415 - both load slowly

    device = selection.find(config.load(), name)
    changed = store.remove_device(name)
    passwords.forget(device)
    if as_json:
        print_json({"removed": name, "default": changed.default})
        return
    default = "no device" if changed.default is None else changed.default
    print_text(f"{name} is removed. The default is {default}.\n")
