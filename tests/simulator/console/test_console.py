"""The console answers as the device's does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from homevolt.simulator import PROFILES, ManualClock, Simulator
from homevolt.simulator.console.commands import COMMANDS
from tests.simulator.client import Client, device

NOON = 1_768_478_400  # 2026-01-15T12:00:00Z, where a ManualClock starts

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


async def entries(client: Client) -> list[dict[str, object]]:
    schedule = await client.get("/schedule.json")
    rows: list[dict[str, object]] = schedule["schedule"]
    return rows


async def test_a_reply_has_prompt_echo_output_and_verdict() -> None:
    async with device(cloud=False) as client:
        await client.console("sched_add 0 --from 2026-01-16T00:00:00 --to 2026-01-16T12:00:00")
        await client.console("sched_add 5 -s -3000 --from 2026-01-16T12:00:00")
        assert await client.console("sched_list") == (
            "ecu-hub-esp32>  sched_list\n"
            "Schedule get: 2 schedules. Current ID: 'Manual Schedule'\n"
            "id: 0, type: Idle schedule, from: 2026-01-16T00:00:00, to: 2026-01-16T12:00:00, "
            "offline: false\n"
            "id: 1, type: Grid charge/discharge setpoint, from: 2026-01-16T12:00:00, "
            "to: <unset>, setpoint:-3000, max_charge: <max allowed>, "
            "max_discharge: <max allowed>\n"
            "Command 'sched_list' executed successfully\n"
        )


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
            "Schedule ends before it begins",
        ),
        ("sched_add 1 --bogus", "invalid option"),
        ("sched_add 1 -s", "requires an argument"),
        ('sched_add "1', "unterminated quote"),
        ("sched_del", "missing option <id>"),
        ("sched_del 7", "Schedule 7 not found"),
        ("sched_del x", "Invalid schedule id 'x'"),
        ("sched_list now", "unexpected argument 'now'"),
        ("param_get nonsense", "Unknown parameter 'nonsense'"),
        ("param_set settings_local maybe", "'maybe' is not a bool"),
        ("param_set settings_local", "missing option <value>"),
        ("param_reset nonsense", "Unknown parameter"),
    ],
)
async def test_a_refusal_says_why_and_ends_with_an_error_code(command: str, reason: str) -> None:
    async with device() as client:
        before = await client.get("/schedule.json")
        *_, said, verdict = (await client.console(command)).splitlines()
        assert reason in said
        assert verdict == f"Command '{command}' returned non-zero error code: 0x2 (ERROR)"
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
        listed = await client.console("sched_list")
        assert "min: 10, max: 90" in listed
        assert "ffr_rearm: true" in listed
        assert "fcr_start_from: 2026-01-15T13:50:00" in listed


async def test_sched_set_replaces_everything_and_a_reboot_loses_it() -> None:
    async with device() as client:
        await client.console("sched_set 1 -s 500 --from 2027-01-01T00:00:00")
        schedule = await client.get("/schedule.json")
        assert schedule["schedule_id"] == "Manual Schedule"
        assert schedule["schedule"] == [
            {"id": 0, "from": NOON, "type": 1, "params": {"setpoint": 500}}
        ]
        client.sim.reboot()
        assert await entries(client) == []


async def test_what_sched_add_wrote_survives_a_reset_and_can_be_deleted() -> None:
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


async def test_the_flash_holds_only_so_many_entries() -> None:
    async with device(cloud=False) as client:
        for _ in range(256):
            await client.console("sched_add 1")
        assert "No space left" in await client.console("sched_add 1")
        assert len(await entries(client)) == 256


async def test_a_line_break_runs_two_commands() -> None:
    async with device(cloud=False) as client:
        reply = await client.console("sched_add 1\nsched_list")
        assert reply.count("executed successfully") == 2
        assert "1 schedules" in reply


@pytest.mark.parametrize("command", ["", "  ", "no_such_thing 1"])
async def test_an_unknown_command_is_said_to_be_unknown(command: str) -> None:
    async with device() as client:
        assert "0x105 (ESP_ERR_NOT_FOUND)" in await client.console(command)
        assert client.sim.journal.writes == []


@pytest.mark.parametrize("command", ["energy", "ems", "time", "status", "info", "param_list"])
async def test_reading_commands_say_something_and_change_nothing(command: str) -> None:
    async with device() as client:
        reply = await client.console(command)
        assert len(reply.splitlines()) > 2
        assert reply.endswith(f"Command '{command}' executed successfully\n")
        assert client.sim.journal.writes == []


async def test_help_succeeds_with_the_word_error_in_it() -> None:
    async with device() as client:
        reply = await client.console("help")
        assert "error" in reply
        assert "sched_add" in reply
        assert "factory_reset" not in reply


async def test_parameters_are_set_shown_reset_and_stored() -> None:
    async with device() as client:
        await client.console("param_set ledstrip_mode_on_hue 200")
        await client.console("param_set --store ecu_main_fuse_size_a 20")
        assert "ledstrip_mode_on_hue: 200" in await client.console("param_get ledstrip_mode_on_hue")
        client.sim.reboot()
        assert await client.parameter("ledstrip_mode_on_hue") == [180]
        assert await client.parameter("ecu_main_fuse_size_a") == [20]
        await client.console("param_reset ecu_main_fuse_size_a")
        await client.console("param_set ledstrip_mode_on_hue 201")
        await client.console("param_store")
        client.sim.reboot()
        assert await client.parameter("ecu_main_fuse_size_a") == [25]
        assert await client.parameter("ledstrip_mode_on_hue") == [201]
        assert "ems_phase_map: 1,2,3" in await client.console("param_get ems_phase_map")


async def test_a_factory_reset_forgets_all_and_harm_is_remembered() -> None:
    async with device(cloud=False) as client:
        await client.console("sched_add 1")
        await client.console("write_mem 0 1")
        assert client.sim.device.harm == ["write_mem"]
        await client.console("factory_reset")
        client.password = None
        assert await entries(client) == []
        assert client.sim.password is None
        assert len(client.sim.journal.writes) == 3


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(name, spec.arguments) for name, spec in COMMANDS.items() if spec.arguments is not None],
)
async def test_a_command_takes_exactly_its_arguments(name: str, arguments: tuple[str, ...]) -> None:
    given = {"type": "1", "id": "1", "name": "settings_local", "value": "true"}
    line = " ".join([name, *(given[argument] for argument in arguments)])
    async with device() as client:
        assert "unexpected argument 'more'" in await client.console(f"{line} more")
        if arguments:
            short = line.rpartition(" ")[0]
            assert f"missing option <{arguments[-1]}>" in await client.console(short)
        assert [record.effects for record in client.sim.journal if record.effects] == []
        assert "executed successfully" in await client.console(line)


async def test_some_firmware_turns_modes_into_idle() -> None:
    async with device(firmware="limited", cloud=False) as client:
        for mode in range(10):
            reply = await client.console(f"sched_add {mode} -s 0 --to 2026-01-15T13:00:00")
            assert "executed successfully" in reply
        added = await entries(client)
        assert [entry["type"] for entry in added] == [0, 1, 2, 0, 0, 0, 6, 7, 0, 0]
        idle = {"id": 5, "to": NOON + 3600, "type": 0, "params": {"offline": False}}
        assert added[5] == idle


async def test_some_firmware_answers_in_json_and_400_for_the_unknown() -> None:
    async with device(firmware="json") as client:
        reply = json.loads(await client.console("sched_add 3"))
        assert reply == {
            "command": "sched_add 3",
            "output": "Missing power setpoint",
            "exit_code": 2,
        }
        assert json.loads(await client.console("time"))["exit_code"] == 0
        status, _ = await client.request("POST", "/console.json", data={"cmd": "nonsense"})
        assert status == 400


async def test_another_prompt_and_another_zone() -> None:
    async with device(firmware="local-time", cloud=False) as client:
        await client.console("sched_add 1 --from 2026-01-15T14:00:00")
        assert (await entries(client))[0]["from"] == NOON + 3600
        assert "from: 2026-01-15T14:00:00" in await client.console("sched_list")
        assert "2026-01-15T13:00:00" in await client.console("time")
    prompt = replace(PROFILES["new"], name="own", prompt="esp32>")
    async with device(profile=prompt) as client:
        assert (await client.console("time")).startswith("esp32>  time\n")


async def test_the_console_needs_its_form_field() -> None:
    async with device() as client:
        status, _ = await client.request("POST", "/console.json", data={"command": "help"})
        assert status == 400


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no firmware profile 'none'; known: new, old"):
        Simulator(firmware="none", clock=ManualClock())


async def test_a_negative_number_is_an_argument_and_no_option() -> None:
    async with device() as client:
        await client.console("param_set ems_meter_offset_w -5")
        assert await client.parameter("ems_meter_offset_w") == [-5]


async def test_what_is_refused_is_logged_without_what_was_said() -> None:
    async with device() as client:
        await client.console("sched_set 3")
        await client.console("param_set webserver_password")
        await client.status("/nowhere.json")
        await client.request("DELETE", "/ems.json")
        await client.set("no_such_parameter", "hunter2")
        lines = await client.get("/logs.json?level=warning")
        said = [line["data"] for line in lines if line["tag"] in ("console", "httpd")]
        assert said == [
            "sched_set failed",
            "param_set failed",
            "GET /nowhere.json answered 404",
            "DELETE /ems.json answered 405",
            "POST /params.json answered 400",
        ]
