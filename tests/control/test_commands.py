"""Every control method does what it says, in no more requests than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from homevolt import (
    BatteryMode,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltLocalModeError,
    HomevoltValueError,
)
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt import Device, ScheduleEntry

MODES: list[tuple[str, dict[str, Any], str]] = [
    ("charge_battery", {}, "sched_set 1"),
    (
        "charge_battery",
        {"max_power": 3000, "max_soc": 90},
        "sched_set 1 --max 90 --setpoint 3000",
    ),
    ("charge_battery", {"setpoint": 2000}, "sched_set 1 --setpoint 2000"),
    (
        "discharge_battery",
        {"max_power": 2500, "min_soc": 30},
        "sched_set 2 --min 30 --setpoint 2500",
    ),
    ("set_battery_idle", {}, "sched_set 0"),
    ("set_battery_idle", {"offline": True}, "sched_set 0 --offline"),
    ("charge_from_grid", {"setpoint": 3000}, "sched_set 3 --setpoint 3000"),
    (
        "charge_battery",
        {"setpoint": 3000, "max_power": 2000},
        "sched_set 1 --setpoint 3000 --max_charge 2000",
    ),
    (
        "charge_from_grid",
        {"setpoint": 3000, "max_power": 2000},
        "sched_set 3 --setpoint 3000 --max_charge 2000",
    ),
    ("discharge_to_grid", {"setpoint": 0}, "sched_set 4 --setpoint 0"),
    (
        "discharge_to_grid",
        {"setpoint": 1000, "max_power": 2000},
        "sched_set 4 --setpoint 1000 --max_discharge 2000",
    ),
    ("charge_from_solar", {"max_power": 1500}, "sched_set 7 --max_charge 1500"),
]


@pytest.mark.parametrize(("method", "options", "line"), MODES)
async def test_an_immediate_mode_is_one_command_that_is_read_back(
    method: str, options: dict[str, Any], line: str
) -> None:
    async with connected_device() as (sim, device, _):
        entry = await getattr(device, method)(**options)
        assert sim.journal.commands == [line]
        assert [record.path for record in sim.journal] == [
            "/schedule.json",
            "/console.json",
            "/schedule.json",
        ]
        (held,) = sim.installation.plan.entries
        assert held.type == entry.mode
        assert entry.to_time is None
        assert device.schedule is not None
        assert device.schedule.entries == (entry,)
        assert device.current_schedule["schedule"][0]["type"] == entry.mode
        assert device.active_entry == entry
        assert device.sensors["Schedule Type"].value == entry.mode_slug


@pytest.mark.parametrize("mode", BatteryMode)
@pytest.mark.parametrize("spell", [int, BatteryMode, lambda m: m.slug, lambda m: m.name])
async def test_a_mode_is_given_as_number_member_or_name(
    mode: BatteryMode, spell: Callable[[BatteryMode], Any]
) -> None:
    async with connected_device() as (sim, device, _):
        entry = await device.set_battery_mode(spell(mode), setpoint=100)
        assert entry.mode is mode
        assert sim.journal.commands == [f"sched_set {int(mode)} --setpoint 100"]


async def test_the_name_of_a_mode_may_have_spaces_hyphens_and_capitals() -> None:
    async with connected_device() as (_, device, _):
        assert (await device.set_battery_mode(" Solar Charge ")).mode is BatteryMode.SOLAR_CHARGE
        assert (await device.set_battery_mode("full-solar-export")).mode == 9


async def test_mode_five_takes_a_negative_setpoint() -> None:
    async with connected_device() as (sim, device, _):
        entry = await device.set_battery_mode(5, setpoint=-3000)
        assert entry.setpoint == -3000
        assert sim.installation.plan.entries[0].options["setpoint"] == -3000


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"mode": 10}, "mode must be 0 to 9, not 10"),
    ({"mode": -1}, "mode must be 0 to 9"),
    ({"mode": 10**5000}, "mode must be 0 to 9"),
    ({"mode": True}, "mode must be a whole number"),
    ({"mode": 1.0}, "mode must be a whole number"),
    ({"mode": None}, "mode must be a whole number"),
    ({"mode": "grid charg"}, "no mode 'grid charg'; did you mean 'grid_charge'"),
    ({"mode": "1"}, "no mode '1'"),
    ({"mode": 1, "max_soc": 101}, "max_soc must be 0 to 100 %, not 101"),
    ({"mode": 1, "min_soc": -1}, "min_soc must be 0 to 100 %"),
    ({"mode": 1, "min_soc": 60, "max_soc": 50}, "min_soc 60 % is above max_soc 50 %"),
    ({"mode": 1, "max_charge": -1}, "max_charge must be 0 to"),
    ({"mode": 1, "max_charge": 3000.5}, "max_charge must be a whole number of W"),
    ({"mode": 1, "max_charge": "3000"}, "max_charge must be a whole number"),
    ({"mode": 1, "max_charge": float("nan")}, "max_charge must be a whole number"),
    ({"mode": 1, "max_charge": True}, "max_charge must be a whole number"),
    ({"mode": 3}, "mode grid_charge needs a setpoint"),
    ({"mode": 4, "setpoint": None}, "mode grid_discharge needs a setpoint"),
    ({"mode": 5}, "mode grid_charge_discharge needs a setpoint"),
    ({"mode": 3, "setpoint": -1}, "only mode grid_charge_discharge takes a negative one"),
    ({"mode": 1, "offline": True}, "offline goes with mode idle only"),
    ({"mode": 0, "offline": 1}, "offline must be True or False"),
    ({"mode": 6, "test_sequence": 17}, "test_sequence must be 0 to 16, not 17"),
    ({"mode": 1, "from_time": "2026-02-01T00:00Z"}, "from_time makes no sense"),
    ({"mode": 1, "to_time": "2026-02-01T00:00Z"}, "to_time makes no sense"),
    ({"mode": 1, "max_powr": 1}, "no option 'max_powr'"),
    (
        {
            "mode": 1,
            "import_energy_limit_from": "2026-02-02T00:00Z",
            "import_energy_limit_to": "2026-02-01T00:00Z",
        },
        "the window of import_energy_limit is reversed",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
async def test_a_wrong_argument_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], message: str
) -> None:
    async with connected_device() as (sim, device, _):
        with pytest.raises(HomevoltValueError, match=message):
            await device.set_battery_mode(**arguments)
        assert not sim.journal


async def test_the_window_of_an_entry_is_checked_before_anything_is_sent() -> None:
    async with connected_device() as (sim, device, _):
        for start, end, message in [
            (None, "2026-01-15T12:00:00Z", "ended already"),
            ("2026-01-15T10:00:00Z", "2026-01-15T11:00:00Z", "ended already"),
            ("2026-01-16T10:00:00Z", "2026-01-16T09:00:00Z", "ends before it begins"),
            ("2026-01-16T10:00:00Z", "2026-01-16T10:00:00Z", "ends before it begins"),
            ("soon", None, "from_time is not an ISO"),
        ]:
            with pytest.raises(HomevoltValueError, match=message):
                await device.add_schedule(1, from_time=start, to_time=end)
        assert not sim.journal


async def test_max_power_and_the_limit_it_stands_for_exclude_each_other() -> None:
    async with connected_device() as (sim, device, _):
        with pytest.raises(HomevoltValueError, match="max_power and max_charge are the same"):
            await device.charge_battery(max_power=1, max_charge=2)
        with pytest.raises(HomevoltValueError, match="max_power must be 0 to"):
            await device.charge_battery(max_power=-1)
        with pytest.raises(HomevoltValueError, match="did you mean 'max_power'"):
            await device.charge_battery(max_powr=1)  # type: ignore[call-arg] # the mistake meant
        assert not sim.journal


SCHEDULE_WRITES: list[Callable[[Device], Awaitable[object]]] = [
    lambda device: device.set_battery_idle(),
    lambda device: device.add_schedule(1),
    lambda device: device.delete_schedule(0),
    lambda device: device.clear_all_schedules(),
    lambda device: device.replace_schedule([]),
]


@pytest.mark.parametrize("write", SCHEDULE_WRITES)
async def test_without_local_mode_nothing_is_sent_nor_local_mode_switched_on(
    write: Callable[[Device], Awaitable[object]],
) -> None:
    async with connected_device(local_mode=False) as (sim, device, _):
        with pytest.raises(HomevoltLocalModeError, match=r"enable_local_mode\(\)"):
            await write(device)
        assert sim.journal.writes == []
        assert sim.installation.parameters["settings_local"] is False


async def test_local_mode_is_read_afresh_at_every_write() -> None:
    async with connected_device() as (sim, device, _):
        await device.set_battery_idle()
        sim.device.set_parameter("settings_local", False, store=True)
        with pytest.raises(HomevoltLocalModeError):
            await device.set_battery_idle()
        assert len(sim.journal.writes) == 1


async def test_added_entries_come_back_with_their_ids_and_can_be_deleted() -> None:
    async with connected_device() as (sim, device, _):
        first = await device.add_schedule(
            1, from_time="2026-01-15T23:00:00Z", to_time="2026-01-16T07:00:00Z", max_charge=3000
        )
        twin = await device.add_schedule(
            1, from_time="2026-01-15T23:00:00Z", to_time="2026-01-16T07:00:00Z", max_charge=3000
        )
        always = await device.add_schedule("idle")
        assert [first.id, twin.id, always.id] == [0, 1, 2]
        assert always.from_time is always.to_time is None
        assert len(sim.journal) == 9
        await device.delete_schedule(1)
        assert device.schedule is not None
        assert [entry.id for entry in device.schedule.entries] == [0, 2]
        assert len(sim.journal) == 12
        await device.clear_all_schedules()
        assert device.schedule.entries == ()
        assert sim.installation.plan.entries == ()
        assert sim.journal.commands[3:] == ["sched_del 1", "sched_clear"]


async def test_an_entry_that_does_not_exist_cannot_be_deleted() -> None:
    async with connected_device() as (sim, device, _):
        with pytest.raises(HomevoltValueError, match="no entry 5; its ids: none"):
            await device.delete_schedule(5)
        await device.add_schedule(0)
        with pytest.raises(HomevoltValueError, match="no entry 5; its ids: 0"):
            await device.delete_schedule(5)
        for wrong in ("0", -1, True, None, 0.0, 2**31):
            with pytest.raises(HomevoltValueError, match="schedule_id"):
                await device.delete_schedule(wrong)  # type: ignore[arg-type] # the mistake meant
        assert sim.journal.commands == ["sched_add 0"]


async def test_local_mode_is_switched_and_read_back() -> None:
    async with connected_device(local_mode=False) as (sim, device, _):
        await device.enable_local_mode()
        seen = [device.current_schedule["local_mode"]]
        await device.disable_local_mode()
        seen += [device.current_schedule["local_mode"]]
        assert seen == [True, False]
        assert [(r.method, r.path) for r in sim.journal] == [
            ("POST", "/params.json"),
            ("GET", "/params.json"),
            ("GET", "/schedule.json"),
        ] * 2
        assert [dict(r.form) for r in sim.journal.writes] == [
            {"k": "settings_local", "v": "true", "store": "1"},
            {"k": "settings_local", "v": "false", "store": "1"},
        ]


async def test_a_switch_of_local_mode_that_did_nothing_is_noticed() -> None:
    async with connected_device(local_mode=False) as (sim, device, _):
        sim.faults.add("ignore")
        with pytest.raises(HomevoltCommandVerificationError, match="off after it was switched on"):
            await device.enable_local_mode()


@pytest.mark.parametrize("firmware", ["new", "old", "json", "bridge"])
async def test_every_firmware_is_understood(firmware: str) -> None:
    async with connected_device(firmware=firmware, local_mode=False) as (sim, device, _):
        await device.enable_local_mode()
        await device.charge_battery(max_power=3000)
        entry = await device.add_schedule(5, setpoint=-100)
        assert entry.id is not None
        await device.delete_schedule(entry.id)
        await device.set_parameter("ledstrip_bright_max", 50)
        assert await device.get_parameter("ledstrip_bright_max") == 50
        assert len(sim.journal.writes) == 5


async def test_firmware_that_turns_a_mode_into_idle_is_noticed_and_the_write_undone() -> None:
    async with connected_device(firmware="limited") as (sim, device, _):
        solar = await device.set_battery_mode(7)
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.charge_from_grid(setpoint=3000)
        assert "mode: expected grid_charge, actual idle" in str(caught.value)
        assert "The previous plan was restored: 1 entry (0: solar_charge" in str(caught.value)
        expected: ScheduleEntry = caught.value.expected
        actual: ScheduleEntry = caught.value.actual
        assert (expected.mode, actual.mode) == (3, 0)
        assert expected.setpoint == 3000
        assert device.active_entry is not None
        assert msgspec.structs.replace(device.active_entry, id=solar.id) == solar
        with pytest.raises(HomevoltCommandVerificationError, match="The entry was deleted again"):
            await device.add_schedule(9)
        assert [entry.type for entry in sim.installation.plan.entries] == [7]
        assert sim.journal.commands == [
            "sched_set 7",
            "sched_set 3 --setpoint 3000",
            "sched_clear",
            "sched_add 7 --from 2026-01-15T12:00:00",
            "sched_add 9",
            "sched_del 1",
        ]


async def test_a_write_that_the_device_ignores_is_noticed() -> None:
    async with connected_device() as (sim, device, _):
        await device.charge_battery(max_power=1000)
        await device.add_schedule(0, from_time="2026-01-16T00:00:00Z")
        sim.faults.add("ignore")
        with pytest.raises(HomevoltCommandVerificationError, match="not 2 entries"):
            await device.charge_battery(max_power=2000)
        with pytest.raises(HomevoltCommandVerificationError, match="no new entry"):
            await device.add_schedule(2)
        with pytest.raises(HomevoltCommandVerificationError, match="is still there"):
            await device.delete_schedule(1)
        with pytest.raises(
            HomevoltCommandVerificationError,
            match="After it was cleared the schedule holds 2 entries",
        ):
            await device.clear_all_schedules()
        assert device.schedule is not None
        assert [entry.mode for entry in device.schedule.entries] == [1, 0]


async def test_a_number_that_comes_back_smaller_may_be_of_another_client_and_is_left_alone() -> (
    None
):
    async with connected_device() as (sim, device, _):
        sim.faults.add("normalise", key="max_charge", limit=2500)
        entry = await device.charge_battery(setpoint=3000, max_power=2500)
        assert (entry.setpoint, entry.max_charge) == (3000, 2500)
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.charge_battery(setpoint=2000, max_power=3000)
        assert "max_charge: expected 3000, actual 2500" in str(caught.value)
        assert "Another client may have written the plan that is there now" in str(caught.value)
        assert "pass accept=('max_charge',)" in str(caught.value)
        assert len(sim.journal.writes) == 2
        entry = await device.charge_battery(setpoint=1, max_power=3000, accept=["max_power"])
        assert entry.max_charge == 2500


async def test_a_refusal_comes_in_the_words_of_the_device() -> None:
    async with connected_device() as (sim, device, _):
        sim.advance(3600 * 24)  # the device is a day ahead of what was read of its clock
        with pytest.raises(HomevoltCommandRejectedError, match="error code 0x2") as caught:
            await device.add_schedule(1, to_time="2026-01-15T18:00:00Z")
        assert caught.value.reply == "Schedule end time is in the past"
        assert len(sim.journal) == 2


async def test_a_device_that_does_not_listen_is_a_connection_error() -> None:
    async with connected_device() as (sim, device, _):
        await sim.stop()
        with pytest.raises(HomevoltConnectionError):
            await device.set_battery_idle()


async def test_the_identical_entry_of_the_device_stays_when_its_twin_is_deleted() -> None:
    async with connected_device() as running:
        running.plan(Entry(1, options={"setpoint": 1}), Entry(1, options={"setpoint": 1}))
        await running.device.delete_schedule(1)
        assert [entry.id for entry in running.sim.installation.plan.entries] == [2]


async def test_a_command_of_the_callers_own_gives_the_reply_of_the_device() -> None:
    async with connected_device() as (sim, device, _):
        reply = await device.console("sched_list")
        assert reply.succeeded
        assert "Schedule get: 0 schedules" in reply.output
        assert (await device.console("help")).succeeded
        with pytest.raises(HomevoltCommandRejectedError, match=r"'sched_del'.*not found"):
            await device.console("sched_del 7")
        assert sim.journal.commands == ["sched_list", "help", "sched_del 7"]


async def test_a_destructive_command_needs_unsafe() -> None:
    async with connected_device() as (sim, device, _):
        for command in ("factory_reset", "help; rm /spiffs/x", "OTA_START", "format\n"):
            with pytest.raises(HomevoltValueError, match=r"unsafe=True|control characters"):
                await device.console(command)
        assert len(sim.journal) == 0
        assert sim.device.destructive_commands == []
        assert (await device.console("efr_factory_reset", unsafe=True)).succeeded
        assert sim.device.destructive_commands == ["efr_factory_reset"]


async def test_a_reboot_is_waited_for_and_the_schedule_read_afterwards() -> None:
    async with connected_device() as (sim, device, _):
        sim.advance(3600)
        await device.add_schedule(2)
        await device.set_battery_idle()
        await device.set_parameter("ledstrip_bright_max", 7, store=False)
        await device.reboot()
        assert sim.journal.commands[-1] == "reset"
        assert device.schedule is not None
        assert device.schedule.entries == ()
        assert await device.get_parameter("ledstrip_bright_max") == 100
        with pytest.raises(HomevoltValueError, match="wait_s"):
            await device.reboot(wait_s=0)


async def test_max_power_is_the_power_of_the_battery_where_no_setpoint_is_given() -> None:
    async with connected_device() as (sim, device, _):
        await device.charge_battery(max_power=1000, max_soc=90)
        sim.advance(60)
        await device.update_info()
        charging = device.sensors["Power"].value
        await device.discharge_battery(max_power=1500, min_soc=30)
        sim.advance(60)
        await device.update_info()
        assert (charging, device.sensors["Power"].value) == (-1000, 1500)
