"""Whether the power does what an entry asks for, and what the readings say if it does not.

Only readings count: what none of them shows is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.cli.render.formatting import BATTERY, percent, plan, power
from homevolt.cli.render.overview import overview
from homevolt.cli.writing import until_soc
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.cli.render.overview import Overview
    from homevolt.readings.snapshot import Snapshot
    from homevolt.schedule.entry import ScheduleEntry

TOLERANCE_W = 100.0
TOLERANCE_RATIO = 0.05
"""A power has followed if it is as near as the larger of the two, and nearer than half of it."""
SOC_SLACK = 0.005
FULL_SOC, EMPTY_SOC = 100, 0
# No fact of the device: where lithium cells are commonly derated. The temperature is shown.
HOT_C, COLD_C = 45.0, 5.0
LOAD_BOUND = {BatteryMode.GRID_CHARGE: 1.0, BatteryMode.GRID_DISCHARGE: -1.0}
"""The modes that move the battery in one direction alone, and the shortfall they cannot mend."""


class Reason(NamedTuple):
    """Why the power has not followed.

    Attributes:
        kind: One of `KINDS`.
        text: The same for people, as the end of a sentence.
        is_final: Whether waiting longer will not help, if the next readings say it too.
    """

    kind: str
    text: str
    is_final: bool = True


KINDS = (
    *("replaced", "alarm", "full", "empty", "house", "hot", "cold", "limited"),
    *("warning", "reference", "unreadable", "unknown"),
)


class Observed(NamedTuple):
    """What was read while an entry is to be followed.

    Attributes:
        entry: The entry.
        snapshot: What was read.
        glance: The same at a glance.
        shortfall_w: By how much the battery's power has to change, + towards discharging; None if
            a reading that is needed is missing.
    """

    entry: ScheduleEntry
    snapshot: Snapshot
    glance: Overview
    shortfall_w: float | None

    @property
    def wanted_w(self) -> float | None:
        """The power of the battery that would do what is asked, + discharging."""
        battery_w, shortfall_w = self.glance.battery.power_w, self.shortfall_w
        return None if battery_w is None or shortfall_w is None else battery_w + shortfall_w

    def wants(self, sign: float) -> bool:
        """Whether it would have to discharge (+1) or to charge (-1)."""
        return self.wanted_w is not None and self.wanted_w * sign > 0 and bool(self.shortfall_w)


def reason_of(entry: ScheduleEntry, snapshot: Snapshot) -> Reason | None:
    """Return why the power has not followed an entry, None if it has.

    Args:
        entry: The entry that was written.
        snapshot: What was read since.
    """
    glance = overview(snapshot)
    seen = Observed(entry, snapshot, glance, _SHORTFALLS[BatteryMode(entry.mode)](entry, glance))
    if replaced := _replaced(seen):
        return replaced
    if seen.shortfall_w == 0:
        return None
    return next(reason for find in _REASONS if (reason := find(seen)) is not None)


def can_follow(mode: BatteryMode) -> bool:
    """Whether a mode says which power it makes: that of the frequency reserve is the grid's."""
    return mode in _SHORTFALLS


def state_text(snapshot: Snapshot) -> str:
    """Return what battery and grid do, as a part of a sentence."""
    glance = overview(snapshot)
    battery_w, grid_w = glance.battery.power_w, glance.grid.power_w
    battery = "the power of the battery is unknown"
    if battery_w is not None:
        is_idle = abs(battery_w) < TOLERANCE_W
        doing = "is idle" if is_idle else f"is {BATTERY.of(battery_w)} at {power(battery_w)}"
        battery = f"the battery {doing}"
    if grid_w is None:
        return battery
    direction = "imports" if round(grid_w) >= 0 else "exports"
    return f"{battery}, the grid connection point {direction} {power(grid_w)}"


def _difference(actual_w: float | None, target_w: float) -> float | None:
    """Return how far a power is from its target, 0 if it is near enough."""
    if actual_w is None:
        return None
    near_w = max(TOLERANCE_W, TOLERANCE_RATIO * abs(target_w))
    near_w = min(near_w, abs(target_w) / 2) if target_w else near_w
    return 0.0 if abs(actual_w - target_w) <= near_w else actual_w - target_w


