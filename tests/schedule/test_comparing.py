"""When entries and plans are the same, and what firmware may have made of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from homevolt.schedule.comparing import (
    added_entries,
    differences,
    is_reduced,
    pair_up,
    without_repeats,
)
from homevolt.schedule.entry import BatteryMode, ScheduleEntry

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = {"from_time": NOON, "to_time": NOON + HOUR}


def entry(mode: int = 1, **fields: Any) -> ScheduleEntry:
    return ScheduleEntry(mode=BatteryMode(mode), **fields)


def changed(expected: ScheduleEntry, **fields: Any) -> list[str]:
    """Return the names of the differences after a change."""
    return [
        item.name for item in differences(expected, msgspec.structs.replace(expected, **fields))
    ]


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({}, {"id": 7}),
        ({"min_soc": 0}, {"min_soc": None}),
        ({}, {"max_soc": 100}),
        ({"offline": False}, {"offline": None}),
        ({}, {"ffr_rearm": False}),
    ],
)
def test_an_option_equals_the_value_that_its_absence_means(
    fields: dict[str, Any], change: dict[str, Any]
) -> None:
    assert changed(entry(**fields), **change) == []


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({}, {"mode": 2}),
        ({}, {"setpoint": 0}),
        ({"setpoint": 0}, {"setpoint": None}),
        ({}, {"max_charge": 5}),
        ({}, {"offline": True}),
        ({"offline": True}, {"offline": False}),
        (WINDOW, {"to_time": None}),
        (WINDOW, {"from_time": NOON - HOUR}),
        ({}, {"from_time": NOON}),
    ],
)
def test_everything_else_is_a_difference(fields: dict[str, Any], change: dict[str, Any]) -> None:
    assert changed(entry(**fields), **change) == list(change)


def test_an_open_start_may_be_stamped_before_a_time() -> None:
    assert differences(entry(), entry(from_time=NOON), NOON + HOUR) == []
    assert differences(entry(), entry(from_time=NOON), NOON) != []
    assert differences(entry(from_time=NOON), entry(), NOON + HOUR) != []


@pytest.mark.parametrize(
    ("mode", "fields", "change", "reduced"),
    [
        (1, {"max_soc": 90}, {"max_soc": None}, True),
        (1, {"max_soc": 90}, {"max_soc": 100}, True),
        (6, {"ffr_rearm": True}, {"ffr_rearm": False}, True),
        (3, {"setpoint": 5}, {"mode": 0, "setpoint": None}, True),
        (1, {"setpoint": 5}, {"mode": 0, "setpoint": None}, False),
        (3, {"setpoint": 5}, {"mode": 1}, False),
        (1, {}, {"max_soc": 90}, False),
        (1, {"setpoint": 5}, {"setpoint": 4}, False),
        (1, {"setpoint": 5, **WINDOW}, {"setpoint": 4}, True),
        (5, {"setpoint": -5, **WINDOW}, {"setpoint": -4}, True),
        (5, {"setpoint": -5, **WINDOW}, {"setpoint": 4}, False),
        (1, {"setpoint": 5, **WINDOW}, {"setpoint": 6}, False),
        (1, WINDOW, {"to_time": NOON + 2 * HOUR}, False),
    ],
)
def test_firmware_drops_limits_and_idles_and_nothing_else(
    mode: int, fields: dict[str, Any], change: dict[str, Any], *, reduced: bool
) -> None:
    expected = entry(mode, **fields)
    if "mode" in change:
        change = {**change, "mode": BatteryMode(change["mode"])}
    found = differences(expected, msgspec.structs.replace(expected, **change))
    assert found
    assert is_reduced(expected, found) is reduced


def test_plans_are_paired_whatever_their_order_and_equal_entries_are_counted() -> None:
    one, two = entry(1, id=1), entry(2, id=2)
    pairs = pair_up([one, two, one], [two, one])
    assert (pairs.kept, pairs.missing, pairs.unexpected) == ([one, two], [one], [])
    pairs = pair_up([two], [one, two, two])
    assert (pairs.kept, pairs.missing, pairs.unexpected) == ([two], [], [one, two])


def test_an_exact_pair_goes_before_a_stamped_one() -> None:
    stamped, later = entry(1, id=1, from_time=NOON), entry(1, id=2, from_time=NOON + HOUR)
    pairs = pair_up([entry(1), entry(1, from_time=NOON)], [stamped, later], NOON + 2 * HOUR)
    assert pairs.kept == [later, stamped]
    pairs = pair_up([entry(1), entry(1), entry(1)], [stamped, later], NOON + 2 * HOUR)
    assert (pairs.kept, pairs.missing) == ([stamped, later], [entry(1)])


def test_added_entries_are_those_that_are_new_by_id_or_by_content() -> None:
    night, day, new = entry(1, id=4), entry(2, id=5), entry(3, id=6)
    assert added_entries([night, day], [day, night, new]) == [new]
    again = [msgspec.structs.replace(each, id=n) for n, each in enumerate((new, night, day))]
    assert added_entries([night, day], again) == [again[0]]
    assert added_entries([night], [night, msgspec.structs.replace(night, id=9)]) == [
        msgspec.structs.replace(night, id=9)
    ]


def test_an_entry_that_is_listed_twice_under_one_id_is_there_once() -> None:
    one, twin, nameless = entry(1, id=1), entry(1, id=2), entry(1)
    assert without_repeats([one, twin, one, nameless, nameless]) == (one, twin, nameless, nameless)
