"""The commands about parameters: list, get, set and reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import known, reading, session
from homevolt.cli.shared_options import NumbersCommand, device_options, json_option, reading_options
from homevolt.cli.writing.window_options import yes_option

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Asked, Target

name_argument = click.argument(
    "key", metavar="NAME", shell_complete=known.complete(known.PARAMETERS)
)


@click.command("list", epilog="Example: homevolt param list fuse --changed")
@click.argument("words", metavar="[WORD]...", nargs=-1)
@click.option("--group", metavar="NAME", help="Only the parameters of this group.")
@click.option("--changed", is_flag=True, help="Only those that do not have their default.")
@reading_options
def _list(*, asked: Asked, words: tuple[str, ...], group: str | None, changed: bool) -> None:
    """List the parameters, or those that match all words.

    A word is looked for in the name, the group and the help text, in any case.
    """
    from homevolt.cli.writing import parameters  # noqa: PLC0415 - loads msgspec

    reading.show(asked, parameters.several(words, group, changed=changed))


@click.command("get", epilog="Example: homevolt param get ledstrip_mode")
@name_argument
@reading_options
def _get(*, asked: Asked, key: str) -> None:
    """Show the value of a parameter."""
    from homevolt.cli.writing import parameters  # noqa: PLC0415 - loads msgspec

    reading.show(asked, parameters.one(key))


@click.command(
    "set", cls=NumbersCommand, epilog="Example: homevolt param set ledstrip_bright_max 40"
)
@name_argument
@click.argument("value", required=False)
@click.option("--temporary", is_flag=True, help="Only until the device restarts.")
@device_options
@yes_option
@json_option
def _set(
    *,
    target: Target,
    key: str,
    value: str | None,
    temporary: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Write a parameter, and read it back.

    The value of an array has commas. That of a secret is asked for, or read from a line of stdin.
    """
    from homevolt.cli.writing import parameters  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await parameters.write(opened, key, value, store=not temporary, yes=yes)
        reading.show_one(opened, await parameters.one(key).read(opened), as_json=as_json)

    session.run(target, work, writes=True)


@click.command("reset", epilog="Example: homevolt param reset ledstrip_bright_max")
@name_argument
@device_options
@yes_option
@json_option
def _reset(*, target: Target, key: str, yes: bool, as_json: bool) -> None:
    """Write the default of a parameter, and read it back."""
    from homevolt.cli.writing import parameters  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await parameters.reset(opened, key, yes=yes)
        reading.show_one(opened, await parameters.one(key).read(opened), as_json=as_json)

    session.run(target, work, writes=True)


commands = {"list": _list, "get": _get, "set": _set, "reset": _reset}
"""Every command of this module, by its name."""