def _inverter(sign: float, limit: str) -> Callable[[ScheduleEntry, Overview], float | None]:
    """Return the shortfall of a mode whose setpoint is at the inverter."""

    def shortfall_w(entry: ScheduleEntry, glance: Overview) -> float | None:
        battery_w = glance.battery.power_w
        powers = [each for each in (entry.setpoint, getattr(entry, limit)) if each is not None]
        if battery_w is not None and (not powers or entry.setpoint is None):
            return 0.0 if battery_w * sign >= TOLERANCE_W else sign * TOLERANCE_W - battery_w
        difference_w = _difference(battery_w, sign * min(powers, default=0))
        return None if difference_w is None else -difference_w

    return shortfall_w


def _grid(sign: float) -> Callable[[ScheduleEntry, Overview], float | None]:
    """Return the shortfall of a mode whose setpoint is at the grid connection point."""

    def shortfall_w(entry: ScheduleEntry, glance: Overview) -> float | None:
        return _difference(glance.grid.power_w, sign * (entry.setpoint or 0))

    return shortfall_w


def _idle(_: ScheduleEntry, glance: Overview) -> float | None:
    difference_w = _difference(glance.battery.power_w, 0.0)
    return None if difference_w is None else -difference_w


def _solar_charge(entry: ScheduleEntry, glance: Overview) -> float | None:
    battery_w, grid_w = glance.battery.power_w, glance.grid.power_w
    if battery_w is None or grid_w is None:
        return None
    if battery_w > TOLERANCE_W:
        return -battery_w
    if battery_w < -TOLERANCE_W and grid_w > TOLERANCE_W:  # it charges from the grid
        return min(grid_w, -battery_w)
    limits_w = [each for each in (entry.setpoint, entry.max_charge) if each is not None]
    is_at_most = any(_difference(battery_w, -limit_w) == 0 for limit_w in limits_w)
    return 0.0 if grid_w >= -TOLERANCE_W or is_at_most else grid_w


def _solar_export(_: ScheduleEntry, glance: Overview) -> float | None:
    battery_w = glance.battery.power_w
    if battery_w is None:
        return None
    return 0.0 if battery_w >= -TOLERANCE_W else -battery_w


_SHORTFALLS: dict[BatteryMode, Callable[[ScheduleEntry, Overview], float | None]] = {
    BatteryMode.IDLE: _idle,
    BatteryMode.INVERTER_CHARGE: _inverter(-1, "max_charge"),
    BatteryMode.INVERTER_DISCHARGE: _inverter(1, "max_discharge"),
    BatteryMode.GRID_CHARGE: _grid(1),
    BatteryMode.GRID_DISCHARGE: _grid(-1),
    BatteryMode.GRID_CHARGE_DISCHARGE: _grid(1),
    BatteryMode.SOLAR_CHARGE: _solar_charge,
    BatteryMode.SOLAR_CHARGE_DISCHARGE: lambda _, glance: _difference(glance.grid.power_w, 0.0),
    BatteryMode.FULL_SOLAR_EXPORT: _solar_export,
}
"""By how much the battery's power has to change in each mode."""


def _replaced(seen: Observed) -> Reason | None:
    active = seen.snapshot.active_entry
    if seen.snapshot.schedule is None:
        return None
    if active is None:
        return Reason("replaced", "no entry of the plan is in force any more")
    is_same = (active.mode, active.setpoint) == (seen.entry.mode, seen.entry.setpoint)
    return None if is_same else Reason("replaced", f"another entry is in force: {plan(active)}")


def _alarm(seen: Observed) -> Reason | None:
    alarms = seen.glance.alarms
    return Reason("alarm", f"the device raises an alarm: {', '.join(alarms)}") if alarms else None


def _full(seen: Observed) -> Reason | None:
    return _at_level(seen, "full", -1, "max_soc", FULL_SOC)


def _empty(seen: Observed) -> Reason | None:
    return _at_level(seen, "empty", 1, "min_soc", EMPTY_SOC)


