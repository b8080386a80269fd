"""`schedule add --every`: the windows of each day, by the clock of this machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.cli.errors import ShellError
from homevolt.cli.output import HOST_VARIABLE
from homevolt.cli.writing.repeats import WEEKDAYS, Repeat
from homevolt.cli.writing.window_options import Window
from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell

HOUR = 3600
BEFORE_SPRING = datetime(2026, 3, 27, 11, tzinfo=UTC)  # a Friday; the clocks change on the Sunday
BEFORE_AUTUMN = datetime(2026, 10, 23, 11, tzinfo=UTC)  # likewise
ADD = ("schedule", "add", "inverter_charge", "--setpoint", "2000")
MORNINGS = ("--from", "06:00", "--until", "08:30", "--every", "day", "--days", "3")


@pytest.fixture(autouse=True)
def _stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be in a zone that is not UTC."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def window(start: str | None, until: str | None = None, hours: float | None = None) -> Window:
    return Window(None if hours is None else timedelta(hours=hours), until, start)


def written(spans: list[tuple[datetime, datetime | None]]) -> list[str]:
    """Return windows in UTC, for people."""
    return [f"{start:%d. %H:%M} - {end:%H:%M}" for start, end in spans if end is not None]


def test_the_time_of_day_stays_where_the_clocks_go_forward() -> None:
    spans = Repeat("day", 4).spans(window("06:00", until="07:30"), BEFORE_SPRING)
    assert written([*spans]) == [
        "28. 05:00 - 06:30",
        "29. 04:00 - 05:30",
        "30. 04:00 - 05:30",
        "31. 04:00 - 05:30",
    ]


def test_the_time_of_day_stays_where_the_clocks_go_back() -> None:
    spans = Repeat("day", 3).spans(window("23:00", until="06:00"), BEFORE_AUTUMN)
    assert written([*spans]) == ["23. 21:00 - 04:00", "24. 21:00 - 05:00", "25. 22:00 - 05:00"]
    lengths = [end - start for start, end in spans if end is not None]
    assert lengths == [timedelta(hours=7), timedelta(hours=8), timedelta(hours=7)]


def test_a_duration_is_time_that_passes_also_where_the_clocks_go_back() -> None:
    spans = Repeat("day", 3).spans(window("23:00", hours=6), BEFORE_AUTUMN)
    assert {end - start for start, end in spans if end is not None} == {timedelta(hours=6)}


def test_a_window_that_a_day_does_not_have_is_left_out() -> None:
    spans = Repeat("day", 3).spans(window("02:15", until="02:45"), BEFORE_SPRING)
    assert written([*spans]) == ["28. 01:15 - 01:45", "30. 00:15 - 00:45"]
    spans = Repeat("day", 3).spans(window("tomorrow 02:30", until="03:15"), BEFORE_SPRING)
    assert written([*spans]) == ["28. 01:30 - 02:15", "30. 00:30 - 01:15"]


@pytest.mark.parametrize(
    ("every", "days", "expected"),
    [
        ("day", 7, [28, 29, 30, 31, 1, 2, 3]),
        ("weekday", 7, [30, 31, 1, 2, 3]),
        ("weekend", 9, [28, 29, 4, 5]),
    ],
)
def test_only_the_days_that_are_meant_are_taken(every: str, days: int, expected: list[int]) -> None:
    spans = Repeat(every, days).spans(window("06:00", hours=1), BEFORE_SPRING)
    assert [start.day for start, _ in spans] == expected


def test_it_begins_on_the_day_of_its_start_or_now() -> None:
    spans = Repeat("day", 2).spans(window("2026-04-06T08:00", until="09:00"), BEFORE_SPRING)
    assert written([*spans]) == ["06. 06:00 - 07:00", "07. 06:00 - 07:00"]
    spans = Repeat("day", 2).spans(window(None, hours=1), BEFORE_SPRING)
    assert written([*spans]) == ["27. 11:00 - 12:00", "28. 11:00 - 12:00"]


@pytest.mark.parametrize(
    ("every", "days", "given_window", "problem"),
    [
        ("day", 2, window("02:00"), "say how long with --for, or the --until of each day"),
        ("day", 2, window("02:00", until="tomorrow 05:00"), "the --until of each day"),
        ("day", 2, window("02:00", until="2026-04-06T08:00"), "the --until of each day"),
        (
            "weekday",
            2,
            window("02:00", until="05:00"),
            "There is no weekday with this window within 2 days",
        ),
        ("weekday", 1, window("02:00", until="05:00"), "within 1 day."),
    ],
)
def test_what_does_not_repeat_is_refused_in_words(
    every: str, days: int, given_window: Window, problem: str
) -> None:
    with pytest.raises(ShellError, match=problem):
        Repeat(every, days).spans(given_window, BEFORE_SPRING)


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    start=st.times(),
    end=st.times(),
    every=st.sampled_from([*WEEKDAYS]),
    days=st.integers(7, 40),
)
def test_the_windows_never_overlap_and_end_less_than_25_hours_later(
    now: datetime, start: object, end: object, every: str, days: int
) -> None:
    typed = window(f"{start:%H:%M:%S}", until=f"{end:%H:%M:%S}")
    spans = Repeat(every, days).spans(typed, now)
    ends = [span.end for span in spans if span.end is not None]
    assert len(ends) == len(spans)
    assert all(now < span.start for span in spans)
    for span, stop in zip(spans, ends, strict=True):
        assert timedelta() < stop - span.start <= timedelta(hours=25)
        assert span.start.astimezone().weekday() in WEEKDAYS[every]
    for stop, following in zip(ends, spans[1:], strict=False):
        assert stop <= following.start


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    """Serve a battery in local mode with an entry that has ended and one in force."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    now = int(time.time())
    async with Simulator(None, cloud=False, local_mode=True) as simulator:
        entries = (Entry(0, now - 2 * HOUR, now - HOUR), Entry(7, now - HOUR, now + 60))
        simulator.installation.plan.replace(entries, "Manual Schedule")
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        yield simulator


