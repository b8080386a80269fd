"""`homevolt plan`: what to do with the battery until the end of the known prices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import render, session
from homevolt.cli.files import check_writable
from homevolt.cli.output import print_json
from homevolt.cli.planning.plan_options import planner_options
from homevolt.cli.shared_options import FILE, device_options
from homevolt.cli.writing.moments import Duration
from homevolt.cli.writing.window_options import manner_options

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=12)

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.shared_options import Target
    from homevolt.cli.writing.window_options import Manner


@click.command("plan", epilog="Example: homevolt plan --zone SE3 --load 900 --apply")
@click.argument("explain", type=click.Choice(["explain"]), required=False, metavar="[explain]")
@planner_options
@click.option("--svg", type=FILE, help="Also draw the chart into a file.")
@click.option("--apply", is_flag=True, help="Write the plan to the device, after confirmation.")
@click.option(
    "--every",
    metavar="TIME",
    type=Duration(),
    help="Plan again at this interval, such as 15m, until stopped.",
)
@device_options
@manner_options
def command(
    *,
    target: Target,
    explain: str | None,
    svg: Path | None,
    apply: bool,
    every: timedelta | None,
    manner: Manner,
    given: dict[str, Any],
) -> None:
    """Show what to do with the battery, and what it is worth.

    'homevolt plan explain' says why: what each entry costs, loses and gains.

    Settings that no option gives come from [planner] in the configuration file. --apply replaces
    the plan on the device, all or nothing; every entry has an end. --every plans again at each
    interval, and writes the plan where the gain justifies it.
    """
    from homevolt.cli.planning import plan_work  # noqa: PLC0415 - loads msgspec

    if every is not None:
        check_every(every, {"--dry-run": manner.dry_run, "--svg": svg, "explain": explain})

    writes = apply or every is not None
    if svg is not None:
        check_writable(svg, force=True)
    target = session.chosen(target, writes=writes)
    is_simulated = target.host is None
    asks = not (manner.as_json or manner.yes or is_simulated)
    settings = plan_work.prepared(given, asks=asks)
    show = render.show_explained if explain else render.show_planned

    async def work(opened: session.Session) -> None:
        if every is not None:
            from homevolt.cli.planning import keeping  # noqa: PLC0415 - likewise

            await keeping.keep(opened, settings, every, manner)
            return
        planned = await plan_work.make(opened, settings, to_write=apply)
        if svg is not None:
            render.write_planned(svg, planned)
        if not apply:
            if manner.as_json:
                print_json(plan_work.document(planned))
            else:
                show(planned)
            return
        from homevolt.cli.writing import plan_write  # noqa: PLC0415 - takes long to load

        if not manner.as_json:
            show(planned, on_stderr=True)
        sentence = "Will replace the plan by this one:"
        await plan_write.replace_plan(
            opened, planned.plan.schedule, sentence, manner, gradually=True
        )

    session.run(target, work, writes=writes)


def check_every(every: timedelta, excluded: dict[str, Any]) -> None:
    """Refuse what does not go with keeping a plan current.

    Args:
        every: How long from one plan to the next.
        excluded: Options that do not go with it, by their names; what was given is true.

    Raises:
        click.UsageError: The time is too short or too long, or one of the options was given.
    """
    if not SHORTEST <= every <= LONGEST:
        raise click.UsageError(
            "--every must be from 1m to 12h, so that each plan is renewed before it ends."
        )
    for name, given in excluded.items():
        if given:
            raise click.UsageError(f"--every and {name} exclude each other.")
