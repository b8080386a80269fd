"""Times of entries, proven by the epoch that comes back from the device."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from homevolt import Homevolt, HomevoltCommandVerificationError, HomevoltValueError
from homevolt.simulator import Simulator
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVENING = datetime(2026, 1, 15, 23, tzinfo=UTC)


async def test_a_window_over_midnight_is_written_in_utc() -> None:
    async with connected_device() as (sim, device, _):
        entry = await device.add_schedule(
            1, from_time=EVENING.astimezone(STOCKHOLM), to_time="2026-01-16T07:00:00+00:00"
        )
        assert sim.journal.commands == [
            "sched_add 1 --from 2026-01-15T23:00:00 --to 2026-01-16T07:00:00"
        ]
        (held,) = sim.installation.plan.entries
        assert held.from_time == EVENING.timestamp()
        assert entry.from_time == EVENING
        assert entry.to_time == EVENING + timedelta(hours=8)


async def test_a_naive_time_is_the_local_time_of_this_machine() -> None:
    local = datetime.fromtimestamp(WINTER_NOON + 3600, UTC).astimezone().replace(tzinfo=None)
    async with connected_device() as (sim, device, _):
        await device.add_schedule(1, from_time=local.isoformat())
        await device.add_schedule(1, from_time=local.replace(microsecond=500_000))
        epochs = [held.from_time for held in sim.installation.plan.entries]
        assert epochs == [WINTER_NOON + 3600] * 2


async def test_an_open_end_stays_open() -> None:
    async with connected_device() as (_, device, _clock):
        until = await device.add_schedule(1, to_time=EVENING)
        since = await device.add_schedule(1, from_time=EVENING)
        assert (until.from_time, until.to_time) == (None, EVENING)
        assert (since.from_time, since.to_time) == (EVENING, None)


async def test_a_window_that_began_in_the_past_is_accepted() -> None:
    async with connected_device() as (_, device, _clock):
        start = EVENING - timedelta(days=1)
        entry = await device.add_schedule(2, from_time=start, to_time=EVENING)
        assert entry.from_time == start
        assert device.active_entry == entry


async def test_the_past_is_judged_by_the_clock_of_the_device() -> None:
    async with connected_device() as (sim, device, _):
        sim.advance(12 * 3600)
        await device.fetch_ems_data()
        with pytest.raises(HomevoltValueError, match="ended already"):
            await device.add_schedule(2, to_time=EVENING)
        assert sim.journal.writes == []


async def test_a_device_in_another_zone_than_the_named_one_is_an_error() -> None:
    async with connected_device(firmware="local-time") as (_, device, _clock):
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.add_schedule(1, from_time=EVENING, to_time=EVENING + timedelta(hours=8))
        message = str(caught.value)
        assert "-3600 s away" in message
        assert "reads times at UTC+01:00" in message
        assert "schedule_timezone is UTC (UTC+00:00)" in message
        assert "schedule_timezone=" in message
        assert caught.value.actual.from_time == EVENING - timedelta(hours=1)
        assert caught.value.expected.from_time == EVENING


async def test_a_time_before_the_epoch_is_refused() -> None:
    async with connected_device(firmware="local-time") as (_, device, _clock):
        with pytest.raises(HomevoltValueError, match="out of range"):
            await device.add_schedule(1, from_time="1900-01-01T00:00:00")


@pytest.mark.parametrize("zone", ["Europe/Stockholm", STOCKHOLM])
async def test_the_zone_of_the_device_is_given_once_and_every_time_is_right(
    zone: str | ZoneInfo,
) -> None:
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    async with connected_device(firmware="local-time", schedule_timezone=zone) as (sim, device, _):
        for start in (EVENING, summer):
            entry = await device.add_schedule(
                1,
                from_time=start,
                to_time=start + timedelta(hours=8),
                import_energy_limit=1000,
                import_energy_limit_from=start,
                import_energy_limit_to=start + timedelta(hours=1),
            )
            assert entry.from_time == start
            assert entry.import_energy_limit_to == start + timedelta(hours=1)
        assert "--from 2026-07-01T14:00:00" in sim.journal.commands[1]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "2026-03-29T01:59:59"),
        (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "2026-03-29T03:00:00"),
        (datetime(2026, 10, 25, 0, 30, 0, tzinfo=UTC), "2026-10-25T02:30:00"),
    ],
)
async def test_around_a_clock_change_the_device_means_the_same_moment(
    moment: datetime, said: str
) -> None:
    async with connected_device(firmware="local-time", schedule_timezone="Europe/Stockholm") as (
        sim,
        device,
        _,
    ):
        entry = await device.add_schedule(1, from_time=moment)
        assert sim.journal.commands == [f"sched_add 1 --from {said}"]
        assert entry.from_time == moment


async def test_a_time_that_is_ambiguous_for_the_device_is_refused_before_it_is_sent() -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM)
    async with connected_device(firmware="local-time", schedule_timezone="Europe/Stockholm") as (
        sim,
        device,
        _,
    ):
        with pytest.raises(HomevoltValueError, match="02:30:00 twice"):
            await device.add_schedule(1, from_time=second)
        assert len(sim.journal) == 0
    async with connected_device() as (sim, device, _):
        assert (await device.add_schedule(1, from_time=second)).from_time == second.astimezone(UTC)


async def test_an_unknown_zone_is_refused_at_once() -> None:
    with pytest.raises(HomevoltValueError, match="schedule_timezone"):
        Homevolt("127.0.0.1", schedule_timezone="Mars/Olympus")


async def test_an_entry_that_has_yet_to_start_is_not_taken_for_the_mode_that_was_set() -> None:
    async with connected_device() as (sim, device, _):
        await device.add_schedule(1, from_time="2026-01-16T12:00:00Z")
        sim.faults.add("ignore", count=1)
        with pytest.raises(HomevoltCommandVerificationError, match="from_time: expected none"):
            await device.charge_battery()
        assert (await device.charge_battery()).from_time == device.now()


async def test_a_mode_starts_by_the_clock_of_the_device_however_far_ahead_it_is() -> None:
    async with connected_device() as (sim, device, _):
        sim.advance(6 * 3600)  # and nothing was read of its clock since
        entry = await device.charge_battery()
        assert entry.from_time is not None
        assert entry.from_time - device.now() == timedelta(hours=6)


SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("write", ["mode", "add", "plan"])
async def test_a_device_in_another_zone_is_followed_and_its_zone_remembered(write: str) -> None:
    window = {"from_time": EVENING, "to_time": EVENING + timedelta(hours=8)}
    limit = {"import_energy_limit": 1, "import_energy_limit_from": EVENING}
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        running.plan(Entry(6, int(WINTER_NOON) + 1800, int(WINTER_NOON) + 3600))
        device = running.device
        for count in (1, 2):
            running.sim.journal.clear()
            if write == "mode":
                entry = await device.set_battery_mode(1, **limit)  # type: ignore[arg-type] # mixed
                assert entry.import_energy_limit_from == EVENING
            elif write == "add":
                entry = await device.add_schedule(1, **window)  # type: ignore[arg-type] # mixed
                assert (entry.from_time, entry.to_time) == tuple(window.values())
            else:
                plan = await device.replace_schedule([{"mode": 1, **window}, {"mode": 0} | PAST])
                assert plan.entries[0].from_time == EVENING
            sent = [
                line for line in running.writes if line.startswith(("sched_set", "sched_add 1"))
            ]
            assert len(sent) == 3 - count  # once more at the first time, and never again
        assert "2026-01-16T00:00:00" in sent[0]


PAST = {"from_time": EVENING - timedelta(hours=9), "to_time": EVENING - timedelta(hours=8)}


async def test_a_zone_that_has_changed_with_the_season_is_followed_again() -> None:
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        for start in (EVENING, SUMMER, EVENING):
            entry = await running.device.add_schedule(1, from_time=start)
            assert entry.from_time == start
        assert sum(line.startswith("sched_del") for line in running.writes) == 2
        entry = await running.device.add_schedule(1, from_time=EVENING, to_time=SUMMER)
        assert (entry.from_time, entry.to_time) == (EVENING, SUMMER)
        assert len(running.writes) == 8


async def test_a_window_over_a_change_of_the_clocks_shows_both_offsets_at_once() -> None:
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        entry = await running.device.add_schedule(1, from_time=EVENING, to_time=SUMMER)
        assert (entry.from_time, entry.to_time) == (EVENING, SUMMER)
        assert len(running.writes) == 3


async def test_an_ambiguous_time_in_the_zone_of_the_device_leaves_the_previous_plan() -> None:
    twice = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM)
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        running.plan(Entry(6, None, int(WINTER_NOON) + 9000))
        with pytest.raises(HomevoltCommandVerificationError, match="The entry was deleted again"):
            await running.device.add_schedule(1, from_time=twice)
        assert [entry.type for entry in running.sim.installation.plan.entries] == [6]


async def test_a_second_read_back_that_is_wrong_is_an_error_and_undone() -> None:
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        running.sim.faults.add("ignore", command="sched_add *", nth=2)
        with pytest.raises(HomevoltCommandVerificationError, match="no new entry"):
            await running.device.add_schedule(1, from_time=EVENING)
        assert running.sim.installation.plan.entries == ()
        assert len(running.writes) == 3


async def test_a_plan_whose_second_writing_fails_is_rolled_back() -> None:
    async with connected_device(firmware="local-time", schedule_timezone="auto") as running:
        running.plan(Entry(6, None, int(WINTER_NOON) + 9000))
        running.sim.faults.add("ignore", command="sched_add 1 *", nth=2)
        plan = [{"mode": 1, "from_time": EVENING, "to_time": SUMMER}]
        with pytest.raises(HomevoltCommandVerificationError, match="The previous plan was restor"):
            await running.device.replace_schedule(plan)
        assert [entry.type for entry in running.sim.installation.plan.entries] == [6]


async def test_a_zone_that_the_caller_named_is_not_changed_by_what_the_device_shows() -> None:
    async with connected_device(firmware="local-time") as running:
        running.plan(Entry(6, int(WINTER_NOON) + 1800, int(WINTER_NOON) + 9000))
        for _ in range(2):
            with pytest.raises(HomevoltCommandVerificationError, match="schedule_timezone is UTC"):
                await running.device.add_schedule(1, from_time=EVENING)
            assert [e.from_time for e in running.sim.installation.plan.entries] == [
                WINTER_NOON + 1800
            ]


async def test_the_zone_is_found_by_default() -> None:
    async with (
        Simulator(firmware="local-time", local_mode=True, cloud=False) as sim,
        Homevolt(sim.host, sim.password) as connection,
    ):
        await connection.update_info()
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
        entry = await connection.get_device().add_schedule(0, from_time=start)
        assert entry.from_time == start
