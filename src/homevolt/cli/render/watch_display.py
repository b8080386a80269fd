"""Showing a device again and again: on a terminal, in a pipe or a file, or for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.cli.output import PROGRAM, print_err, print_json
from homevolt.cli.render import formatting
from homevolt.cli.render.display import age_s_of, show_status, update_document
from homevolt.cli.render.terminal import Terminal

if TYPE_CHECKING:
    from homevolt.cli.session import Session


async def watch_status(session: Session, interval_s: float, *, as_json: bool) -> None:
    """Read a device again and again and show it, outages included, until interrupted.

    A terminal shows one view that changes; a file or a pipe gets one after the other, and a
    program one document a line.
    """
    terminal = Terminal()
    if as_json:
        async for update in session.device.updates(interval_s):
            age_s = None if update.age_s is None else round(update.age_s, 1)
            document = update_document(session, update.snapshot, age_s, update.error)
            print_json(document, indent=None)
    elif terminal.is_terminal:
        from homevolt.cli.render.watch import watch_on_screen  # noqa: PLC0415 - for a watch alone

        await watch_on_screen(session, interval_s, terminal)
    else:
        async for update in session.device.updates(interval_s):
            if update.error is None:
                show_status(session, as_json=False)
            else:
                error = session.shell_error(update.error)
                age = formatting.duration(age_s_of(session.device.snapshot))
                print_err(f"{PROGRAM}: {error} Last read {age} ago; trying again.")
