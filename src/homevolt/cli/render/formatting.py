"""Quantities, times and modes as text; what is missing is a dash, never a zero."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from homevolt.schedule.entry import ScheduleEntry

DASH = "\N{EM DASH}"
KILO = 1000
DAYS_OF_A_WEEK = 7
HALF_A_MINUTE = timedelta(seconds=30)
NEARLY = 0.01
NOTED_CLOCK_OFFSET_S = 60.0
UNITS_OF_TIME = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


class Direction(NamedTuple):
    """What a power is called by its sign."""

    positive: str
    negative: str
    zero: str

    def of(self, power_w: float) -> str:
        """Return what a power is called; one that rounds to 0 W has no direction."""
        watts = round(power_w)
        return self.zero if watts == 0 else self.positive if watts > 0 else self.negative


BATTERY = Direction("discharging", "charging", "idle")
GRID = Direction("importing", "exporting", "balanced")
SOLAR = Direction("producing", "consuming", "not producing")
HOUSE = Direction("consuming", "producing", "consuming")


def power(power_w: float | None) -> str:
    """Return a power without its sign, for which there is a direction."""
    if power_w is None:
        return DASH
    watts = abs(round(power_w))
    return f"{watts} W" if watts < KILO else f"{watts / KILO:.1f} kW"


def energy(energy_wh: float | None) -> str:
    """Return an energy in kWh, without the unit."""
    return DASH if energy_wh is None else f"{energy_wh / KILO:.1f}"


def stored(available_wh: float | None, capacity_wh: float | None) -> str:
    """Return what is in a battery and what fits."""
    if available_wh is None and capacity_wh is None:
        return DASH
    return f"{energy(available_wh)} of {energy(capacity_wh)} kWh"


def percent(ratio: float | None) -> str:
    """Return a ratio in percent; whole ones, but what is nearly empty or full is neither."""
    if ratio is None:
        return DASH
    nearly = 0 < ratio < NEARLY or 1 - NEARLY < ratio < 1
    return f"{min(max(ratio * 100, 0.1), 99.9):.1f} %" if nearly else f"{ratio * 100:.0f} %"


def duration(seconds: float) -> str:
    """Return a duration in its two largest units."""
    left = round(max(seconds, 0.0))
    parts = []
    for unit, length in UNITS_OF_TIME:
        count, left = divmod(left, length)
        parts.append((count, unit))
    first = next((n for n, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def ago(seconds: float | None) -> str:
    """Return how long ago something was; None is never."""
    return "never" if seconds is None else f"{duration(seconds)} ago"


def printable(text: str) -> str:
    """Return a text of the device without what would control the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def clock_note(offset_s: float | None) -> str | None:
    """Return what to know about the device's clock, None if it is right or unknown.

    Args:
        offset_s: How many seconds it is ahead of the clock of this machine.
    """
    if offset_s is None or abs(offset_s) < NOTED_CLOCK_OFFSET_S:
        return None
    side = "ahead of" if offset_s > 0 else "behind"
    return (
        f"The device's clock is {duration(abs(offset_s))} {side} the clock of this machine. Times "
        "are shown by the clock of this machine."
    )


def clock(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a moment to the nearest minute, in the shortest form that is not ambiguous.

    Args:
        moment: The moment, with a zone.
        now: When it is shown, with a zone.
        zone: The zone to show it in; None is the zone of this machine.
    """
    local = (moment + HALF_A_MINUTE).astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    time = f"{local:%H:%M}"
    names = {0: time, 1: f"tomorrow {time}", -1: f"yesterday {time}"}
    if days in names:
        return names[days]
    return f"{local:%a} {time}" if 0 < days < DAYS_OF_A_WEEK else f"{local:%Y-%m-%d} {time}"


# By the name of the mode: what it does, and how its setpoint is shown if it has one.
MODES: dict[str, tuple[str, Callable[[float], str] | None]] = {
    "idle": ("idle", None),
    "inverter_charge": ("charge", lambda w: f"at {power(w)}"),
    "inverter_discharge": ("discharge", lambda w: f"at {power(w)}"),
    "grid_charge": ("charge from the grid", lambda w: f"at {power(w)}"),
    "grid_discharge": ("discharge to the grid", lambda w: f"at {power(w)}"),
    "grid_charge_discharge": ("hold the meter", lambda w: f"at {power(w)}{_direction(w)}"),
    "frequency_reserve": ("frequency reserve", None),
    "solar_charge": ("charge from solar only", None),
    "solar_charge_discharge": ("charge and discharge by solar", None),
    "full_solar_export": ("export all solar", None),
}


def window_text(entry: ScheduleEntry, now: datetime, offset: timedelta) -> str:
    """Return when an entry is in force, by the clock of this machine."""
    start = None if entry.from_time is None else entry.from_time - offset
    end = None if entry.to_time is None else entry.to_time - offset
    until = "open" if end is None else clock(end, now)
    if start is not None and end is not None:
        first, last = ((moment + HALF_A_MINUTE).astimezone() for moment in (start, end))
        until = f"{last:%H:%M}" if first.date() == last.date() else until
    return f"{'always' if start is None else clock(start, now)} - {until}"


def plan(entry: ScheduleEntry) -> str:
    """Return what an entry of the schedule makes the battery do."""
    text, at = MODES.get(entry.mode_slug, (f"unknown mode {entry.mode_slug}", None))
    if at is not None and entry.setpoint is not None:
        text = f"{text} {at(entry.setpoint)}"
    return f"{text}, offline" if entry.offline else text


def limits(entry: ScheduleEntry) -> tuple[str, ...]:
    """Return the limits of an entry that a person would ask for."""
    texts = (
        "" if entry.max_charge is None else f"charging at most {power(entry.max_charge)}",
        "" if entry.max_discharge is None else f"discharging at most {power(entry.max_discharge)}",
        "" if entry.max_soc is None else f"up to {entry.max_soc} %",
        "" if entry.min_soc is None else f"down to {entry.min_soc} %",
    )
    return tuple(filter(None, texts))


def _direction(setpoint_w: float) -> str:
    return "" if setpoint_w == 0 else " of import" if setpoint_w > 0 else " of export"
