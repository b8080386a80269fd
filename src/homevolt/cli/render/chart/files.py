"""Writing charts to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.cli.files import write
from homevolt.cli.output import print_err
from homevolt.cli.render.chart.of_plan import plan_chart
from homevolt.cli.render.chart.of_prices import prices_chart
from homevolt.cli.render.chart.svg import svg_of

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.planning.plan_work import Planned
    from homevolt.cli.planning.prices_work import Shown
    from homevolt.cli.render.chart.model import Chart


def write_prices(file: Path, shown: Shown) -> None:
    """Write prices as SVG."""
    _write(file, prices_chart(shown))


def write_planned(file: Path, planned: Planned) -> None:
    """Write a plan as SVG."""
    _write(file, plan_chart(planned))


def _write(file: Path, chart: Chart) -> None:
    """Write a chart as SVG, in place of a file of that name, and say so on stderr."""
    write(file, svg_of(chart), force=True)
    print_err(f"The chart is in {file}.")
