"""The whole installation: units, house, schedule and meters, moved through simulated time.

At every step battery + grid + solar = house, where battery is + when it discharges, grid + when
it imports, solar + when it produces and the house's consumption is positive.

The world moves in whole seconds, so its state does not depend on how often it is advanced. A gap
of up to `FINE_STEPS` seconds is made up for in steps of one second, a longer one in coarser
steps, so that it costs a bounded number of them and a minute of fine ones; windows of the
schedule open and close on their second either way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from homevolt.simulator.world.clock import ManualClock
from homevolt.simulator.world.ems.allowance import UNLIMITED, EnergyAllowance
from homevolt.simulator.world.ems.modes import IDLE
from homevolt.simulator.world.ems.order import Limits, Order
from homevolt.simulator.world.ems.plan import Plan
from homevolt.simulator.world.ems.regulator import demand_w
from homevolt.simulator.world.factory import make_point_ids, make_units
from homevolt.simulator.world.house import House
from homevolt.simulator.world.meter import EnergyMeter
from homevolt.simulator.world.noise import Noise
from homevolt.simulator.world.points import MeasuringPoint, grid_point, load_point, solar_point
from homevolt.simulator.world.quantities import SECONDS_PER_HOUR
from homevolt.simulator.world.unit import share_between

if TYPE_CHECKING:
    from homevolt.simulator.world.clock import SimClock
    from homevolt.simulator.world.ems.plan import Entry
    from homevolt.simulator.world.unit import Unit

Firmware = Literal["new", "old"]

FINE_STEPS = 2000
FRESH_S = 60
COARSE_STEPS_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)

_BOOT_CHANNEL = 90


class Installation:
    """One or more units in one house.

    Args:
        seed: Same seed, same clock, same calls: same figures.
        units: How many units; the first is the leader that answers for all.
        firmware: Kept for whoever writes the payloads.
        clock: What time it is; a `ManualClock` where None.
        with_grid: Whether there is a clamp at the grid connection point. Without it the modes that
            follow the meter rest.
        with_solar: Whether there is a solar plant, and a clamp on it.
        with_load: Whether the virtual load is shown.
        parameters: Values by name, read live; see `Limits` for those that matter.

    Attributes:
        units: The units, leader first.
        house: Consumption, sun and grid.
        plan: The schedule.
        parameters: Values by name; whoever owns the parameters changes them here.
        time_s: Up to where the world has moved, epoch seconds.
        skew_s: How far the device's clock, by which it follows its plan, is ahead of the world's.
        battery_w: What all units gave in the last step, + discharging.
        grid_w: What passed the meter in the last step, + import.
        meter: Counters of the grid connection point, the solar plant and the load.
    """

    __slots__ = (
        "_active",
        "_allowance",
        "_at_work",
        "_boot_s",
        "_limits",
        "_order",
        "_point_ids",
        "_rest_w",
        "_stale",
        "battery_w",
        "clock",
        "firmware",
        "grid_w",
        "house",
        "meter",
        "parameters",
        "plan",
        "seed",
        "skew_s",
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
        firmware: Firmware = "new",
        clock: SimClock | None = None,
        with_grid: bool = True,
        with_solar: bool = True,
        with_load: bool = True,
        parameters: dict[str, object] | None = None,
    ) -> None:
        noise = Noise(seed)
        self.seed = seed
        self.firmware = firmware
        self.clock: SimClock = ManualClock() if clock is None else clock
        self.with_grid = with_grid
        self.with_solar = with_solar
        self.with_load = with_load
        self.parameters: dict[str, object] = {} if parameters is None else parameters
        self.plan = Plan()
        self.units: list[Unit] = make_units(noise, units)
        self.house = House(seed) if with_solar else House(seed, solar_peak_w=0.0)
        self.meter = EnergyMeter(noise, with_solar=with_solar)
        self._allowance = EnergyAllowance(self.meter)
        self.time_s = math.floor(self.clock.now())
        self.skew_s = 0
        self._boot_s = self.clock.now() - 86_400 * (1 + 30 * noise.uniform(_BOOT_CHANNEL, 0))
        self._point_ids = make_point_ids(noise)
        self._at_work = self.units
        self._rest_w = 0.0
        self._stale = True
        self._active: Entry | None = None
        self._limits = Limits()
        self._order = Order(None, self._limits, self.time_s)
        self.battery_w = self.grid_w = 0.0
        self._look()

    @property
    def uptime_ms(self) -> int:
        """Milliseconds since the device started (`/status.json` `up_time`)."""
        return max(0, round((self.clock.now() - self._boot_s) * 1000))

    @property
    def device_time_s(self) -> int:
        """Up to where the world has moved, by the device's clock."""
        return self.time_s + self.skew_s

    @property
    def online_units(self) -> list[Unit]:
        """The units that have not dropped out, leader first."""
        return [unit for unit in self.units if unit.online]

    @property
    def points(self) -> list[MeasuringPoint]:
        """The measuring points that are fitted: solar, grid, load."""
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
        """Start again now: what was written with `sched_set` is lost, the world goes on."""
        self.advance()
        self.plan.reboot()
        self._boot_s = self.clock.now()

    def advance(self, until_s: float | None = None, *, step_s: int | None = None) -> None:
        """Move the world to the present; a time that has passed already changes nothing.

        Args:
            until_s: Where to move it instead, epoch seconds.
            step_s: How long the steps are, whole seconds; None chooses by the gap.
        """
        end_s = math.floor(self.clock.now() if until_s is None else until_s)
        gap_s = end_s - self.time_s
        if gap_s <= 0:
            return
        if step_s is None:
            step_s = step_for(gap_s)
            if step_s > 1:
                # The present is to be as fresh after a long gap as after a short one.
                self.advance(end_s - FRESH_S, step_s=step_s)
                step_s = 1
        self._at_work = self.online_units
        self._rest_w = sum(unit.standby_w for unit in self._at_work)
        limits = Limits.of(self.parameters)
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
        """Take up the entry that is active now."""
        now_s = self.device_time_s
        active = self.plan.active(now_s)
        if active is not self._active or self._stale:
            same = active is self._active
            began_s = self._order.began_s if same else now_s
            reserve = self._order.reserve if same else None
            self._order = Order(active, self._limits, began_s, reserve)
            self._active = active
            self._stale = False
        order = self._order
        self._allowance.open_windows(order, self.plan.entries, now_s)
        for unit in self.units:
            unit.disconnected = order.offline

    def _step(self, length_s: int) -> None:
        """Move the world by a step in which house, sun and grid stand still."""
        house, order = self.house, self._order
        hours = length_s / SECONDS_PER_HOUR
        house.move_to(self.time_s, length_s)
        for unit in self._at_work:
            unit.measure_limits(hours, order.min_soc, order.max_soc)
        if order.type == IDLE or (order.follows_meter and not self.with_grid):
            wanted_w = 0.0
        else:
            left_wh = UNLIMITED
            if order.has_budget:
                left_wh = self._allowance.left_wh(order, self.device_time_s)
            wanted_w = demand_w(
                order,
                house,
                time_s=self.device_time_s,
                step_s=length_s,
                before_w=self.battery_w,
                rest_w=self._rest_w,
                left_wh=left_wh,
            )
        self._move_units(wanted_w, hours)
        self.grid_w = house.consumption_w - house.solar_w - self.battery_w
        self.meter.count(self.grid_w, house.solar_w, house.consumption_w, hours)
        self.time_s += length_s

    def _move_units(self, wanted_w: float, hours: float) -> None:
        """Split what is wanted of the battery between the units that are there."""
        at_work, ambient = self._at_work, self.house.ambient_c
        if wanted_w != 0.0:
            # What the inverters draw themselves comes on top, so that the sum is as wanted.
            inner_w = share_between(at_work, wanted_w + self._rest_w)
        else:
            inner_w = [0.0] * len(at_work)
        battery_w = 0.0
        for unit, part_w in zip(at_work, inner_w, strict=True):
            unit.setpoint_w = part_w - unit.standby_w if wanted_w else 0.0
            unit.step(part_w, hours, ambient)
            battery_w += unit.power_w
        self.battery_w = battery_w
        if len(at_work) < len(self.units):
            for unit in self.units:
                if not unit.online:
                    unit.step(0.0, hours, ambient)

    def _look(self) -> None:
        """Read house and units without letting time pass."""
        self.house.move_to(self.time_s)
        for unit in self.units:
            unit.acclimatise(self.house.ambient_c)
            unit.measure_limits(1 / SECONDS_PER_HOUR, 0.0, 1.0)
            unit.power_w = -unit.standby_w
        self.battery_w = sum(unit.power_w for unit in self.units)
        self.grid_w = self.house.consumption_w - self.house.solar_w - self.battery_w


def step_for(gap_s: float) -> int:
    """Return the length of the steps, in seconds, in which a gap of `gap_s` is made up for."""
    for step_s in COARSE_STEPS_S:
        if gap_s <= step_s * FINE_STEPS:
            return step_s
    return math.ceil(gap_s / FINE_STEPS)
