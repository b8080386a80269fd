"""What a console command changes can be read back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Client, device


async def test_parameters_are_set_printed_reset_and_stored() -> None:
    async with device() as client:
        await client.console("param_set ledstrip_mode_on_hue 200")
        await client.console("param_set --commit ecu_main_fuse_size_a 20")
        assert "ledstrip_mode_on_hue: 200" in await client.console("param_get ledstrip_mode_on_hue")
        client.sim.reboot()
        assert await client.parameter("ledstrip_mode_on_hue") == [180]
        assert await client.parameter("ecu_main_fuse_size_a") == [20]
        await client.console("param_reset ecu_main_fuse_size_a")
        await client.console("param_set ledstrip_mode_on_hue 201")
        await client.console("param_set ledstrip_bright_max 7")
        await client.console("param_store ledstrip_mode_on_hue")
        await client.console("param_load")
        assert await client.parameter("ecu_main_fuse_size_a") == [25]
        assert await client.parameter("ledstrip_mode_on_hue") == [201]
        assert await client.parameter("ledstrip_bright_max") == [100]
        await client.console("param_set ledstrip_bright_max 7")
        await client.console("param_store")
        client.sim.reboot()
        assert await client.parameter("ledstrip_bright_max") == [7]
        assert "param_set" in client.sim.journal.commands[0]


async def test_a_parameter_may_be_named_by_its_id_an_array_takes_several_values() -> None:
    async with device() as client:
        await client.console("param_set -c ems_phase_map 3 2 1")
        assert await client.parameter("ems_phase_map") == [3, 2, 1]
        assert "ems_phase_map: 3,2,1" in await client.console("param_get ems_phase_map")
        await client.console("param_reset 64")
        assert await client.parameter("ems_phase_map") == [1, 2, 3]


async def test_every_parameter_is_reset_without_an_argument() -> None:
    async with device(password=None, local_mode=True) as client:
        await client.console("param_set -c ems_phase_map 3 2 1")
        await client.console("param_reset")
        rows = await client.get("/params.json")
        assert all(row["value"] == row["default"] for row in rows)


async def test_forcing_skips_the_validation_but_not_the_type() -> None:
    async with device() as client:
        assert "not one of" in await client.console("param_set ledstrip_mode blink")
        assert "outside 0..100" in await client.console("param_set ledstrip_bright_max 101")
        await client.console("param_set -f ledstrip_mode blink")
        await client.console("param_set --force ledstrip_bright_max 101")
        assert "outside 0..255" in await client.console("param_set -f ledstrip_bright_max 256")
        assert await client.parameter("ledstrip_mode") == ["blink"]
        assert await client.parameter("ledstrip_bright_max") == [101]


async def test_the_parameter_list_is_cut_by_a_word_and_to_changed_values() -> None:
    async with device() as client:
        lines = (await client.console("param_list ledstrip")).splitlines()[1:-1]
        assert len(lines) == 5
        assert all(line.startswith("ledstrip_") for line in lines)
        await client.console("param_set ledstrip_bright_max 50")
        assert (await client.console("param_list -n -d ledstrip")).splitlines()[1:-1] == [
            "ledstrip_bright_max: 50 (default: 100)"
        ]
        assert "webserver_password: ********" in await client.console("param_list")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("param_get nonsense", "Unknown parameter 'nonsense'"),
        ("param_set settings_local maybe", "'maybe' is not a bool"),
        ("param_set settings_local", "missing option <value>"),
        ("param_set --store settings_local 1", "invalid option"),
        ("param_set settings_local 1 0", "'1,0' is not a bool"),
        ("param_reset nonsense", "Unknown parameter"),
        ("param_store 999", "Unknown parameter"),
        ("hmi blink 1", "Invalid setting 'blink'"),
        ("hmi bri 101", "outside 0..100"),
        ("energy -i 5", "Invalid name"),
        ("energy -n grid -i nan", "Invalid energy"),
        ("energy -n grid -i much", "Invalid energy"),
        ("energy -n nonsense -i 5", "Invalid name"),
        ("ems_config_set -g 256", "Invalid grid code"),
        ("inverter_config_set -f x", "Invalid frequency"),
        ("system_mode_force 5", "Invalid mode"),
        ("modbus_read 1 x u16", "Invalid address"),
        ("power x", "Invalid command"),
        ("net fly", "Invalid command"),
        ("time tomorrow", "Invalid clock"),
        ("reset soon", "Invalid delay"),
        ("cat /spiffs/none.txt", "not found"),
        ("sha1 /spiffs/none.txt", "not found"),
        ("rm /spiffs/none.txt", "not found"),
        ("log_set httpd 6", "Invalid level"),
        ("dmesg -l -2", "Invalid limit"),
        ("ecu_sense_assign 0x1 grid", "Sensor node '0x1' not found"),
        ("ecu_sense_assign {node} load", "Invalid function"),
        ("ecu_sense_assign {node} grid -i 8", "Invalid interface"),
        ("ecu_sense_assign {node} grid -l 123456789012345678901", "Label is too long"),
        ("node_metrics 99", "Node 99 not found"),
    ],
)
async def test_a_command_refuses_an_invalid_argument(command: str, reason: str) -> None:
    async with device() as client:
        line = command.format(node=client.sim.device.nodes[0].euid)
        *_, text, result = (await client.console(line)).splitlines()
        assert reason in text
        assert "returned non-zero error code: 0x2 (ERROR)" in result
        assert sum(record.effects for record in client.sim.journal) == 0


async def test_a_negative_number_is_an_argument_and_not_an_option() -> None:
    async with device() as client:
        await client.console("param_set ems_meter_offset_w -5")
        assert await client.parameter("ems_meter_offset_w") == [-5]


async def test_the_light_strip_is_set_by_its_own_command() -> None:
    async with device() as client:
        await client.console("hmi mode on")
        await client.console("hmi bri 60 6")
        await client.console("hmi col 300 30")
        assert "Brightness" in await client.console("hmi bri ?")
        values = {row["name"]: row["value"] for row in await client.get("/params.json")}
        names = ("mode", "bright_max", "bright_min", "mode_on_hue", "mode_on_saturation")
        assert [values[f"ledstrip_{name}"][0] for name in names] == ["on", 60, 6, 300, 30]


async def test_a_factory_reset_removes_schedule_and_parameters() -> None:
    async with device(cloud=False) as client:
        await client.console("sched_add 1")
        await client.console("factory_reset -n")
        assert client.sim.device.reboots == 0
        await client.console("factory_reset")
        client.password = None
        assert (await client.get("/schedule.json"))["schedule"] == []
        assert client.sim.password is None
        assert client.sim.device.reboots == 1
        assert len(client.sim.journal.writes) == 3


async def test_a_delayed_reset_happens_on_time_unless_it_is_aborted() -> None:
    async with device(boot_s=5) as client:
        await client.console("reset 3000")
        client.sim.advance(2)
        assert await client.status() == 200
        client.sim.advance(2)
        assert await client.status() == 503
        client.sim.advance(4)
        assert (await client.get("/status.json"))["up_time"] == 5000
        await client.console("reset 3000")
        assert "aborted" in await client.console("reset 0")
        client.sim.advance(10)
        assert await client.status() == 200
        assert client.sim.device.reboots == 1


@pytest.mark.parametrize("command", ["reset", "reset_hard", "coredump_crash"])
async def test_a_reboot_command_restarts_the_uptime(command: str) -> None:
    async with device() as client:
        await client.console(command)
        assert (await client.get("/status.json"))["up_time"] == 0


async def test_files_are_written_listed_hashed_served_and_removed() -> None:
    async with device() as client:
        await client.console('cat /spiffs/note.txt "a note"')
        assert (await client.request("GET", "/spiffs/note.txt")) == (200, b"a note")
        assert "a note" in await client.console("cat /spiffs/note.txt")
        assert "6 /spiffs/note.txt" in await client.console("ls /spiffs")
        digest = "ed1453d11f0d0e3a28914abed576c4425c3a1b69"
        assert digest in await client.console("sha1 /spiffs/note.txt")
        await client.console("rm /spiffs/note.txt")
        assert await client.status("/spiffs/note.txt") == 404
        await client.console("format")
        assert await client.status("/") == 404
        for number in range(64):
            await client.console(f"cat /spiffs/{number} x")
        assert "No space left" in await client.console("cat /spiffs/more x")


async def test_the_log_is_printed_counted_filtered_and_cleared() -> None:
    async with device() as client:
        assert "I boot: firmware" in await client.console("dmesg -l -1")
        assert "dmesg" in (await client.console("dmesg -l 0")).splitlines()[-1]
        await client.console("log_set console 0")
        await client.console("param_get nonsense")
        assert "console: 0" in await client.console("log_list cons")
        assert "console" not in {row["tag"] for row in await client.get("/logs.json")}
        await client.console("log_reset 3")
        await client.console("param_get nonsense")
        assert "console" in {row["tag"] for row in await client.get("/logs.json")}
        assert "boot" in await client.console("dmesg --clear")
        assert "0 lines" in await client.console("dmesg -s")
        assert "cleared" in await client.console("dmesg -p")
        for number in range(70):
            reply = await client.console(f"log_set tag{number} 1")
        assert "No space left" in reply


async def functions(client: Client) -> dict[str, str]:
    return {row["node_euid"]: row["function_name"] for row in await client.get("/ecu_sense.json")}


async def sensors(client: Client) -> dict[str, dict[str, Any]]:
    return {row["function"]: row for row in (await client.get("/ems.json"))["sensors"]}


async def test_sensor_assignments_are_cleared_and_made_again() -> None:
    async with device() as client:
        grid = (await sensors(client))["grid"]["euid"]
        before = await functions(client)
        await client.console(f"ecu_sense_clear 0x{grid.upper()}")
        assert await functions(client) == before | {grid: "unspecified"}
        assert "grid" not in await sensors(client)
        await client.console(f"ecu_sense_assign {grid} -i L1 --interface 2 grid -l meter")
        assert await functions(client) == before
        assert (await sensors(client))["grid"]["interface"] == 3
        row = next(row for row in await client.get("/ecu_sense.json") if row["node_euid"] == grid)
        assert (row["interface_names"], row["label"]) == (["L1", "L2"], "meter")
        await client.console(f"ecu_sense_clear {grid} -i L1")
        assert (await sensors(client))["grid"]["interface"] == 2
        assert f"{grid}: grid, interface 2" in await client.console("ecu_sense_list")
        assert "never seen" in await client.console("node_data")
        await client.console("ecu_sense_clear")
        assert set((await functions(client)).values()) == {"unspecified"}


async def test_energy_counters_are_printed_and_set() -> None:
    async with device() as client:
        unit = client.sim.installation.units[0].ecu_id
        await client.console("energy -n grid -i 100 -e 20")
        await client.console("energy -n solar --imported=300")
        await client.console(f"energy -n {unit} -e 5 -s")
        rows = await sensors(client)
        counters = [
            rows[name][f"energy_{way}"]
            for name, way in (
                ("grid", "imported"),
                ("grid", "exported"),
                ("solar", "imported"),
                ("battery", "exported"),
            )
        ]
        assert counters == [100, 20, 300, 5]
        assert "grid: imported: 100.00 kWh, exported: 20.00 kWh" in await client.console("energy")


async def test_battery_configuration_shows_in_the_unit() -> None:
    async with device() as client:
        await client.console("ems_config_set -g 5")
        await client.console("ems_config_set -t 0")
        await client.console("inverter_config_set -f 9950")
        (unit,) = (await client.get("/ems.json"))["ems"]
        assert unit["ems_config"] == {
            "grid_code_preset": 5,
            "grid_code_preset_str": "Preset 5",
            "control_timeout": False,
        }
        assert unit["inv_config"] == {"ffr_fstart_freq": 9950}


async def test_the_system_mode_is_printed_and_forced() -> None:
    async with device() as client:
        assert "2 (operational)" in await client.console("system_mode")
        await client.console("system_mode_force 4")
        assert "4 (service)" in await client.console("system_mode")
        assert await client.parameter("system_service_mode") == [True]
        await client.console("system_mode_force 3")
        assert "3 (standalone)" in await client.console("system_mode")
        client.sim.reboot()
        assert await client.parameter("system_service_mode") == [False]
        assert "2 (operational)" in await client.console("system_mode")


async def test_pairing_is_permitted_for_a_time() -> None:
    async with device() as client:
        await client.console("warp_pair_start -s 30")
        hub = await client.get("/efr_hub_status.json")
        assert (hub["permit_pairing"], hub["permit_pairing_timeout"]) == (True, 30)
        client.sim.advance(30)
        assert (await client.get("/efr_hub_status.json"))["permit_pairing"] is False
        await client.console("warp_pair_start")
        await client.console("warp_pair_stop")
        assert (await client.get("/efr_hub_status.json"))["permit_pairing"] is False


async def test_the_fast_reserve_can_be_made_available_again() -> None:
    async with device(local_mode=True) as client:
        house = client.sim.installation.house
        await client.console("sched_set 6 -f 2000")
        powers_w = []
        for command in ("ecu_ffr_rearm", "ems"):
            house.pin(frequency_hz=49.6)
            client.sim.advance(5)
            powers_w.append(round(client.sim.installation.battery_w))
            house.pin(frequency_hz=50.0)
            client.sim.advance(40)
            await client.console(command)
        house.pin(frequency_hz=49.6)
        client.sim.advance(5)
        powers_w.append(round(client.sim.installation.battery_w))
        assert powers_w == [2000, 2000, -7]


async def test_the_time_command_prints_one_clock_or_all() -> None:
    async with device() as client:
        assert len((await client.console("time")).splitlines()) == 5
        uptime = (await client.console("time uptime")).splitlines()[1:-1]
        assert uptime == [f"Uptime: {client.sim.installation.uptime_ms} ms"]