def types_of(battery: Simulator) -> list[int]:
    return [entry.type for entry in battery.installation.plan.entries]


async def test_the_plan_is_shown_first_and_written_at_once(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell(*ADD, *MORNINGS)
    assert outcome.code == 0, outcome.err
    *timeline, sentence = outcome.err.splitlines()
    assert timeline[0].startswith("── now ")
    assert sum("06:00 - 08:30" in line for line in timeline) == 3
    assert sentence.startswith("Will charge at 2.0 kW in 3 windows, from ")
    assert types_of(battery) == [7, 1, 1, 1]
    locals_ = [
        datetime.fromtimestamp(entry.from_time or 0, UTC).astimezone()
        for entry in battery.installation.plan.entries[1:]
    ]
    assert {(each.hour, each.minute) for each in locals_} == {(6, 0)}


async def test_one_that_fails_leaves_the_plan_as_it_was(shell: Shell, battery: Simulator) -> None:
    battery.faults.add_settings({"kind": "ignore", "path": "/console.json", "nth": 4, "count": 1})
    outcome = await shell(*ADD, *MORNINGS)
    assert outcome.code == 7
    assert types_of(battery) == [7]


async def test_a_dry_run_of_several_shows_them_and_sends_nothing(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell(*ADD, *MORNINGS, "--dry-run", "--json")
    assert [entry["mode"] for entry in outcome.document["entries"]] == [7, 1, 1, 1]
    assert [*battery.journal.writes] == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--from 02:00 --until 05:00 --every day", "--every and --days go together"),
        ("--from 02:00 --until 05:00 --days 3", "--every and --days go together"),
        ("--from 02:00 --forever --every day --days 3", "say how long with --for"),
        ("--from 02:00 --for 30h --every day --days 3", "overlap"),
        ("--for 1h --every day --days 3", "overlap"),
        ("--from 02:00 --for 1h --every day --days 999", "from 1 to 366"),
        ("--from 02:00 --for 1h --every month --days 9", "'month' is not one of"),
    ],
)
async def test_what_cannot_be_added_sends_nothing(
    shell: Shell, battery: Simulator, arguments: str, problem: str
) -> None:
    outcome = await shell(*ADD, *arguments.split())
    assert outcome.code == 2
    assert problem in outcome.line
    assert [*battery.journal.writes] == []


async def test_an_end_by_the_clock_is_the_next_one_after_the_start(
    shell: Shell, battery: Simulator
) -> None:
    arguments = ("--from", "tomorrow 23:00", "--until", "05:00")
    assert (await shell(*ADD, *arguments)).code == 0
    *_, added = battery.installation.plan.entries
    assert added.from_time is not None
    assert added.to_time is not None
    end = datetime.fromtimestamp(added.to_time, UTC).astimezone()
    assert (end.hour, 0 < added.to_time - added.from_time <= 7 * HOUR) == (5, True)
