"""Windows written over a plan: what they cover, what stays, and that it is all or nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt import (
    BatteryMode,
    HomevoltCommandError,
    HomevoltLocalModeError,
    HomevoltValueError,
    Schedule,
    ScheduleEntry,
    overlay_plan,
)
from homevolt.schedule.times import EARLIEST, LATEST
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device
from tests.support.plans import CLOUD_ID, HOUR, NOON, cloud_plan, contents, hours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MINUTES: Final = st.none() | st.integers(-60, 60)


def _at(minute: int | None) -> datetime | None:
    return None if minute is None else NOON + timedelta(minutes=minute)


@st.composite
def windows(draw: st.DrawFn) -> ScheduleEntry:
    """Return an entry of any mode and window, known by its setpoint, with options."""
    start, end = draw(MINUTES), draw(MINUTES)
    if start is not None and end is not None:
        start, end = min(start, end), max(start, end) + 1
    return ScheduleEntry(
        mode=draw(st.sampled_from([*BatteryMode, 23])),
        from_time=_at(start),
        to_time=_at(end),
        id=draw(st.none() | st.integers(0, 9)),
        setpoint=draw(st.integers(0, 10**6)),
        main_fuse=draw(st.none() | st.just(25000)),
    )


@st.composite
def overlays(draw: st.DrawFn) -> list[ScheduleEntry]:
    """Return windows that do not overlap."""
    chosen: list[ScheduleEntry] = []
    for entry in draw(st.lists(windows(), max_size=5)):
        if not any(entry.overlaps(other) for other in chosen):
            chosen.append(entry)
    return chosen


def _moments(entries: Sequence[ScheduleEntry]) -> list[datetime]:
    """Return every moment at which something may change, and those around it."""
    edges = {edge for e in entries for edge in (e.from_time, e.to_time) if edge is not None}
    second = timedelta(seconds=1)
    near = {edge + offset for edge in edges for offset in (-second, timedelta(0), second)}
    return sorted({EARLIEST, NOON, LATEST - second, *near})


def _content(entry: ScheduleEntry | None) -> ScheduleEntry | None:
    """Return an entry without its window and id."""
    if entry is None:
        return None
    return msgspec.structs.replace(entry, id=None, from_time=None, to_time=None)


def _length(entry: ScheduleEntry) -> timedelta:
    return (entry.to_time or LATEST) - (entry.from_time or EARLIEST)


@pytest.mark.unmeasured
@given(previous=st.lists(windows(), max_size=6), overlay=overlays())
def test_every_moment_is_the_overlay_s_or_else_the_previous_plan_s(
    previous: list[ScheduleEntry], overlay: list[ScheduleEntry]
) -> None:
    merged = overlay_plan(previous, overlay)
    plans = [Schedule(entries=tuple(entries)) for entries in (merged, overlay, previous)]
    for moment in _moments([*previous, *overlay]):
        actual, over, under = (plan.active(moment) for plan in plans)
        assert _content(actual) == _content(over or under)
    assert not any(entry.overlaps(following) for entry, following in pairwise(merged))
    contents_before = [*overlay, *previous]
    for entry in merged:
        same = [other for other in contents_before if _content(other) == _content(entry)]
        assert _length(entry) <= max(map(_length, same))
    assert all(entry in merged for entry in overlay)


@given(previous=st.lists(windows(), max_size=6), overlay=overlays(), minute=st.integers(-90, 90))
def test_what_has_ended_is_left_out_and_nothing_else(
    previous: list[ScheduleEntry], overlay: list[ScheduleEntry], minute: int
) -> None:
    now = NOON + timedelta(minutes=minute)
    everything = overlay_plan(previous, overlay)
    assert overlay_plan(previous, overlay, now) == tuple(
        entry for entry in everything if entry.to_time is None or entry.to_time > now
    )


async def test_an_open_entry_is_split_and_keeps_its_options() -> None:
    async with connected_device() as running:
        running.plan(Entry(7, None, None, 10, 90, options={"main_fuse": 25000}))
        window = hours(1)[0]
        schedule = await running.device.overlay_schedule([window])
        at = [int((NOON + n * HOUR).timestamp()) for n in (1, 2)]
        assert [(e[0], e[1], e[2]) for e in contents(running)] == [
            (7, None, at[0]),
            (1, at[0], at[1]),
            (7, at[1], None),
        ]
        assert [(e.min_soc, e.max_soc, e.main_fuse) for e in schedule.entries] == [
            (10, 90, 25000),
            (None, None, None),
            (10, 90, 25000),
        ]


async def test_an_overlay_takes_as_many_requests_as_the_plan_it_makes() -> None:
    async with connected_device() as running:
        running.plan(Entry(7, None, None))
        await running.device.overlay_schedule(hours(1))
        assert running.requests == 3 + 3
        assert len(running.writes) == 1 + 3


async def test_the_plan_that_it_would_make_can_be_compared_first() -> None:
    async with connected_device() as running:
        running.plan(Entry(7, None, None))
        await running.device.fetch_schedule_data()
        assert running.device.schedule is not None
        merged = overlay_plan(running.device.schedule.entries, hours(1), NOON)
        diff = await running.device.diff_schedule(merged)
        assert (len(diff.added), len(diff.removed), running.writes) == (3, 1, [])
        await running.device.overlay_schedule(hours(1))
        assert (await running.device.diff_schedule(merged)).is_empty


async def test_a_plan_of_the_cloud_goes_on_after_the_overlay() -> None:
    async with connected_device() as running:
        cloud_plan(running)
        before = contents(running)
        end = NOON + HOUR / 2
        await running.device.overlay_schedule([{"mode": 0, "to_time": end}])
        after = contents(running)
    assert [entry[0] for entry in after] == [0, 5, 7]  # the first one had ended
    assert after[1] == (5, int(end.timestamp()), *before[1][2:])
    assert after[2] == before[2]


async def test_if_it_fails_the_previous_plan_is_put_back() -> None:
    async with connected_device(linked=True) as running:
        running.plan(Entry(7, None, None, options={"main_fuse": 25000}), schedule_id=CLOUD_ID)
        before = contents(running)
        running.sim.faults.add_settings({"kind": "ignore", "write": True, "nth": 3})
        with pytest.raises(HomevoltCommandError):
            await running.device.overlay_schedule(hours(1))
        assert contents(running) == before


async def test_what_cannot_be_written_sends_nothing() -> None:
    async with connected_device() as running:
        for entries in ([{"mode": 3}], [*hours(1), *hours(1)], "idle"):
            with pytest.raises(HomevoltValueError):
                await running.device.overlay_schedule(entries)  # type: ignore[arg-type] # on purpose
        running.plan(
            *(
                Entry(0, int(NOON.timestamp()) + n, int(NOON.timestamp()) + n + 1)
                for n in range(10, 210)
            )
        )
        with pytest.raises(HomevoltValueError, match="it would have 201"):
            await running.device.overlay_schedule(hours(1))
        assert running.writes == []
    async with connected_device(local_mode=False) as running:
        with pytest.raises(HomevoltLocalModeError):
            await running.device.overlay_schedule(hours(1))
        assert running.writes == []
