"""Showing the charts of prices and plans, and writing them to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from homevolt.cli.output import PROGRAM
from homevolt.cli.render.chart.of_plan import explained, plan_chart
from homevolt.cli.render.chart.of_prices import prices_chart
from homevolt.cli.render.chart.text import lines_of
from homevolt.cli.render.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.cli.planning.plan_work import Planned
    from homevolt.cli.planning.prices_work import Shown
    from homevolt.cli.render.chart.model import Chart

WHY = f"'{PROGRAM} plan explain' says why."


class ChartView:
    """A chart, fitted to the width of the terminal.

    Args:
        chart: The chart.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the chart."""
        for line in lines_of(self.chart, options.max_width):
            yield Text.assemble(*line)


def show_prices(shown: Shown) -> None:
    """Show prices as bars."""
    Terminal().show(ChartView(prices_chart(shown)))


def show_planned(planned: Planned, *, on_stderr: bool = False) -> None:
    """Show a plan on one time axis, and what it costs.

    Args:
        planned: The plan.
        on_stderr: Whether it is not a result.
    """
    chart = plan_chart(planned)
    chart = chart._replace(lines=(*chart.lines, WHY))
    Terminal(stderr=on_stderr).show(ChartView(chart))


def show_explained(planned: Planned, *, on_stderr: bool = False) -> None:
    """Show why a plan does what it does; the arguments are those of `show_planned`."""
    Terminal(stderr=on_stderr).show(ChartView(explained(planned)))
