"""Times on their way to the device: naive, aware, text; gaps and folds; the device's zone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.times import (
    LATEST,
    as_zone,
    from_epoch,
    offset_text,
    parse_time,
    render_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def machine_in_stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("given_time", "meant"),
    [
        ("2026-01-31T23:00:00Z", utc(2026, 1, 31, 23)),
        ("2026-01-31T23:00:00+02:00", utc(2026, 1, 31, 21)),
        ("2026-01-31 23:00", utc(2026, 1, 31, 22)),
        ("2026-07-31T23:00:00.987654", utc(2026, 7, 31, 21)),
        (naive("2026-01-31T23:00:00.999999"), utc(2026, 1, 31, 22)),
        (utc(2026, 1, 31, 23), utc(2026, 1, 31, 23)),
        (
            datetime(2026, 1, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
            utc(2026, 2, 1, 4),
        ),
    ],
)
@pytest.mark.usefixtures("machine_in_stockholm")
def test_a_time_without_a_zone_is_local_and_one_with_a_zone_is_as_stated(
    given_time: datetime | str, meant: datetime
) -> None:
    parsed = parse_time("from_time", given_time)
    assert parsed == meant
    assert parsed.tzinfo is UTC
    assert parsed.microsecond == 0


@pytest.mark.usefixtures("machine_in_stockholm")
def test_a_local_time_that_the_clocks_skip_is_read_as_if_they_had_not_moved_yet() -> None:
    assert parse_time("from_time", "2026-03-29T02:30:00") == utc(2026, 3, 29, 1, 30)
    skipped = datetime(2026, 3, 29, 2, 30, tzinfo=STOCKHOLM)
    assert parse_time("from_time", skipped) == utc(2026, 3, 29, 1, 30)


@pytest.mark.usefixtures("machine_in_stockholm")
def test_a_local_time_that_comes_twice_is_the_first_one_unless_fold_says_otherwise() -> None:
    twice = naive("2026-10-25T02:30")
    assert parse_time("from_time", "2026-10-25T02:30:00") == utc(2026, 10, 25, 0, 30)
    assert parse_time("from_time", twice) == utc(2026, 10, 25, 0, 30)
    assert parse_time("from_time", twice.replace(fold=1)) == utc(2026, 10, 25, 1, 30)
    stated = twice.replace(fold=1, tzinfo=STOCKHOLM)
    assert parse_time("from_time", stated) == utc(2026, 10, 25, 1, 30)


@pytest.mark.parametrize(
    "wrong",
    ["", "tomorrow", "23:00", "2026-13-01T00:00", "2026-01-31T23:00:00 --min 1", 1766131200, None],
)
def test_a_value_that_is_not_a_time_is_refused_with_its_name(wrong: object) -> None:
    with pytest.raises(HomevoltValueError, match="to_time"):
        parse_time("to_time", wrong)


@pytest.mark.parametrize(
    "wrong", ["0001-01-02T00:00", "9999-12-31T23:59:59", "0001-01-01", "1969-12-31T23:59Z"]
)
def test_a_time_out_of_range_is_refused(wrong: str) -> None:
    with pytest.raises(HomevoltValueError, match="out of range"):
        parse_time("to_time", wrong)


@given(st.datetimes(min_value=naive("1971-01-01"), max_value=naive("2200-01-01")))
def test_what_is_rendered_in_a_zone_is_the_same_moment_there(moment: datetime) -> None:
    exact = moment.replace(tzinfo=UTC, microsecond=0)
    try:
        text = render_time("from_time", exact, STOCKHOLM)
    except HomevoltValueError:
        # Only the second time of a text that the clocks show twice cannot be said.
        assert exact.astimezone(STOCKHOLM).fold == 1
        return
    assert datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC) == exact


def test_the_second_of_two_equal_local_times_cannot_be_written_in_such_a_zone() -> None:
    first, second = utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)
    assert render_time("to_time", first, STOCKHOLM) == "2026-10-25T02:30:00"
    with pytest.raises(HomevoltValueError, match=r"to_time.*twice"):
        render_time("to_time", second, STOCKHOLM)
    assert render_time("to_time", second) == "2026-10-25T01:30:00"


def test_epoch_seconds_become_utc_and_are_clamped() -> None:
    assert from_epoch(None) is None
    assert from_epoch(1766131200) == utc(2025, 12, 19, 8)
    assert from_epoch(-1) == utc(1970, 1, 1)
    assert from_epoch(1e18) == LATEST


def test_a_zone_is_taken_by_its_name_too() -> None:
    assert as_zone("Europe/Stockholm") == STOCKHOLM
    assert as_zone(UTC) is UTC
    for wrong in ("Mars/Olympus", "", "../etc", 5):
        with pytest.raises(HomevoltValueError, match="schedule_timezone"):
            as_zone(wrong)  # type: ignore[arg-type] # what a caller without types may do


def test_an_offset_is_written_for_people() -> None:
    assert offset_text(timedelta(hours=1)) == "UTC+01:00"
    assert offset_text(timedelta(hours=-3, minutes=-30)) == "UTC-03:30"


def test_fractions_of_an_offset_are_dropped_too() -> None:
    zone = timezone(timedelta(hours=1, microseconds=7))
    assert parse_time("from_time", datetime(2026, 1, 1, 1, tzinfo=zone)).microsecond == 0


def test_the_first_time_that_a_device_may_show_can_be_written_back() -> None:
    start = from_epoch(0)
    assert parse_time("from_time", start) == start
