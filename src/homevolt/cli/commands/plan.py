"""`homevolt plan`: what to do with the battery until the end of the known prices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import render, session
from homevolt.cli.control.window_options import manner_options
from homevolt.cli.files import check_writable
from homevolt.cli.output import print_json
from homevolt.cli.shared_options import FILE as FILE_TO_WRITE
from homevolt.cli.shared_options import device_options

if TYPE_CHECKING:
    from homevolt.cli.control.window_options import Manner
    from homevolt.cli.shared_options import Target

FILE: Any = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER: Any = click.Path(path_type=Path, file_okay=False)


@click.command("plan", epilog="Example: homevolt plan --zone SE3 --load 900 --apply")
@click.argument("explain", type=click.Choice(["explain"]), required=False, metavar="[explain]")
@click.option("--zone", metavar="NAME", default="SE3", show_default=True, help="Bidding zone.")
@click.option("--prices", type=FILE, help="A file with prices; without it, a source is asked.")
@click.option("--cache", type=FOLDER, help="A folder in which published prices are kept.")
@click.option("--tariff", type=FILE, help="Tariff (TOML); without it, a Swedish example.")
@click.option(
    "--eur-rate", type=float, metavar="RATE", help="What an EUR is in the currency of the tariff."
)
@click.option(
    "--load",
    "load_w",
    type=float,
    metavar="W",
    default=800.0,
    show_default=True,
    help="Expected consumption of the house.",
)
@click.option("--fuse", "fuse_a", type=float, metavar="A", help="Main fuse of each phase.")
@click.option("--svg", type=FILE_TO_WRITE, help="Draw the picture into a file, too.")
@click.option("--apply", is_flag=True, help="Write the plan, after a question.")
@device_options
@manner_options
def command(
    *,
    target: Target,
    explain: str | None,
    svg: Path | None,
    apply: bool,
    manner: Manner,
    **given: Any,
) -> None:
    """Show what to do with the battery, and what it is worth.

    'homevolt plan explain' says why: what each entry costs, loses and gains.

    With --apply, the plan on the device is replaced, all or nothing; every entry of it ends.
    """
    from homevolt.cli.control import plan_write  # noqa: PLC0415 - loads msgspec
    from homevolt.cli.planning import plan_work  # noqa: PLC0415 - likewise

    settings = plan_work.PlanSettings(**given)
    show = render.show_explained if explain else render.show_planned
    if svg is not None:
        check_writable(svg, force=True)

    async def work(opened: session.Session) -> None:
        planned = await plan_work.make(opened, settings)
        if svg is not None:
            render.write_planned(svg, planned)
        if not apply:
            if manner.as_json:
                print_json(plan_work.document(planned))
            else:
                show(planned)
            return
        if not manner.as_json:
            show(planned, on_stderr=True)
        sentence = "Will replace the plan by this one:"
        await plan_write.replace_plan(opened, planned.plan.schedule, sentence, manner)

    session.run(target, work, writes=apply)
