"""The simulated device behind every door: world, parameters, clock, log, cloud, and its life."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homevolt.simulator.device.clamps import clamps_of
from homevolt.simulator.device.cloud import Cloud
from homevolt.simulator.device.history import CAPACITY, INTERVAL_S, History
from homevolt.simulator.device.lockout import Lockout
from homevolt.simulator.device.log import DeviceLog
from homevolt.simulator.device.parameters import LOCAL_MODE, ParameterStore, Value, find
from homevolt.simulator.world.clock import ManualClock
from homevolt.simulator.world.installation import FRESH_S, Installation, step_for

if TYPE_CHECKING:
    from homevolt.simulator.device.ems_cache import EncodedEms
    from homevolt.simulator.device.profiles import Profile
    from homevolt.simulator.world.clock import SimClock
    from homevolt.simulator.world.ems.plan import Plan
    from homevolt.simulator.world.points import MeasuringPoint


WARM_UP_S = 120.0
FULL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class DeviceOptions:
    """What a device is made of; the meaning of each is told by `Simulator`."""

    clock: SimClock
    profile: Profile
    password: str = ""
    seed: int = 1
    units: int = 1
    grid: bool = True
    solar: bool = True
    load: bool = True
    cloud: bool = True
    local_mode: bool = False
    soc: float = 60.0
    boot_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.soc <= FULL_PERCENT:
            raise ValueError(f"soc is a state of charge from 0 to 100 %, not {self.soc:g}")
        if not 0 <= self.boot_s < math.inf:
            raise ValueError(f"boot_s is 0 or more seconds, not {self.boot_s:g}")


class SimulatedDevice:
    """One installation with the state of its local server, free of any network."""

    def __init__(self, options: DeviceOptions) -> None:
        self.options = options
        self.clock = options.clock
        self.profile = options.profile
        self.seed = options.seed
        self.installation = Installation(
            seed=options.seed,
            units=options.units,
            firmware=options.profile.dialect,
            clock=ManualClock(options.clock.now() - WARM_UP_S),
            with_grid=options.grid,
            with_solar=options.solar,
            with_load=options.load,
        )
        self.random = random.Random(f"surface {options.seed}")
        self.lockout = Lockout()
        self.log = DeviceLog(self.now)
        self.harm: list[str] = []
        self.reboots = 0
        self.busy_until = 0.0
        self.version = 0
        self.parameters = ParameterStore(self.installation.parameters)
        self.parameters.set("webserver_password", options.password, store=True)
        self.clamps = clamps_of(self.installation.points, options.seed)
        self.hub_eui = f"{self.random.getrandbits(64):016x}"
        self.history = History()
        self.ems_cache: EncodedEms | None = None
        self.cloud = Cloud(
            self.plan,
            self.parameters,
            self.log,
            seed=options.seed,
            first_visit=options.clock.now(),
            enabled=options.cloud,
        )
        self._warm_up()
        self.parameters.set(LOCAL_MODE, options.local_mode, store=True)
        self.log.add("info", "boot", f"firmware {self.profile.firmware} started")

    def _warm_up(self) -> None:
        """Let the world run in, so that the first reading is of a battery at work."""
        self.cloud.next_visit -= WARM_UP_S
        self.installation.clock = self.clock
        self.advance()
        self.cloud.next_visit = self.clock.now()
        self.advance()
        for unit in self.installation.units:
            for blade in unit.blades:
                blade.state_of_charge = self.options.soc / FULL_PERCENT
        self.history.clear()

    @property
    def plan(self) -> Plan:
        """The schedule in force."""
        return self.installation.plan

    @property
    def password(self) -> str:
        """The password of the web server, empty for none."""
        return str(self.parameters.values["webserver_password"])

    @property
    def local_mode(self) -> bool:
        """Whether the device refuses the cloud's schedules (parameter `settings_local`)."""
        return bool(self.parameters.values[LOCAL_MODE])

    @property
    def uptime_s(self) -> float:
        """Seconds since the last start."""
        return self.installation.uptime_ms / 1000

    @property
    def busy(self) -> bool:
        """Whether it is still starting."""
        return self.clock.now() < self.busy_until

    def point(self, function: str) -> MeasuringPoint | None:
        """Return the measuring point of one function, None when there is none."""
        points = self.installation.points
        return next((point for point in points if point.function == function), None)

    @property
    def skew_s(self) -> int:
        """How far the device's clock is ahead, in whole seconds; negative if it is behind."""
        return self.installation.skew_s

    @skew_s.setter
    def skew_s(self, seconds: float) -> None:
        self.advance()
        self.installation.skew_s = round(seconds)

    def now(self) -> float:
        """Return the device's idea of the time, epoch seconds."""
        return self.clock.now() + self.skew_s

    def advance(self) -> None:
        """Bring world and cloud to the present, each visit of the cloud at its time."""
        now = self.clock.now()
        world = self.installation
        gap_s = math.floor(now) - world.time_s
        # A long gap is made up for in steps as coarse as the whole of it allows, and sampled each
        # minute, or as often as the history can hold.
        step_s, pause_s = step_for(gap_s), max(INTERVAL_S, gap_s // CAPACITY)
        for time_s in self.cloud.visits(now):
            self._remember_until(time_s, step_s, pause_s)
        self._remember_until(now - FRESH_S, step_s, pause_s)
        world.advance()
        self.history.sample(world)

    def _remember_until(self, until_s: float, step_s: int, pause_s: int) -> None:
        """Move the world in steps of `step_s`, and sample it each `pause_s` seconds."""
        world, end_s = self.installation, math.floor(until_s)
        while world.time_s < end_s:
            world.advance(min(world.time_s + pause_s, end_s), step_s=step_s)
            self.history.sample(world)

    def set_parameter(self, name: str, value: Value, *, store: bool) -> None:
        """Put a parameter in force."""
        self.parameters.set(name, value, store=store)
        self.version += 1
        shown = self.parameters.shown(name)
        self.log.add("info", "params", f"{name} = {shown}")

    def reboot(self, boot_s: float | None = None) -> None:
        """Restart: lose what is not stored; answer 503 while starting.

        Args:
            boot_s: Simulated seconds it takes to start; None for what the simulator was told.
        """
        self.advance()
        self.installation.reboot()
        self.parameters.reboot()
        self.lockout = Lockout()
        self.reboots += 1
        self.version += 1
        self.busy_until = self.clock.now() + (self.options.boot_s if boot_s is None else boot_s)
        self.log.add("warning", "boot", "restarted")

    def factory_reset(self) -> None:
        """Restart with every parameter at its default and no schedule."""
        for name in list(self.parameters.values):
            self.parameters.set(name, find(name).default, store=True)
        self.plan.clear()
        self.reboot()
