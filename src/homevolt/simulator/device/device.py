"""The simulated device without a network: world, parameters, clock, log and cloud."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.cloud import Cloud
from homevolt.simulator.device.history import CAPACITY, INTERVAL_S, History
from homevolt.simulator.device.lockout import Lockout
from homevolt.simulator.device.log import DeviceLog
from homevolt.simulator.device.nodes import make_nodes
from homevolt.simulator.device.parameters import LOCAL_MODE, ParameterStore, Value, find
from homevolt.simulator.device.profiles import find_profile
from homevolt.simulator.world.clock import ManualClock, RealClock
from homevolt.simulator.world.installation import FRESH_S, Installation, step_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.simulator.device.device_options import DeviceOptions
    from homevolt.simulator.world.clock import SimClock
    from homevolt.simulator.world.ems.plan import Plan
    from homevolt.simulator.world.points import MeasuringPoint


WARM_UP_S: Final = 120.0
FULL_PERCENT: Final = 100

HOME_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Homevolt</title></head><body>Homevolt</body></html>"
)


@dataclass(slots=True)
class WriteControl:
    """How a write is carried out, and how many changes were made.

    Attributes:
        ignored: Confirm the write, but change nothing.
        limits: Options or parameters whose magnitude is limited, by name.
        effects: Number of changes that were made.
    """

    ignored: bool = False
    limits: dict[str, int] = field(default_factory=dict)
    effects: int = 0

    def carry_out(self, action: Callable[[], object]) -> None:
        """Make a change, unless writes are ignored."""
        if not self.ignored:
            action()
            self.effects += 1

    def limited(self, name: str, value: Value) -> Value:
        """Return the value of a parameter, limited as configured."""
        limit = self.limits.get(name)
        if limit is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return max(-limit, min(limit, value))


class SimulatedDevice:
    """One installation and the state of its local server.

    Attributes:
        options: The options it was made with.
        clock: Source of simulated time.
        profile: Its firmware profile.
        installation: The world: units, house and schedule.
        lockout: The count of wrong passwords.
        log: Its log.
        history: Its record of readings.
        parameters: Its parameters.
        nodes: Its radio nodes.
        files: Files in its flash, path to content.
        cloud: The cloud that plans for it.
        destructive_commands: Names of the destructive console commands carried out, in order.
        reboots: Number of reboots.
        reset_at: Time of a delayed reboot, epoch seconds, None for none.
        busy_until: Time until which it is starting and answers 503, epoch seconds.
        clock_is_set: Whether its clock was ever set; if not, its time is the uptime.
        pairing_until: Time until which radio nodes can be paired, epoch seconds.
        ffr_start_frequency: FFR start frequency of the inverter, in units of 5 mHz.
        control_timeout_s: Timeout of the inverter's control, 0 for none.
        version: Incremented with every change of state other than plan and parameters.
        cache: The latest encoded answers, for `endpoints`.
    """

    def __init__(self, options: DeviceOptions) -> None:
        self.options = options
        self.clock: SimClock = options.clock or RealClock()
        self.profile = options.profile or find_profile(options.firmware)
        self.seed = options.seed
        self.installation = Installation(
            seed=options.seed,
            units=options.units,
            clock=ManualClock(self.clock.now() - WARM_UP_S),
            with_grid=options.grid,
            with_solar=options.solar,
            with_load=options.load,
        )
        self.random = random.Random(f"surface {options.seed}")
        self.lockout = Lockout()
        self.log = DeviceLog(self.now)
        self.destructive_commands: list[str] = []
        self.reboots = 0
        self.reset_at: float | None = None
        self.busy_until = 0.0
        self.clock_is_set = True
        self.pairing_until = 0.0
        self.ffr_start_frequency = 9900
        self.control_timeout_s = 60
        self.version = 0
        self.cache: dict[str, tuple[object, Any]] = {}
        self.parameters = ParameterStore(self.installation.parameters)
        self.parameters.set("webserver_password", options.password or "", store=True)
        self.nodes = make_nodes(self.installation.points, options.seed)
        self.hub_eui = f"{self.random.getrandbits(64):016x}"
        self.files = self._factory_files()
        self.history = History()
        self.cloud = Cloud(
            self.plan,
            self.parameters,
            self.log,
            seed=options.seed,
            first_update=self.clock.now(),
            enabled=options.cloud,
        )
        self._warm_up()
        self.parameters.set(LOCAL_MODE, options.local_mode, store=True)
        self.log.add("info", "boot", f"firmware {self.profile.firmware} started")

    def _factory_files(self) -> dict[str, bytes]:
        version = f"{self.profile.firmware}\n".encode()
        return {"/spiffs/index.html": HOME_PAGE, "/spiffs/version.txt": version}

    def _warm_up(self) -> None:
        """Simulate two minutes, so that the first reading is of a battery in operation."""
        self.cloud.next_update -= WARM_UP_S
        self.installation.clock = self.clock
        self.advance()
        self.cloud.next_update = self.clock.now()
        self.advance()
        for unit in self.installation.units:
            for blade in unit.blades:
                blade.state_of_charge = self.options.soc / FULL_PERCENT
        self.history.clear()

    @property
    def plan(self) -> Plan:
        """The current schedule."""
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
        """Seconds since the last start, as reported."""
        return self.installation.uptime_ms / 1000

    @property
    def busy(self) -> bool:
        """Whether it is still starting."""
        self._reset_if_due()
        return self.clock.now() < self.busy_until

    def point(self, function: str) -> MeasuringPoint | None:
        """Return the measuring point of one function, None if there is none."""
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

    def unset_clock(self) -> None:
        """Let the device run as if its clock had never been set: it counts from 1970 at boot."""
        self.clock_is_set = False
        self.version += 1
        self.skew_s = -self.installation.started_s

    def now(self) -> float:
        """Return the time by the device's clock, epoch seconds."""
        return self.clock.now() + self.skew_s

    def advance(self) -> None:
        """Simulate world and cloud up to the present, each update of the cloud at its time."""
        self._reset_if_due()
        now = self.clock.now()
        world = self.installation
        gap_s = math.floor(now) - world.time_s
        # The steps of a long gap are as coarse as the whole of it allows; samples are taken every
        # minute, or as often as the history has room for.
        step_s, pause_s = step_for(gap_s), max(INTERVAL_S, gap_s // CAPACITY)
        for time_s in self.cloud.updates(now):
            self._sample_until(time_s, step_s, pause_s)
        self._sample_until(now - FRESH_S, step_s, pause_s)
        world.advance()
        self.history.sample(world)

    def _sample_until(self, until_s: float, step_s: int, pause_s: int) -> None:
        """Simulate in steps of `step_s`, and take a sample every `pause_s` seconds."""
        world, end_s = self.installation, math.floor(until_s)
        while world.time_s < end_s:
            world.advance(min(world.time_s + pause_s, end_s), step_s=step_s)
            self.history.sample(world)

    def set_parameter(self, name: str, value: Value, *, store: bool) -> None:
        """Set a parameter and log it."""
        self.parameters.set(name, value, store=store)
        self.log.add("info", "params", f"{name} = {self.parameters.reported(name)}")

    def assign_node(self, euid: str, *, function: str, interface: int, label: str) -> None:
        """Assign a radio node to a function.

        Args:
            euid: 16 hex digits of the node.
            function: "grid", "solar" or "unspecified".
            interface: Clamps in use, a bit mask.
            label: Text that a person gives it.
        """
        self.nodes = [
            replace(node, function=function, interface=interface, label=label)
            if node.euid == euid
            else node
            for node in self.nodes
        ]
        functions = {node.function for node in self.nodes if node.seen}
        self.installation.with_grid = "grid" in functions
        self.installation.with_solar = "solar" in functions
        self.version += 1

    def reset_after(self, delay_s: float | None) -> None:
        """Reboot after a delay in simulated seconds; None cancels a delayed reboot."""
        self.reset_at = None if delay_s is None else self.clock.now() + delay_s

    def _reset_if_due(self) -> None:
        if self.reset_at is not None and self.clock.now() >= self.reset_at:
            started_s, self.reset_at = self.reset_at, None
            self.reboot()
            self.busy_until = started_s + self.options.boot_s
            self.installation.started_s = started_s

    def reboot(self, boot_s: float | None = None) -> None:
        """Restart: lose what is not stored, and answer 503 while starting.

        Args:
            boot_s: Simulated seconds it takes to start; None for the option of the simulator.
        """
        self.advance()
        self.installation.reboot()
        self.parameters.load()
        self.lockout = Lockout()
        self.reset_at = None
        self.pairing_until = 0.0
        self.reboots += 1
        self.version += 1
        self.busy_until = self.clock.now() + (self.options.boot_s if boot_s is None else boot_s)
        if not self.clock_is_set:
            self.installation.skew_s = round(-self.installation.started_s)
        self.log.add("warning", "boot", "restarted")

    def factory_reset(self, *, restart: bool = True) -> None:
        """Return every parameter to its default, remove the schedule, and restart.

        Args:
            restart: False to go on without a restart.
        """
        for name in list(self.parameters.values):
            self.parameters.set(name, find(name).default, store=True)
        self.plan.clear()
        if restart:
            self.reboot()
