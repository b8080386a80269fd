"""Writing pictures to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.cli.files import write
from homevolt.cli.output import print_err
from homevolt.cli.render.picture.of_plan import plan_picture
from homevolt.cli.render.picture.of_prices import prices_picture
from homevolt.cli.render.picture.svg import svg_of

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.planning.plan_work import Planned
    from homevolt.cli.planning.prices_work import Shown
    from homevolt.cli.render.picture.model import Picture


def write_prices(file: Path, shown: Shown) -> None:
    """Write prices as SVG."""
    _write(file, prices_picture(shown))


def write_planned(file: Path, planned: Planned) -> None:
    """Write a plan as SVG."""
    _write(file, plan_picture(planned))


def _write(file: Path, picture: Picture) -> None:
    """Write a picture as SVG, in place of a file of that name, and say so on stderr."""
    write(file, svg_of(picture), force=True)
    print_err(f"The picture is in {file}.")
