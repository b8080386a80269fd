"""The `sched_*` commands write, refuse and list entries as the device does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.simulator import Entry
from tests.simulator.client import Client, device

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1_768_478_400  # 2026-01-15T12:00:00Z, the start of a ManualClock

ALL_OPTIONS = (
    "sched_add 6 --from 2026-01-15T13:00:00 --to 2026-01-15T14:00:00 --min 10 --max 90 "
    "-s 1000 -c 2000 -d 3000 -l 4000 -x 5000 -i 60 -r 70 --main_fuse 25000 "
    "--charge_ramp_up 1000 --discharge_ramp_up 1100 --import_energy_limit 6000 "
    "--import_energy_limit_from 2026-01-15T13:10:00 --import_energy_limit_to 2026-01-15T13:20:00 "
    "--import_energy_max_compensation 500 --export_energy_limit 6001 "
    "--export_energy_limit_from 2026-01-15T13:30:00 --export_energy_limit_to 2026-01-15T13:40:00 "
    "--export_energy_max_compensation 501 -n 100 -u 200 -w 300 -f 400 -m -a "
    "--fcr_start_from 2026-01-15T13:50:00 -t 16 -e"
)


async def entries(client: Client) -> list[dict[str, Any]]:
    schedule = await client.get("/schedule.json")
    rows: list[dict[str, Any]] = schedule["schedule"]
    return rows


async def listed(client: Client) -> list[str]:
    """Return the entries that `sched_list` prints, without id and window."""
    lines = (await client.console("sched_list")).splitlines()[2:-1]
    return [
        line.partition("type: ")[2].replace("from: <unset>, to: <unset>", "-") for line in lines
    ]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sched_add 3", "Missing power setpoint"),
        ("sched_set 5", "Missing power setpoint"),
        ("sched_add", "missing option <type>"),
        ("sched_add 1 2", "unexpected argument '2'"),
        ("sched_add 10", "Invalid schedule type '10'"),
        ("sched_add one", "Invalid schedule type 'one'"),
        ("sched_add 1 -s -1", "Invalid power setpoint"),
        ("sched_add 1 -s 1.5", "invalid argument"),
        ("sched_add 1 -s 99999999999", "invalid argument"),
        ("sched_add 1 -c -5", "invalid argument"),
        ("sched_add 1 --max 101", "invalid argument"),
        ("sched_add 6 -t 17", "invalid argument"),
        ("sched_add 1 --min 60 --max 50", "Invalid SoC limits"),
        ("sched_add 1 --from 2026-01-15T14:00:00.5", "invalid time"),
        ("sched_add 1 --from 2026-01-15T14:00:00Z", "invalid time"),
        ("sched_add 1 --from 2026-13-15T14:00:00", "invalid time"),
        ("sched_add 1 --to 2026-01-15T11:59:59", "Schedule end time is in the past"),
        (
            "sched_add 1 --from 2026-01-15T15:00:00 --to 2026-01-15T14:00:00",
            "Schedule end time is before its start time",
        ),
        ("sched_add 1 --bogus", "invalid option"),
        ("sched_add 1 -s", "requires an argument"),
        ('sched_add "1', "unterminated quote"),
        ("sched_del", "missing option <id>"),
        ("sched_del 7", "Schedule 7 not found"),
        ("sched_del x", "Invalid schedule id 'x'"),
        ("sched_list now", "unexpected argument 'now'"),
        ("sched_set 1 -s 500", "Local mode is off"),
    ],
)
async def test_a_refusal_gives_the_reason_and_ends_with_an_error_code(
    command: str, reason: str
) -> None:
    async with device() as client:
        before = await client.get("/schedule.json")
        *_, text, result = (await client.console(command)).splitlines()
        assert reason in text
        assert result == f"Command '{command}' returned non-zero error code: 0x2 (ERROR)"
        assert await client.get("/schedule.json") == before
        assert sum(record.effects for record in client.sim.journal) == 0


async def test_every_option_reaches_the_schedule_in_the_units_of_the_wire() -> None:
    async with device(cloud=False) as client:
        assert "executed successfully" in await client.console(ALL_OPTIONS)
        (entry,) = await entries(client)
        hour = NOON + 3600
        assert entry == {
            "id": 0,
            "from": hour,
            "to": hour + 3600,
            "type": 6,
            "min": 10,
            "max": 90,
            "params": {
                "setpoint": 1000,
                "max_charge": 2000,
                "max_discharge": 3000,
                "import_limit": 4000,
                "export_limit": 5000,
                "idle_threshold_power": 60,
                "discharge_threshold_power": 70,
                "main_fuse": 25000,
                "charge_ramp_up": 1000,
                "discharge_ramp_up": 1100,
                "import_energy_limit": 6000,
                "import_energy_limit_from": hour + 600,
                "import_energy_limit_to": hour + 1200,
                "import_energy_max_compensation": 500,
                "export_energy_limit": 6001,
                "export_energy_limit_from": hour + 1800,
                "export_energy_limit_to": hour + 2400,
                "export_energy_max_compensation": 501,
                "fcr_n_power": 100,
                "fcr_d_up_power": 200,
                "fcr_d_down_power": 300,
                "ffr_power": 400,
                "use_ffr_custom_trig_freq": True,
                "ffr_rearm": True,
                "fcr_start_from": hour + 3000,
                "test_sequence": 16,
                "test_end_schedule": True,
            },
        }
        (line,) = await listed(client)
        assert "min: 10, max: 90" in line
        assert "ffr_rearm: true" in line
        assert "fcr_start_from: 2026-01-15T13:50:00" in line


async def test_every_type_is_listed_in_its_own_form() -> None:
    async with device(cloud=False) as client:
        for kind in range(10):
            await client.console(f"sched_add {kind} -s 0")
        await client.console("sched_add 0 -o")
        await client.console("sched_add 1")
        await client.console("sched_add 5 -s -3000 -c 1000")
        await client.console("sched_add 2 -s 9 -d 8 --min 5")
        both, unset = "Grid charge/discharge setpoint", "<max allowed>"
        assert await listed(client) == [
            "Idle schedule, -, setpoint:0, offline: false",
            "Inverter charge setpoint, -, setpoint: 0",
            "Inverter discharge setpoint, -, setpoint: 0",
            "Grid charge setpoint, -, setpoint:0, max_charge: <max allowed>",
            "Grid discharge setpoint, -, setpoint:0, max_discharge: <max allowed>",
            f"{both}, -, setpoint:0, max_charge: {unset}, max_discharge: {unset}",
            "Frequency reserve, -, setpoint:0",
            "Solar charge, -, setpoint:0, max_charge: <max allowed>",
            f"Solar charge/discharge, -, setpoint:0, max_charge: {unset}, max_discharge: {unset}",
            "Full solar export, -, setpoint:0",
            "Idle schedule, -, offline: true",
            "Inverter charge setpoint, -",
            f"{both}, -, setpoint:-3000, max_charge: 1000, max_discharge: {unset}",
            "Inverter discharge setpoint, -, setpoint: 9, min: 5, max_discharge: 8",
        ]


CAPTURED_TYPES = {
    "Idle schedule": 0,
    "Inverter charge setpoint": 1,
    "Inverter discharge setpoint": 2,
    "Grid charge setpoint": 3,
    "Grid discharge setpoint": 4,
}
CAPTURED_LINE = re.compile(
    r"id: \d+, type: ([^,]+), from: (\S+), to: ([^,]+)(?:, setpoint: ?(\d+))?"
)


async def test_a_captured_plan_is_listed_as_captured(captures: Path) -> None:
    captured = (captures / "sched_list.txt").read_text("utf-8").splitlines()[1:]
    rows = [match for line in captured if (match := CAPTURED_LINE.match(line))]
    assert len(rows) == len(captured) - 2
    async with device(cloud=False) as client:
        plan = client.sim.installation.plan
        for name, start, end, setpoint in (match.groups() for match in rows):
            options = {"setpoint": int(setpoint)} if setpoint else {}
            plan.add(Entry(CAPTURED_TYPES[name], epoch_s(start), epoch_s(end), options=options))
        plan.schedule_id = captured[0].split("'")[1]
        assert (await client.console("sched_list")).splitlines()[1:] == captured


def epoch_s(text: str) -> int:
    """Return the epoch seconds of a time in UTC without a zone."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


