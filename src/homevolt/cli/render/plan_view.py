"""A plan for people: its entries in the order of time, with a line at the present time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from homevolt.cli.render.formatting import clock, limits, plan, window_text
from homevolt.cli.render.rows import Column
from homevolt.cli.render.sheets import Sheet
from homevolt.cli.render.terminal import Terminal
from homevolt.schedule.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.schedule.entry import ScheduleEntry

RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
WIDEST, WIDE = 80, 60
MARK_WIDTH, GAP = 2, 2
ACTIVE = ">"
NOW_STYLE, ENDED_STYLE, QUIET = "bold cyan", "dim", "dim"
STYLES = {
    "idle": "",
    "inverter_charge": "green",
    "grid_charge": "green",
    "inverter_discharge": "magenta",
    "grid_discharge": "magenta",
    "solar_charge": "yellow",
    "solar_charge_discharge": "yellow",
    "full_solar_export": "yellow",
}
"""The colour of each mode; others have none."""


class Line(NamedTuple):
    """One entry as it is shown.

    Attributes:
        mark: What stands before it.
        window: When it is in force.
        what: What it makes the battery do.
        number: Its id, empty if it has none.
        style: How it is shown.
    """

    mark: str
    window: str
    what: str
    number: str
    style: str


class Lines:
    """Entries below each other: in columns, or on a narrow terminal on two lines each.

    Args:
        lines: The entries.
        window_width: The width of the column of windows.
    """

    def __init__(self, lines: Sequence[Line], window_width: int) -> None:
        self.lines = lines
        self.window_width = window_width

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the entries."""
        is_wide = options.max_width >= WIDE
        table = Table.grid(padding=(0, GAP if is_wide else 0, 0, 0), pad_edge=False)
        table.add_column(width=MARK_WIDTH - 1 if is_wide else MARK_WIDTH, no_wrap=True)
        if is_wide:
            table.add_column(width=self.window_width, no_wrap=True)
        table.add_column(overflow="fold")
        for line in self.lines:
            what = Text.assemble((line.what, line.style), (line.number, QUIET))
            if is_wide:
                table.add_row(line.mark, Text(line.window, line.style), what)
            else:
                table.add_row(line.mark, Text(line.window, line.style))
                table.add_row("", Text("  ").append_text(what))
        yield from console.render(table, options.update_width(min(options.max_width, WIDEST)))


class PlanView:
    """A plan, the entry in force marked, and the line of now before it.

    Args:
        entries: The entries; their times are by the device's clock.
        now: The present by the clock of this machine, by which times are shown.
        offset: How far the device's clock is ahead of it.
    """

    def __init__(self, entries: Iterable[ScheduleEntry], now: datetime, offset: timedelta) -> None:
        order = sorted(entries, key=lambda entry: entry.from_time or EARLIEST)
        at = now + offset
        ended = [entry for entry in order if entry.to_time is not None and entry.to_time <= at]
        self._rule = f" now {clock(now, now)} "
        self._before = [_line(entry, " ", now, offset, ENDED_STYLE) for entry in ended]
        self._after = [
            _line(entry, ACTIVE if entry.holds(at) else " ", now, offset)
            for entry in order
            if entry not in ended
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the plan."""
        width = _window_width([*self._before, *self._after])
        yield Lines(self._before, width)
        columns = min(options.max_width, WIDE)
        yield Text(f"{RULE * 2}{self._rule}".ljust(columns, RULE), style=NOW_STYLE)
        yield Lines(self._after, width)
        if not self._before and not self._after:
            yield Text("The plan is empty.")


class DiffView:
    """What a change of the plan adds (+), removes (-) and keeps.

    Args:
        diff: The change.
        now: As for `PlanView`.
        offset: Likewise.
    """

    def __init__(self, diff: ScheduleDiff, now: datetime, offset: timedelta) -> None:
        marked = (("+", diff.added, "green"), ("-", diff.removed, "red"), (" ", diff.kept, QUIET))
        self.lines = [
            _line(entry, mark, now, offset, style) for mark, part, style in marked for entry in part
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the change."""
        yield Lines(self.lines, _window_width(self.lines))


def show_plan(
    entries: Iterable[ScheduleEntry], now: datetime, offset: timedelta, *, on_stderr: bool = False
) -> None:
    """Show a plan; the arguments are those of `PlanView`, and whether it is not a result."""
    Terminal(stderr=on_stderr).show(PlanView(entries, now, offset))


def show_diff(
    diff: ScheduleDiff, now: datetime, offset: timedelta, *, on_stderr: bool = False
) -> None:
    """Show a change of a plan; the arguments are those of `DiffView`, likewise."""
    Terminal(stderr=on_stderr).show(DiffView(diff, now, offset))


def plan_sheet(entries: Sequence[ScheduleEntry], now: datetime, offset: timedelta) -> Sheet:
    """Return a plan as rows in the order of time; the arguments are those of `PlanView`."""
    at = now + offset
    order = sorted(entries, key=lambda entry: entry.from_time or EARLIEST)
    lines = []
    for entry in order:
        is_over = entry.to_time is not None and entry.to_time <= at
        mark = ACTIVE if entry.holds(at) else " "
        lines.append(_line(entry, mark, now, offset, ENDED_STYLE if is_over else None))
    return _sheet(lines, "The plan is empty.")


def diff_sheet(diff: ScheduleDiff, now: datetime, offset: timedelta, note: str) -> Sheet:
    """Return a change of a plan as rows; the arguments are those of `DiffView`.

    Args:
        diff: The change.
        now: As for `PlanView`.
        offset: Likewise.
        note: What is said below.
    """
    view = DiffView(diff, now, offset)
    return _sheet(view.lines, note)._replace(notes=[note] if view.lines else [])


def _sheet(lines: Sequence[Line], empty: str) -> Sheet:
    rows = [(line.mark, line.window, f"{line.what}{line.number}") for line in lines]
    columns = (Column(""), Column("When"), Column("What"))
    return Sheet(columns, rows, [line.style for line in lines], empty)


def _line(
    entry: ScheduleEntry, mark: str, now: datetime, offset: timedelta, style: str | None = None
) -> Line:
    what = ", ".join((plan(entry), *limits(entry)))
    number = "" if entry.id is None else f"  (id {entry.id})"
    shown = STYLES.get(entry.mode_slug, "") if style is None else style
    shown = f"bold {shown}".strip() if mark == ACTIVE else shown
    return Line(mark, window_text(entry, now, offset), what, number, shown)


def _window_width(lines: Iterable[Line]) -> int:
    return max((cell_len(line.window) for line in lines), default=0)
