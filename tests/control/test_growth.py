"""No step of parsing or comparing takes more than its share of time when its input grows."""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from homevolt import HomevoltCommandRejectedError, Schedule, ScheduleEntry
from homevolt.control.device_zone import DeviceZone
from homevolt.control.overlay import overlay_plan
from homevolt.control.rollback import Origins
from homevolt.protocol.console import parse_reply
from homevolt.schedule.comparing import added_entries, pair_up, without_repeats
from homevolt.schedule.validation import check_overlaps
from tests.support.payloads import NOW
from tests.support.scripted_device import document, done, in_turn, scripted_device

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SMALL, GROWTH, RUNS = 300, 8, 3
MOST = 3 * GROWTH
"""How much longer an input that is 8 times as long may take; a quadratic step takes 64 times."""

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest CPU time of a few runs, garbage collection aside."""
    times = []
    gc.disable()
    try:
        for _ in range(RUNS):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(times)


def windows(count: int) -> list[ScheduleEntry]:
    """Return entries one after the other."""
    return [
        ScheduleEntry(
            mode=1,
            id=n,
            setpoint=n,
            from_time=NOON + timedelta(minutes=n),
            to_time=NOON + timedelta(minutes=n + 1),
        )
        for n in range(count)
    ]


def same_window(count: int) -> list[ScheduleEntry]:
    """Return entries that only their setpoint tells apart."""
    return [ScheduleEntry(mode=1, id=n, setpoint=n) for n in range(count)]


def equal(count: int) -> list[ScheduleEntry]:
    """Return entries that only their id tells apart."""
    return [ScheduleEntry(mode=1, id=n) for n in range(count)]


def stamped(entries: Sequence[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the entries as a device has them that writes down when an open window began."""
    return [
        ScheduleEntry(mode=e.mode, id=e.id, setpoint=e.setpoint, from_time=NOON, to_time=e.to_time)
        for e in entries
    ]


def renumbered(entries: Sequence[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the entries with other ids, the last one first."""
    return [
        ScheduleEntry(
            mode=e.mode, id=n, setpoint=e.setpoint, from_time=e.from_time, to_time=e.to_time
        )
        for n, e in enumerate(reversed(entries), 10**6)
    ]


def later(entries: Sequence[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the entries as a device in another zone has them."""
    hour = timedelta(hours=1)
    return [
        msgspec.structs.replace(
            e, from_time=e.from_time and e.from_time + hour, to_time=e.to_time and e.to_time + hour
        )
        for e in entries
    ]


def are_own(entries: Sequence[ScheduleEntry], actual: Sequence[ScheduleEntry]) -> list[bool]:
    """Tell of each entry that was read back whether it is a result of writing these."""
    origins = Origins(entries, DeviceZone(UTC))
    return [origins.has_made(entry, NOON) for entry in actual]


PLANS = [windows, same_window, equal]
STEPS: dict[str, Callable[[list[ScheduleEntry]], object]] = {
    "same": lambda plan: pair_up(plan, plan),
    "reversed": lambda plan: pair_up(plan, plan[::-1]),
    "none": lambda plan: pair_up(plan, [ScheduleEntry(mode=2, id=e.id) for e in plan]),
    "stamped": lambda plan: pair_up(plan, stamped(plan), NOON + timedelta(hours=1)),
    "added": lambda plan: added_entries(plan[:-1], plan),
    "gone": lambda plan: added_entries(plan, []),
    "renumbered": lambda plan: added_entries(plan[:-1], renumbered(plan)),
    "repeats": lambda plan: without_repeats(plan + plan),
    "own": lambda plan: are_own(plan, plan),
    "own, in another zone": lambda plan: are_own(plan, later(plan)),
    "of another client": lambda plan: are_own(
        plan, [msgspec.structs.replace(e, mode=2, setpoint=-1) for e in plan]
    ),
    "overlay": lambda plan: overlay_plan(plan, [ScheduleEntry(mode=2, to_time=NOON)]),
    "lookup": lambda plan: Schedule(entries=tuple(plan)).find(-1),
}


@pytest.mark.parametrize("make", PLANS)
@pytest.mark.parametrize("step", STEPS)
def test_comparing_plans_takes_time_in_proportion(
    step: str, make: Callable[[int], list[ScheduleEntry]]
) -> None:
    small, large = make(SMALL), make(SMALL * GROWTH)
    ratio = seconds(lambda: STEPS[step](large)) / seconds(lambda: STEPS[step](small))
    assert ratio < MOST


def test_checking_a_plan_takes_time_in_proportion() -> None:
    small, large = windows(SMALL), windows(SMALL * GROWTH)
    ratio = seconds(lambda: check_overlaps(large)) / seconds(lambda: check_overlaps(small))
    assert ratio < MOST


FAILED = "' returned non-zero error code: 0x2 ("
REPLIES: dict[str, Callable[[int], str]] = {
    "one long line": lambda n: "x" * n,
    "failure in a failure": lambda n: f"Command 'x{FAILED * (n // len(FAILED))}ERROR)\n",
    "failure without an end": lambda n: f"Command 'x{FAILED * (n // len(FAILED))}",
    "success in a success": lambda n: f"Command '{chr(39)}{' executed success' * (n // 17)}",
    "quotes": lambda n: "Command '" + "'" * n,
    "code": lambda n: f"Command 'x{FAILED[:-1]}" + "1" * n + "!",
    "prompt": lambda n: "a:" * (n // 2),
    "prompts": lambda n: "esp32>\n" * (n // 7),
    "blanks": lambda n: " " * n + "x",
    "lines": lambda n: "\n" * n,
    "colours": lambda n: "\x1b[0" * (n // 3),
    "unknown": lambda n: "unknown " * (n // 8),
    "json": lambda n: "{" + '"a":' * (n // 4),
    "json string": lambda n: '{"output": "' + "\\n" * (n // 2) + '", "exit_code": 1}',
}


@pytest.mark.parametrize("reply", REPLIES)
def test_parsing_a_reply_takes_time_in_proportion(reply: str) -> None:
    small, large = (REPLIES[reply](n).encode() for n in (10_000, 10_000 * GROWTH))
    ratio = seconds(lambda: parse_reply(large)) / seconds(lambda: parse_reply(small))
    assert ratio < MOST


async def test_a_long_refusal_is_shortened_in_the_message_and_complete_in_the_reply() -> None:
    words = "no " * 50_000
    refusal = f"esp32> x\n{words}\nCommand 'x' returned non-zero error code: 0x2 (ERROR)"
    async with scripted_device(schedule=document(), console=refusal) as (_, device, _clock):
        for write in (device.clear_all_schedules(), device.console("x")):
            with pytest.raises(HomevoltCommandRejectedError) as caught:
                await write
            assert len(str(caught.value)) < 500
            assert caught.value.reply == words.rstrip()


async def test_an_entry_is_added_to_a_plan_of_three_thousand() -> None:
    entries = [
        {
            "id": n,
            "type": 1,
            "from": NOW + 60 * n,
            "to": NOW + 60 * n + 60,
            "params": {"setpoint": n},
        }
        for n in range(3000)
    ]
    new = {"id": 3000, "type": 0, "from": NOW - 600, "to": NOW + 1}
    before = document(*entries)
    async with scripted_device(
        schedule=in_turn(before, before, document(*entries, new)), console=done("sched_add")
    ) as (scripted, device, _clock):
        start, end = (datetime.fromtimestamp(new[name], UTC) for name in ("from", "to"))
        added = await device.add_schedule(0, from_time=start, to_time=end)
        assert added.id == 3000
        assert len(scripted.requests) == 3
