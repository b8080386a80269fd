"""Replacing the plan entry by entry: whenever the program dies, a plan is in force."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from homevolt import (
    BatteryMode,
    HomevoltCommandError,
    HomevoltCommandVerificationError,
    HomevoltError,
    ScheduleEntry,
)
from homevolt.simulator import Fault
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device
from tests.support.plans import HOUR, NOON, hours
from tests.support.scripted_device import document, done, in_turn, scripted_device

if TYPE_CHECKING:
    from tests.support.connected_device import ConnectedDevice

SELF_CONSUMPTION = 5
WRITES = 8
"""How many commands it takes to put `new_plan` instead of `old_plan`."""


def own(first: float, end: float) -> ScheduleEntry:
    """Return self-consumption in some hours from noon on."""
    mode = BatteryMode.GRID_CHARGE_DISCHARGE
    start, stop = NOON + first * HOUR, NOON + end * HOUR
    return ScheduleEntry(mode=mode, setpoint=0, from_time=start, to_time=stop)


def old_plan() -> list[ScheduleEntry]:
    return [own(0, 1), *hours(3, mode=1, first=1), own(4, 30)]


def new_plan() -> list[ScheduleEntry]:
    return [own(0, 1), *hours(1, mode=1, first=1), *hours(2, mode=2, first=2), own(8, 36)]


def windows(running: ConnectedDevice) -> list[tuple[float, float]]:
    """Return the windows on the device in hours from noon on, in their order."""
    entries = running.sim.installation.plan.entries
    return sorted(
        (
            ((each.from_time or 0) - WINTER_NOON) / 3600,
            ((each.to_time or 10**10) - WINTER_NOON) / 3600,
        )
        for each in entries
    )


async def test_what_stays_is_not_touched_and_the_rest_goes_from_the_last_to_the_first() -> None:
    async with connected_device() as running:
        await running.device.replace_schedule(old_plan())
        running.sim.journal.clear()
        schedule = await running.device.replace_schedule(new_plan(), gradually=True)
        sent = [line.split(" --")[0].split()[:2] for line in running.writes]
        assert sent == [
            ["sched_add", "5"],  # the copy of the last entry
            ["sched_del", "4"],
            ["sched_add", "5"],
            ["sched_del", "3"],
            ["sched_add", "2"],
            ["sched_del", "2"],
            ["sched_add", "2"],
            ["sched_del", "5"],
        ]
        assert len(sent) == WRITES
        assert windows(running) == [(0, 1), (1, 2), (2, 3), (3, 4), (8, 36)]
        assert schedule == running.device.schedule


@pytest.mark.parametrize("previous", [[], old_plan()[:2]])
async def test_without_a_plan_at_the_end_the_last_entry_needs_no_copy(
    previous: list[ScheduleEntry],
) -> None:
    async with connected_device() as running:
        await running.device.replace_schedule(previous)
        running.sim.journal.clear()
        await running.device.replace_schedule(new_plan(), gradually=True)
        assert running.writes[0].startswith("sched_add 5")
        assert sum(line.startswith("sched_add") for line in running.writes) <= len(new_plan())


async def test_the_same_plan_sends_nothing() -> None:
    async with connected_device() as running:
        await running.device.replace_schedule(old_plan())
        running.sim.journal.clear()
        await running.device.replace_schedule(old_plan(), gradually=True)
        assert running.writes == []


@pytest.mark.parametrize("is_carried_out", [False, True])
@pytest.mark.parametrize("dies_at", range(1, WRITES + 1))
async def test_a_program_killed_at_any_request_leaves_a_battery_that_does_not_stay_idle(
    dies_at: int, *, is_carried_out: bool
) -> None:
    async with connected_device(linked=True) as running:
        await running.device.replace_schedule(old_plan())
        # The program dies: nothing that it would do about it arrives either.
        faults = running.sim.faults
        if is_carried_out:
            faults.add(Fault("reset", write=True, nth=dies_at, count=1, when="after"))
        nth = dies_at + is_carried_out
        faults.add(Fault("reset", write=True, nth=nth, count=10_000, when="before"))
        try:
            await running.device.replace_schedule(new_plan(), gradually=True)
        except HomevoltError:
            pass
        else:
            assert dies_at + is_carried_out > WRITES
        spans = windows(running)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        plan, in_force = running.sim.installation.plan, []
        for quarter in range(40 * 4):
            active = plan.active(int(WINTER_NOON) + quarter * 900)
            in_force.append(None if active is None else active.type)
        known = [number for number, each in enumerate(in_force) if each is not None]
        assert in_force[0] == SELF_CONSUMPTION  # the previous plan goes on
        assert in_force[known[-1]] == SELF_CONSUMPTION
        # Whatever is missing in between, the end of one of the plans is there, and it ends.
        assert 30 * 4 <= known[-1] + 1 <= 37 * 4


async def test_a_failure_half_way_puts_the_previous_plan_back() -> None:
    async with connected_device(linked=True) as running:
        await running.device.replace_schedule(old_plan())
        before = windows(running)
        running.sim.faults.add("reset", command="sched_add 2*", when="before", count=1)
        with pytest.raises(HomevoltCommandError, match="previous plan was restored"):
            await running.device.replace_schedule(new_plan(), gradually=True)
        assert windows(running) == before


async def test_what_the_device_does_not_keep_is_undone_and_named() -> None:
    async with connected_device(firmware="limited", linked=True) as running:
        await running.device.replace_schedule(hours(3))
        before = windows(running)
        with pytest.raises(HomevoltCommandVerificationError, match="did not keep everything"):
            await running.device.replace_schedule(hours(2, mode=3), gradually=True)
        assert windows(running) == before


async def test_an_entry_without_end_is_replaced() -> None:
    async with connected_device() as running:
        running.plan(Entry(0, int(WINTER_NOON) - 60, None))
        await running.device.replace_schedule(new_plan(), gradually=True)
        assert windows(running) == [(0, 1), (1, 2), (2, 3), (3, 4), (8, 36)]


async def test_a_device_that_takes_no_window_beside_an_open_one_is_no_failure() -> None:
    start = 2_000_000_000
    wanted = ScheduleEntry(
        mode=BatteryMode.INVERTER_CHARGE,
        setpoint=100,
        from_time=datetime.fromtimestamp(start, UTC),
        to_time=datetime.fromtimestamp(start + 3600, UTC),
    )
    charge = {"type": 1, "from": start, "to": start + 3600, "params": {"setpoint": 100}}
    documents = [document({"id": 0, "type": 0})] * 2
    documents += [document(), document({"id": 1, **charge})]
    refusal = "Schedules overlap\nCommand 'sched_add' returned non-zero error code: 0x2 (ERROR)\n"
    async with scripted_device(
        schedule=in_turn(*documents),
        console=in_turn(f"esp32> sched_add\n{refusal}", done("sched_del"), done("sched_add")),
    ) as (scripted, device, _):
        await device.replace_schedule([wanted], gradually=True)
        sent = [form["cmd"].split()[0] for form in scripted.writes]
        assert sent == ["sched_add", "sched_del", "sched_add"]


async def test_a_device_in_another_zone_is_recognised_and_the_plan_is_right() -> None:
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        await running.device.replace_schedule(old_plan(), gradually=True)
        assert windows(running) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 30)]
        await running.device.replace_schedule(new_plan(), gradually=True)
        assert windows(running) == [(0, 1), (1, 2), (2, 3), (3, 4), (8, 36)]


async def test_another_client_that_writes_meanwhile_is_left_alone() -> None:
    async with connected_device(linked=True) as running:
        await running.device.replace_schedule(old_plan())
        running.sim.faults.add(
            Fault("other_client", run="sched_clear; sched_add 0", write=True, nth=3, count=1)
        )
        with pytest.raises(HomevoltCommandError, match="left alone"):
            await running.device.replace_schedule(new_plan(), gradually=True)


async def test_an_entry_of_another_client_that_comes_before_the_first_command_is_left_alone() -> (
    None
):
    async with connected_device(linked=True) as running:
        await running.device.replace_schedule(old_plan())
        running.sim.faults.add(
            Fault(
                "other_client",
                run="sched_add 2 --setpoint 700 --from 2099-01-01T00:00:00",
                path="/schedule.json",
                when="after",
                nth=1,
                count=1,
            )
        )
        with pytest.raises(HomevoltCommandError, match="left alone"):
            await running.device.replace_schedule(new_plan(), gradually=True)
        setpoints = [e.options.get("setpoint") for e in running.sim.installation.plan.entries]
        assert 700 in setpoints
