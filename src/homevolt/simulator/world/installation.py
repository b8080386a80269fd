"""The whole installation: units, house, schedule and meters, moved through simulated time.

At every step battery + grid + solar = house, where battery is + when it discharges, grid + when
it imports, solar + when it produces and the house's consumption is positive.

The world moves in whole seconds, so its state does not depend on how often it is advanced. A gap
of up to `FINE_GAP_S` is simulated in steps of one second, a longer one in coarser steps and a last
minute of fine ones, so that the number of steps is bounded; windows of the schedule open and close
on their second in either case.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from homevolt.simulator.world.clock import SECONDS_PER_HOUR, ManualClock
from homevolt.simulator.world.ems.active_entry import ActiveEntry, ParameterLimits
from homevolt.simulator.world.ems.energy_limits import UNLIMITED, EnergyCounter
from homevolt.simulator.world.ems.plan import Mode, Plan
from homevolt.simulator.world.ems.regulator import demand_w
from homevolt.simulator.world.factory import make_point_ids, make_units
from homevolt.simulator.world.house import House
from homevolt.simulator.world.meter import EnergyMeter
from homevolt.simulator.world.noise import Noise
from homevolt.simulator.world.points import MeasuringPoint, grid_point, load_point, solar_point
from homevolt.simulator.world.unit import share_between

if TYPE_CHECKING:
    from homevolt.simulator.world.clock import SimClock
    from homevolt.simulator.world.ems.plan import Entry
    from homevolt.simulator.world.unit import Unit

MAX_STEPS = 720
FRESH_S = 60
UPTIME_WRAP_MS = 2**32
FINE_GAP_S = 1200
STEPS_S = (
    *((FINE_GAP_S, 1), (3_600, 15), (7_200, 30), (43_200, 60), (86_400, 120)),
    *((216_000, 300), (432_000, 600), (1_296_000, 1800), (2_592_000, 3600)),
)
"""Gaps and the length of the steps in which one that is not longer is simulated."""

_BOOT_CHANNEL = 90


class Installation:
    """One or more units in one house.

    Args:
        seed: Same seed, same clock, same calls: same figures.
        units: How many units; the first is the leader that answers for all.
        clock: Source of time; a `ManualClock` where None.
        with_grid: Whether there is a clamp at the grid connection point. Without it the modes that
            follow the meter are idle.
        with_solar: Whether there is a solar plant, and a clamp on it.
        with_load: Whether the virtual load is reported.
        parameters: Values by name, read continuously; `ParameterLimits` lists those in use.

    Attributes:
        units: The units, leader first.
        house: Consumption, solar production and grid.
        plan: The schedule.
        parameters: Values by name; the owner of the parameters changes them here.
        time_s: Time up to which the world has been simulated, epoch seconds.
        skew_s: How far the device's clock, by which it follows its plan, is ahead of the world's.
        started_s: When the device started, epoch seconds of the world's clock.
        battery_w: Power of all units in the last step, + discharging.
        grid_w: Power at the meter in the last step, + import.
        meter: Counters of the grid connection point, the solar plant and the load.
    """

    __slots__ = (
        "_active",
        "_active_units",
        "_counter",
        "_entry",
        "_limits",
        "_point_ids",
        "_stale",
        "_standby_w",
        "battery_w",
        "clock",
        "grid_w",
        "house",
        "meter",
        "parameters",
        "plan",
        "seed",
        "skew_s",
        "started_s",
        "time_s",
        "units",
        "with_grid",
        "with_load",
        "with_solar",
    )

    def __init__(
        self,
        *,
        seed: int = 1,
        units: int = 1,
        clock: SimClock | None = None,
        with_grid: bool = True,
        with_solar: bool = True,
        with_load: bool = True,
        parameters: dict[str, object] | None = None,
    ) -> None:
        noise = Noise(seed)
        self.seed = seed
        self.clock: SimClock = ManualClock() if clock is None else clock
        self.with_grid = with_grid
        self.with_solar = with_solar
        self.with_load = with_load
        self.parameters: dict[str, object] = {} if parameters is None else parameters
        self.plan = Plan()
        self.units: list[Unit] = make_units(noise, units)
        self.house = House(seed) if with_solar else House(seed, solar_peak_w=0.0)
        self.meter = EnergyMeter(noise, with_solar=with_solar)
        self._counter = EnergyCounter(self.meter)
        self.time_s = math.floor(self.clock.now())
        self.skew_s = 0
        self.started_s = self.clock.now() - 86_400 * (1 + 30 * noise.uniform(_BOOT_CHANNEL, 0))
        self._point_ids = make_point_ids(noise)
        self._active_units = self.units
        self._standby_w = 0.0
        self._stale = True
        self._entry: Entry | None = None
        self._limits = ParameterLimits()
        self._active = ActiveEntry(None, self._limits, self.time_s)
        self.battery_w = self.grid_w = 0.0
        self._take_first_reading()

    @property
    def uptime_ms(self) -> int:
        """Milliseconds since the device started, modulo 2^32 (`/status.json` `up_time`)."""
        return max(0, round((self.clock.now() - self.started_s) * 1000)) % UPTIME_WRAP_MS

    @uptime_ms.setter
    def uptime_ms(self, uptime_ms: int) -> None:
        self.started_s = self.clock.now() - uptime_ms / 1000

    @property
    def device_time_s(self) -> int:
        """Time up to which the world has been simulated, by the device's clock."""
        return self.time_s + self.skew_s

    @property
    def online_units(self) -> list[Unit]:
        """The units that have not dropped out, leader first."""
        return [unit for unit in self.units if unit.online]

    @property
    def points(self) -> list[MeasuringPoint]:
        """The installed measuring points: solar, grid, load."""
        house, ids = self.house, self._point_ids
        points = []
        if self.with_solar:
            points.append(solar_point(house, self.meter, *ids["solar"]))
        if self.with_grid:
            points.append(grid_point(house, self.meter, self.battery_w, *ids["grid"]))
        if self.with_load:
            points.append(load_point(house, self.meter, self.battery_w, *ids["load"]))
        return points

    def reboot(self) -> None:
        """Restart the device now: entries written with `sched_set` are lost, time goes on."""
        self.advance()
        self.plan.reboot()
        self.started_s = self.clock.now()

    def rearm_reserve(self) -> None:
        """Make the fast frequency reserve of the active entry available again."""
        self._active.reserve.rearm(self.device_time_s)

    def advance(self, until_s: float | None = None, *, step_s: int | None = None) -> None:
        """Simulate up to the present; a time in the past changes nothing.

        Args:
            until_s: Time up to which to simulate instead, epoch seconds.
            step_s: Length of the steps, whole seconds; None chooses it by the gap.
        """
        end_s = math.floor(self.clock.now() if until_s is None else until_s)
        gap_s = end_s - self.time_s
        if gap_s <= 0:
            return
        if step_s is None:
            step_s = step_for(gap_s)
            if step_s > 1:
                # The present is as detailed after a long gap as after a short one.
                self.advance(end_s - FRESH_S, step_s=step_s)
                step_s = 1
        self._active_units = self.online_units
        self._standby_w = sum(unit.standby_w for unit in self._active_units)
        limits = ParameterLimits.of(self.parameters)
        if limits != self._limits:
            self._limits = limits
            self._stale = True
        while self.time_s < end_s:
            self._follow_plan()
            edge_s = self.plan.next_edge(self.device_time_s)
            stop_s = end_s if edge_s is None else min(end_s, edge_s - self.skew_s)
            while self.time_s < stop_s:
                # Steps begin on multiples of their length, so that gaps of any kind share them.
                length_s = min(step_s - self.time_s % step_s, stop_s - self.time_s)
                self._step(length_s)

    def _follow_plan(self) -> None:
        """Switch to the entry that is active now."""
        now_s = self.device_time_s
        entry = self.plan.active(now_s)
        if entry is not self._entry or self._stale:
            same = entry is self._entry
            started_s = self._active.started_s if same else now_s
            reserve = self._active.reserve if same else None
            self._active = ActiveEntry(entry, self._limits, started_s, reserve)
            self._entry = entry
            self._stale = False
        self._counter.open_windows(self._active.energy_limits, self.plan, now_s)
        for unit in self.units:
            unit.disconnected = self._active.offline

    def _step(self, length_s: int) -> None:
        """Simulate one step, in which house, solar production and grid are constant."""
        house, active = self.house, self._active
        hours = length_s / SECONDS_PER_HOUR
        house.move_to(self.time_s, length_s)
        for unit in self._active_units:
            unit.update_limits(hours, active.min_soc, active.max_soc)
        if active.type == Mode.IDLE or (active.follows_meter and not self.with_grid):
            power_w = 0.0
        else:
            remaining = UNLIMITED
            if active.has_energy_limit:
                remaining = self._counter.remaining(active.energy_limits, self.device_time_s)
            power_w = demand_w(
                active,
                house,
                time_s=self.device_time_s,
                step_s=length_s,
                previous_w=self.battery_w,
                standby_w=self._standby_w,
                remaining=remaining,
            )
        self._step_units(power_w, hours)
        self.grid_w = house.consumption_w - house.solar_w - self.battery_w
        self.meter.count(self.grid_w, house.solar_w, house.consumption_w, hours)
        self.time_s += length_s

    def _step_units(self, power_w: float, hours: float) -> None:
        """Split the power of the battery between the units that are online."""
        units, ambient_c = self._active_units, self.house.ambient_c
        if power_w != 0.0:
            # The blades also supply what the inverters draw, so that the sum is as demanded.
            blades_w = share_between(units, power_w + self._standby_w)
        else:
            blades_w = [0.0] * len(units)
        battery_w = 0.0
        for unit, part_w in zip(units, blades_w, strict=True):
            unit.setpoint_w = part_w - unit.standby_w if power_w else 0.0
            unit.step(part_w, hours, ambient_c)
            battery_w += unit.power_w
        self.battery_w = battery_w
        if len(units) < len(self.units):
            for unit in self.units:
                if not unit.online:
                    unit.step(0.0, hours, ambient_c)

    def _take_first_reading(self) -> None:
        """Set house and units to the present without simulating a step."""
        self.house.move_to(self.time_s)
        for unit in self.units:
            unit.set_temperature(self.house.ambient_c)
            unit.update_limits(1 / SECONDS_PER_HOUR, 0.0, 1.0)
            unit.power_w = -unit.standby_w
        self.battery_w = sum(unit.power_w for unit in self.units)
        self.grid_w = self.house.consumption_w - self.house.solar_w - self.battery_w


def step_for(gap_s: float) -> int:
    """Return the length of the steps, in seconds, in which a gap of `gap_s` is simulated."""
    coarsest_s = math.ceil(gap_s / MAX_STEPS)
    return next((step_s for longest_s, step_s in STEPS_S if gap_s <= longest_s), coarsest_s)
