"""`homevolt device default`: the device of commands that name none."""

from __future__ import annotations

import click

from homevolt.cli.devices import config, selection
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import complete_device, json_option


@click.command("default", epilog="Example: homevolt device default house")
@click.argument("name", required=False, shell_complete=complete_device)
@json_option
def command(*, name: str | None, as_json: bool) -> None:
    """Show or choose the device of commands that name none."""
    if name is None:
        chosen = selection.find(config.load(), None).name
    else:
        from homevolt.cli.devices import store  # noqa: PLC0415 - tomlkit loads slowly

        store.set_default(name)
        chosen = name
    if as_json:
        print_json({"default": chosen})
    else:
        print_text(f"{chosen}\n" if name is None else f"{chosen} is the default device.\n")
