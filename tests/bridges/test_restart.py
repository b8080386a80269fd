"""After a restart a bridge ends what it started, and never says that it did what it cannot."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt import HomevoltError, HomevoltValueError, _files
from homevolt.bridges.battery.facade import battery_document, drive
from homevolt.bridges.battery.modes import Request
from homevolt.bridges.notes import Note, NoteFile, Window
from homevolt.bridges.override import NotOursError
from homevolt.schedule.entry import BatteryMode, ScheduleEntry
from homevolt.simulator import Entry
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.bridged import (
    BridgedBattery,
    Observer,
    bridged_battery,
    observing,
    restarted,
    running_output,
)
from tests.support.mosquitto import Mosquitto
from tests.support.served import served_battery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = int(WINTER_NOON)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PLAN = Entry(8, options={"max_discharge": 2500})


def windows(battery: BridgedBattery) -> list[tuple[int, int | None, int | None]]:
    """Return type, start and end of each entry, in seconds from the beginning."""
    return [
        (e.type, e.from_time and e.from_time - NOW, e.to_time and e.to_time - NOW)
        for e in battery.entries
    ]


def put_plan(battery: BridgedBattery, *entries: Entry) -> None:
    battery.sim.installation.plan.replace([*entries], "Manual Schedule")


@asynccontextmanager
async def charging(folder: Path, ttl: int = 900) -> AsyncIterator[BridgedBattery]:
    """Return a battery that was told to charge over a plan, five minutes ago."""
    async with bridged_battery(state_folder=folder) as battery:
        put_plan(battery, PLAN)
        assert await drive(battery.feed, Request("charge", 2000, ttl)) == ""
        await battery.clock.sleep(300)
        await battery.read()
        battery.sim.journal.clear()
        yield battery


@asynccontextmanager
async def on_broker(battery: BridgedBattery, broker: Mosquitto) -> AsyncIterator[Observer]:
    async with observing(broker) as observer, running_output(broker.config(), battery.feeds):
        await observer.wait(battery.topic("availability"))
        yield observer


async def ask(battery: BridgedBattery, observer: Observer, topic: str, payload: str) -> Any:
    *above, thing = topic.split("/")
    result = f"result/{thing}" if above == ["set"] else f"{above[0]}/result"
    since = await observer.send(battery.topic(topic), payload)
    return (await observer.wait(battery.topic(result), since=since)).json


@pytest.mark.parametrize(
    ("topic", "payload"), [("battery/mode", "normal"), ("set/resume", "PRESS")]
)
async def test_a_charge_is_ended_over_mqtt_after_a_restart_in_the_middle_of_it(
    tmp_path: Path, topic: str, payload: str
) -> None:
    async with (
        Mosquitto(tmp_path / "broker") as broker,
        charging(tmp_path / "state") as before,
        restarted(before) as battery,
        on_broker(battery, broker) as observer,
    ):
        state = await observer.wait(battery.topic("battery/state"))
        assert (state.json["mode"], state.json["until"]) == ("charge", "2026-01-15T12:15:00Z")
        answer = await ask(battery, observer, topic, payload)
        assert (answer["outcome"], answer["message"]) == ("verified", "")
        assert windows(battery) == [(8, None, None)]


async def test_a_charge_is_ended_over_http_after_a_restart_in_the_middle_of_it(
    tmp_path: Path,
) -> None:
    async with (
        charging(tmp_path / "state") as before,
        restarted(before) as battery,
        served_battery(battery) as served,
    ):
        assert (await served.get())["mode"] == "charge"
        status, document = await served.put("normal")
        assert (status, document["mode"]) == (200, "normal")
        assert "warning" not in document
        assert windows(battery) == [(8, None, None)]


@pytest.mark.parametrize("damage", ["missing", "half", "foreign", "other device", "unreadable"])
async def test_what_cannot_be_known_is_not_answered_as_done_over_mqtt(
    tmp_path: Path, damage: str
) -> None:
    state = tmp_path / "state"
    async with Mosquitto(tmp_path / "broker") as broker, charging(state) as before:
        (note,) = state.glob("*.json")
        text = note.read_text("utf-8")
        if damage == "missing":
            note.unlink()
        elif damage == "unreadable":  # which root could read, a folder nobody can
            note.unlink()
            note.mkdir()
        else:
            document = json.loads(text) | {"device": "another"}
            texts = {"half": text[: len(text) // 2], "other device": json.dumps(document)}
            note.write_text(texts.get(damage, "[]"), "utf-8")
        async with restarted(before) as battery, on_broker(battery, broker) as observer:
            shown = await observer.wait(battery.topic("battery/state"))
            assert (shown.json["mode"], shown.json["until"]) == (None, "2026-01-15T12:15:00Z")
            for topic, payload in {"battery/mode": "normal", "set/resume": "PRESS"}.items():
                answer = await ask(battery, observer, topic, payload)
                assert answer["outcome"] == "refused"
                assert "it is not known whether a bridge started it" in answer["message"]
            assert battery.sim.journal.writes == []
            assert windows(battery)[0] == (1, 0, 900)
            await battery.clock.sleep(601)
            answer = await ask(battery, observer, "battery/mode", "normal")
            assert answer["outcome"] == "verified"


async def test_what_cannot_be_known_is_a_conflict_over_http(tmp_path: Path) -> None:
    async with (
        charging(tmp_path / "state") as before,
        restarted(before, tmp_path / "another folder") as battery,
        served_battery(battery) as served,
    ):
        status, answer = await served.put("normal")
        assert status == 409
        assert "inverter_charge" in answer["error"]
        assert battery.sim.journal.writes == []
        status, document = await served.put("discharge")
        assert (status, document["mode"]) == (200, "discharge")
        status, answer = await served.put("normal")  # ends what is ours, and not what may be
        assert status == 409
        assert [kind for kind, *_ in windows(battery)] == [1, 8]


async def test_the_same_request_extends_the_entry_after_a_restart(tmp_path: Path) -> None:
    async with charging(tmp_path) as before, restarted(before) as battery:
        await drive(battery.feed, Request("charge", 2000))
        assert windows(battery) == [(1, 0, 1200), (8, 1200, None)]


async def test_a_plan_of_somebody_else_is_not_taken_for_ours_when_nothing_was_started(
    tmp_path: Path,
) -> None:
    async with bridged_battery(state_folder=tmp_path) as battery:
        await drive(battery.feed, Request("normal"))
        put_plan(battery, Entry(1, NOW - 60, NOW + 900, options={"setpoint": 2000}), PLAN)
        async with restarted(battery) as again:
            await drive(again.feed, Request("normal"))
            assert again.sim.journal.writes == []
            assert battery_document(again.feed)["mode"] == "normal"
            with pytest.raises(HomevoltValueError, match="nothing that this bridge started"):
                async with again.feed.command() as device:
                    await again.feed.override.end(device)


async def test_a_change_of_somebody_else_in_the_plan_keeps_the_window_ours(tmp_path: Path) -> None:
    async with charging(tmp_path) as before:
        plan = before.entries
        put_plan(before, *plan[:1], Entry(8, NOW + 900, NOW + 3600), Entry(0, NOW + 3600, None))
        async with restarted(before) as battery:
            assert battery_document(battery.feed)["mode"] == "charge"
            await drive(battery.feed, Request("normal"))
            assert windows(battery) == [(8, 0, 900), (8, 900, 3600), (0, 3600, None)]
            assert battery.entries[0].options == PLAN.options
            assert not battery.entries[1].options


async def test_a_part_of_a_window_that_somebody_else_cut_is_left_and_said(tmp_path: Path) -> None:
    async with charging(tmp_path) as battery:
        charge, after = battery.entries
        rest = Entry(1, NOW + 600, NOW + 900, options=dict(charge.options))
        put_plan(battery, Entry(0, NOW, NOW + 600), rest, after)
        async with restarted(battery) as again:
            for bridge in (battery, again):
                with pytest.raises(NotOursError, match="inverter_charge"):
                    await drive(bridge.feed, Request("normal"))
                assert battery_document(bridge.feed)["mode"] == "normal"
        assert [kind for kind, *_ in windows(battery)] == [0, 1, 8]


async def test_what_was_cleared_or_has_ended_is_not_ended_again(tmp_path: Path) -> None:
    async with charging(tmp_path) as battery:
        await battery.clock.sleep(700)
        async with restarted(battery) as again:
            for bridge in (battery, again):
                await drive(bridge.feed, Request("normal"))
                assert battery.commands == []
        await drive(battery.feed, Request("charge"))
        put_plan(battery, PLAN)
        async with restarted(battery) as again:
            for bridge in (battery, again):
                await drive(bridge.feed, Request("normal"))
                assert battery.commands == []


async def test_two_bridges_end_and_extend_what_the_other_one_started(tmp_path: Path) -> None:
    async with charging(tmp_path) as first, restarted(first) as second:
        await drive(second.feed, Request("discharge"))
        await first.read()
        assert battery_document(first.feed)["mode"] == "discharge"
        await drive(first.feed, Request("hold"))
        await drive(second.feed, Request("normal"))
        assert windows(first) == [(8, None, None)]
        await drive(first.feed, Request("normal"))
        assert windows(first) == [(8, None, None)]


async def test_two_bridges_never_write_at_once(tmp_path: Path) -> None:
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def answer_late(_: float) -> None:
        has_begun.set()
        await may_go_on.wait()

    async with (
        bridged_battery(state_folder=tmp_path, sleep=answer_late) as battery,
        restarted(battery) as other,
    ):
        put_plan(battery, PLAN)
        battery.sim.faults.add("latency", seconds=1, write=True, count=1)
        first = asyncio.create_task(drive(battery.feed, Request("charge", 1000, ttl=900)))
        await has_begun.wait()
        second = asyncio.create_task(drive(other.feed, Request("discharge", 2000, ttl=900)))
        with pytest.raises(TimeoutError):  # it waits for the first one
            await asyncio.wait_for(asyncio.shield(second), 0.2)
        assert battery.commands == ["sched_clear"]
        may_go_on.set()
        assert [*await asyncio.gather(first, second)] == ["", ""]
        assert windows(battery) == [(2, 0, 900), (8, 900, None)]
        await drive(battery.feed, Request("normal"))
        assert windows(battery) == [(8, None, None)]


async def test_a_window_that_somebody_else_restores_is_still_ended(tmp_path: Path) -> None:
    async with charging(tmp_path) as battery:
        before = [*battery.entries]
        await drive(battery.feed, Request("discharge", 1000, ttl=900))
        await drive(battery.feed, Request("hold", ttl=900))
        put_plan(battery, *before)  # a client whose write was disturbed restores what it read
        await drive(battery.feed, Request("normal"))
        assert windows(battery) == [(8, None, None)]


async def test_bridges_with_notes_of_their_own_do_not_end_what_is_not_theirs(
    tmp_path: Path,
) -> None:
    async with charging(tmp_path / "a") as first, restarted(first, tmp_path / "b") as second:
        with pytest.raises(NotOursError):
            await drive(second.feed, Request("normal"))
        await drive(second.feed, Request("discharge"))
        with pytest.raises(NotOursError):
            await drive(second.feed, Request("normal"))
        assert [kind for kind, *_ in windows(first)] == [1, 8]
        assert windows(first)[0][2] == 900


async def test_a_device_that_was_exchanged_has_nothing_of_the_other_one(tmp_path: Path) -> None:
    async with charging(tmp_path) as _, bridged_battery(seed=9, state_folder=tmp_path) as other:
        put_plan(other, PLAN)
        await drive(other.feed, Request("normal"))
        assert other.commands == []
        assert len([*tmp_path.glob("*.json")]) == 2


def full_disk(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_on_a_full_disk_the_command_is_done_and_says_what_cannot_be_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = tmp_path / "state"
    async with Mosquitto(tmp_path / "broker") as broker, charging(state) as battery:
        with monkeypatch.context() as patch:
            patch.setattr(_files, "replace", full_disk)
            async with on_broker(battery, broker) as observer, served_battery(battery) as served:
                for _ in range(2):
                    answer = await ask(battery, observer, "battery/mode", "discharge")
                    assert answer["outcome"] == "verified"
                    assert "No space left on device" in answer["message"]
                    assert "cannot be ended before 2026-01-15T12:20:00Z" in answer["message"]
                status, document = await served.put("hold")
                assert (status, document["mode"]) == (200, "hold")
                assert "No space left on device" in document["warning"]
                answer = await ask(battery, observer, "set/mode", "idle")
                assert "cannot be ended before 2026-01-15T13:05:00Z" in answer["message"]
            assert caplog.text.count("HOMEVOLT_STATE names another folder") == 1
            async with restarted(battery) as again:
                with pytest.raises(NotOursError):
                    await drive(again.feed, Request("normal"))
                assert again.commands == []
            await drive(battery.feed, Request("normal"))  # it is known in the process itself
            assert windows(battery) == [(8, None, None)]
        assert await drive(battery.feed, Request("hold")) == ""
        async with restarted(battery) as again:
            await drive(again.feed, Request("normal"))
            assert windows(battery) == [(8, None, None)]


async def test_a_folder_that_is_none_costs_no_command(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", "utf-8")
    async with bridged_battery(state_folder=file / "state") as battery:
        assert "Not a directory" in await drive(battery.feed, Request("hold"))
        assert windows(battery)[0] == (7, 0, 900)
        await drive(battery.feed, Request("normal"))
        assert [kind for kind, *_ in windows(battery)] == [5]


async def test_a_write_that_failed_leaves_the_plan_that_goes_on_known(tmp_path: Path) -> None:
    async with charging(tmp_path) as battery:
        battery.sim.faults.add("reset", write=True, when="after", count=1)
        battery.sim.faults.add("status", status=500, path="/schedule.json", nth=2, count=99)
        with pytest.raises(HomevoltError):
            await drive(battery.feed, Request("discharge"))
        battery.sim.faults.clear()
        async with restarted(battery) as again:
            await drive(again.feed, Request("normal"))
            assert {kind for kind, *_ in windows(battery)} == {8}


async def test_the_note_is_for_its_owner_alone_and_holds_no_secret(tmp_path: Path) -> None:
    async with charging(tmp_path / "state") as battery:
        (note,) = (tmp_path / "state").glob("*.json")
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert stat.S_IMODE(note.parent.stat().st_mode) == 0o700
        assert battery.sim.password
        assert battery.sim.password not in note.read_text("utf-8")
        assert battery.ecu_id not in note.name


MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
NUMBERS = st.none() | st.integers(0, 10_000) | st.floats(0, 1e4)
ENTRIES = st.builds(
    ScheduleEntry,
    mode=st.sampled_from(BatteryMode) | st.integers(10, 99),
    from_time=MOMENTS, to_time=MOMENTS, setpoint=NUMBERS, max_charge=NUMBERS,
    offline=st.none() | st.booleans(), import_energy_limit_from=MOMENTS,
    id=st.none() | st.integers(0, 300),
)  # fmt: skip
PLANS = st.lists(ENTRIES, max_size=4).map(tuple)
NOTES = st.builds(
    Note, st.lists(st.builds(Window, ENTRIES, PLANS, PLANS, st.text()), max_size=3).map(tuple),
    PLANS,
)  # fmt: skip


@pytest.mark.unmeasured
@given(note=NOTES)
def test_a_note_comes_back_as_it_was(note: Note, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("state")
    NoteFile(folder, "a").keep(note, Note(), LONG_AGO)
    read = NoteFile(folder, "a").load()
    assert read == note
    assert NoteFile(folder, "b").load() is None


@given(body=st.binary(max_size=200), cut=st.integers(0, 900))
def test_any_file_is_a_note_or_none(
    body: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    kept = NoteFile(folder, "a")
    entry = ScheduleEntry(mode=1, from_time=LONG_AGO)
    kept.keep(Note((Window(entry, (entry,), (), "x"),)), Note(), LONG_AGO)
    assert kept.path is not None
    whole = kept.path.read_bytes()
    for damaged in (body, whole[:cut] + body, whole[:-2]):
        kept.path.write_bytes(damaged)
        assert NoteFile(folder, "a").load() in (None, Note())
