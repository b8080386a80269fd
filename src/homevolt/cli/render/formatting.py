"""Quantities, times and modes in words; what is missing is a dash, never a zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from homevolt.schedule.entry import ScheduleEntry

DASH = "\N{EM DASH}"
KILO = 1000
DAYS_OF_A_WEEK = 7
NEARLY = 0.01

Template = tuple[str, str, str]


class Direction(NamedTuple):
    """The words for a power by its sign."""

    positive: str
    negative: str
    zero: str

    def of(self, power_w: float) -> str:
        """Return the word for a power; what rounds to 0 W has no direction."""
        watts = round(power_w)
        return self.zero if watts == 0 else self.positive if watts > 0 else self.negative


BATTERY = Direction("discharging", "charging", "idle")
GRID = Direction("importing", "exporting", "balanced")
SOLAR = Direction("producing", "consuming", "not producing")
HOUSE = Direction("consuming", "producing", "consuming")


def power(power_w: float | None) -> str:
    """Return a power without its sign, which is said in words."""
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


def clock(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a moment as people say it.

    Args:
        moment: The moment, with a zone.
        now: When this is said, with a zone.
        zone: The zone to say it in; None is the zone of this machine.
    """
    local = moment.astimezone(zone)
    days = (local.date() - now.astimezone(zone).date()).days
    time = f"{local:%H:%M}"
    names = {0: time, 1: f"tomorrow {time}", -1: f"yesterday {time}"}
    if days in names:
        return names[days]
    return f"{local:%a} {time}" if 0 < days < DAYS_OF_A_WEEK else f"{local:%Y-%m-%d} {time}"


# By the name of the mode: what it does, and between the two halves the setpoint if there is one.
MODES: dict[str, tuple[str, Callable[[float], str] | None]] = {
    "idle": ("idle", None),
    "inverter_charge": ("charge", lambda w: f"at {power(w)}"),
    "inverter_discharge": ("discharge", lambda w: f"at {power(w)}"),
    "grid_charge": ("charge from the grid", lambda w: f"at {power(w)}"),
    "grid_discharge": ("discharge to the grid", lambda w: f"at {power(w)}"),
    "grid_charge_discharge": ("hold the grid", lambda w: f"at {power(w)}{_way(w)}"),
    "frequency_reserve": ("frequency reserve", None),
    "solar_charge": ("charge from solar only", None),
    "solar_charge_discharge": ("charge and discharge by solar", None),
    "full_solar_export": ("export all solar", None),
}


def plan(entry: ScheduleEntry) -> str:
    """Return what an entry of the schedule makes the battery do."""
    words, at = MODES.get(entry.mode_slug, (f"unknown mode {entry.mode_slug}", None))
    if at is not None and entry.setpoint is not None:
        words = f"{words} {at(entry.setpoint)}"
    return f"{words}, off line" if entry.offline else words


def limits(entry: ScheduleEntry) -> tuple[str, ...]:
    """Return the limits of an entry that a person would ask for."""
    said = (
        "" if entry.max_charge is None else f"charging at most {power(entry.max_charge)}",
        "" if entry.max_discharge is None else f"discharging at most {power(entry.max_discharge)}",
        "" if entry.max_soc is None else f"up to {entry.max_soc} %",
        "" if entry.min_soc is None else f"down to {entry.min_soc} %",
    )
    return tuple(filter(None, said))


def _way(setpoint_w: float) -> str:
    return "" if setpoint_w == 0 else " of import" if setpoint_w > 0 else " of export"
