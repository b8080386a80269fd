"""Answers to a write that are neither a confirmation nor a refusal: the read-back decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from homevolt import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
)
from homevolt.simulator.world.ems.plan import Entry
from tests.control.writes import WRITES
from tests.support.connected_device import connected_device
from tests.support.payloads import NOW
from tests.support.scripted_device import document, done, in_turn, scripted_device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt import Device

UNCLEAR: dict[str, dict[str, Any]] = {
    "redirect": {"kind": "redirect"},
    "204": {"kind": "status", "status": 204},
    "400": {"kind": "status", "status": 400},
    "404": {"kind": "status", "status": 404},
    "500": {"kind": "status", "status": 500},
    "html": {"kind": "html"},
    "garbage": {"kind": "garbage"},
}

# Beside those of which the effect can be read back: a secret, and commands of the caller's own.
UNSEEN: dict[str, Callable[[Device], Awaitable[object]]] = {
    "secret": lambda device: device.set_parameter("ems_psk", "hunter2"),
    "console": lambda device: device.console("sched_clear"),
}


@pytest.mark.parametrize("answer", UNCLEAR)
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_was_carried_out_is_a_success_whatever_the_answer(
    name: str, answer: str
) -> None:
    write, took_effect = WRITES[name]
    async with connected_device() as running:
        running.plan(Entry(6))
        running.sim.faults.add_settings({**UNCLEAR[answer], "write": True, "when": "after"})
        await write(running.device)
        assert took_effect(running)
        assert len(running.writes) == 1


@pytest.mark.parametrize("answer", UNCLEAR)
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_was_not_carried_out_is_of_unknown_outcome_whatever_the_answer(
    name: str, answer: str
) -> None:
    write, took_effect = WRITES[name]
    async with connected_device() as running:
        running.plan(Entry(6))
        running.sim.faults.add_settings({**UNCLEAR[answer], "write": True, "when": "before"})
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="not sent again"):
            await write(running.device)
        assert not took_effect(running)
        assert len(running.writes) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("answer", UNCLEAR)
@pytest.mark.parametrize("name", UNSEEN)
async def test_what_cannot_be_read_back_is_of_unknown_outcome(
    name: str, answer: str, when: str
) -> None:
    async with connected_device() as running:
        running.sim.faults.add_settings({**UNCLEAR[answer], "write": True, "when": when})
        with pytest.raises(HomevoltCommandOutcomeUnknownError) as caught:
            await UNSEEN[name](running.device)
        assert "hunter2" not in str(caught.value)
        assert len(running.writes) == 1


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_a_reboot_is_recognised_by_the_uptime_whatever_the_answer(answer: str) -> None:
    async with connected_device() as running:
        running.sim.advance(3600)
        running.sim.faults.add_settings({**UNCLEAR[answer], "write": True, "when": "after"})
        await running.device.reboot()
        assert running.sim.device.reboots == 1
        assert running.writes == ["reset"]


@pytest.mark.parametrize("reply", ["", "esp32> ", "id: 0\nid: 1", "{}", "Bad request", b"\xff\xfe"])
async def test_a_reply_without_a_verdict_is_neither_success_nor_refusal(reply: str | bytes) -> None:
    async with scripted_device(console=reply) as (scripted, device, _):
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match=r"is empty|not understood"):
            await device.console("sched_list")
        assert len(scripted.writes) == 1


async def test_a_refusal_of_the_console_is_one_with_any_status() -> None:
    async with connected_device(firmware="json") as running:
        with pytest.raises(HomevoltCommandRejectedError):
            await running.device.console("no_such_command")


async def test_a_write_that_was_never_sent_is_a_connection_error() -> None:
    async with connected_device() as running:
        await running.sim.stop()
        for write in (*(write for write, _ in WRITES.values()), *UNSEEN.values()):
            with pytest.raises(HomevoltConnectionError):
                await write(running.device)


LOCAL = {"name": "settings_local", "type": "bool", "value": [True], "default": [False]}
OFF = LOCAL | {"value": [False]}


@pytest.mark.parametrize(
    ("schedule", "params"),
    [
        (document(), [OFF]),
        (document(local_mode=False), [LOCAL]),
        ({"schedule": []}, [OFF]),
        (document(local_mode=False), 404),
    ],
)
async def test_local_mode_is_on_only_where_nothing_says_that_it_is_off(
    schedule: dict[str, Any], params: Any
) -> None:
    async with scripted_device(schedule=schedule, params=params, save="Saved parameter k: v:") as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltCommandVerificationError, match="off after it was switched on"):
            await device.enable_local_mode()
        assert len(scripted.writes) == 1


@pytest.mark.parametrize("params", [404, [], [{"name": "settings_local", "type": "bool"}]])
async def test_local_mode_that_only_the_schedule_reports_is_read_there(params: Any) -> None:
    async with scripted_device(
        schedule=document(), params=params, save="Saved parameter k: v:"
    ) as (_, device, _clock):
        await device.enable_local_mode()
        with pytest.raises(HomevoltCommandVerificationError, match="on after it was switched off"):
            await device.disable_local_mode()


async def test_local_mode_that_another_client_switches_off_at_once_is_an_error() -> None:
    async def switch_off(_seconds: float) -> None:
        running.sim.device.set_parameter("settings_local", False, store=True)

    async with connected_device(local_mode=False, sleep=switch_off) as running:
        running.sim.faults.add("latency", seconds=1, write=True, when="after", count=1)
        with pytest.raises(HomevoltCommandVerificationError, match="off after it was switched on"):
            await running.device.enable_local_mode()


async def test_a_plan_that_is_as_before_is_not_called_written() -> None:
    entry = {"id": 1, "type": 1, "from": NOW - 50, "params": {"setpoint": 5}}
    async with scripted_device(schedule=document(entry), console=done("sched_set")) as (
        scripted,
        device,
        _,
    ):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.set_battery_mode(1, setpoint=6)
        assert str(caught.value) == (
            "The plan is unchanged after the command: setpoint: expected 6, actual 5."
        )
        assert len(scripted.writes) == 1


async def test_an_entry_that_is_listed_twice_is_not_taken_for_the_new_one() -> None:
    entry = {"id": 1, "type": 1, "params": {"setpoint": 5}}
    twice = document(entry, entry)
    async with scripted_device(
        schedule=in_turn(document(entry), document(entry), twice), console=done("sched_add")
    ) as (_, device, _clock):
        with pytest.raises(HomevoltCommandVerificationError, match="no new entry"):
            await device.add_schedule(1, setpoint=5)


async def test_an_id_that_two_entries_have_cannot_be_deleted() -> None:
    entries = ({"id": 1, "type": 1}, {"id": 1, "type": 2})
    async with scripted_device(schedule=document(*entries)) as (scripted, device, _clock):
        with pytest.raises(ValueError, match=r"different entries under the id 1 \(2 entries"):
            await device.delete_schedule(1)
        assert scripted.writes == []


@pytest.mark.parametrize(
    ("before_ms", "after_ms", "has_restarted"),
    [
        (2**32 - 1000, 1000, False),  # 2 s later, wrapped
        (2**32 - 1000, 1500, False),
        (2**32 - 9_000_000, 1900, True),
        (90_000, 1900, True),
        (90_000, 92_000, False),
    ],
)
async def test_an_uptime_that_wraps_is_not_a_restart(
    before_ms: int, after_ms: int, *, has_restarted: bool
) -> None:
    uptimes = in_turn({"up_time": before_ms}, {"up_time": after_ms}, {"up_time": after_ms + 2000})
    async with scripted_device(schedule=document(), status=uptimes, console=done("reset")) as (
        _,
        device,
        _clock,
    ):
        if has_restarted:
            await device.reboot(wait_s=5)
        else:
            with pytest.raises(HomevoltCommandVerificationError, match="has been up for"):
                await device.reboot(wait_s=5)


async def test_an_uptime_that_may_have_wrapped_is_a_restart_if_the_device_was_away() -> None:
    uptimes = in_turn({"up_time": 2**32 - 1000}, *[503] * 3, {"up_time": 3000})
    async with scripted_device(schedule=document(), status=uptimes, console=done("reset")) as (
        _,
        device,
        _clock,
    ):
        await device.reboot(wait_s=10)
