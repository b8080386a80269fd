"""The status view: what was read of an installation at a glance, fitted to a terminal."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import SegmentLines
from rich.table import Table
from rich.text import Text

from homevolt.cli.render import formatting
from homevolt.cli.render.overview import NO_SIGNAL, UNKNOWN, Overview, Power, overview
from homevolt.cli.render.watch_view import (
    KEYS,
    Watched,
    chart_lines,
    how_it_goes_on,
    phase_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.readings.snapshot import Snapshot
    from homevolt.readings.views import UnitView
    from homevolt.schedule.entry import Schedule, ScheduleEntry

WIDEST, WIDE = 80, 60
LABEL_WIDTH, UNIT_WIDTH = 10, 60
DIRECTION_WIDTH, POWER_WIDTH = 13, 7
SCHEDULE = "schedule"
FULL, EMPTY = "\N{BOX DRAWINGS HEAVY HORIZONTAL}", "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
LOW_CHARGE_RATIO = 0.1

# The sixteen colours that every theme of a terminal defines for its own background.
LABEL, QUIET, CAREFUL, BAD = "dim", "dim", "yellow", "bold red"


class Flow(NamedTuple):
    """How one of the four power flows is shown."""

    label: str
    attribute: str
    direction: formatting.Direction
    style: str


FLOWS = (
    Flow("Battery", "battery", formatting.BATTERY, "green"),
    Flow("Grid", "grid", formatting.GRID, "magenta"),
    Flow("Solar", "solar", formatting.SOLAR, "yellow"),
    Flow("House", "house", formatting.HOUSE, "cyan"),
)


class Outage(NamedTuple):
    """Why a status is not up to date.

    Attributes:
        error: What went wrong at the last read.
        age_s: How many seconds ago the readings were read.
        is_too_old: Whether they are too old to be shown.
    """

    error: str
    age_s: float
    is_too_old: bool = False


class StatusView:
    """A snapshot at a glance, fitted to the width of the terminal.

    Args:
        snapshot: What was read.
        url: Where it was read.
        zone: The time zone to show times in; None is the zone of this machine.
        problems: What could not be read, by part.
        interval_s: Seconds until a watch reads it again, None if it is shown once.
        outage: Why it is not up to date, None if it is.
        watched: What a watch knows besides.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        url: str,
        zone: tzinfo | None = None,
        problems: Mapping[str, str] = MappingProxyType({}),
        interval_s: float | None = None,
        outage: Outage | None = None,
        watched: Watched = Watched(),  # noqa: B008 - it is immutable
    ) -> None:
        self.snapshot = snapshot
        self.url = url
        self.zone = zone
        self.problems = problems
        self.interval_s = interval_s
        self.outage = outage
        self.watched = watched
        self._clock_offset = timedelta(seconds=snapshot.clock_offset_s or 0.0)
        self._glance = overview(snapshot)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the header, the readings line by line, and how old they are.

        Where a watch has a low screen, readings give way first.
        """
        width = min(options.max_width, WIDEST) - LABEL_WIDTH
        header = _header(self.snapshot, self.url)
        readings, state = _grid(self._readings(width)), _grid(self._state())
        if self.interval_s is None:
            yield from (header, readings, state)
            return
        top, middle, bottom = (
            console.render_lines(part, options, pad=False) for part in (header, readings, state)
        )
        left = max(0, options.size.height - len(top) - len(bottom))
        if len(middle) > left:
            middle = [line for line in middle if any(segment.text.strip() for segment in line)]
        yield SegmentLines(top + middle[:left] + bottom, new_lines=True)

    def _state(self) -> Iterator[tuple[str, Text]]:
        """Yield when it was read, and what is to be noted."""
        yield "Read", self._read()
        for label, note in zip(_labels("Note"), self._notes(), strict=False):
            yield label, Text(note, style=CAREFUL)

    def _readings(self, width: int) -> Iterator[tuple[str, Text]]:
        """Yield each line with its label, its content fitted to `width` columns."""
        glance, snapshot = self._glance, self.snapshot
        space = ("", Text())
        yield space
        if self.outage is not None and self.outage.is_too_old:
            return
        yield "Charge", _charge(glance, width)
        if len(snapshot.units) > 1:
            for label, unit in zip(_labels("Units"), snapshot.units, strict=False):
                yield label, _unit(unit, width)
        yield space
        scale = _scale(glance)
        for flow in FLOWS:
            yield flow.label, _flow(flow, getattr(glance, flow.attribute), scale, width)
        if self.interval_s is not None:
            yield from phase_lines(snapshot, self.watched.main_fuse_a)
        yield space
        yield "Control", _control(snapshot.schedule)
        yield "Now", self._now()
        yield "Next", self._next()
        yield space
        yield from _messages("Alarms", glance.alarms, BAD)
        yield from _messages("Warnings", glance.warnings, CAREFUL)
        chart = [*chart_lines(self.watched.samples, width)]
        yield from [space, *chart] if chart else []

    def _read(self) -> Text:
        """Show when it was read and, of a watch, when it will be and how that ends."""
        text = Text(f"{self.snapshot.ems_at.astimezone(self.zone):%H:%M:%S}")
        if self.outage is not None and self.watched.paused_s is None:
            too_old = ", too old to be shown" if self.outage.is_too_old else ""
            age = formatting.duration(self.outage.age_s)
            text.append(f", {age} ago{too_old}", style=CAREFUL)
            if self.watched.has_keys:
                text.append(f"; {KEYS}", style=QUIET)
            return text
        if self.interval_s is not None:
            text.append(how_it_goes_on(self.watched, self.interval_s), style=QUIET)
        return text

    def _notes(self) -> Iterator[str]:
        """Yield what went wrong, and what to know about the times."""
        if self.outage is None:
            yield from self.problems.values()
        else:
            yield self.outage.error
            if self.watched.paused_s is None:
                yield "Trying again."
        note = formatting.clock_note(self.snapshot.clock_offset_s)
        if note is not None:
            yield note

    @property
    def _is_plan_known(self) -> bool:
        """Whether the schedule was read as a whole; a plan that was not may hold anything."""
        return self.snapshot.schedule is not None and SCHEDULE not in self.problems

    def _now(self) -> Text:
        """Show what the schedule makes the battery do now, and until when."""
        entry, following = self.snapshot.active_entry, self._glance.next_entry
        if entry is None and not self._is_plan_known:
            return _missing()
        if entry is None:
            start = None if following is None else following.from_time
            return Text("nothing planned" + ("" if start is None else f" until {self._at(start)}"))
        text = Text(formatting.plan(entry))
        if entry.to_time is not None:
            text.append(f", until {self._at(entry.to_time)}")
        return _limited(text, entry)

    def _next(self) -> Text:
        """Show what comes next, from when and until when."""
        entry = self._glance.next_entry
        if not self._is_plan_known:
            return _missing()
        if entry is None or entry.from_time is None:
            return Text("nothing planned")
        text = Text(f"{formatting.plan(entry)}, from {self._at(entry.from_time)}")
        if entry.to_time is not None:
            text.append(f" until {self._at(entry.to_time)}")
        return _limited(text, entry)

    def _at(self, moment: datetime) -> str:
        """Return a moment of the device's clock as the person's own clock will show it."""
        offset = self._clock_offset
        return formatting.clock(moment - offset, self.snapshot.at - offset, self.zone)


def _grid(lines: Iterable[tuple[str, Text]]) -> Table:
    """Return lines with their labels as a table."""
    table = Table.grid(padding=(0, 0))
    table.add_column(style=LABEL, width=LABEL_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    for label, content in lines:
        table.add_row(label, content)
    return table


def _header(snapshot: Snapshot, url: str) -> Text:
    unit = snapshot.unit
    text = Text(f"Homevolt {unit.model or ''}".strip(), style="bold")
    about = [unit.ecu_id or formatting.DASH, f"firmware {unit.firmware_version or formatting.DASH}"]
    if len(snapshot.units) > 1:
        about.insert(0, f"{len(snapshot.units)} units")
    return text.append("  " + ", ".join((*about, url)), style="not bold dim")


def _charge(glance: Overview, width: int) -> Text:
    """Draw the state of charge as a bar, with the energy in it and the energy that fits."""
    ratio = glance.state_of_charge_ratio
    figures = f"{formatting.percent(ratio):>6}"
    if ratio is None and glance.available_energy_wh is None and glance.capacity_wh is None:
        return _missing()
    energy = f"  {formatting.stored(glance.available_energy_wh, glance.capacity_wh)}"
    bar = width - len(figures) - len(energy) - 1
    text = _bar(ratio, bar if width >= WIDE - LABEL_WIDTH else width - len(figures) - 1)
    text.append(figures, style="bold")
    return text.append(energy)


def _bar(ratio: float | None, width: int) -> Text:
    """Draw a ratio; one that is not known has no length."""
    full = 0 if ratio is None else round(max(0.0, min(1.0, ratio)) * width)
    low = ratio is not None and ratio < LOW_CHARGE_RATIO
    text = Text().append(FULL * full, style=CAREFUL if low else "green")
    return text.append(EMPTY * (width - full), style=QUIET)


def _flow(flow: Flow, power: Power, scale_w: float, width: int) -> Text:
    """Show which way power flows and how much, and draw it where there is space."""
    if power.power_w is None:
        return _missing(power.why)
    direction = flow.direction.of(power.power_w)
    text = Text(f"{direction:<{DIRECTION_WIDTH}} {formatting.power(power.power_w):>{POWER_WIDTH}}")
    if width >= WIDE - LABEL_WIDTH:
        share = abs(power.power_w) / scale_w * (width - len(text) - 2)
        # Whatever has a direction has a length too.
        length = max(round(share), 1 if round(power.power_w) else 0)
        text.append("  " + FULL * length, style=flow.style)
    return text


def _scale(glance: Overview) -> float:
    """Return the power that a bar of full length stands for: rated, or what is more than that."""
    powers = [glance.battery, glance.grid, glance.solar, glance.house]
    return max(1.0, glance.rated_power_w or 0.0, *(abs(power.power_w or 0.0) for power in powers))


def _unit(unit: UnitView, width: int) -> Text:
    """Show a unit of a cluster on a line."""
    text = Text(f"{unit.ecu_id or formatting.DASH:<12}")
    if not unit.available:
        return text.append("  ").append_text(_missing(NO_SIGNAL))
    power = unit.power_w
    direction = formatting.DASH if power is None else formatting.BATTERY.of(power)
    flow = f"{direction} {formatting.power(power)}" if power is not None else formatting.DASH
    text.append(f"{formatting.percent(unit.state_of_charge_ratio):>7}")
    if width >= UNIT_WIDTH:
        energy = formatting.stored(unit.available_discharge_energy_wh, unit.available_capacity_wh)
        text.append(f"  {energy:<17}")
    return text.append(f"  {flow}")


def _control(schedule: Schedule | None) -> Text:
    """Show who decides what the battery does, and whose plan it follows."""
    if schedule is None or schedule.local_mode is None:
        return _missing()
    who = "you (local mode on)" if schedule.local_mode else "the cloud (local mode off)"
    if schedule.schedule_id is None:
        return Text(who)
    return Text(f"{who}, plan written {'locally' if schedule.is_local else 'by the cloud'}")


def _messages(
    label: str, messages: tuple[str, ...] | None, style: str
) -> Iterator[tuple[str, Text]]:
    """Yield a line for each message, or one that shows that there is none."""
    if messages is None:
        yield label, _missing()
    elif not messages:
        yield label, Text("none")
    else:
        for name, message in zip(_labels(label), messages, strict=False):
            yield name, Text(message, style=style)


def _limited(text: Text, entry: ScheduleEntry) -> Text:
    """Add an entry's limits on a quieter line of their own."""
    limits = ", ".join(formatting.limits(entry))
    return text.append(f"\n{limits}", style=QUIET) if limits else text


def _labels(first: str) -> Iterator[str]:
    """Yield a label for the first of several lines, and none for the others."""
    yield first
    while True:
        yield ""


def _missing(why: str = UNKNOWN) -> Text:
    return Text(f"{formatting.DASH} {why}", style=QUIET)
