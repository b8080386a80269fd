"""Running a command that only reads: of one device, or with `--all` of every configured one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import click

from homevolt.cli import render, session
from homevolt.cli.devices import selection
from homevolt.cli.output import print_json
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from homevolt.cli.query import Query
    from homevolt.cli.session import Answer
    from homevolt.cli.shared_options import Asked


def show(asked: Asked, query: Query) -> None:
    """Read what a command asks for, and show it.

    Args:
        asked: Of which device, and for whom.
        query: What is read.

    Raises:
        ShellError: See `session.run` and `session.run_several`.
        HomevoltValueError: Nothing matches what was asked for.
        click.exceptions.Exit: Every configured device was asked; with exit code 1 if not all of
            them answered.
    """
    if asked.every_device:
        targets = selection.every(asked.target)
        show_all = functools.partial(render.show_all, query=query, as_json=asked.as_json)
        is_complete = session.run_several(targets, show_all, query.read, render.progress)
        raise click.exceptions.Exit(0 if is_complete else 1)

    async def work(opened: session.Session) -> None:
        show_one(opened, await query.read(opened), as_json=asked.as_json)

    session.run(asked.target, work)


def show_one(opened: session.Session, answer: Answer, *, as_json: bool) -> None:
    """Show what was read of one device.

    Raises:
        HomevoltValueError: Nothing matches what was asked for.
    """
    if answer.nothing is not None:
        raise HomevoltValueError(answer.nothing)
    if as_json:
        print_json({"url": opened.url, "simulated": opened.is_simulated} | answer.document)
    else:
        answer.show()
