"""The commands about one entry of the plan, or about every one: add, delete and clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import known, session
from homevolt.cli.commands.modes import LongOptions, entry_options, mode_argument
from homevolt.cli.shared_options import NumbersCommand, WholeNumber, device_options
from homevolt.cli.writing.moments import TimeText
from homevolt.cli.writing.repeats import MOST_DAYS, WEEKDAYS, Repeat
from homevolt.cli.writing.window_options import manner_options, window_options

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Target
    from homevolt.cli.writing.window_options import Manner, Window


@click.command(
    "add",
    cls=LongOptions,
    epilog="Examples: homevolt schedule add idle --from 'tomorrow 07:00' --for 2h; homevolt "
    "schedule add inverter_charge --from 02:00 --until 05:00 --every weekday --days 7",
)
@mode_argument
@device_options
@click.option(
    "--from", "start", metavar="TIME", type=TimeText(), help="When it begins; now if not given."
)
@window_options
@click.option(
    "--every", type=click.Choice([*WEEKDAYS]), help="Once each such day, at the same time of day."
)
@click.option(
    "--days",
    metavar="N",
    type=WholeNumber(1, MOST_DAYS),
    help="Of --every: within how many days, the first one included.",
)
@entry_options
@manner_options
@click.pass_context
def _add(
    context: click.Context,
    /,
    *,
    target: Target,
    mode: str,
    start: str | None,
    window: Window,
    every: str | None,
    days: int | None,
    manner: Manner,
    **options: Any,
) -> None:
    """Append an entry to the plan, or one for each day.

    They must not overlap others. For a limited time over the current plan use 'mode'.
    """
    from homevolt.cli.writing import plan_write  # noqa: PLC0415 - loads msgspec

    if (every is None) != (days is None):
        raise click.UsageError("--every and --days go together.", context)
    repeat = None if every is None or days is None else Repeat(every, days)
    window = window._replace(start=start)

    async def work(opened: session.Session) -> None:
        await plan_write.add_entries(opened, mode, options, window, manner, repeat=repeat)

    session.run(target, work, writes=True)


@click.command("delete", cls=NumbersCommand, epilog="Example: homevolt schedule delete 3")
@click.argument(
    "entry_id",
    metavar="ID",
    type=WholeNumber(0),
    shell_complete=known.complete(known.ENTRY_IDS),
)
@device_options
@manner_options
def _delete(*, target: Target, entry_id: int, manner: Manner) -> None:
    """Delete one entry of the plan.

    'homevolt schedule show' lists the ids.
    """
    from homevolt.cli.writing import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.delete_entry(opened, entry_id, manner)

    session.run(target, work, writes=True)


@click.command("clear", epilog="Example: homevolt schedule clear --dry-run")
@device_options
@manner_options
def _clear(*, target: Target, manner: Manner) -> None:
    """Delete every entry of the plan."""
    from homevolt.cli.writing import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.clear_plan(opened, manner)

    session.run(target, work, writes=True)


commands = {"add": _add, "delete": _delete, "clear": _clear}
"""Every command of this module, by its name."""