async def test_sched_set_replaces_everything_and_a_reboot_loses_it() -> None:
    async with device(local_mode=True) as client:
        await client.console("sched_set 1 -s 500 --from 2027-01-01T00:00:00")
        schedule = await client.get("/schedule.json")
        assert schedule["schedule_id"] == "Manual Schedule"
        assert schedule["schedule"] == [
            {"id": 0, "from": NOON, "type": 1, "params": {"setpoint": 500}}
        ]
        client.sim.reboot()
        assert await entries(client) == []


@pytest.mark.parametrize(("firmware", "types"), [("new", []), ("lenient", [1])])
async def test_only_the_lenient_profile_carries_out_sched_set_without_local_mode(
    firmware: str, types: list[int]
) -> None:
    async with device(firmware=firmware, cloud=False) as client:
        await client.console("sched_set 1 -s 500")
        assert [entry["type"] for entry in await entries(client)] == types


async def test_added_entries_survive_a_reset_and_can_be_deleted() -> None:
    async with device(cloud=False) as client:
        for _ in range(3):
            await client.console("sched_add 1")
        assert "Restarting" in await client.console("reset")
        assert [entry["id"] for entry in await entries(client)] == [0, 1, 2]
        await client.console("sched_del 1")
        assert [entry["id"] for entry in await entries(client)] == [0, 2]
        await client.console("sched_clear")
        assert await entries(client) == []
        assert client.sim.device.reboots == 1


