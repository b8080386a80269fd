"""The plan as it is read: typed entries, the active one, the upcoming ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.control.overlay import overlay_plan
from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.protocol.schedule_document import (
    EntryData,
    PartialEntry,
    ScheduleData,
    decode_schedule,
)
from homevolt.schedule.entry import (
    BatteryMode,
    Schedule,
    ScheduleEntry,
    typed_entry,
    typed_schedule,
)
from homevolt.schedule.options import OPTIONS, Kind
from homevolt.schedule.times import LATEST

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(mode: int = 0, start: int | None = None, end: int | None = None) -> ScheduleEntry:
    """Return an entry whose window is given in hours from noon."""
    return ScheduleEntry(
        mode=BatteryMode(mode),
        from_time=None if start is None else NOON + start * HOUR,
        to_time=None if end is None else NOON + end * HOUR,
    )


def plan(*entries: ScheduleEntry) -> Schedule:
    return Schedule(True, "Manual Schedule", entries)


def test_every_option_is_described() -> None:
    for option in OPTIONS:
        assert option.flag.startswith("--")
        assert option.about.endswith(".")
        numeric = option.kind is Kind.WHOLE
        assert bool(option.unit) == (numeric and option.name != "test_sequence")


def test_modes_have_slugs() -> None:
    assert [mode.slug for mode in BatteryMode][3:6] == [
        "grid_charge",
        "grid_discharge",
        "grid_charge_discharge",
    ]


def test_an_entry_is_read_with_every_option() -> None:
    data = b"""{"local_mode": true, "schedule_id": "Manual Schedule", "schedule": [
        {"id": 3, "from": 1766131200, "to": 1766132100, "type": 5, "min": 10, "max": 90,
         "params": {"setpoint": -3000, "main_fuse": 25000, "import_energy_limit": 6000,
                    "import_energy_limit_to": 1766134800, "offline": false, "ffr_rearm": 1,
                    "fcr_n_power": 1000.0}}]}"""
    schedule = typed_schedule(decode_schedule(data))
    assert schedule.local_mode is True
    assert schedule.is_local
    (found,) = schedule.entries
    assert found == ScheduleEntry(
        id=3,
        mode=BatteryMode.GRID_CHARGE_DISCHARGE,
        from_time=datetime(2025, 12, 19, 8, tzinfo=UTC),
        to_time=datetime(2025, 12, 19, 8, 15, tzinfo=UTC),
        min_soc=10,
        max_soc=90,
        setpoint=-3000,
        main_fuse=25000,
        import_energy_limit=6000,
        import_energy_limit_to=datetime(2025, 12, 19, 9, tzinfo=UTC),
        offline=False,
        ffr_rearm=True,
        fcr_n_power=1000,
    )
    assert found.options()["setpoint"] == -3000
    assert "max_charge" not in found.options()


def test_an_unknown_mode_keeps_its_number() -> None:
    found = typed_entry(EntryData(type=42))
    assert found.mode == 42
    assert found.mode_slug == "42"
    assert typed_entry(EntryData(type=7)).mode_slug == "solar_charge"


def test_an_entry_without_a_mode_is_left_out_and_its_neighbours_stay() -> None:
    data = ScheduleData(schedule=(EntryData(id=1), EntryData(id=2, type=1)))
    assert [found.id for found in typed_schedule(data).entries] == [2]
    with pytest.raises(HomevoltDataError):
        typed_entry(EntryData(id=1))


def test_a_plan_that_is_missing_is_empty() -> None:
    schedule = typed_schedule(ScheduleData(local_mode=False))
    assert schedule.entries == ()
    assert not schedule.is_local
    assert schedule.active(NOON) is None


def test_a_time_out_of_range_is_clamped_to_the_calendar() -> None:
    found = typed_entry(EntryData(type=0, from_=-5, to=1e300))
    assert found.from_time == datetime(1970, 1, 1, tzinfo=UTC)
    assert found.to_time == LATEST
    assert found.holds(NOON)


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [
        (None, None, True),
        (0, None, True),
        (None, 0, False),
        (None, 1, True),
        (1, None, False),
        (-1, 0, False),
        (0, 1, True),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(
    start: int | None, end: int | None, *, held: bool
) -> None:
    assert entry(start=start, end=end).holds(NOON) is held


def test_the_active_entry_is_the_one_whose_window_holds_now_not_the_first() -> None:
    past, now, later = entry(1, -2, -1), entry(2, -1, 1), entry(3, 1, None)
    schedule = plan(later, past, now)
    assert schedule.active(NOON) == now
    assert schedule.active(NOON + HOUR) == later
    assert schedule.active(NOON - 3 * HOUR) is None


def test_of_overlapping_entries_the_one_listed_first_is_active() -> None:
    whole_day, peak = entry(0, None, None), entry(2, -1, 1)
    assert plan(whole_day, peak).active(NOON) == whole_day
    assert plan(peak, whole_day).active(NOON) == peak
    assert plan(peak, whole_day).active(NOON + HOUR) == whole_day


def test_without_a_time_it_is_now() -> None:
    always = entry(1)
    assert plan(always).active() == always
    assert plan(always).upcoming() == []


def test_an_open_start_is_in_force_on_a_clock_that_was_never_set() -> None:
    always, unset = entry(1), datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    assert always.holds(unset)
    assert plan(always).active(unset) == always
    assert plan(always).upcoming(unset) == []


@pytest.mark.parametrize("at", [12, "noon", datetime(1960, 1, 1, tzinfo=UTC), NOON.date()])
def test_a_moment_that_is_none_is_refused(at: Any) -> None:
    for call in (entry(1).holds, plan().active, plan().upcoming):
        with pytest.raises(HomevoltValueError, match=r"^at "):
            call(at)
    with pytest.raises(HomevoltValueError, match=r"^now "):
        overlay_plan([], [entry(1)], at)


def test_every_moment_without_a_zone_is_local_time() -> None:
    local = NOON.astimezone().replace(tzinfo=None)
    assert entry(1, 0, 1).holds(local)
    assert overlay_plan([], [entry(1, -1, 0), entry(1, 0, 1)], local) == (entry(1, 0, 1),)


def test_upcoming_entries_come_in_the_order_of_their_start() -> None:
    late, soon, now = entry(1, 5, 6), entry(2, 1, 2), entry(3, 0, 1)
    assert plan(late, now, soon).upcoming(NOON) == [soon, late]


def test_an_entry_is_found_by_its_id() -> None:
    numbered = msgspec.structs.replace(entry(1), id=7)
    assert plan(entry(0), numbered).find(7) == numbered
    assert plan(numbered).find(8) is None


@given(
    st.tuples(*[st.none() | st.integers(-50, 50)] * 4).filter(
        lambda t: all(a is None or b is None or a < b for a, b in ((t[0], t[1]), (t[2], t[3])))
    )
)
def test_two_windows_overlap_when_some_moment_lies_in_both(
    ends: tuple[int | None, int | None, int | None, int | None],
) -> None:
    one, other = entry(0, ends[0], ends[1]), entry(0, ends[2], ends[3])
    moments = [NOON + hours * HOUR for hours in range(-51, 52)]
    both = any(one.holds(moment) and other.holds(moment) for moment in moments)
    assert one.overlaps(other) is both
    assert other.overlaps(one) is both


def test_an_entry_is_described_in_one_line() -> None:
    full = ScheduleEntry(
        id=4,
        mode=BatteryMode.GRID_CHARGE,
        from_time=NOON,
        to_time=NOON + HOUR,
        setpoint=0,
        fcr_start_from=NOON,
    )
    assert str(full) == (
        "4: grid_charge from 2026-01-15 12:00:00Z to 2026-01-15 13:00:00Z, "
        "setpoint 0, fcr_start_from 2026-01-15 12:00:00Z"
    )
    assert str(entry()) == "idle always"
    assert str(entry(1, None, 1)) == "inverter_charge to 2026-01-15 13:00:00Z"


UNREADABLE = ['"2026-01-15"', "[]", "{}", "true", "1e400", "-1e400", "NaN", "Infinity"]


@pytest.mark.parametrize("key", ["from", "to"])
@pytest.mark.parametrize("value", UNREADABLE)
def test_an_entry_whose_window_is_malformed_is_left_out_and_not_taken_for_open(
    key: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    odd = f'{{"id": 1, "type": 1, "{key}": {value}}}'
    data = f'{{"local_mode": true, "schedule": [{odd}, {{"id": 2, "type": 0, "{key}": null}}]}}'
    with caplog.at_level("DEBUG"):
        schedule = typed_schedule(decode_schedule(data.encode()))
    assert [found.id for found in schedule.entries] == [2]
    assert schedule.local_mode is True
    assert f"its '{key}' is unreadable" in caplog.text


def test_an_entry_names_its_keys_that_were_lost() -> None:
    data = b"""{"schedule": [
        {"id": "a", "type": "charge", "from": 5, "min": "low", "params": {"setpoint": "x",
         "offline": "yes", "max_charge": null, "max_discharge": 7, "new": 1}},
        {"type": 1, "params": 5}, {"type": 2, "params": []}, {"type": 3}, 7]}"""
    entries = decode_schedule(data).schedule or ()
    assert [found.lost if isinstance(found, PartialEntry) else () for found in entries] == [
        ("id", "type", "min", "params.setpoint", "params.offline"),
        ("params",),
        (),
        (),
        (),
    ]
    assert (entries[0].from_, msgspec.to_builtins(entries[0].params)) == (5, {"max_discharge": 7})
    assert [found.type for found in entries] == [None, 1, 2, 3, None]


@pytest.mark.parametrize("plan", ["5", "null", '"none"', "{}"])
def test_a_schedule_whose_plan_is_malformed_has_none(plan: str) -> None:
    text = f'{{"local_mode": true, "schedule_id": 7, "schedule": {plan}}}'
    assert decode_schedule(text.encode()).schedule is None


def test_a_moment_without_a_zone_is_local_time() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    entry = ScheduleEntry(mode=1, from_time=now, to_time=now + timedelta(hours=1))
    schedule = Schedule(entries=(entry,))
    local = datetime.fromtimestamp(now.timestamp() + 60)  # noqa: DTZ006 - it has none, that is the point
    assert schedule.active(local) == entry
    assert schedule.upcoming(local - timedelta(hours=1)) == [entry]


def test_an_entry_shows_only_what_was_given() -> None:
    assert repr(ScheduleEntry(mode=1, setpoint=5)) == "ScheduleEntry(mode=1, setpoint=5)"
