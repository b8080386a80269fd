"""What a person wants to know first, taken from a snapshot: for the status view and for JSON.

For a single unit these are its readings; for a cluster the device's own sums, and where it gives
none, the sum over the units if every one of them is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from homevolt.readings.snapshot import Snapshot
    from homevolt.readings.views import UnitView
    from homevolt.schedule.entry import ScheduleEntry

NO_POINT = "no measuring point"
NO_SIGNAL = "no signal"
UNKNOWN = "unknown"
NO_ERROR = frozenset({"", "no error"})


class Power(NamedTuple):
    """A power with its sign as the device has it.

    Attributes:
        power_w: The power, None if it is not known.
        why: Why it is not known.
    """

    power_w: float | None
    why: str = UNKNOWN


class Overview(NamedTuple):
    """The state of an installation at a glance.

    Attributes:
        state_of_charge_ratio: 0 to 1.
        available_energy_wh: What can be taken out.
        capacity_wh: What can be taken out of a full battery.
        rated_power_w: The inverters' power by their rating plates.
        battery: + discharging, - charging.
        grid: + importing, - exporting.
        solar: + producing.
        house: + consuming.
        alarms: Each with the part that raises it.
        warnings: Likewise.
        next_entry: The schedule's entry that starts next, None if there is none or it is unknown.
    """

    state_of_charge_ratio: float | None
    available_energy_wh: float | None
    capacity_wh: float | None
    rated_power_w: float | None
    battery: Power
    grid: Power
    solar: Power
    house: Power
    alarms: tuple[str, ...] | None
    warnings: tuple[str, ...] | None
    next_entry: ScheduleEntry | None


def overview(snapshot: Snapshot) -> Overview:
    """Return the state of an installation at a glance.

    Args:
        snapshot: What was read.
    """
    upcoming = [] if snapshot.schedule is None else snapshot.schedule.upcoming(snapshot.at)
    return Overview(
        state_of_charge_ratio=_state_of_charge_ratio(snapshot),
        available_energy_wh=_whole(snapshot, "available_discharge_energy_wh"),
        capacity_wh=_whole(snapshot, "available_capacity_wh"),
        rated_power_w=_sum([unit.rated_power_w for unit in snapshot.units]),
        battery=Power(_whole(snapshot, "power_w")),
        grid=_metered(snapshot, "grid"),
        solar=_metered(snapshot, "solar"),
        house=Power(snapshot.house_consumption_w),
        alarms=_alarms(snapshot),
        warnings=_warnings(snapshot),
        next_entry=upcoming[0] if upcoming else None,
    )


def _whole(snapshot: Snapshot, attribute: str) -> float | None:
    """Return a quantity of the whole installation."""
    total = None if snapshot.total is None else getattr(snapshot.total, attribute)
    return _sum([getattr(unit, attribute) for unit in snapshot.units]) if total is None else total


def _state_of_charge_ratio(snapshot: Snapshot) -> float | None:
    """Return the state of charge; the device's mean over the units, or else one by capacity."""
    if snapshot.total is None:
        return snapshot.unit.state_of_charge_ratio
    if snapshot.total.state_of_charge_ratio is not None:
        return snapshot.total.state_of_charge_ratio
    capacity = _sum([unit.available_capacity_wh for unit in snapshot.units])
    stored = _sum([_stored_wh(unit) for unit in snapshot.units])
    return stored / capacity if stored is not None and capacity else None


def _stored_wh(unit: UnitView) -> float | None:
    ratio, capacity = unit.state_of_charge_ratio, unit.available_capacity_wh
    return None if ratio is None or capacity is None else ratio * capacity


def _metered(snapshot: Snapshot, function: str) -> Power:
    """Return the power at all measuring points of a function."""
    meters = [meter for meter in snapshot.meters if meter.function == function]
    if not meters:
        return Power(None, NO_POINT)
    if not all(meter.available for meter in meters):
        return Power(None, NO_SIGNAL)
    return Power(_sum([meter.power_w for meter in meters]))


def _alarms(snapshot: Snapshot) -> tuple[str, ...] | None:
    """Return the alarms of units and blades and the errors of units; None if all are unknown."""
    found = [(_prefix(snapshot, unit), unit.alarms) for unit in snapshot.units]
    found += [
        (f"{_prefix(snapshot, unit)}battery {blade.number}: ", blade.alarms)
        for unit in snapshot.units
        for blade in unit.blades
    ]
    found += [
        (_prefix(snapshot, unit), (unit.error,))
        for unit in snapshot.units
        if unit.error is not None and unit.error.lower() not in NO_ERROR
    ]
    return _summarise(found)


def _warnings(snapshot: Snapshot) -> tuple[str, ...] | None:
    return _summarise([(_prefix(snapshot, unit), unit.warnings) for unit in snapshot.units])


def _prefix(snapshot: Snapshot, unit: UnitView) -> str:
    """Return how a message begins that is about one of several units."""
    return f"{unit.ecu_id}: " if len(snapshot.units) > 1 else ""


def _summarise(found: list[tuple[str, tuple[str, ...] | None]]) -> tuple[str, ...] | None:
    if all(messages is None for _, messages in found):
        return None
    return tuple(prefix + message for prefix, messages in found for message in messages or ())


def _sum(values: list[float | None]) -> float | None:
    """Return a sum, None if one of its parts is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
