"""`homevolt restore`: the plan from before the last command of this shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.shared_options import device_options
from homevolt.cli.writing.window_options import manner_options

if TYPE_CHECKING:
    from homevolt.cli.shared_options import Target
    from homevolt.cli.writing.window_options import Manner


@click.command("restore", epilog="Example: homevolt restore --dry-run")
@device_options
@manner_options
def command(*, target: Target, manner: Manner) -> None:
    """Restore the plan from before the last command.

    Used again, it restores the plan that it replaced. What has ended meanwhile is left out.
    """
    from homevolt.cli.writing import plan_state, plan_write, previous_plan  # noqa: PLC0415 - load msgspec

    async def work(opened: session.Session) -> None:
        entries = plan_state.unexpired(opened, previous_plan.load(opened))
        await plan_write.replace_plan(opened, entries, "Will restore the previous plan:", manner)

    session.run(target, work, writes=True)
