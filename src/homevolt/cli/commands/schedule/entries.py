"""The commands about one entry of the plan, or about every one: add, delete and clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import session
from homevolt.cli.commands.modes import LongOptions, entry_options, mode_argument
from homevolt.cli.control.moments import Moment
from homevolt.cli.control.window_options import manner_options, window_options
from homevolt.cli.shared_options import WholeNumber, device_options

if TYPE_CHECKING:
    from datetime import datetime

    from homevolt.cli.control.window_options import Manner, Window
    from homevolt.cli.shared_options import Target


@click.command(
    "add",
    cls=LongOptions,
    epilog="Example: homevolt schedule add idle --from 'tomorrow 07:00' --for 2h",
)
@mode_argument
@device_options
@click.option(
    "--from", "start", metavar="TIME", type=Moment(), help="When it begins; now if not given."
)
@window_options
@entry_options
@manner_options
def _add(
    *,
    target: Target,
    mode: str,
    start: datetime | None,
    window: Window,
    manner: Manner,
    **options: Any,
) -> None:
    """Append an entry to the plan.

    It must not overlap another one. What lasts a while over the plan that stands is 'mode'.
    """
    from homevolt.cli.control import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.add_entry(opened, mode, options, window._replace(start=start), manner)

    session.run(target, work, writes=True)


@click.command("delete")
@click.argument("entry_id", metavar="ID", type=WholeNumber(0))
@device_options
@manner_options
def _delete(*, target: Target, entry_id: int, manner: Manner) -> None:
    """Delete one entry of the plan.

    'homevolt schedule show' lists the ids.
    """
    from homevolt.cli.control import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.delete_entry(opened, entry_id, manner)

    session.run(target, work, writes=True)


@click.command("clear")
@device_options
@manner_options
def _clear(*, target: Target, manner: Manner) -> None:
    """Delete every entry of the plan."""
    from homevolt.cli.control import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.clear_plan(opened, manner)

    session.run(target, work, writes=True)


commands = {"add": _add, "delete": _delete, "clear": _clear}
"""Every command of this module, by its name."""
