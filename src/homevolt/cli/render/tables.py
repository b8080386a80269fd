"""The tables for people: readings, and commands to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from homevolt.cli.render.formatting import DASH
from homevolt.cli.render.rows import Column
from homevolt.cli.render.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.readings.models import Sensor

WIDE, VERY_WIDE = 60, 100
STEP_MARGIN = 2
LONGEST_VALUE = 18  # half of a UUID
PERCENTAGE, MODE = "percentage", "schedule_type"
UNITS = {None: "", "1": "", "Cel": "\N{DEGREE SIGN}C"}
"""What people write for a unit, where it is not what UCUM writes."""


def matching(sensors: Iterable[Sensor], words: Sequence[str]) -> list[Sensor]:
    """Return the sensors that have all words in their name, slug or part, in any case."""
    folded = [word.casefold() for word in words]
    return [sensor for sensor in sensors if all(word in _searched(sensor) for word in folded)]


class SensorTable:
    """Sensors as a table: name, value, unit and, where there is space, the part.

    Args:
        sensors: The sensors, in the order to show them in.
    """

    def __init__(self, sensors: Iterable[Sensor]) -> None:
        self.sensors = tuple(sensors)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the table."""
        has_space = options.max_width >= WIDE
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        table.add_column("Reading", overflow="fold")
        longest = None if options.max_width >= VERY_WIDE else LONGEST_VALUE
        table.add_column("Value", justify="right", overflow="fold", max_width=longest)
        table.add_column("Unit", no_wrap=True)
        if has_space:
            table.add_column("Part", style="dim", overflow="fold")
        for sensor in self.sensors:
            part = (sensor.device_identifier,) if has_space else ()
            table.add_row(sensor.name, shown_value(sensor), shown_unit(sensor), *part)
        yield table


def sensor_sheet(sensors: Iterable[Sensor]) -> Sheet:
    """Return sensors as rows: name, value and unit."""
    rows = [(each.name, shown_value(each).plain, shown_unit(each)) for each in sensors]
    return Sheet((Column("Reading"), Column("Value", is_number=True), Column("Unit")), rows)


class StepTable:
    """Commands beside what each of them does; in a narrow terminal, above it.

    Args:
        steps: Each command and what it does.
    """

    def __init__(self, steps: Iterable[tuple[str, str]]) -> None:
        self.steps = tuple(steps)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the commands; none of them is broken if it fits."""
        margins = 3 * STEP_MARGIN
        needed = margins + sum(max(map(len, column)) for column in zip(*self.steps, strict=True))
        is_wide = options.max_width >= needed
        table = Table.grid(padding=(0, STEP_MARGIN if is_wide else 0))
        table.add_column(overflow="fold")
        for command, what in self.steps:
            if is_wide:
                table.add_row(f"  {command}", what)
            else:
                table.add_row(f"  {command}")
                table.add_row(Padding(what, (0, 0, 0, 6)))
        yield table


def shown_value(sensor: Sensor) -> Text:
    """Return a value as it is, but a ratio in percent and a number without idle zeros."""
    value = sensor.value
    if value is None:
        return Text(DASH, style="dim")
    if isinstance(value, str):
        # Without underscores a mode can be folded.
        return Text(value.replace("_", " ") if sensor.type == MODE else value or "none")
    return Text(f"{value * 100 if sensor.type == PERCENTAGE else value:.10g}")


def shown_unit(sensor: Sensor) -> str:
    """Return what people write for the unit of a reading."""
    return "%" if sensor.type == PERCENTAGE else UNITS.get(sensor.unit, sensor.unit or "")


def _searched(sensor: Sensor) -> str:
    return f"{sensor.name}\n{sensor.slug}\n{sensor.device_identifier}".casefold()
