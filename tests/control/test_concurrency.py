"""Writes wait for each other; a cancelled one leaves neither half a write nor a locked device."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import pytest

from homevolt import Device, Homevolt, HomevoltError, ScheduleEntry
from homevolt.simulator import ManualClock, Simulator
from homevolt.simulator.world.ems.plan import Entry
from homevolt.transport.session import Response
from tests.control.writes import WRITES
from tests.support.connected_device import connected_device

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def test_a_hundred_concurrent_writes_and_reads_are_serialised_and_none_is_lost() -> None:
    async with connected_device() as (sim, device, _):
        adds = [device.add_schedule(1, setpoint=number) for number in range(40)]
        sets = [device.set_parameter("ledstrip_bright_max", number) for number in range(20)]
        reads: list[Coroutine[Any, Any, object]] = [device.fetch_schedule_data() for _ in range(40)]
        mixed = [
            task for turn in zip(adds[::2], adds[1::2], sets, reads, strict=False) for task in turn
        ]
        results = await asyncio.gather(*mixed, *reads[20:])
        assert len(results) == 100
        held = sim.installation.plan.entries
        assert sorted(int(entry.options["setpoint"]) for entry in held) == list(range(40))
        assert len(sim.journal.writes) == 60
        assert max(record.in_flight for record in sim.journal) == 1
        ids = {entry.id: entry.options["setpoint"] for entry in held}
        added = [entry for entry in results if isinstance(entry, ScheduleEntry)]
        assert {entry.id: entry.setpoint for entry in added} == ids
        await device.fetch_schedule_data()
        assert device.schedule is not None
        assert len(device.schedule.entries) == 40


async def test_a_read_between_the_steps_of_a_write_never_leaves_an_older_schedule_behind() -> None:
    async with connected_device() as (_, device, _clock):
        for number in range(10):
            entry, *_rest = await asyncio.gather(
                device.charge_battery(setpoint=number),
                *(device.fetch_schedule_data() for _ in range(5)),
            )
            assert device.schedule is not None
            assert device.schedule.entries == (entry,)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_write_that_is_cancelled_on_its_way_is_read_back_before_it_ends(when: str) -> None:
    async def cancel(_seconds: float) -> None:
        writing.cancel()
        await asyncio.sleep(0)
        writing.cancel()  # a second cancellation changes nothing

    async with connected_device(sleep=cancel) as (sim, device, _):
        sim.faults.add("latency", seconds=1, write=True, when=when, count=1)
        writing = asyncio.create_task(device.charge_battery(max_power=3000))
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert [record.path for record in sim.journal][-1] == "/schedule.json"
        assert device.schedule is not None
        assert [entry.setpoint for entry in device.schedule.entries] == [3000]
        assert len(sim.journal.writes) == 1
        await device.set_battery_idle()


async def test_a_failure_of_a_cancelled_write_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def cancel(_seconds: float) -> None:
        writing.cancel()

    async with connected_device(sleep=cancel) as (sim, device, _):
        sim.faults.add("latency", seconds=1, write=True, count=1)
        sim.faults.add("ignore")
        writing = asyncio.create_task(device.charge_battery(max_power=3000))
        with caplog.at_level(logging.WARNING), pytest.raises(asyncio.CancelledError):
            await writing
        assert "cancelled failed" in caplog.text


async def test_a_write_that_is_cancelled_while_it_checks_sends_nothing() -> None:
    async def cancel(_seconds: float) -> None:
        writing.cancel()
        await asyncio.sleep(0)

    async with connected_device(sleep=cancel) as (sim, device, _):
        sim.faults.add("latency", seconds=1, write=False, count=1)
        writing = asyncio.create_task(device.charge_battery(max_power=3000))
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert sim.journal.writes == []
        await device.set_battery_idle()
        assert len(sim.journal.writes) == 1


async def test_a_write_that_is_cancelled_while_it_waits_sends_nothing() -> None:
    async with connected_device() as running:
        running.plan(Entry(1))
        first = asyncio.create_task(running.device.charge_battery(setpoint=1))
        waiting = [asyncio.create_task(running.device.charge_battery(setpoint=n)) for n in (2, 3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        assert (await first).setpoint == 1
        assert (await waiting[1]).setpoint == 3
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        assert running.writes == ["sched_set 1 --setpoint 1", "sched_set 1 --setpoint 3"]


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_is_cancelled_anywhere_is_complete_or_was_never_sent(name: str) -> None:
    write, took_effect = WRITES[name]
    seen = set()
    for steps in range(30):
        async with connected_device() as running:
            running.plan(Entry(6))
            writing = asyncio.ensure_future(write(running.device))
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            assert len(running.writes) == took_effect(running)
            seen.add((writing.cancelled(), took_effect(running)))
            await running.device.set_parameter("ledstrip_bright_max", 7)
            await running.device.fetch_schedule_data()
    assert {(True, False), (True, True)} <= seen


async def test_a_deadline_of_the_caller_ends_a_write_after_it_was_read_back() -> None:
    async def pass_deadline(_seconds: float) -> None:
        deadline.reschedule(asyncio.get_running_loop().time())
        await asyncio.sleep(0)

    async with connected_device(sleep=pass_deadline) as (sim, device, _):
        sim.faults.add("latency", seconds=1, write=True, when="after", count=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(None) as deadline:
                await device.charge_battery(max_power=3000)
        assert device.schedule is not None
        assert [entry.setpoint for entry in device.schedule.entries] == [3000]
        assert len(sim.journal.writes) == 1


async def test_an_error_of_one_write_does_not_hold_up_the_next() -> None:
    async with connected_device() as (sim, device, _):
        sim.faults.add("reset", write=True, when="before", count=1)
        results = await asyncio.gather(
            *(device.charge_battery(setpoint=n) for n in range(3)), return_exceptions=True
        )
        assert [isinstance(result, HomevoltError) for result in results] == [True, False, False]
        assert len(sim.journal.writes) == 3


async def test_a_script_may_run_one_event_loop_after_another() -> None:
    async with Simulator(clock=ManualClock(), cloud=False, local_mode=True) as sim:
        connection = Homevolt(sim.host, sim.password)

        async def crowd() -> None:
            await connection.update_info()
            device = connection.get_device()
            await asyncio.gather(*(device.charge_battery(setpoint=n) for n in range(3)))
            await connection.close_connection()

        for _ in range(2):
            await asyncio.to_thread(asyncio.run, crowd())
        assert len(sim.journal.writes) == 6


PLAN = [{"mode": 1, "setpoint": 5}]


@pytest.mark.parametrize("name", ["mode", "parameter", "replace"])
async def test_a_write_that_is_cancelled_before_it_was_sent_is_never_sent(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each point between the last check and the moment at which the request is written."""

    async def write(device: Device) -> None:
        await (device.replace_schedule(PLAN) if name == "replace" else WRITES[name][0](device))

    unsent = 0
    for steps in range(40):
        async with connected_device() as running:
            running.plan(Entry(6))
            has_sent: list[bool] = []
            start = Response.start

            async def noting(self: Response, connection: Any, start: Any = start) -> Any:
                has_sent.append(self.method == "POST")  # noqa: B023 - of this round
                return await start(self, connection)

            monkeypatch.setattr(Response, "start", noting)
            writing = asyncio.ensure_future(write(running.device))
            for _ in range(steps):
                await asyncio.sleep(0)
            had_sent = any(has_sent)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            monkeypatch.undo()
            assert had_sent or writing.cancelled()
            assert bool(running.writes) is had_sent
            unsent += not had_sent
    assert 3 < unsent < 40


async def test_a_write_that_is_cancelled_while_it_waits_for_a_read_is_never_sent() -> None:
    async def cancel(_seconds: float) -> None:
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.sleep(0)

    async with connected_device(sleep=cancel) as running:
        running.sim.faults.add("latency", seconds=1, write=False, nth=2)
        writing = asyncio.ensure_future(running.device.charge_battery(setpoint=5))
        reading = asyncio.ensure_future(running.device.fetch_ems_data())
        with pytest.raises(asyncio.CancelledError):
            await writing
        await reading
        assert running.writes == []


async def test_a_cancelled_program_may_still_write_while_it_ends() -> None:
    async def program() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await running.device.set_battery_idle()

    async with connected_device() as running:
        task = asyncio.ensure_future(program())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert running.writes == ["sched_set 0"]
