"""Putting the previous plan back: despite faults, late commands and other writers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from homevolt import (
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
)
from homevolt.control.rollback import ROLLBACK_TAKES_S
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import ConnectedDevice, connected_device
from tests.support.plans import CLOUD_ID, HOUR, NOON, cloud_plan, contents, hours
from tests.support.scripted_device import document, done, in_turn, scripted_device

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, LAST = "sched_add 1 * --setpoint 100", "sched_add 1 * --setpoint 102"


def at_each_pause(
    running: ConnectedDevice, monkeypatch: pytest.MonkeyPatch, act: Callable[[float], None]
) -> None:
    """Let something happen on the device whenever the library waits, and move both clocks."""

    async def sleep(seconds: float) -> None:
        running.clock.advance(seconds)
        running.sim.advance(seconds)
        act(seconds)

    monkeypatch.setattr(running.clock, "sleep", sleep)


LATE: dict[str, Callable[[ConnectedDevice], object]] = {
    FIRST: lambda running: running.sim.installation.plan.add(
        Entry(1, int(WINTER_NOON) + 3600, int(WINTER_NOON) + 7200, options={"setpoint": 100})
    ),
    "sched_clear": lambda running: running.sim.installation.plan.clear(),
}


@pytest.mark.parametrize("command", LATE)
@pytest.mark.parametrize("kind", ["reset", "garbage", "status"])
async def test_a_command_that_is_carried_out_late_is_undone(
    command: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_device() as running:
        waited: list[float] = []

        def act(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 1:
                LATE[command](running)

        at_each_pause(running, monkeypatch, act)
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add(kind, command=command, when="before", count=1)
        with pytest.raises(HomevoltCommandError, match="The previous plan was restored") as caught:
            await running.device.replace_schedule(hours(3))
        assert not isinstance(caught.value, HomevoltCommandOutcomeUnknownError)
        assert contents(running) == previous[1:]
        assert sum(waited) >= 10
        assert str(caught.value).endswith("This was still so 10 s later.")


FAULTS: dict[str, list[dict[str, Any]]] = {
    "a restart": [{"kind": "reboot", "seconds": 60, "nth": 8}],
    "one 503": [{"kind": "status", "status": 503, "write": True, "nth": 3}],
    "one reset": [{"kind": "reset", "write": True, "nth": 3, "when": "before"}],
    "a reset after the command": [{"kind": "reset", "write": True, "nth": 3, "when": "after"}],
    "four unreadable answers": [{"kind": "html", "write": False, "nth": 2, "count": 4}],
    "refused passwords": [{"kind": "status", "status": 401, "write": False, "nth": 2, "count": 2}],
    "a command that is ignored": [{"kind": "ignore", "nth": 3}],
    "all of it": [
        {"kind": "html", "write": False, "nth": 2, "count": 2},
        {"kind": "reset", "write": True, "nth": 3, "when": "after"},
        {"kind": "status", "status": 503, "write": True, "nth": 4},
        {"kind": "reboot", "seconds": 30, "nth": 14},
    ],
}


@pytest.mark.parametrize("firmware", ["new", "local-time"])
@pytest.mark.parametrize("name", FAULTS)
async def test_restoring_goes_on_through(
    name: str, firmware: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_device(firmware=firmware) as running:
        at_each_pause(running, monkeypatch, lambda _seconds: None)
        cloud_plan(running)
        previous = contents(running)
        running.sim.faults.add("garbage", command="sched_add *", nth=1)
        for fault in FAULTS[name]:
            running.sim.faults.add_settings(fault)
        with pytest.raises(HomevoltCommandError, match="The previous plan was restored") as caught:
            await running.device.replace_schedule(hours(3, first=4))
        assert not isinstance(caught.value, HomevoltCommandOutcomeUnknownError)
        assert contents(running) == previous[1:]


async def test_restoring_gives_up_after_two_minutes_and_says_so() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        running.sim.faults.add("garbage", command="sched_add *", nth=1)
        running.sim.faults.add("status", status=503, nth=4, count=10**6)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="failed too") as caught:
            await running.device.replace_schedule(hours(3))
        assert "503" in str(caught.value)
        assert ROLLBACK_TAKES_S <= running.clock.elapsed < ROLLBACK_TAKES_S + 20


async def test_a_device_that_confirms_and_does_nothing_is_given_up_too() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        running.sim.faults.add("ignore", nth=2, count=10**6)
        with pytest.raises(
            HomevoltCommandOutcomeUnknownError, match="confirms the commands and does nothing"
        ):
            await running.device.replace_schedule(hours(3))
        assert running.clock.elapsed >= ROLLBACK_TAKES_S


async def test_a_clear_without_an_answer_proves_nothing_where_there_was_nothing_to_clear() -> None:
    async with connected_device() as running:
        running.sim.faults.add("reset", command="sched_clear", when="after", count=1)
        with pytest.raises(HomevoltCommandError, match="plan is unchanged: no entries"):
            await running.device.replace_schedule(hours(1))
        assert running.writes == ["sched_clear"]
        assert running.clock.elapsed >= 10


OTHERS: dict[str, list[Entry]] = {
    "another plan": [Entry(6), Entry(2, int(WINTER_NOON) + 3600)],
    "another plan beside a part of ours": [
        Entry(1, int(WINTER_NOON) + 3600, int(WINTER_NOON) + 7200, options={"setpoint": 100}),
        Entry(2, int(WINTER_NOON) + 7200),
    ],
    "ours with a limit that was not asked for": [
        Entry(1, int(n), int(n) + 3600, options={"setpoint": s, "max_charge": 500})
        for s, n in zip((100, 101, 102), range(int(WINTER_NOON) + 3600, 2**40, 3600), strict=False)
    ],
}


@pytest.mark.parametrize("schedule_id", ["Manual Schedule", CLOUD_ID[::-1]])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("method", ["replace_schedule", "set_battery_mode"])
async def test_a_plan_that_another_client_wrote_before_the_read_back_is_left_alone(
    method: str, other: str, schedule_id: str
) -> None:
    async def write_other(_seconds: float) -> None:
        running.plan(*OTHERS[other], schedule_id=schedule_id)

    async with connected_device(sleep=write_other) as running:
        cloud_plan(running)
        last = LAST if method == "replace_schedule" else "sched_set *"
        running.sim.faults.add("latency", seconds=1, command=last, when="after", count=1)
        write = (
            running.device.replace_schedule(hours(3))
            if method == "replace_schedule"
            else running.device.set_battery_mode(1, setpoint=7)
        )
        with pytest.raises(HomevoltCommandVerificationError, match="it was left alone") as caught:
            await write
        writer = "Another client may" if schedule_id.startswith("Manual") else "client or the cloud"
        assert writer in str(caught.value)
        assert [e.options for e in running.sim.installation.plan.entries] == [
            e.options for e in OTHERS[other]
        ]
        assert len(running.writes) == (4 if method == "replace_schedule" else 1)


async def test_a_plan_of_the_cloud_is_left_alone_where_only_the_parameter_reports_it() -> None:
    on, off = ({"name": "settings_local", "type": "bool", "value": [value]} for value in (1, 0))
    before = {"schedule_id": "Manual Schedule", "schedule": [{"id": 1, "type": 1}]}
    cloud = {"schedule_id": CLOUD_ID, "schedule": []}
    async with scripted_device(
        schedule=in_turn(before, before, cloud),
        params=in_turn([on], [off]),
        console=in_turn(done("sched_clear"), done("sched_add")),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandVerificationError, match="so the cloud may have written"):
            await device.replace_schedule([{"mode": 0}])
        assert len(scripted.writes) == 2


async def test_a_plan_is_not_a_success_where_only_the_parameter_reports_local_mode_off() -> None:
    on, off = ({"name": "settings_local", "type": "bool", "value": [value]} for value in (1, 0))
    before = {"schedule_id": "Manual Schedule", "schedule": [{"id": 1, "type": 1}]}
    after = {"schedule_id": "Manual Schedule", "schedule": [{"id": 0, "type": 0}]}
    async with scripted_device(
        schedule=in_turn(before, before, after),
        params=in_turn([on], [off]),
        console=in_turn(done("sched_clear"), done("sched_add")),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="local mode was switched off"):
            await device.replace_schedule([{"mode": 0}])
        assert len(scripted.writes) == 2


@pytest.mark.parametrize("is_confirmed", [True, False])
async def test_the_entry_of_another_client_is_not_taken_for_the_one_that_was_lost(
    *, is_confirmed: bool
) -> None:
    async def add_other(_seconds: float) -> None:
        running.sim.installation.plan.add(Entry(1, options={"setpoint": 700, "max_charge": 100}))

    async with connected_device(sleep=add_other) as running:
        running.sim.faults.add("latency", seconds=1, write=True, when="before", count=1)
        if is_confirmed:
            running.sim.faults.add("ignore")
        else:
            running.sim.faults.add("reset", write=True, when="before")
        with pytest.raises(HomevoltCommandError, match="max_charge: expected none, actual 100"):
            await running.device.add_schedule(1, setpoint=700)
        assert len(contents(running)) == 1
        assert len(running.writes) == 1


async def test_an_added_entry_that_was_changed_is_deleted_and_others_stay() -> None:
    async def add_other(_seconds: float) -> None:
        running.sim.installation.plan.add(Entry(6, int(WINTER_NOON) + 7200))

    async with connected_device(sleep=add_other, firmware="limited") as running:
        running.plan(Entry(1))
        running.sim.faults.add("latency", seconds=1, write=True, when="after", count=1)
        with pytest.raises(HomevoltCommandVerificationError, match="The entry was deleted again"):
            await running.device.add_schedule(3, setpoint=700, from_time=NOON + HOUR)
        assert [entry.type for entry in running.sim.installation.plan.entries] == [1, 6]


async def test_what_can_be_read_of_the_previous_plan_is_restored_after_a_mode() -> None:
    entries: list[Any] = [
        {"id": 1, "type": 1, "params": {"setpoint": 5, "eco": 1}},
        {"id": 2, "type": "charge"},
        {"id": 3, "type": 2, "params": {"setpoint": [7]}},
        7,
    ]
    ours = {"id": 0, "type": 0, "from": 1_800_000_000}
    back: list[Any] = [{"id": 1, "type": 1, "params": {"setpoint": 5}}, {"id": 2, "type": 2}]
    async with scripted_device(
        schedule=in_turn(
            *[document(*entries)] * 2, *[document(ours)] * 2, document(), *[document(*back)] * 2
        ),
        console=done("sched_set"),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.set_battery_mode(9, setpoint=5)
        assert "mode: expected full_solar_export, actual idle" in str(caught.value)
        assert "The previous plan was restored: 2 entries" in str(caught.value)
        lost = "params.eco, entry 1, params.setpoint of entry 2, entry 3"
        assert f"without parts that this library cannot read or write: {lost}" in str(caught.value)
        assert len(scripted.writes) == 3


async def test_fractions_that_the_console_does_not_take_are_named_when_a_plan_is_restored() -> None:
    end = 1_900_000_000
    entry = {"id": 1, "type": 1, "to": end + 0.5, "max": 99.4, "params": {"setpoint": 1.5}}
    back = {"id": 1, "type": 1, "to": end, "max": 99, "params": {"setpoint": 2}}
    ours = {"id": 0, "type": 0, "from": 1_800_000_000}
    async with scripted_device(
        schedule=in_turn(
            *[document(entry)] * 2, *[document(ours)] * 2, document(), *[document(back)] * 2
        ),
        console=done("sched_set"),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.set_battery_mode(9, setpoint=5)
        assert "The previous plan was restored: 1 entry" in str(caught.value)
        whole = "1: inverter_charge to 2030-03-17 17:46:40Z, max_soc 99, setpoint 2"
        lost = f"the fractions of to_time and max_soc and setpoint of ({whole})"
        assert f"cannot read or write: {lost}" in str(caught.value)
        assert scripted.writes[-1]["cmd"] == (
            "sched_add 1 --to 2030-03-17T17:46:40 --max 99 --setpoint 2"
        )


@pytest.mark.parametrize("is_auto", [True, False])
async def test_a_plan_over_a_change_of_the_clocks_is_restored_at_its_own_times(
    *, is_auto: bool
) -> None:
    summer = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
    zone = "auto" if is_auto else "UTC"
    async with connected_device(firmware="local-time", schedule_timezone=zone) as running:
        running.plan(
            Entry(1, int(WINTER_NOON) + 3600, int(WINTER_NOON) + 7200),
            Entry(2, summer, summer + 3600),
        )
        previous = contents(running)
        running.sim.faults.add("garbage", command="sched_add *", count=1, when="before")
        with pytest.raises(HomevoltCommandError, match="The previous plan was restored"):
            await running.device.replace_schedule(hours(1))
        assert contents(running) == previous
        entry = await running.device.add_schedule(0)  # no time, so no zone
        assert entry.id is not None


async def test_an_entry_without_an_id_is_removed_by_clearing() -> None:
    ours, other = {"type": 0}, {"id": 1, "type": 1, "to": 1_900_000_000}
    async with scripted_device(
        schedule=in_turn(
            *[document(other)] * 2, *[document(ours)] * 2, document(), *[document(other)] * 2
        ),
        console=done("sched_set"),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandVerificationError, match="The previous plan was restore"):
            await device.set_battery_mode(9)
        assert [form["cmd"] for form in scripted.writes][1] == "sched_clear"
