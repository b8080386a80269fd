"""Any calls, faults and other writers in any order: what is reported is what the device did."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from homevolt import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltError,
    HomevoltLocalModeError,
)
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import ConnectedDevice, connected_device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


Plan = list[tuple[Any, ...]]
FaultSettings = dict[str, Any] | None

POWERS: Final = st.integers(0, 5000)
HOURS: Final = st.integers(1, 6)
MODES: Final = st.sampled_from([1, 2, 7, 9])
ANSWERS: Final = ("reset", "garbage", "html", "redirect")
CLIENT: Final = "sched_clear; sched_add 2 --setpoint 7"
FAULTS: Final[list[dict[str, Any]]] = [
    *({"kind": kind, "when": when} for kind in ANSWERS for when in ("before", "after")),
    *(
        {"kind": "status", "status": status, "when": when}
        for status in (204, 400, 404, 500, 503, 507)
        for when in ("before", "after")
    ),
    *({"kind": kind} for kind in ("ignore", "truncate", "double_answer")),
    *({"kind": kind} for kind in ("idle_close", "idle_drop")),
    *({"kind": "other_client", "run": CLIENT, "when": when} for when in ("before", "after")),
]
ANY_FAULT: Final = st.none() | st.builds(
    lambda fault, nth: {**fault, "write": True, "nth": nth},
    st.sampled_from(FAULTS),
    st.sampled_from([1, 1, 1, 2, 3]),
)
"""A fault that strikes a write of the method, or none."""


def hours_from(now: float, count: int) -> int:
    """Return a whole hour after a moment, so that windows meet and repeat."""
    return int(now) // 3600 * 3600 + count * 3600


def _without_id(e: Entry) -> tuple[Any, ...]:
    return (e.type, e.from_time, e.to_time, e.min_soc, e.max_soc, sorted(e.options.items()))


class AnyUse(RuleBasedStateMachine):
    """One device, the library's view of it, and others who use it too."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.running: ConnectedDevice

    @initialize(firmware=st.sampled_from(["new", "old", "json", "bridge"]))
    def connect(self, firmware: str) -> None:
        """Serve a device and connect to it."""
        self.running = self.runner.run(
            self.stack.enter_async_context(
                connected_device(firmware=firmware, linked=True, schedule_timezone="auto")
            )
        )

    def teardown(self) -> None:
        """Stop the device."""
        self.runner.run(self.stack.aclose())
        self.runner.close()

    # What the device holds.

    @property
    def plan(self) -> Plan:
        """The plan on the device, without ids."""
        return sorted(map(_without_id, self.running.sim.installation.plan.entries), key=repr)

    @property
    def now(self) -> float:
        """The time by the device's clock."""
        return self.running.sim.device.now()

    @property
    def unexpired(self) -> Plan:
        """The plan without entries whose time has passed."""
        return [e for e in self.plan if e[2] is None or e[2] > self.now]

    @property
    def local_mode(self) -> bool:
        """Whether local mode is on."""
        return bool(self.running.sim.installation.parameters["settings_local"])

    def moment(self, hours: int) -> datetime:
        """Return a time that many hours from now, as callers give it."""
        return datetime.fromtimestamp(hours_from(self.now, hours)).astimezone()

    # Others.

    @rule(seconds=st.sampled_from([1, 60, 3600]))
    def time_passes(self, seconds: int) -> None:
        """Let time pass for everybody."""
        self.runner.run(self.running.clock.sleep(seconds))

    @rule(
        modes=st.lists(MODES, max_size=3),
        first=HOURS,
        setpoint=POWERS,
        is_cloud=st.booleans(),
    )
    def another_client_writes_a_plan(
        self, modes: list[int], first: int, setpoint: int, *, is_cloud: bool
    ) -> None:
        """Let another client, or the cloud, put a plan into the device."""
        entries = [
            Entry(
                mode,
                hours_from(self.now, first + n - 2),
                hours_from(self.now, first + n - 1),
                options={"setpoint": setpoint},
            )
            for n, mode in enumerate(modes)
        ]
        self.running.plan(*entries, schedule_id="cloud plan" if is_cloud else "Manual Schedule")

    @rule(on=st.sampled_from([True, True, False]))
    def another_client_switches_local_mode(self, *, on: bool) -> None:
        """Let another client switch local mode."""
        self.running.sim.device.set_parameter("settings_local", on, store=True)

    # The library's user.

    @rule(mode=MODES, setpoint=POWERS, fault_settings=ANY_FAULT)
    def set_mode(self, mode: int, setpoint: int, fault_settings: FaultSettings) -> None:
        """Set a mode."""
        self.write(
            lambda: self.running.device.set_battery_mode(mode, setpoint=setpoint),
            lambda _: [(e[0], e[2:]) for e in self.plan] == [(mode, self.given(setpoint))],
            fault_settings,
            own="sched_set",
        )

    @rule(mode=MODES, setpoint=POWERS, first=HOURS, length=HOURS, fault_settings=ANY_FAULT)
    def add(
        self, mode: int, setpoint: int, first: int, length: int, fault_settings: FaultSettings
    ) -> None:
        """Add an entry."""
        window: dict[str, Any] = {
            "from_time": self.moment(first),
            "to_time": self.moment(first + length),
        }
        new = self.entry(mode, setpoint, window)
        self.write(
            lambda: self.running.device.add_schedule(mode, setpoint=setpoint, **window),
            lambda before: self.plan.count(new) == before.count(new) + 1,
            fault_settings,
            own="sched_add",
        )

    @precondition(lambda self: self.running.sim.installation.plan.entries)
    @rule(pick=st.integers(0, 2), fault_settings=ANY_FAULT)
    def delete(self, pick: int, fault_settings: FaultSettings) -> None:
        """Delete an entry."""
        entries = self.running.sim.installation.plan.entries
        entry = entries[pick % len(entries)]
        assert entry.id is not None
        old = _without_id(entry)
        self.write(
            lambda: self.running.device.delete_schedule(entry.id),
            lambda before: self.plan.count(old) == before.count(old) - 1,
            fault_settings,
            own="sched_del",
        )

    @rule(fault_settings=ANY_FAULT)
    def clear(self, fault_settings: FaultSettings) -> None:
        """Delete every entry."""
        self.write(
            self.running.device.clear_all_schedules,
            lambda _: self.plan == [],
            fault_settings,
            own="sched_clear",
        )

    def hours(self, modes: list[int], first: int, setpoint: int) -> list[dict[str, Any]]:
        """Return entries of an hour each, as callers give them."""
        return [
            {
                "mode": mode,
                "setpoint": setpoint,
                "from_time": self.moment(first + n),
                "to_time": self.moment(first + n + 1),
            }
            for n, mode in enumerate(modes)
        ]

    @rule(
        modes=st.lists(MODES, max_size=3),
        first=HOURS,
        setpoint=POWERS,
        gradually=st.booleans(),
        fault_settings=ANY_FAULT,
    )
    def replace(
        self,
        modes: list[int],
        first: int,
        setpoint: int,
        fault_settings: FaultSettings,
        *,
        gradually: bool,
    ) -> None:
        """Replace the plan."""
        plan = self.hours(modes, first, setpoint)
        self.write(
            lambda: self.running.device.replace_schedule(plan, gradually=gradually),
            lambda _: (
                self.plan == sorted((self.entry(e["mode"], setpoint, e) for e in plan), key=repr)
            ),
            fault_settings,
            own="",
        )

    @rule(
        modes=st.lists(MODES, min_size=1, max_size=2),
        first=HOURS,
        setpoint=POWERS,
        fault_settings=ANY_FAULT,
    )
    def overlay(
        self, modes: list[int], first: int, setpoint: int, fault_settings: FaultSettings
    ) -> None:
        """Write windows over the plan."""
        windows = self.hours(modes, first, setpoint)
        self.write(
            lambda: self.running.device.overlay_schedule(windows),
            lambda before: self.is_overlaid(
                before, [self.entry(e["mode"], setpoint, e) for e in windows]
            ),
            fault_settings,
            own="",
        )

    @rule(value=st.integers(0, 100), fault_settings=ANY_FAULT)
    def set_parameter(self, value: int, fault_settings: FaultSettings) -> None:
        """Set a parameter."""
        self.write(
            lambda: self.running.device.set_parameter("ledstrip_bright_max", value),
            lambda _: self.running.sim.installation.parameters["ledstrip_bright_max"] == value,
            fault_settings,
            own="",
            is_schedule=False,
        )

    @rule(on=st.sampled_from([True, True, False]), fault_settings=ANY_FAULT)
    def switch_local_mode(self, fault_settings: FaultSettings, *, on: bool) -> None:
        """Switch local mode."""
        device = self.running.device
        self.write(
            device.enable_local_mode if on else device.disable_local_mode,
            lambda _: self.local_mode is on,
            fault_settings,
            own="",
            is_schedule=False,
        )

    # What must hold.

    def write(
        self,
        call: Callable[[], Awaitable[object]],
        took_effect: Callable[[Plan], bool],
        fault_settings: FaultSettings,
        *,
        own: str,
        is_schedule: bool = True,
    ) -> None:
        """Call a method, and compare what it says with what the device did."""
        before, was_local = self.plan, self.local_mode
        self.running.sim.journal.clear()
        fault = self.running.sim.faults.add_settings(fault_settings) if fault_settings else None

        async def run() -> HomevoltError | None:
            try:
                await call()
            except HomevoltError as error:
                return error
            return None

        error = self.runner.run(run())
        self.running.sim.faults.clear()
        struck = fault.kind if fault is not None and fault.hits else None
        self.check_sent_once(own)
        if is_schedule and not was_local:
            assert isinstance(error, HomevoltLocalModeError)
            assert self.plan == before
        elif error is None:
            assert took_effect(before), "a success that is not there"
        elif isinstance(error, HomevoltCommandOutcomeUnknownError):
            assert struck not in {None, "ignore", "other_client"}, f"unknown for no reason: {error}"
        else:
            assert isinstance(error, HomevoltCommandError)
            assert struck is not None, f"a failure for no reason: {error}"
            if struck != "other_client":
                assert self.still(before) == self.unexpired, f"a failure that is there: {error}"
                assert self.local_mode is was_local

    def check_sent_once(self, own: str) -> None:
        """Make sure that nothing was sent or carried out twice."""
        writes = self.running.sim.journal.writes
        assert all(record.effects <= 1 for record in writes)
        if own:
            assert sum((record.command or "").startswith(own) for record in writes) <= 1 + (
                own in {"sched_add", "sched_clear"} and len(writes) > 1
            )

    def still(self, plan: Plan) -> Plan:
        """Return the entries of a plan whose time has not passed."""
        return [e for e in plan if e[2] is None or e[2] > self.now]

    def is_overlaid(self, before: Plan, windows: Plan) -> bool:
        """Return whether the plan is the windows, and around them does what it did before."""
        begin, end = windows[0][1], windows[-1][2]

        def outside(plan: Plan) -> set[tuple[Any, ...]]:
            hours = range(begin - 12 * 3600, end + 12 * 3600, 3600)
            return {
                (hour, *entry[3:5], *map(str, entry[5:]), entry[0])
                for hour in hours
                for entry in plan
                if not begin <= hour < end
                and hour >= self.now
                and (entry[1] or 0) <= hour < (entry[2] or 2**40)
            }

        left, there = outside(self.plan), outside(before)
        return (
            all(window in self.plan for window in windows)
            and left <= there
            and {hour for hour, *_ in left} == {hour for hour, *_ in there}
        )

    def given(self, setpoint: int) -> tuple[Any, ...]:
        """Return the end of an entry that has nothing but a setpoint."""
        return (None, None, None, [("setpoint", setpoint)])

    def entry(self, mode: int, setpoint: int, window: dict[str, Any]) -> tuple[Any, ...]:
        """Return an entry as the device holds it."""
        start, end = (int(window[name].timestamp()) for name in ("from_time", "to_time"))
        return (mode, start, end, None, None, [("setpoint", setpoint)])


AnyUse.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestAnyUse = pytest.mark.unmeasured(AnyUse.TestCase)
