"""What holds for every entry and every argument: no loss on the way, and no way in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt import HomevoltError, HomevoltValueError, ScheduleEntry
from homevolt.schedule.comparing import differences
from homevolt.schedule.options import BY_NAME, OPTIONS, Kind
from homevolt.schedule.rendering import render_entry
from homevolt.schedule.times import as_zone
from homevolt.schedule.validation import new_entry
from homevolt.simulator import parse_command
from homevolt.simulator.console.schedule_commands import OPTIONS as SIMULATED_OPTIONS
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.any_entry import entries
from tests.support.connected_device import connected_device

NOON: Final = datetime.fromtimestamp(WINTER_NOON, UTC)


def said(entry: ScheduleEntry) -> ScheduleEntry:
    """Return the entry without its id and without the switches that are off."""
    off = {o.name: None for o in OPTIONS if getattr(entry, o.name) is False}
    return msgspec.structs.replace(entry, id=None, **off)


@pytest.mark.unmeasured
@settings(max_examples=25)
@given(plan=st.lists(entries(), min_size=1, max_size=4))
def test_an_entry_that_is_read_and_written_back_is_the_same_entry(
    plan: list[ScheduleEntry],
) -> None:
    async def there_and_back() -> None:
        async with connected_device() as (_, device, _clock):
            for entry in plan:
                first = await device.add_schedule(entry.mode, **_arguments(entry))
                assert said(first) == said(entry)
            assert device.schedule is not None
            for read in device.schedule.entries:
                again = await device.add_schedule(read.mode, **_arguments(read))
                assert msgspec.structs.replace(again, id=read.id) == read

    asyncio.run(there_and_back())


def _arguments(entry: ScheduleEntry) -> Any:
    return {n: v for n in BY_NAME if (v := getattr(entry, n)) is not None}


@given(entry=entries(), zone=st.sampled_from(["UTC", "Europe/Stockholm", "Asia/Kathmandu"]))
def test_the_command_line_has_exactly_the_flags_that_were_meant(
    entry: ScheduleEntry, zone: str
) -> None:
    try:
        line = render_entry("sched_add", entry, as_zone(zone))
    except HomevoltValueError:
        assert zone == "Europe/Stockholm"  # whose clocks show some times twice
        return
    understood = parse_command(line)
    assert understood.name == "sched_add"
    assert understood.arguments == (str(int(entry.mode)),)
    meant = {
        option.flag.removeprefix("--")
        for option in BY_NAME.values()
        if getattr(entry, option.name) not in (None, False)
        or (option.kind is Kind.WHOLE and getattr(entry, option.name) is not None)
    }
    assert set(understood.given) == meant
    assert len(understood.given) == len(meant)


class Text(str):
    """A text that shows itself as another one."""

    __slots__ = ()

    def __str__(self) -> str:
        return "1 --offline"

    __repr__ = __format__ = __str__  # type: ignore[assignment] # whatever its signature


class Number(int):
    """A number that writes itself as a command."""

    def __str__(self) -> str:
        return "1; factory_reset"

    __repr__ = __format__ = __int__ = __index__ = __str__  # type: ignore[assignment] # likewise


HOSTILE = st.sampled_from(
    [
        "1 --offline",
        "1; factory_reset",
        "1\nformat",
        '" --max 5',
        "2026-02-01T00:00:00 --min 5",
        "2026-02-01T00:00:00Z\nformat",
        "--offline",
        "-o",
        Text("2026-02-01T00:00:00Z"),
        Number(5),
        b"1 --offline",
        object(),
        {"a": 1},
        float("inf"),
        10**400,
    ]
)
ANYTHING = (
    HOSTILE
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.lists(st.integers(), max_size=2)
)
NAMES = st.sampled_from([*BY_NAME, "id", "mode", "cmd"]) | st.text()


@settings(max_examples=300)
@given(mode=ANYTHING | st.integers(0, 9), options=st.dictionaries(NAMES, ANYTHING, max_size=4))
def test_no_argument_adds_a_flag_or_a_command(mode: object, options: dict[str, Any]) -> None:
    try:
        line = render_entry("sched_add", new_entry(mode, options, NOON), UTC)
    except HomevoltValueError:
        return
    understood = parse_command(line)
    allowed = {BY_NAME[name].flag.removeprefix("--") for name in options}
    assert understood.name == "sched_add"
    assert set(understood.given) <= allowed
    assert len(understood.given) == len(set(understood.given))
    assert len(understood.arguments) == 1
    assert {option.name for option in SIMULATED_OPTIONS} >= allowed


async def _try(call: Any) -> None:
    try:
        await call
    except HomevoltError:
        return


@settings(max_examples=30)
@given(values=st.lists(ANYTHING, min_size=5, max_size=5), text=st.text())
def test_whatever_reaches_a_control_method_the_device_gets_no_command_that_was_not_meant(
    values: list[Any], text: str
) -> None:
    meant = {"sched_set", "sched_add", "sched_del", "sched_clear", "help"}

    async def throw_it_at_everything() -> None:
        async with connected_device() as (sim, device, _):
            first, second, third, fourth, fifth = values
            await _try(device.set_battery_mode(first, setpoint=second, max_soc=third))
            await _try(device.charge_battery(max_power=first, min_soc=fourth))
            await _try(device.add_schedule(1, from_time=second, to_time=third))
            await _try(device.add_schedule(fourth, fcr_start_from=fifth, offline=first))
            await _try(device.delete_schedule(fifth))
            await _try(device.replace_schedule([{"mode": 1, "setpoint": first}]))
            await _try(device.replace_schedule(second))
            await _try(device.set_parameter("ledstrip_mode", first))
            await _try(device.set_parameter(text, second))
            await _try(device.get_parameter(third))
            await _try(device.set_battery_idle(**{text: fourth}))
            for command in sim.journal.commands:
                assert parse_command(command).name in meant
            assert not sim.device.destructive_commands
            named = {record.form.get("k") for record in sim.journal.to("/params.json")}
            assert named <= {None, "ledstrip_mode"}

    asyncio.run(throw_it_at_everything())


@given(entry=entries(), other=entries())
def test_an_entry_differs_from_another_one_and_not_from_itself(
    entry: ScheduleEntry, other: ScheduleEntry
) -> None:
    assert differences(entry, entry) == []
    if not differences(entry, other) and not differences(other, entry):
        assert said(entry).mode == said(other).mode
        assert entry.to_time == other.to_time


async def test_the_typed_plan_and_the_device_agree_on_what_is_active() -> None:
    async with connected_device() as (sim, device, _):
        for start, end in ((1, 2), (0, 2), (1, 3), (None, 4), (5, None)):
            window = (None if at is None else NOON + timedelta(hours=at) for at in (start, end))
            from_time, to_time = window
            await device.add_schedule(2, from_time=from_time, to_time=to_time)
        assert device.schedule is not None
        seen = set()
        for minutes in range(-60, 400, 7):
            at = NOON + timedelta(minutes=minutes)
            ours = device.schedule.active(at)
            theirs = sim.installation.plan.active(at.timestamp())
            assert (ours and ours.id) == (theirs and theirs.id)
            seen.add(ours and ours.id)
        assert seen == {0, 1, 2, 3, 4, None}
