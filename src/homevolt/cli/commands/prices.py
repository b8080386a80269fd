"""`homevolt prices`: the spot prices, as bars."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from homevolt.cli import render
from homevolt.cli.files import check_writable
from homevolt.cli.output import print_json
from homevolt.cli.shared_options import FILE, WholeNumber, json_option

FOLDER: Any = click.Path(path_type=Path, file_okay=False)


@click.command("prices", epilog="Example: homevolt prices --zone SE3 --days 7")
@click.option("--zone", metavar="NAME", default="SE3", show_default=True, help="Bidding zone.")
@click.option(
    "--days",
    type=WholeNumber(1, 31),
    metavar="N",
    default=1,
    show_default=True,
    help="Days up to today; tomorrow follows once it is published.",
)
@click.option("--cache", type=FOLDER, help="A folder in which published prices are kept.")
@click.option("--svg", type=FILE, help="Also draw the chart into a file.")
@json_option
def command(*, zone: str, days: int, cache: Path | None, svg: Path | None, as_json: bool) -> None:
    """Show the spot prices of today and tomorrow as bars.

    They are spot prices, without tax and fees. No device is read.
    """
    from homevolt.cli.planning import prices_work  # noqa: PLC0415 - loads the sources

    if svg is not None:
        check_writable(svg, force=True)
    shown = asyncio.run(prices_work.find(zone, days, cache))
    if svg is not None:
        render.write_prices(svg, shown)
    if as_json:
        print_json(prices_work.document(shown))
    else:
        render.show_prices(shown)
