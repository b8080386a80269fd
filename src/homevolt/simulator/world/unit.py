"""A unit: one inverter with its blades, as one entry of `/ems.json` `ems` shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from homevolt.simulator.world.quantities import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.simulator.world.blade import Blade

OP_STATES = {"offline": 0, "idle": 1, "charging": 2, "discharging": 3}
"""`op_state`: only 1, "idle", is a fact; the others are our choice."""
STATES = {"Standby": 2, "Operational": 3, "Throttled": 4}
"""`ems_data.state`: only 4, "Throttled", is a fact (an idle unit shows it)."""

LEAST_WEIGHT = 0.02
"""So that a unit with next to nothing left still counts."""

FAN_FROM_W = 1500.0
SYSTEM_SETTLES_S = 900.0
SYSTEM_RISE_K_PER_W = 0.03


@dataclass(slots=True)
class Unit:
    """One inverter with its blades. Powers are at its AC terminals, + when it discharges.

    The inverter draws `standby_w` from its terminals while it is connected; an idle unit therefore
    shows a few watts of charging, as captured units do.

    Attributes:
        ecu_id: Its name on the network, 12 hex digits.
        inverter_serial: Serial number of the inverter.
        blades: Its blades.
        rated_power_w: What the inverter can do at most, both ways.
        standby_w: What the inverter draws when connected.
        online: False while the unit has dropped out: no power, no entry in `/ems.json`.
        disconnected: True while an idle entry with `offline` holds: the inverter draws nothing.
        power_w: What it gave in the last step.
        setpoint_w: What it was asked to give.
        charge_limit_w: What it could have taken in the last step (`avail_ch_pwr`).
        discharge_limit_w: What it could have given in the last step (`avail_di_pwr`).
        energy_produced_wh: Counter of energy discharged (`ems_data.energy_produced`).
        energy_consumed_wh: Counter of energy charged (`ems_data.energy_consumed`).
        imported_wh: Counter of its meter that follows discharge (`ems_aggregate.imported_kwh`).
        exported_wh: Counter of its meter that follows charge (`ems_aggregate.exported_kwh`).
        standby_lost_wh: What the inverter drew since the simulation began.
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
        """What its blades store."""
        return sum(blade.energy_wh for blade in self.blades)

    @property
    def usable_wh(self) -> float:
        """What its blades can store (`ems_data.avail_cap`)."""
        return sum(blade.usable_wh for blade in self.blades)

    @property
    def rated_capacity_wh(self) -> float:
        """What its blades could store when new (`ems_info.rated_capacity`)."""
        return sum(blade.capacity_wh for blade in self.blades)

    @property
    def state_of_charge(self) -> float:
        """Mean over its blades by what they can store, 0 to 1 (`ems_data.soc_avg`)."""
        return min(1.0, self.stored_wh / self.usable_wh)

    @state_of_charge.setter
    def state_of_charge(self, share: float) -> None:
        for blade in self.blades:
            blade.state_of_charge = share
        self.measure_limits(1.0 / SECONDS_PER_HOUR, 0.0, 1.0)

    @property
    def lost_wh(self) -> float:
        """What it lost since the simulation began, blades and inverter."""
        return self.standby_lost_wh + sum(blade.lost_wh for blade in self.blades)

    @property
    def op_state_str(self) -> str:
        """What it does: "idle", "charging", "discharging" or "offline"."""
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
        """How it runs: "Operational", "Throttled" (idle, low power) or "Standby" (offline)."""
        doing = self.op_state_str
        return {"idle": "Throttled", "offline": "Standby"}.get(doing, "Operational")

    @property
    def state(self) -> int:
        """The number of `state_str`."""
        return STATES[self.state_str]

    @property
    def fan_on(self) -> bool:
        """True while it cools itself (`EMS_INFO_FAN_STATE_ON`)."""
        return abs(self.power_w) >= FAN_FROM_W

    @property
    def low_power(self) -> bool:
        """True while it idles (`EMS_INFO_LOW_POWER_MODE`)."""
        return self.op_state_str == "idle"

    @property
    def under_min_soc(self) -> bool:
        """True while nothing may be discharged (`EMS_WARNING_UNDER_SOC_MIN_WARNING`)."""
        return self.discharge_limit_w <= 0.0

    def inner_limit_w(self, *, discharging: bool) -> float:
        """Return what its blades can do through the inverter, as of the last measurement."""
        if discharging:
            return min(self.discharge_limit_w, self.rated_power_w + self.standby_w)
        return min(self.charge_limit_w, self.rated_power_w - self.standby_w)

    def acclimatise(self, ambient_c: float) -> None:
        """Give inverter and blades the temperature around them, in degrees Celsius."""
        self.system_temperature_c = ambient_c
        for blade in self.blades:
            blade.temperature_c = ambient_c

    def measure_limits(self, hours: float, min_soc: float, max_soc: float) -> None:
        """Find what it can take and give for `hours` between two states of charge (0 to 1)."""
        charge_w, discharge_w = [], []
        for blade in self.blades:
            charge_w.append(blade.charge_limit_w(hours, max_soc))
            discharge_w.append(blade.discharge_limit_w(hours, min_soc))
        self._charge_limits_w, self._discharge_limits_w = charge_w, discharge_w
        self.charge_limit_w = sum(charge_w)
        self.discharge_limit_w = sum(discharge_w)

    def step(self, inner_w: float, hours: float, ambient_c: float) -> None:
        """Let the blades give (+) or take (-) `inner_w` for `hours`, the inverter's draw included.

        Args:
            inner_w: Power of all blades together, within the limits just measured.
            hours: For how long.
            ambient_c: Temperature around it in degrees Celsius.
        """
        own_w = 0.0 if self.disconnected or not self.online else self.standby_w
        limits_w = self._discharge_limits_w if inner_w >= 0.0 else self._charge_limits_w
        loss_w = own_w
        for blade, part_w in zip(self.blades, share(inner_w, limits_w), strict=True):
            blade.step(part_w, hours, ambient_c)
            loss_w += blade.loss_w
        self.power_w = inner_w - own_w
        self.standby_lost_wh += own_w * hours
        energy_wh = self.power_w * hours
        if energy_wh > 0.0:
            self.energy_produced_wh += energy_wh
            self.imported_wh += energy_wh
        else:
            self.energy_consumed_wh -= energy_wh
            self.exported_wh -= energy_wh
        settled_c = ambient_c + SYSTEM_RISE_K_PER_W * loss_w
        self.system_temperature_c += (settled_c - self.system_temperature_c) * _moved_share(hours)


