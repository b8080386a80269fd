"""Showing the pictures of prices and plans, and writing them to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from homevolt.cli.output import PROGRAM
from homevolt.cli.render.picture.of_plan import explained, plan_picture
from homevolt.cli.render.picture.of_prices import prices_picture
from homevolt.cli.render.picture.text import lines_of
from homevolt.cli.render.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.cli.planning.plan_work import Planned
    from homevolt.cli.planning.prices_work import Shown
    from homevolt.cli.render.picture.model import Picture

WHY = f"'{PROGRAM} plan explain' says why."


class PictureView:
    """A picture, fitted to the width of the terminal.

    Args:
        picture: The picture.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the picture."""
        for line in lines_of(self.picture, options.max_width):
            yield Text.assemble(*line)


def show_prices(shown: Shown) -> None:
    """Show prices as bars."""
    Terminal().show(PictureView(prices_picture(shown)))


def show_planned(planned: Planned, *, on_stderr: bool = False) -> None:
    """Show a plan on one time axis, and what it costs.

    Args:
        planned: The plan.
        on_stderr: Whether it is not a result.
    """
    picture = plan_picture(planned)
    picture = picture._replace(lines=(*picture.lines, WHY))
    Terminal(stderr=on_stderr).show(PictureView(picture))


def show_explained(planned: Planned, *, on_stderr: bool = False) -> None:
    """Show why a plan does what it does; the arguments are those of `show_planned`."""
    Terminal(stderr=on_stderr).show(PictureView(explained(planned)))
