"""What proves a write, and what does not: the plan and the values that were there before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from homevolt import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
    HomevoltDataError,
    HomevoltValueError,
    ScheduleEntry,
)
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from homevolt.transport.lockout import LONGEST_LOCK_S
from tests.support.connected_device import SHORT_S, connected_device
from tests.support.payloads import NOW
from tests.support.plans import HOUR, NOON, cloud_plan, hours
from tests.support.scripted_device import document, done, in_turn, scripted_device


def utc(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


@pytest.mark.parametrize("kind", ["reset", "ignore"])
async def test_what_was_there_before_does_not_prove_a_write(kind: str) -> None:
    async with connected_device() as running:
        await running.device.charge_battery(max_power=500, max_soc=60)
        await running.device.set_parameter("ledstrip_bright_max", 42, store=False)
        running.sim.faults.add(kind, write=True)
        with pytest.raises(HomevoltCommandError, match="max_soc: expected none, actual 60"):
            await running.device.charge_battery()
        if kind == "reset":
            with pytest.raises(HomevoltCommandOutcomeUnknownError):
                await running.device.set_parameter("ledstrip_bright_max", 42)
            with pytest.raises(HomevoltCommandOutcomeUnknownError):
                await running.device.set_parameter("webserver_password", "another")


@pytest.mark.parametrize("key", ["ems_psk", "ledstrip_bright_max"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_unclear_answer_about_what_cannot_be_seen_or_is_there_already_proves_nothing(
    key: str, when: str
) -> None:
    async with connected_device() as running:
        value = "newsecret" if key == "ems_psk" else 100
        running.sim.faults.add("status", status=400, write=True, when=when)
        with pytest.raises(HomevoltCommandOutcomeUnknownError) as caught:
            await running.device.set_parameter(key, value)
        assert "newsecret" not in str(caught.value)


async def test_local_mode_that_is_written_as_a_parameter_shows_in_the_schedule() -> None:
    async with connected_device() as running:
        await running.device.set_parameter("settings_local", value=False)
        assert running.device.schedule is not None
        assert running.device.schedule.local_mode is False


async def test_a_plan_with_fewer_options_is_another_plan() -> None:
    async with connected_device() as running:
        full = {"max_charge": 1000, "setpoint": 700}
        begin, end = int(WINTER_NOON) + 3600, int(WINTER_NOON) + 7200
        running.plan(Entry(1, begin, end, None, 50, options=full))
        bare = [ScheduleEntry(mode=1, from_time=NOON + HOUR, to_time=NOON + 2 * HOUR)]
        assert not (await running.device.diff_schedule(bare)).is_empty
        running.sim.faults.add("ignore")
        with pytest.raises(HomevoltCommandVerificationError, match="is unchanged"):
            await running.device.replace_schedule(bare)


async def test_a_new_plan_with_more_options_is_not_taken_for_the_previous_one() -> None:
    async with connected_device() as running:
        running.plan(Entry(1, None, int(WINTER_NOON) + 7200))
        wanted = [{"mode": 1, "to_time": NOON + 2 * HOUR, "max_charge": 1000}]
        running.sim.faults.add("status", status=404, write=False, nth=2)
        with pytest.raises(HomevoltCommandError, match="The previous plan was restored"):
            await running.device.replace_schedule(wanted)
        assert [entry.options for entry in running.sim.installation.plan.entries] == [{}]


async def test_a_silence_after_which_the_plan_is_unchanged_leaves_the_outcome_unknown() -> None:
    async with connected_device(timeout=SHORT_S) as running:
        cloud_plan(running)
        running.sim.faults.add("silence", command="sched_clear", when="before", count=1)
        with pytest.raises(
            HomevoltCommandOutcomeUnknownError, match="may still carry out the command"
        ):
            await running.device.replace_schedule(hours(1))


async def test_a_previous_plan_of_which_the_device_takes_nothing_back_is_not_restored() -> None:
    refusal = (
        "esp32> sched_add 0\nno\nCommand 'sched_add' returned non-zero error code: 0x2 (ERROR)"
    )
    clear = done("sched_clear")
    async with scripted_device(
        schedule=in_turn(*[document({"id": 1, "type": 1})] * 2, document()),
        console=in_turn(clear, refusal, clear, refusal),
    ) as (_, device, _clock):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="The device refused 1 entry"):
            await device.replace_schedule([{"mode": 0}])


async def test_options_that_no_entry_holds_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = {"id": 1, "type": 1, "params": {"eco_limit": 7}}
    async with scripted_device(schedule=document(entry)) as (_, device, _clock):
        await device.diff_schedule([{"mode": 1}])
    assert "params.eco_limit" in caplog.text


@pytest.mark.parametrize("params", [[1], "x", 5])
async def test_a_plan_whose_options_cannot_be_read_is_not_compared(params: object) -> None:
    entry = {"id": 1, "type": 1, "params": params}
    async with scripted_device(schedule=document(entry)) as (scripted, device, _clock):
        for method in (device.diff_schedule, device.replace_schedule):
            with pytest.raises(HomevoltDataError, match="'params' of entry 0"):
                await method([{"mode": 1}])
        assert scripted.writes == []


@pytest.mark.parametrize("params", [{}, None, []])
async def test_a_plan_without_options_is_compared_as_such(params: object) -> None:
    entry = {"id": 1, "type": 1, "params": params}
    async with scripted_device(schedule=document(entry)) as (_, device, _clock):
        assert (await device.diff_schedule([{"mode": 1}])).is_empty


async def test_a_written_parameter_is_a_success_even_if_the_schedule_cannot_be_read() -> None:
    async with connected_device() as running:
        running.sim.faults.add("status", status=404, path="/schedule.json")
        await running.device.set_parameter("settings_local", value=False)
        assert running.sim.device.local_mode is False


async def test_a_plan_that_could_not_be_restored_is_not_replaced() -> None:
    async with connected_device(schedule_timezone="Europe/Stockholm") as running:
        second_time = int(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp())
        running.plan(Entry(1, second_time, None))
        with pytest.raises(HomevoltValueError, match=r"could not be restored.*inverter_charge"):
            await running.device.replace_schedule([])
        assert running.writes == []


async def test_a_window_that_was_cut_short_is_not_a_time_zone() -> None:
    cut = {"id": 0, "type": 1, "from": NOW + 3600, "to": NOW + 7200}
    plans = in_turn(document(), document(), document(cut))
    async with scripted_device(schedule=plans, console=done("sched_add")) as (_, device, _clock):
        with pytest.raises(HomevoltCommandVerificationError, match="to_time: expected") as caught:
            await device.add_schedule(1, from_time=utc(NOW + 3600), to_time=utc(NOW + 10_800))
        assert "schedule_timezone" not in str(caught.value)


async def test_a_refused_password_after_the_reset_leaves_the_outcome_unknown() -> None:
    async with connected_device() as running:
        running.sim.faults.add("status", status=401, path="/status.json", nth=2)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="does not report whether"):
            await running.device.reboot()
        running.sim.faults.clear()
        running.clock.advance(LONGEST_LOCK_S)
        running.sim.faults.add("status", status=404, path="/schedule.json")
        await running.device.reboot()
        assert running.sim.device.reboots == 2


async def test_local_mode_that_only_its_parameter_reports_is_read_again() -> None:
    untold = {"schedule_id": "Manual Schedule", "schedule": []}
    on, off = ({"name": "settings_local", "type": "bool", "value": [value]} for value in (1, 0))
    async with scripted_device(
        schedule=untold, params=in_turn([on], [off]), console=done("sched_clear")
    ) as (_, device, _clock):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="local mode was switched off"):
            await device.clear_all_schedules()


UNREADABLE: list[dict[str, Any]] = [
    document(schedule=None),
    {"local_mode": True, "schedule_id": "x"},
    {"local_mode": True, "entries": [{"type": 1}]},
    document(schedule="none"),
    document({"id": 1, "type": None}),
    document({"id": 1, "type": "charge"}),
    document({"id": 1, "type": 1, "from": "2026-01-15T12:00:00"}),
    document({"id": 1, "type": 1, "to": [5]}),
    document(7),  # type: ignore[arg-type] # which is not an entry
]


@pytest.mark.parametrize("unreadable", UNREADABLE)
async def test_an_unreadable_plan_is_never_treated_as_empty(unreadable: dict[str, Any]) -> None:
    async with scripted_device(schedule=unreadable, console=done("x")) as (scripted, device, _):
        for write in (
            device.add_schedule(0),
            device.delete_schedule(1),
            device.replace_schedule([{"mode": 0}]),
            device.diff_schedule([{"mode": 0}]),
        ):
            with pytest.raises(HomevoltDataError, match=r"/schedule\.json"):
                await write
        assert scripted.writes == []
        for blind_write in (device.set_battery_idle(), device.clear_all_schedules()):
            with pytest.raises(HomevoltCommandOutcomeUnknownError, match="reading back failed"):
                await blind_write
        assert len(scripted.writes) == 2


@pytest.mark.parametrize("entry", [{"type": 1.0}, {"type": "1"}, {"type": 1, "from": "1800000000"}])
async def test_numbers_as_text_and_whole_floats_are_readable(entry: dict[str, Any]) -> None:
    async with scripted_device(schedule=document(entry)) as (_, device, _clock):
        diff = await device.diff_schedule([])
        assert [removed.mode for removed in diff.removed] == [1]


async def test_a_mode_replaces_a_plan_that_cannot_be_read() -> None:
    idle = document({"id": 0, "type": 0, "from": NOW})
    for unreadable in UNREADABLE:
        async with scripted_device(
            schedule=in_turn(unreadable, unreadable, idle), console=done("sched_set")
        ) as (_, device, _clock):
            assert (await device.set_battery_idle()).id == 0
