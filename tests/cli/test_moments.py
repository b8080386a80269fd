"""Times and durations as people type them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt import HomevoltValueError
from homevolt.cli.writing.moments import LONGEST, duration_of, moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENING = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)  # 21:30 in Stockholm


@pytest.fixture(autouse=True)
def _stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be in a zone that is not UTC."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2h", 120),
        ("90min", 90),
        ("90 m", 90),
        ("1h30m", 90),
        ("1.5h", 90),
        ("1d 1s", 1440 + 1 / 60),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, minutes: float) -> None:
    assert duration_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "2", "h", "2 hours", "-2h", "0h", "2h3", "1e3h", "4000d", "0.4s"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(HomevoltValueError, match="not a duration such as 2h"):
        duration_of(text)


@given(seconds=st.integers(1, int(LONGEST.total_seconds())))
def test_every_duration_can_be_typed(seconds: int) -> None:
    hours, rest = divmod(seconds, 3600)
    assert duration_of(f"{hours}h{rest}s") == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:00", datetime(2026, 1, 15, 21, tzinfo=UTC)),
        ("21:30", datetime(2026, 1, 16, 20, 30, tzinfo=UTC)),
        ("07:00", datetime(2026, 1, 16, 6, tzinfo=UTC)),
        ("7:00:30", datetime(2026, 1, 16, 6, 0, 30, tzinfo=UTC)),
        ("today 07:00", datetime(2026, 1, 15, 6, tzinfo=UTC)),
        ("Tomorrow  23:59", datetime(2026, 1, 16, 22, 59, tzinfo=UTC)),
        ("2026-07-01T07:00", datetime(2026, 7, 1, 5, tzinfo=UTC)),
        ("2026-07-01T07:00Z", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-07-01T07:00+05:45", datetime(2026, 7, 1, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_is_the_next_one_by_the_clock_of_this_machine(
    text: str, expected: datetime
) -> None:
    assert moment_of(text, EVENING) == expected


def test_tomorrow_is_a_day_of_the_calendar_also_where_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 20, tzinfo=UTC)  # the clocks go forward at night
    assert moment_of("tomorrow 07:00", before) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert moment_of("07:00", before) == datetime(2026, 3, 29, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "noon", "24:00", "12:60", "yesterday 07:00", "2026-02-30"])
def test_anything_else_is_not_a_time(text: str) -> None:
    with pytest.raises(HomevoltValueError, match="is not a time such as 07:00"):
        moment_of(text, EVENING)
