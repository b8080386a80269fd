"""A battery blade: stored energy, power limits, losses and temperature.

Facts (`/ems.json`): a blade reports its rated capacity (6652 Wh in captures), state of charge,
state of health, cycle count, available energy and the lowest and highest cell temperature. The
model below is our choice: constant one-way efficiencies (the counters of captured units give a
round trip of about 89 %), power limits that taper near full, near empty, in the cold and in the
heat, and one thermal mass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

from homevolt.simulator.world.clock import SECONDS_PER_HOUR

TAPER_FULL_FROM = 0.90
"""State of charge from which charging tapers, down to `TAPER_FLOOR` when full."""
TAPER_EMPTY_FROM = 0.10
"""State of charge below which discharging tapers, down to `TAPER_FLOOR` when empty."""
TAPER_FLOOR = 0.15

CHARGE_COLD_C = (0.0, 10.0)
"""No charging below the first, full power above the second, linear between."""
DISCHARGE_COLD_C = (-20.0, -5.0)
HOT_C = (55.0, 45.0)

HEAT_CAPACITY_J_PER_K = 52_000.0
COOLING_W_PER_K = 9.0
CELL_SPREAD_K = 0.8
"""How far the coldest cell is below the mean, and the warmest above it, without load."""
CELL_SPREAD_K_PER_W = 0.02

FADE_PER_CYCLE = 3.0e-5
"""State of health lost in a full cycle: 70 % remain after 10,000."""

CELLS_IN_SERIES = 56
CELL_EMPTY_V = 3.45
CELL_SWING_V = 0.70
CELL_SAG_V_PER_W = 2.0e-5


@dataclass(slots=True)
class Blade:
    """One battery blade. Powers are at its terminals, + when it discharges.

    Attributes:
        serial_number: Serial number, 20 digits.
        capacity_wh: Rated capacity.
        max_charge_w: Maximum charging power.
        max_discharge_w: Maximum discharging power.
        charge_efficiency: Stored energy per energy charged.
        discharge_efficiency: Energy discharged per stored energy used.
        standby_w: Power that its electronics draw from its cells.
        energy_wh: Stored energy.
        cycles_before: Cycle count when the simulation began.
        temperature_c: Mean of its cells.
        power_w: Power in the last step.
        loss_w: Losses in the last step, standby included.
        charged_wh: Energy charged since the simulation began.
        discharged_wh: Energy discharged since then.
        lost_wh: Energy lost since then.
        usable_wh: Usable capacity, which fades with its cycles.
    """

    serial_number: str = ""
    capacity_wh: float = 6652.0
    max_charge_w: float = 3014.0
    max_discharge_w: float = 3014.0
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    standby_w: float = 1.5
    energy_wh: float = 3326.0
    cycles_before: int = 0
    temperature_c: float = 20.0
    power_w: float = 0.0
    loss_w: float = 0.0
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    lost_wh: float = 0.0
    usable_wh: float = field(init=False)
    _fade_at_wh: float = field(init=False)

    def __post_init__(self) -> None:
        self._fade()
        self.energy_wh = min(self.energy_wh, self.usable_wh)

    @property
    def state_of_charge(self) -> float:
        """State of charge, 0 to 1 (`bms_data[].soc`)."""
        return min(1.0, self.energy_wh / self.usable_wh)

    @state_of_charge.setter
    def state_of_charge(self, share: float) -> None:
        self.energy_wh = self.usable_wh * min(1.0, max(0.0, share))

    @property
    def state_of_health(self) -> float:
        """Usable share of the rated capacity, 0 to 1 (`bms_data[].soh`)."""
        return self.usable_wh / self.capacity_wh

    @property
    def cycle_count(self) -> int:
        """Full cycles, counted by discharged energy (`bms_data[].cycle_count`)."""
        return self.cycles_before + int(self.discharged_wh / self.capacity_wh)

    @property
    def temperature_min_c(self) -> float:
        """Temperature of the coldest cell (`bms_data[].tmin`)."""
        return self.temperature_c - CELL_SPREAD_K

    @property
    def temperature_max_c(self) -> float:
        """Temperature of the warmest cell (`bms_data[].tmax`)."""
        return self.temperature_c + CELL_SPREAD_K + CELL_SPREAD_K_PER_W * self.loss_w

    @property
    def voltage_v(self) -> float:
        """Voltage at its terminals: higher when full, sagging under load."""
        cell = CELL_EMPTY_V + CELL_SWING_V * self.state_of_charge - CELL_SAG_V_PER_W * self.power_w
        return CELLS_IN_SERIES * cell

    @property
    def current_a(self) -> float:
        """Current at its terminals, + when it discharges."""
        return self.power_w / self.voltage_v

    def charge_limit_w(self, hours: float, ceiling: float = 1.0) -> float:
        """Return the power at which it can charge for `hours` and stay below `ceiling`.

        Args:
            hours: For how long.
            ceiling: Highest state of charge allowed, 0 to 1.

        Returns:
            W, 0 or more.
        """
        free_wh = self.usable_wh * ceiling - self.energy_wh
        if free_wh <= 0.0:
            return 0.0
        power_w = self.max_charge_w
        share = self.energy_wh / self.usable_wh
        if share > TAPER_FULL_FROM:
            power_w *= max(TAPER_FLOOR, (1.0 - share) / (1.0 - TAPER_FULL_FROM))
        if self.temperature_c < CHARGE_COLD_C[1] or self.temperature_c > HOT_C[1]:
            power_w *= _ramp(self.temperature_c, *CHARGE_COLD_C)
            power_w *= _ramp(self.temperature_c, *HOT_C)
        return min(power_w, free_wh / (self.charge_efficiency * hours))

    def discharge_limit_w(self, hours: float, floor: float = 0.0) -> float:
        """Return the power at which it can discharge for `hours` and stay above `floor`.

        Args:
            hours: For how long.
            floor: Lowest state of charge allowed, 0 to 1.

        Returns:
            W, 0 or more.
        """
        available_wh = self.energy_wh - self.usable_wh * floor
        if available_wh <= 0.0:
            return 0.0
        power_w = self.max_discharge_w
        share = self.energy_wh / self.usable_wh
        if share < TAPER_EMPTY_FROM:
            power_w *= max(TAPER_FLOOR, share / TAPER_EMPTY_FROM)
        if self.temperature_c < DISCHARGE_COLD_C[1] or self.temperature_c > HOT_C[1]:
            power_w *= _ramp(self.temperature_c, *DISCHARGE_COLD_C)
            power_w *= _ramp(self.temperature_c, *HOT_C)
        return min(power_w, available_wh * self.discharge_efficiency / hours)

    def step(self, power_w: float, hours: float, ambient_c: float) -> None:
        """Discharge (+) or charge (-) at `power_w` for `hours`.

        Args:
            power_w: Within the limits that the two methods above return.
            hours: For how long.
            ambient_c: Temperature around it in degrees Celsius.
        """
        energy_wh = power_w * hours
        if energy_wh > 0.0:
            change_wh = -energy_wh / self.discharge_efficiency
            self.discharged_wh += energy_wh
        else:
            change_wh = -energy_wh * self.charge_efficiency
            self.charged_wh -= energy_wh
        stored_wh = max(0.0, self.energy_wh + change_wh)
        standby_wh = min(stored_wh, self.standby_w * hours)
        self.energy_wh = stored_wh - standby_wh
        lost_wh = standby_wh - change_wh - energy_wh
        self.lost_wh += lost_wh
        self.power_w = power_w
        self.loss_w = lost_wh / hours
        final_c = ambient_c + self.loss_w / COOLING_W_PER_K
        self.temperature_c = final_c + (self.temperature_c - final_c) * _remaining_share(hours)
        if self.discharged_wh >= self._fade_at_wh:
            self._fade()

    def _fade(self) -> None:
        self.usable_wh = self.capacity_wh * max(0.5, 1.0 - FADE_PER_CYCLE * self.cycle_count)
        whole_cycles = self.cycle_count - self.cycles_before
        self._fade_at_wh = (whole_cycles + 1) * self.capacity_wh


def _ramp(value: float, zero_at: float, one_at: float) -> float:
    return min(1.0, max(0.0, (value - zero_at) / (one_at - zero_at)))


@lru_cache(maxsize=64)
def _remaining_share(hours: float) -> float:
    """Return the share of a temperature difference that remains after `hours`."""
    return math.exp(-hours * SECONDS_PER_HOUR * COOLING_W_PER_K / HEAT_CAPACITY_J_PER_K)
