"""Measuring points: the readings of clamps and of the virtual load, phase by phase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homevolt.simulator.world.house import House, reactive_var

if TYPE_CHECKING:
    from homevolt.simulator.world.meter import EnergyMeter


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a measuring point.

    Attributes:
        voltage_v: Phase to neutral.
        current_a: 0 or more.
        power_w: With the sign of its measuring point.
        power_factor: Power per apparent power, -1 to 1.
    """

    voltage_v: float
    current_a: float
    power_w: float
    power_factor: float


@dataclass(frozen=True, slots=True)
class MeasuringPoint:
    """One entry of `/ems.json` `sensors`, before it is encoded.

    Attributes:
        function: "grid", "solar" or "load".
        euid: 16 hex digits; all 0 for a virtual one.
        node_id: Its number in the radio network, None for a virtual one.
        phases: L1, L2, L3.
        frequency_hz: Of the grid.
        total_power_w: Grid + import, - export; solar + production; load + consumption (the device
            reports the virtual load negative; the payload adds that sign).
        energy_imported_kwh: Counter as on the wire: imported, produced; nearly constant for the
            load.
        energy_exported_kwh: Counter as on the wire: exported; consumed for the load.
    """

    function: str
    euid: str
    node_id: int | None
    phases: tuple[Phase, ...]
    frequency_hz: float
    total_power_w: float
    energy_imported_kwh: float
    energy_exported_kwh: float


def phase_of(power_w: float, voltage_v: float, reactive: float = 0.0) -> Phase:
    """Return a phase with its current and power factor.

    Args:
        power_w: Active power, either sign.
        voltage_v: Phase to neutral.
        reactive: Reactive power in var.

    Returns:
        The phase; the power factor has the sign of the power, and is 0 without power.
    """
    apparent_va = math.hypot(power_w, reactive)
    factor = power_w / apparent_va if apparent_va else 0.0
    return Phase(voltage_v, apparent_va / voltage_v, power_w, factor)


def grid_point(
    house: House, meter: EnergyMeter, battery_w: float, euid: str, node_id: int | None
) -> MeasuringPoint:
    """Return the clamp at the grid connection point."""
    others_w = (house.solar_w + battery_w) / len(house.phases_w)
    return MeasuringPoint(
        "grid",
        euid,
        node_id,
        tuple(
            phase_of(phase_w - others_w, voltage_v, reactive_var(phase_w))
            for phase_w, voltage_v in zip(house.phases_w, house.voltages_v, strict=True)
        ),
        house.frequency_hz,
        house.consumption_w - house.solar_w - battery_w,
        meter.imported_wh / 1000,
        meter.exported_wh / 1000,
    )


def solar_point(house: House, meter: EnergyMeter, euid: str, node_id: int | None) -> MeasuringPoint:
    """Return the clamp at the solar inverter."""
    phase_w = house.solar_w / len(house.voltages_v)
    return MeasuringPoint(
        "solar",
        euid,
        node_id,
        tuple(phase_of(phase_w, voltage_v) for voltage_v in house.voltages_v),
        house.frequency_hz,
        house.solar_w,
        meter.produced_wh / 1000,
        0.0,
    )


def load_point(
    house: House, meter: EnergyMeter, battery_w: float, euid: str, node_id: int | None
) -> MeasuringPoint:
    """Return the load that the device calculates from the others; consumption is positive.

    As on captured devices a phase has the sum of the others' currents and their apparent power,
    so the phases do not add up to the total.
    """
    return MeasuringPoint(
        "load",
        euid,
        node_id,
        tuple(
            _load_phase(phase_w, (house.solar_w + battery_w) / len(house.phases_w), voltage_v)
            for phase_w, voltage_v in zip(house.phases_w, house.voltages_v, strict=True)
        ),
        house.frequency_hz,
        house.consumption_w,
        0.0,
        meter.consumed_wh / 1000,
    )


def _load_phase(house_w: float, others_w: float, voltage_v: float) -> Phase:
    grid = phase_of(house_w - others_w, voltage_v, reactive_var(house_w))
    exporting = grid.power_w < 0.0
    current_a = abs((-grid.current_a if exporting else grid.current_a) + others_w / voltage_v)
    return Phase(voltage_v, current_a, current_a * voltage_v, 1.0)
