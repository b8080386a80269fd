"""The cloud replaces local schedules, unless local mode is on."""

from __future__ import annotations

import pytest

from homevolt.simulator.device.cloud import BLOCK_S, INTERVAL_S, plan_day
from tests.simulator.client import device

MANUAL = "Manual Schedule"
YEAR_S = 365 * 86_400


async def test_without_local_mode_the_cloud_replaces_a_local_schedule_within_minutes() -> None:
    async with device() as client:
        before = (await client.get("/schedule.json"))["schedule_id"]
        await client.console("sched_add 1 -s 100")
        assert (await client.get("/schedule.json"))["schedule_id"] == MANUAL
        client.sim.advance(INTERVAL_S)
        after = await client.get("/schedule.json")
        assert after["schedule_id"] == before
        assert len(after["schedule"]) == 5


async def test_with_local_mode_the_cloud_is_refused() -> None:
    async with device() as client:
        await client.set("settings_local", "true")
        loaded = (await client.get("/schedule.json"))["schedule_id"]
        assert loaded != MANUAL
        await client.console("sched_set 1 -s 100")
        client.sim.advance(3600)
        assert (await client.get("/schedule.json"))["schedule_id"] == MANUAL
        assert client.sim.device.cloud.refused == 3600 // INTERVAL_S
        logged = [line["data"] for line in await client.get("/logs.json")]
        assert logged.count("schedule refused: settings_local is set") == 1
        await client.set("settings_local", "false")
        client.sim.advance(INTERVAL_S)
        assert (await client.get("/schedule.json"))["schedule_id"] == loaded


async def test_the_plan_moves_on_and_its_first_entry_is_not_the_active_one() -> None:
    async with device(seed=3) as client:
        first = await client.get("/schedule.json")
        client.sim.advance(BLOCK_S + INTERVAL_S)
        second = await client.get("/schedule.json")
        assert first["schedule_id"] != second["schedule_id"]
        now = (await client.get("/ems.json"))["ts"]
        active = [row["id"] for row in second["schedule"] if row["from"] <= now < row["to"]]
        assert active == [2]


async def test_without_a_cloud_the_plan_is_empty_and_stays_empty() -> None:
    async with device(cloud=False) as client:
        client.sim.advance(BLOCK_S)
        assert await client.get("/schedule.json") == {
            "local_mode": False,
            "schedule_id": MANUAL,
            "schedule": [],
        }


def test_planned_entries_have_no_gap_between_them() -> None:
    entries = plan_day(1000)
    assert [entry.to_time for entry in entries[:-1]] == [entry.from_time for entry in entries[1:]]
    assert entries[1].from_time == 1000 * BLOCK_S


@pytest.mark.unmeasured
async def test_a_year_is_simulated_quickly() -> None:
    async with device() as client:
        client.sim.advance(YEAR_S)
        assert client.sim.device.cloud.replaced < 1000
        assert (await client.get("/ems.json"))["ts"] == 1_768_478_400 + YEAR_S
