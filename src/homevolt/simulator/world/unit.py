"""A unit: one inverter with its blades, one entry of `ems` in `/ems.json`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from homevolt.simulator.world.clock import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.simulator.world.blade import Blade

OP_STATES = {"offline": 0, "idle": 1, "charging": 2, "discharging": 3}
"""`op_state`: only 1, "idle", is a fact; the others are our choice."""
STATES = {"Standby": 2, "Operational": 3, "Throttled": 4}
"""`ems_data.state`: only 4, "Throttled", is a fact (an idle unit shows it)."""

MIN_WEIGHT = 0.02
"""So that a nearly empty unit still takes part."""

FAN_FROM_W = 1500.0
SYSTEM_TIME_CONSTANT_S = 900.0
SYSTEM_RISE_K_PER_W = 0.03


@dataclass(slots=True)
class Unit:
    """One inverter with its blades. Powers are at its AC terminals, + when it discharges.

    The inverter draws `standby_w` from its terminals while it is connected; an idle unit therefore
    reports a few watts of charging, as captured units do.

    Attributes:
        ecu_id: Its name on the network, 12 hex digits.
        inverter_serial: Serial number of the inverter.
        blades: Its blades.
        rated_power_w: Maximum power of the inverter in either direction.
        standby_w: Power that the inverter draws when connected.
        online: False while the unit has dropped out: no power, no entry in `/ems.json`.
        disconnected: True while an idle entry with `offline` is active: the inverter draws nothing.
        power_w: Power in the last step.
        setpoint_w: Power that it was asked for.
        charge_limit_w: Available charging power in the last step (`avail_ch_pwr`).
        discharge_limit_w: Available discharging power in the last step (`avail_di_pwr`).
        energy_produced_wh: Counter of energy discharged (`ems_data.energy_produced`).
        energy_consumed_wh: Counter of energy charged (`ems_data.energy_consumed`).
        imported_wh: Counter of its meter that follows discharge (`ems_aggregate.imported_kwh`).
        exported_wh: Counter of its meter that follows charge (`ems_aggregate.exported_kwh`).
        standby_lost_wh: Energy that the inverter drew since the simulation began.
        system_temperature_c: Temperature of the inverter (`ems_data.sys_temp`).
    """

    ecu_id: str
    inverter_serial: str = ""
    blades: list[Blade] = field(default_factory=list)
    rated_power_w: float = 6000.0
    standby_w: float = 7.0
    online: bool = True
    disconnected: bool = False
    power_w: float = 0.0
    setpoint_w: float = 0.0
    charge_limit_w: float = 0.0
    discharge_limit_w: float = 0.0
    energy_produced_wh: float = 0.0
    energy_consumed_wh: float = 0.0
    imported_wh: float = 0.0
    exported_wh: float = 0.0
    standby_lost_wh: float = 0.0
    system_temperature_c: float = 20.0
    _charge_limits_w: list[float] = field(default_factory=list)
    _discharge_limits_w: list[float] = field(default_factory=list)

    @property
    def stored_wh(self) -> float:
        """Energy stored in its blades."""
        return sum(blade.energy_wh for blade in self.blades)

    @property
    def usable_wh(self) -> float:
        """Usable capacity of its blades (`ems_data.avail_cap`)."""
        return sum(blade.usable_wh for blade in self.blades)

    @property
    def rated_capacity_wh(self) -> float:
        """Rated capacity of its blades (`ems_info.rated_capacity`)."""
        return sum(blade.capacity_wh for blade in self.blades)

    @property
    def state_of_charge(self) -> float:
        """Mean over its blades weighted by capacity, 0 to 1 (`ems_data.soc_avg`)."""
        return min(1.0, self.stored_wh / self.usable_wh)

    @state_of_charge.setter
    def state_of_charge(self, share: float) -> None:
        for blade in self.blades:
            blade.state_of_charge = share
        self.update_limits(1.0 / SECONDS_PER_HOUR, 0.0, 1.0)

    @property
    def lost_wh(self) -> float:
        """Energy lost since the simulation began, blades and inverter."""
        return self.standby_lost_wh + sum(blade.lost_wh for blade in self.blades)

    @property
    def op_state_str(self) -> str:
        """Operating state: "idle", "charging", "discharging" or "offline"."""
        if self.disconnected or not self.online:
            return "offline"
        if abs(self.power_w) <= self.standby_w:
            return "idle"
        return "discharging" if self.power_w > 0.0 else "charging"

    @property
    def op_state(self) -> int:
        """The number of `op_state_str`."""
        return OP_STATES[self.op_state_str]

    @property
    def state_str(self) -> str:
        """State: "Operational", "Throttled" (idle, low power) or "Standby" (offline)."""
        return {"idle": "Throttled", "offline": "Standby"}.get(self.op_state_str, "Operational")

    @property
    def state(self) -> int:
        """The number of `state_str`."""
        return STATES[self.state_str]

    @property
    def fan_on(self) -> bool:
        """True while its fan runs (`EMS_INFO_FAN_STATE_ON`)."""
        return abs(self.power_w) >= FAN_FROM_W

    @property
    def low_power(self) -> bool:
        """True while it is idle (`EMS_INFO_LOW_POWER_MODE`)."""
        return self.op_state_str == "idle"

    @property
    def under_min_soc(self) -> bool:
        """True while it cannot be discharged (`EMS_WARNING_UNDER_SOC_MIN_WARNING`)."""
        return self.discharge_limit_w <= 0.0

    def blades_limit_w(self, *, discharging: bool) -> float:
        """Return the power its blades can exchange through the inverter, by the last update."""
        if discharging:
            return min(self.discharge_limit_w, self.rated_power_w + self.standby_w)
        return min(self.charge_limit_w, self.rated_power_w - self.standby_w)

    def set_temperature(self, ambient_c: float) -> None:
        """Set inverter and blades to the temperature around them, in degrees Celsius."""
        self.system_temperature_c = ambient_c
        for blade in self.blades:
            blade.temperature_c = ambient_c

    def update_limits(self, hours: float, min_soc: float, max_soc: float) -> None:
        """Set the power limits for `hours` between two states of charge (0 to 1)."""
        charge_w, discharge_w = [], []
        for blade in self.blades:
            charge_w.append(blade.charge_limit_w(hours, max_soc))
            discharge_w.append(blade.discharge_limit_w(hours, min_soc))
        self._charge_limits_w, self._discharge_limits_w = charge_w, discharge_w
        self.charge_limit_w = sum(charge_w)
        self.discharge_limit_w = sum(discharge_w)

    def step(self, blades_w: float, hours: float, ambient_c: float) -> None:
        """Discharge (+) or charge (-) the blades at `blades_w` for `hours`.

        Args:
            blades_w: Power of all blades together, within the limits just set; it includes what
                the inverter draws.
            hours: For how long.
            ambient_c: Temperature around it in degrees Celsius.
        """
        standby_w = 0.0 if self.disconnected or not self.online else self.standby_w
        limits_w = self._discharge_limits_w if blades_w >= 0.0 else self._charge_limits_w
        loss_w = standby_w
        for blade, part_w in zip(self.blades, share(blades_w, limits_w), strict=True):
            blade.step(part_w, hours, ambient_c)
            loss_w += blade.loss_w
        self.power_w = blades_w - standby_w
        self.standby_lost_wh += standby_w * hours
        energy_wh = self.power_w * hours
        if energy_wh > 0.0:
            self.energy_produced_wh += energy_wh
            self.imported_wh += energy_wh
        else:
            self.energy_consumed_wh -= energy_wh
            self.exported_wh -= energy_wh
        final_c = ambient_c + SYSTEM_RISE_K_PER_W * loss_w
        self.system_temperature_c += (final_c - self.system_temperature_c) * _changed_share(hours)


def share(demand_w: float, limits_w: Sequence[float]) -> list[float]:
    """Split a demand in proportion to the limit of each part.

    Args:
        demand_w: Power of all together, either sign.
        limits_w: Maximum power of each, 0 or more, in W.

    Returns:
        One power per limit, with the sign of the demand and within its limit; they add up to the
        demand, or to all limits where the demand is beyond them.
    """
    total_w = sum(limits_w)
    if total_w <= 0.0:
        return [0.0] * len(limits_w)
    factor = max(-1.0, min(1.0, demand_w / total_w))
    return [limit_w * factor for limit_w in limits_w]


def share_between(units: Sequence[Unit], demand_w: float) -> list[float]:
    """Split a demand between units by power limit, and so that their states of charge converge.

    Args:
        units: The units online, with their limits updated.
        demand_w: Power of the blades of all together, either sign.

    Returns:
        One power per unit, with the sign of the demand and within its limit; what one cannot
        deliver, the others deliver.
    """
    discharging = demand_w >= 0.0
    limits_w = [unit.blades_limit_w(discharging=discharging) for unit in units]
    remaining_w = min(abs(demand_w), sum(limits_w))
    parts_w = (
        [remaining_w]
        if len(units) == 1
        else _by_weight(units, remaining_w, limits_w, discharging=discharging)
    )
    return parts_w if discharging else [-part_w for part_w in parts_w]


def _by_weight(
    units: Sequence[Unit],
    remaining_w: float,
    limits_w: Sequence[float],
    *,
    discharging: bool,
) -> list[float]:
    charges = [unit.state_of_charge for unit in units]
    weights = [
        limit_w * (MIN_WEIGHT + (charge if discharging else 1.0 - charge)) ** 2
        for limit_w, charge in zip(limits_w, charges, strict=True)
    ]
    parts_w = [0.0] * len(units)
    available = [number for number, limit_w in enumerate(limits_w) if limit_w > 0.0]
    while available:
        each = remaining_w / sum(weights[number] for number in available)
        full = [number for number in available if each * weights[number] >= limits_w[number]]
        for number in full or available:
            parts_w[number] = min(limits_w[number], each * weights[number])
        if not full:
            break
        remaining_w = max(0.0, remaining_w - sum(limits_w[number] for number in full))
        available = [number for number in available if number not in full]
    return parts_w


@lru_cache(maxsize=64)
def _changed_share(hours: float) -> float:
    """Return the share of a temperature difference that disappears in `hours`."""
    return 1.0 - math.exp(-hours * SECONDS_PER_HOUR / SYSTEM_TIME_CONSTANT_S)
