"""Replacing the whole plan: all or nothing, and the rollback."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from homevolt import (
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltValueError,
    ScheduleEntry,
)
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import SHORT_S, connected_device
from tests.support.plans import CLOUD_ID, cloud_plan, contents, hours
from tests.support.scripted_device import document, done, in_turn, scripted_device


@pytest.mark.parametrize("count", [0, 1, 24, 200])
async def test_a_plan_is_replaced_in_three_requests_and_one_for_each_entry(count: int) -> None:
    async with connected_device() as running:
        cloud_plan(running)
        wanted = hours(count)
        schedule = await running.device.replace_schedule(reversed(wanted))
        assert running.requests == count + 3
        assert [entry.setpoint for entry in reversed(schedule.entries)] == [
            entry.setpoint for entry in wanted
        ]
        assert schedule.is_local
        assert running.device.schedule == schedule


async def test_entries_may_be_mappings_or_read_from_a_device() -> None:
    async with connected_device() as running:
        schedule = await running.device.replace_schedule(
            [
                {"mode": "solar_charge", "to_time": "2026-01-15T18:00:00Z", "max_soc": 80},
                {"mode": 5, "from_time": "2026-01-15T18:00Z", "setpoint": -3000, "id": 17},
            ]
        )
        assert [entry.mode for entry in schedule.entries] == [7, 5]
        again = await running.device.replace_schedule(schedule.entries)
        assert again == schedule


WRONG_PLANS: list[tuple[Any, str]] = [
    (None, "a plan is a list of entries"),
    ("idle", "a plan is a list of entries"),
    ([1], "entry 1: an entry is a ScheduleEntry or a mapping, not 1"),
    ([{"setpoint": 1}], "entry 1: an entry needs a mode"),
    ([{"mode": 0}, {"mode": 3}], "entry 2: mode grid_charge needs a setpoint"),
    ([{"mode": 0, "powr": 3}], "entry 1: there is no option 'powr'"),
    ([{"mode": 0, 5: 3}], "entry 1: there is no option 5"),
    ([ScheduleEntry(mode=42)], "entry 1: mode must be 0 to 9, not 42"),
    (hours(1, first=-5), "entry 1: the window has ended already"),
    (hours(201), "at most 200 entries"),
    (hours(2) + hours(1, mode=2, first=2), "entry 2 .*inverter_charge.* and entry 3 .*discharge.*"),
    ([{"mode": 0}, *hours(1)], "entry 1 .idle always.* and entry 2"),
]


@pytest.mark.parametrize(("plan", "message"), WRONG_PLANS, ids=[m for _, m in WRONG_PLANS])
async def test_a_wrong_plan_is_refused_before_anything_is_sent(plan: Any, message: str) -> None:
    async with connected_device() as running:
        with pytest.raises(HomevoltValueError, match=message):
            await running.device.replace_schedule(plan)
        with pytest.raises(HomevoltValueError, match=message):
            await running.device.diff_schedule(plan)
        assert running.requests == 0


async def test_a_plan_of_endless_entries_is_refused() -> None:
    async with connected_device() as running:
        endless = (entry for number in range(10**9) for entry in hours(1, first=number + 1))
        with pytest.raises(HomevoltValueError, match="at most 200"):
            await running.device.replace_schedule(endless)


async def test_a_diff_shows_what_would_change_and_sends_nothing() -> None:
    async with connected_device() as running:
        await running.device.replace_schedule(hours(3))
        running.sim.journal.clear()
        same = await running.device.diff_schedule(hours(3))
        assert same.is_empty
        assert [entry.id for entry in same.kept] == [0, 1, 2]
        diff = await running.device.diff_schedule(hours(2) + hours(1, mode=2, first=3))
        assert [entry.setpoint for entry in diff.kept] == [100, 101]
        assert [entry.mode for entry in diff.added] == [2]
        assert [entry.id for entry in diff.removed] == [2]
        assert not diff.is_empty
        assert not (await running.device.diff_schedule(hours(4))).is_empty
        assert not (await running.device.diff_schedule(hours(2))).is_empty
        assert running.writes == []
        assert running.requests == 4


async def test_a_diff_needs_no_local_mode() -> None:
    async with connected_device(local_mode=False) as running:
        assert len((await running.device.diff_schedule(hours(2))).added) == 2


STEPS = ["sched_clear", "sched_add 1 * --setpoint 100", "sched_add 1 * --setpoint 102"]
FAILURES = [
    *((step, kind) for step in STEPS for kind in ("reset", "garbage", "status")),
    (STEPS[1], "silence"),
]


@pytest.mark.parametrize(("step", "kind"), FAILURES)
async def test_a_step_that_fails_midway_restores_the_previous_plan_of_the_cloud(
    step: str, kind: str
) -> None:
    async with connected_device(timeout=SHORT_S if kind == "silence" else 10.0) as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add(kind, command=step, when="before", count=1)
        with pytest.raises(HomevoltCommandError) as caught:
            await running.device.replace_schedule(hours(3))
        unchanged = step == "sched_clear"
        assert contents(running) == (previous if unchanged else previous[1:])
        said = "is unchanged: 3 entries" if unchanged else "restored, now as a local one: 2 ent"
        assert said in str(caught.value)
        assert unchanged or "1 whose time had passed left out" in str(caught.value)
        assert not isinstance(caught.value, HomevoltCommandOutcomeUnknownError)
        sent = [record.command for record in running.sim.journal.writes]
        assert sent.count("sched_clear") == (1 if step != STEPS[2] else 2)
        adds = [command for command in sent if command != "sched_clear"]
        assert len(adds) == len(set(adds))


@pytest.mark.parametrize(("step", "kind"), FAILURES)
async def test_a_replacement_continues_after_a_step_that_took_effect_without_an_answer(
    step: str, kind: str
) -> None:
    async with connected_device(timeout=SHORT_S if kind == "silence" else 10.0) as running:
        cloud_plan(running)
        running.sim.faults.add(kind, command=step, when="after", count=1)
        schedule = await running.device.replace_schedule(hours(3))
        assert [entry.setpoint for entry in schedule.entries] == [100, 101, 102]
        assert len(running.writes) == 4


async def test_a_step_that_the_device_refuses_restores_the_previous_plan() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        running.sim.advance(3600 * 2.5)  # by its own clock, which was read before
        previous = contents(running)
        with pytest.raises(
            HomevoltCommandRejectedError, match="The previous plan was restored"
        ) as e:
            await running.device.replace_schedule([*hours(1, first=7), *hours(1, first=1)])
        assert "entry 2 of 2 (inverter_charge from 2026-01-15 13:00:00Z" in str(e.value)
        assert e.value.reply == "Schedule end time is in the past"
        assert contents(running) == previous[2:]
        assert "refused by the device: 1 entry (2: grid_charge_discharge" in str(e.value)


async def test_a_plan_is_restored_at_its_own_times_by_a_device_in_another_zone() -> None:
    async with connected_device(firmware="local-time") as running:
        cloud_plan(running)
        previous = contents(running)
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await running.device.replace_schedule(hours(3, first=4))
        assert "reads times at UTC+01:00" in str(caught.value)
        assert "The previous plan was restored" in str(caught.value)
        assert contents(running) == previous[1:]


async def test_a_plan_that_the_device_does_not_keep_is_undone() -> None:
    async with connected_device(firmware="limited") as running:
        cloud_plan(running)
        running.plan(Entry(1, options={"setpoint": 5}))
        with pytest.raises(
            HomevoltCommandVerificationError, match="The previous plan was rest"
        ) as e:
            await running.device.replace_schedule(hours(2) + hours(1, mode=3, first=5))
        assert [entry.mode for entry in e.value.actual] == [1, 1, 0]
        assert contents(running) == [(1, None, None, None, None, {"setpoint": 5})]


async def test_if_restoring_fails_too_the_error_says_so() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        running.sim.faults.add("reset", command="sched_add*", when="before")
        with pytest.raises(HomevoltCommandOutcomeUnknownError) as caught:
            await running.device.replace_schedule(hours(3))
        assert "Restoring the previous plan (3 entries" in str(caught.value)
        assert running.clock.elapsed >= 120
        first, *others = [line for line in running.writes if line.startswith("sched_add")]
        assert "--setpoint 100" in first
        assert len(others) > 10
        assert len(set(others)) == 1  # it never got further than the first entry


async def test_if_the_first_command_is_not_sent_there_is_nothing_to_restore() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("status", status=401, write=True, count=1)
        with pytest.raises(HomevoltAuthenticationError):
            await running.device.replace_schedule(hours(3))
        assert contents(running) == previous
        assert running.requests == 2


async def test_a_device_that_does_not_clear_keeps_its_plan_and_loses_the_new_entries() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("ignore", command="sched_clear")
        with pytest.raises(HomevoltCommandVerificationError, match="unexpected 3 entries"):
            await running.device.replace_schedule(hours(1))
        assert contents(running) == previous


async def test_a_previous_plan_that_could_not_be_written_again_is_not_cleared() -> None:
    # The second 02:30 of the night on which the clocks of the device's zone go back.
    second = int(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp())
    async with connected_device(
        firmware="local-time", schedule_timezone="Europe/Stockholm"
    ) as running:
        running.plan(Entry(1, second))
        with pytest.raises(HomevoltValueError, match="twice"):
            await running.device.replace_schedule(hours(1))
        assert running.writes == []


async def test_a_cancelled_replacement_restores_the_previous_plan_before_it_ends() -> None:
    async def cancel(_seconds: float) -> None:
        replacing.cancel()

    async with connected_device(sleep=cancel) as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("latency", seconds=1, write=True, nth=20)
        replacing = asyncio.create_task(running.device.replace_schedule(hours(200)))
        with pytest.raises(asyncio.CancelledError):
            await replacing
        assert contents(running) == previous[1:]
        assert len(running.writes) == 20 + 1 + 2
        assert running.device.schedule is not None
        assert len(running.device.schedule.entries) == 2
        await running.device.set_battery_idle()


@pytest.mark.parametrize(
    "fault",
    [{"command": "sched_add 1 * --setpoint 102", "count": 1}, {"write": False, "nth": 2}],
    ids=["the last command", "reading back"],
)
async def test_a_replacement_that_is_cancelled_at_its_end_is_undone_too(
    fault: dict[str, Any],
) -> None:
    async def cancel(_seconds: float) -> None:
        replacing.cancel()

    async with connected_device(sleep=cancel) as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("latency", seconds=1, **fault)
        replacing = asyncio.create_task(running.device.replace_schedule(hours(3)))
        with pytest.raises(asyncio.CancelledError):
            await replacing
        assert contents(running) == previous[1:]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_device_that_restarts_midway_gets_its_previous_plan_when_it_is_back(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_device() as running:

        async def sleep(seconds: float) -> None:
            running.clock.advance(seconds)
            running.sim.advance(seconds)

        monkeypatch.setattr(running.clock, "sleep", sleep)
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("reboot", seconds=60, command=STEPS[1], when=when, count=1)
        with pytest.raises(HomevoltCommandError, match="The previous plan was restored") as caught:
            await running.device.replace_schedule(hours(3))
        assert not isinstance(caught.value, HomevoltCommandOutcomeUnknownError)
        assert contents(running) == previous[1:]
        assert [line for line in running.writes if line.startswith("sched_add 1")] == [
            "sched_add 1 --from 2026-01-15T13:00:00 --to 2026-01-15T14:00:00 --setpoint 100"
        ]


@pytest.mark.parametrize("cloud_has_written", [True, False])
async def test_a_plan_of_the_cloud_that_was_given_control_midway_is_not_overwritten(
    *, cloud_has_written: bool
) -> None:
    async def give_control(_seconds: float) -> None:
        running.sim.device.set_parameter("settings_local", False, store=True)
        if cloud_has_written:
            running.plan(Entry(6), schedule_id=CLOUD_ID[::-1])

    async with connected_device(sleep=give_control) as running:
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("ignore", command=STEPS[1])
        running.sim.faults.add("latency", seconds=1, command=STEPS[2], when="after", count=1)
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await running.device.replace_schedule(hours(3))
        if cloud_has_written:
            assert "Local mode was switched off meanwhile" in str(caught.value)
            assert running.writes.count("sched_clear") == 1
        else:
            assert "local mode is off, so the cloud may replace it" in str(caught.value)
            assert contents(running) == previous[1:]


async def test_a_plan_in_force_without_local_mode_is_not_a_success_and_is_not_undone() -> None:
    async def give_control(_seconds: float) -> None:
        running.sim.device.set_parameter("settings_local", False, store=True)

    async with connected_device(sleep=give_control) as running:
        running.sim.faults.add("latency", seconds=1, command=STEPS[2], when="after", count=1)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="The plan is in force, but"):
            await running.device.replace_schedule(hours(3))
        assert len(contents(running)) == 3
        assert running.writes.count("sched_clear") == 1


async def test_what_a_plan_of_newer_firmware_loses_by_being_restored_is_named() -> None:
    entry = {"id": 1, "type": 1, "boost": 1, "params": {"setpoint": 5, "eco_limit": 7, "x": None}}
    refusal = (
        "esp32> sched_add 0\nno\nCommand 'sched_add' returned non-zero error code: 0x2 (ERROR)"
    )
    async with scripted_device(
        schedule=in_turn(document(entry), document(entry), document(), document(entry)),
        console=in_turn(done("sched_clear"), refusal, done("sched_add")),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandRejectedError) as caught:
            await device.replace_schedule([{"mode": 0}])
        assert "The previous plan was restored: 1 entry" in str(caught.value)
        assert "cannot read or write: boost, params.eco_limit" in str(caught.value)
        assert len(scripted.writes) == 3


@pytest.mark.parametrize(
    "changes",
    [{"max": 99.5}, {"params": {"setpoint": 0.5}}, {"from": 1_900_000_000.5}],
)
async def test_a_plan_with_a_fraction_that_could_not_be_restored_is_not_replaced(
    changes: dict[str, Any],
) -> None:
    async with scripted_device(schedule=document({"id": 1, "type": 1} | changes)) as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltValueError, match=r"could not be restored.*takes whole "):
            await device.replace_schedule([{"mode": 0}])
        assert scripted.writes == []
        assert device.schedule is not None
        with pytest.raises(HomevoltValueError, match="whole "):
            await device.replace_schedule(device.schedule.entries)
        assert scripted.writes == []


async def test_a_connection_that_breaks_for_good_is_reported_as_unknown() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        running.sim.faults.add("reset", nth=20, count=10**6)
        with pytest.raises(HomevoltCommandOutcomeUnknownError) as caught:
            await running.device.replace_schedule(hours(200))
        assert isinstance(caught.value.__cause__, HomevoltConnectionError | HomevoltCommandError)