async def test_the_flash_has_room_for_a_limited_number_of_entries() -> None:
    async with device(cloud=False) as client:
        for _ in range(256):
            await client.console("sched_add 1")
        assert "No space left" in await client.console("sched_add 1")
        assert len(await entries(client)) == 256


async def add_all_types(client: Client, options: str) -> list[dict[str, Any]]:
    for kind in range(10):
        reply = await client.console(f"sched_add {kind} {options} --to 2026-01-15T13:00:00")
        assert "executed successfully" in reply
    return await entries(client)


async def test_the_limited_profile_stores_some_types_as_idle() -> None:
    async with device(firmware="limited", cloud=False) as client:
        rows = await add_all_types(client, "-s 0")
        assert [row["type"] for row in rows] == [0, 1, 2, 0, 0, 0, 6, 7, 0, 0]
        idle = {"id": 5, "to": NOON + 3600, "type": 0, "params": {"offline": False}}
        assert rows[5] == idle


async def test_the_confirmed_only_profile_drops_what_was_not_found_to_be_stored() -> None:
    async with device(firmware="confirmed-only", cloud=False) as client:
        rows = await add_all_types(client, "-s 5 -c 6 -d 7 --min 8 --max 9 -n 10 -l 11")
        assert [row["type"] for row in rows] == [0, 1, 2, 0, 0, 0, 6, 7, 0, 0]
        idle: dict[str, Any] = {"offline": False}
        setpoint = {"setpoint": 5}
        limits = {"max_charge": 6, "max_discharge": 7, "fcr_n_power": 10, "import_limit": 11}
        expected = [idle, setpoint, setpoint, idle, idle, idle, limits, {}, idle, idle]
        assert [row["params"] for row in rows] == expected
        assert [row["type"] for row in rows if "min" in row or "max" in row] == [6]
        assert {row["to"] for row in rows} == {NOON + 3600}


async def test_the_seven_types_profile_refuses_the_other_types() -> None:
    async with device(firmware="seven-types", cloud=False) as client:
        for kind in range(10):
            await client.console(f"sched_add {kind} -s 0")
        assert [row["type"] for row in await entries(client)] == [0, 1, 2, 3, 4, 5, 6]
        assert "Invalid schedule type '7'" in await client.console("sched_add 7")
