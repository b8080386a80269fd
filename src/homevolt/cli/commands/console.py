"""`homevolt console`: a line for the device's own console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.errors import usage_error
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import device_options, json_option
from homevolt.cli.writing.window_options import forever_option, yes_option
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Target


@click.command("console", epilog="Example: homevolt console sched_list")
@click.argument("line")
@device_options
@forever_option
@yes_option
@json_option
def command(*, target: Target, line: str, forever: bool, yes: bool, as_json: bool) -> None:
    """Send a line to a device's console once; print its reply.

    What it does is not read back. What can destroy the unit, its settings or its records is sent
    only when it is confirmed.
    """
    from homevolt.cli.writing.asking import (  # noqa: PLC0415 - not for the help
        confirm,
        explain_interrupt,
    )
    from homevolt.protocol.console import check_command  # noqa: PLC0415 - loads msgspec

    check_command(line, unsafe=True)
    if not forever and writes_no_end(line):
        raise usage_error(
            f"{line!r} writes an entry without end; nothing was sent. Use 'sched_add' with --to, "
            "or say --forever."
        )
    try:
        check_command(line)
        is_unsafe = False
    except HomevoltValueError:
        is_unsafe = True

    async def work(opened: session.Session) -> None:
        if is_unsafe:
            danger = "can destroy the unit, its settings or its records"
            confirm(f"{line!r} {danger}. Send it nevertheless?", yes=yes, must_ask=True)
        with explain_interrupt(f"Ended after {line!r} was sent; whether it was done is not known."):
            reply = await opened.device.console(line, unsafe=is_unsafe)
        if as_json:
            about = {"url": opened.url, "simulated": opened.is_simulated}
            print_json({**about, "command": line, "output": reply.output})
        else:
            print_text(f"{reply.output}\n" if reply.output else "")

    session.run(target, work, writes=True)


def writes_no_end(line: str) -> bool:
    """Return whether a line writes an entry that has no end: `sched_set` gives it none."""
    name, *words = line.split()
    has_end = any(word.partition("=")[0] == "--to" for word in words)
    return name == "sched_set" or (name == "sched_add" and not has_end)