def share(demand_w: float, limits_w: Sequence[float]) -> list[float]:
    """Split a demand by capability: each part in proportion to what it can do.

    Args:
        demand_w: What all do together, either sign.
        limits_w: What each can do, 0 or more, in W.

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
    """Split a demand between units by their power and so that their states of charge even out.

    Args:
        units: Those that are there, with their limits measured.
        demand_w: What the blades of all do together, either sign.

    Returns:
        One power per unit, with the sign of the demand and within its limit; what one cannot do,
        the others do for it.
    """
    discharging = demand_w >= 0.0
    limits_w = [unit.inner_limit_w(discharging=discharging) for unit in units]
    left_w = min(abs(demand_w), sum(limits_w))
    parts_w = (
        [left_w]
        if len(units) == 1
        else _by_weight(units, left_w, limits_w, discharging=discharging)
    )
    return parts_w if discharging else [-part_w for part_w in parts_w]


def _by_weight(
    units: Sequence[Unit],
    left_w: float,
    limits_w: Sequence[float],
    *,
    discharging: bool,
) -> list[float]:
    charges = [unit.state_of_charge for unit in units]
    weights = [
        limit_w * (LEAST_WEIGHT + (charge if discharging else 1.0 - charge)) ** 2
        for limit_w, charge in zip(limits_w, charges, strict=True)
    ]
    parts_w = [0.0] * len(units)
    able = [number for number, limit_w in enumerate(limits_w) if limit_w > 0.0]
    while able:
        each = left_w / sum(weights[number] for number in able)
        full = [number for number in able if each * weights[number] >= limits_w[number]]
        for number in full or able:
            parts_w[number] = min(limits_w[number], each * weights[number])
        if not full:
            break
        left_w = max(0.0, left_w - sum(limits_w[number] for number in full))
        able = [number for number in able if number not in full]
    return parts_w


@lru_cache(maxsize=64)
def _moved_share(hours: float) -> float:
    """Return the share of a temperature difference that is made up for in `hours`."""
    return 1.0 - math.exp(-hours * SECONDS_PER_HOUR / SYSTEM_SETTLES_S)
