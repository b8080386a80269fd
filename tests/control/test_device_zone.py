"""The zone of a device, as far as read-backs have shown it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.control.device_zone import ObservedZone, find_offsets
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.entry import ScheduleEntry
from homevolt.schedule.times import render_time

WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOTH = ObservedZone({WINTER: HOUR, SUMMER: 2 * HOUR})


def test_the_nearest_offset_that_was_observed_holds() -> None:
    for days in (-1, 0, 1, 60):
        assert (WINTER + timedelta(days=days)).astimezone(BOTH).utcoffset() == HOUR
        assert (SUMMER + timedelta(days=days)).astimezone(BOTH).utcoffset() == 2 * HOUR
    assert BOTH.utcoffset(None) is None
    assert BOTH.dst(None) == timedelta()
    assert str(BOTH) == "the zone that the device has shown"


@given(st.integers(-20 * 366, 20 * 366), st.integers(0, 24 * 60))
def test_a_time_is_rendered_to_itself_or_is_ambiguous(days: int, minutes: int) -> None:
    moment = WINTER + timedelta(days=days, minutes=minutes)
    try:
        text = render_time("from_time", moment, BOTH)
    except HomevoltValueError:
        return
    assert datetime.fromisoformat(text).replace(tzinfo=BOTH).astimezone(UTC) == moment


@pytest.mark.parametrize("name", ["Europe/Stockholm", "Asia/Kathmandu", "America/St_Johns"])
def test_offsets_are_found_where_a_zone_moved_every_time(name: str) -> None:
    zone = ZoneInfo(name)

    def misread(moment: datetime) -> datetime:
        return moment.replace(tzinfo=zone).astimezone(UTC)

    expected = ScheduleEntry(mode=1, from_time=WINTER, to_time=SUMMER, setpoint=5)
    actual = ScheduleEntry(
        mode=1, id=3, from_time=misread(WINTER), to_time=misread(SUMMER), setpoint=5
    )
    assert find_offsets(expected, actual, UTC) == {
        moment: moment.replace(tzinfo=zone).utcoffset() for moment in (WINTER, SUMMER)
    }


@pytest.mark.parametrize(
    "actual",
    [
        ScheduleEntry(mode=1, from_time=WINTER, to_time=SUMMER - HOUR),  # cut short
        ScheduleEntry(mode=1, from_time=WINTER - HOUR, to_time=SUMMER - 4 * HOUR),
        ScheduleEntry(mode=1, from_time=WINTER - 20 * HOUR, to_time=SUMMER - 20 * HOUR),
        ScheduleEntry(mode=1, from_time=WINTER - HOUR / 7, to_time=SUMMER - HOUR / 7),
        ScheduleEntry(mode=2, from_time=WINTER - HOUR, to_time=SUMMER - HOUR),
        ScheduleEntry(mode=1, from_time=WINTER - HOUR),
        ScheduleEntry(mode=1, from_time=WINTER, to_time=SUMMER),
    ],
)
def test_other_differences_are_not_a_zone(actual: ScheduleEntry) -> None:
    expected = ScheduleEntry(mode=1, from_time=WINTER, to_time=SUMMER)
    assert find_offsets(expected, actual, UTC) is None