def _at_level(seen: Observed, kind: str, sign: float, name: str, default: int) -> Reason | None:
    """Return the reason of a battery that may not go beyond its state of charge."""
    ratio, limit = seen.glance.state_of_charge_ratio, getattr(seen.entry, name)
    level = (default if limit is None else limit) / 100
    if ratio is None or not seen.wants(sign) or (ratio - level) * -sign < -SOC_SLACK:
        return None
    verb = until_soc.VERBS[name]
    of_limit = "" if limit is None else f", and it {verb} {limit} %"
    return Reason(kind, f"the battery is {kind}: it is at {percent(ratio)}{of_limit}")


def _house(seen: Observed) -> Reason | None:
    """Return the reason of a grid connection point that the battery may not move further."""
    sign = LOAD_BOUND.get(BatteryMode(seen.entry.mode), 0.0)
    battery_w, grid_w = seen.glance.battery.power_w, seen.glance.grid.power_w
    if not sign or battery_w is None or grid_w is None or not seen.shortfall_w:
        return None
    if seen.shortfall_w * sign < 0 or battery_w * sign < -TOLERANCE_W:
        return None
    flow = "imports" if grid_w > 0 else "exports"
    return Reason("house", f"without the battery the house {flow} {power(grid_w)} already")


def _limited(seen: Observed) -> Reason | None:
    for sign, verb, name in (
        (-1, "charge", "available_charging_power_w"),
        (1, "discharge", "available_discharge_power_w"),
    ):
        available_w = _whole(seen.snapshot, name)
        if not seen.wants(sign) or available_w is None or seen.wanted_w is None:
            continue
        missing_w = abs(seen.wanted_w) - available_w
        if missing_w > min(TOLERANCE_W, abs(seen.wanted_w) / 2):
            kind, cells = _temperature(seen.snapshot)
            return Reason(kind, f"the battery can {verb} at {power(available_w)} at most{cells}")
    return None


def _temperature(snapshot: Snapshot) -> tuple[str, str]:
    """Return what may limit the power, and the temperature of the cells that says so."""
    blades = [blade for unit in snapshot.units for blade in unit.blades]
    warmest = max((blade.tmax_c for blade in blades if blade.tmax_c is not None), default=None)
    coldest = min((blade.tmin_c for blade in blades if blade.tmin_c is not None), default=None)
    if warmest is not None and warmest >= HOT_C:
        return "hot", f", and its warmest cell has {warmest:.0f} \N{DEGREE SIGN}C"
    if coldest is not None and coldest <= COLD_C:
        return "cold", f", and its coldest cell has {coldest:.0f} \N{DEGREE SIGN}C"
    return "limited", ""


def _warning(seen: Observed) -> Reason | None:
    warnings = seen.glance.warnings
    if not warnings:
        return None
    return Reason("warning", f"the device warns: {', '.join(warnings)}", is_final=False)


def _reference(seen: Observed) -> Reason | None:
    reference_w, battery_w = _whole(seen.snapshot, "power_reference_w"), seen.glance.battery.power_w
    if reference_w is None or battery_w is None or seen.wanted_w is None:
        return None
    is_held = _difference(battery_w, reference_w) == 0
    if not is_held or _difference(reference_w, seen.wanted_w) == 0:
        return None
    text = f"the unit is told to hold {power(reference_w)}, and no reading says why"
    return Reason("reference", text, is_final=False)


def _unreadable(seen: Observed) -> Reason | None:
    if seen.shortfall_w is not None:
        return None
    powers = {"battery": seen.glance.battery, "grid connection point": seen.glance.grid}
    missing = [f"{name} ({each.why})" for name, each in powers.items() if each.power_w is None]
    text = f"there is no power of the {' and of the '.join(missing)}"
    return Reason("unreadable", text, is_final=False)


def _whole(snapshot: Snapshot, name: str) -> float | None:
    """Return a power of the whole installation, None if a part of it is not known."""
    total = None if snapshot.total is None else getattr(snapshot.total, name)
    if total is not None:
        return float(total)
    parts = [getattr(unit, name) for unit in snapshot.units]
    return None if None in parts else sum(parts)


_REASONS: tuple[Callable[[Observed], Reason | None], ...] = (
    _unreadable,
    _alarm,
    _full,
    _empty,
    _house,
    _limited,
    _warning,
    _reference,
    lambda seen: Reason(
        "unknown", f"no reading says why; {state_text(seen.snapshot)}", is_final=False
    ),
)
"""What is looked for, in this order; the last one always holds."""
