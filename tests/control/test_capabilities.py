"""Firmware that does not keep all it is given: undone, named, remembered, accepted if asked for."""

from __future__ import annotations

from typing import Any

import pytest

from homevolt import (
    BatteryMode,
    Capabilities,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltValueError,
)
from homevolt.simulator.device.profiles import PROFILES
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device
from tests.support.payloads import ems, unit
from tests.support.plans import HOUR, NOON, contents, hours
from tests.support.scripted_device import document, done, in_turn, scripted_device

CHARGE, GRID = BatteryMode.INVERTER_CHARGE, BatteryMode.GRID_CHARGE
END = int(WINTER_NOON) + 7200


async def test_what_firmware_drops_is_undone_named_and_remembered() -> None:
    async with connected_device(firmware="confirmed-only") as running:
        running.plan(Entry(2, None, END, options={"setpoint": 5}))
        previous = contents(running)
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await running.device.charge_battery(max_power=3000, max_soc=90)
        assert "max_soc: expected 90, actual none" in str(caught.value)
        assert "If the device did that and you can accept it, pass accept=('max_soc',)." in str(
            caught.value
        )
        assert "The previous plan was restored: 1 entry" in str(caught.value)
        assert caught.value.actual.setpoint == 3000
        assert contents(running) == previous
        known = running.device.capabilities
        assert known == Capabilities(
            "v31.4",
            confirmed=frozenset({(CHARGE, "mode"), (CHARGE, "setpoint")}),
            dropped=frozenset({(CHARGE, "max_soc")}),
        )
        assert known.keeps(1) is True
        assert known.keeps(CHARGE, "setpoint") is True
        assert known.keeps(CHARGE, "max_soc") is False
        assert known.keeps(2) is None


async def test_a_caller_may_accept_what_firmware_drops() -> None:
    async with connected_device(firmware="confirmed-only") as running:
        entry = await running.device.charge_battery(
            max_power=3000, max_soc=90, accept=("max_soc", "max_power")
        )
        assert (entry.setpoint, entry.max_soc) == (3000, None)
        added = await running.device.add_schedule(
            1, from_time=NOON + HOUR, setpoint=1, max_soc=90, accept=["max_soc"]
        )
        assert added.id is not None
        assert running.writes == [
            "sched_set 1 --max 90 --setpoint 3000",
            "sched_add 1 --from 2026-01-15T13:00:00 --max 90 --setpoint 1",
        ]
        with pytest.raises(HomevoltCommandVerificationError, match="min_soc: expected 5, actual"):
            await running.device.charge_battery(max_soc=90, min_soc=5, accept=("max_soc",))


async def test_without_an_answer_what_firmware_drops_may_be_of_another_client() -> None:
    async with connected_device(firmware="confirmed-only") as running:
        running.sim.faults.add("reset", write=True, when="after")
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="max_soc: expected 90"):
            await running.device.charge_battery(max_power=3000, max_soc=90)
        assert len(contents(running)) == 1
        assert running.device.capabilities == Capabilities("v31.4")


async def test_a_mode_that_cannot_be_undone_is_reported_as_unknown() -> None:
    async with connected_device(firmware="confirmed-only") as running:
        running.plan(Entry(2, None, END))
        running.sim.faults.add("status", status=503, write=True, nth=2, count=10**6)
        with pytest.raises(HomevoltCommandOutcomeUnknownError) as caught:
            await running.device.charge_battery(max_power=3000, max_soc=90)
        assert "max_soc: expected 90, actual none" in str(caught.value)
        assert "Restoring the previous plan (1 entry" in str(caught.value)


@pytest.mark.parametrize(
    ("accept", "message"),
    [
        ("max_soc", "accept takes the names of options"),
        (5, "accept takes the names of options"),
        (["max_sock"], "no option 'max_sock'; did you mean 'max_soc'"),
        (["mode"], "no option 'mode'"),
        (["to_time"], "no option 'to_time'"),
        ([5], "no option 5"),
    ],
)
async def test_only_options_can_be_accepted(accept: Any, message: str) -> None:
    async with connected_device() as running:
        with pytest.raises(HomevoltValueError, match=message):
            await running.device.set_battery_idle(accept=accept)
        with pytest.raises(HomevoltValueError, match=r"accept|no option"):
            await running.device.charge_battery(accept=accept)
        assert running.requests == 0


async def test_a_mode_that_comes_back_as_idle_is_remembered_without_its_options() -> None:
    async with connected_device(firmware="limited") as running:
        with pytest.raises(HomevoltCommandVerificationError):
            await running.device.add_schedule(3, setpoint=5)
        assert running.device.capabilities.dropped == {(GRID, "mode")}
        assert running.device.capabilities.confirmed == frozenset()
        assert running.device.capabilities.keeps(GRID) is False


async def test_capabilities_are_learnt_from_plans_too() -> None:
    async with connected_device(firmware="confirmed-only") as running:
        wanted: list[Any] = [
            *hours(2),
            {"mode": 1, "from_time": NOON + 5 * HOUR, "setpoint": 1, "min_soc": 9},
        ]
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await running.device.replace_schedule(wanted)
        assert "did not keep everything: min_soc: expected 9, actual none." in str(caught.value)
        assert running.device.capabilities.keeps(CHARGE, "min_soc") is False
        assert running.device.capabilities.keeps(CHARGE, "setpoint") is True


async def test_the_last_read_back_counts_and_another_firmware_starts_without_any() -> None:
    kept = {"id": 0, "type": 1, "from": 1_800_000_000, "params": {"max_charge": 5}}
    bare = {"id": 0, "type": 1, "from": 1_800_000_000}
    empty = document()
    async with scripted_device(
        schedule=in_turn(
            *(empty, empty, document(bare)),  # written, and dropped
            *(document(bare), empty, empty),  # undone
            *(document(kept), document(kept)),  # kept
        ),
        console=done("sched_set"),
    ) as (scripted, device, _):
        with pytest.raises(HomevoltCommandVerificationError):
            await device.set_battery_mode(1, max_charge=5)
        assert device.capabilities.keeps(1, "max_charge") is False
        await device.set_battery_mode(1, max_charge=5)
        assert device.capabilities.keeps(1, "max_charge") is True
        assert device.capabilities.dropped == frozenset()
        updated = unit(ems_info={"fw_version": "v40"})
        scripted.answers["GET /ems.json"] = ems(updated)
        await device.fetch_ems_data()
        assert device.capabilities == Capabilities("v40")


THIRD_EXAMPLE: dict[str, dict[str, Any]] = {
    "charge_battery": {"max_power": 3000, "max_soc": 90},
    "set_battery_mode": {"mode": 1, "max_charge": 3000, "max_soc": 90},
    "add_schedule": {
        "mode": 1,
        "from_time": "2026-01-15T23:00:00Z",
        "to_time": "2026-01-16T07:00:00Z",
        "max_charge": 3000,
        "max_soc": 80,
    },
    "set_battery_idle": {},
    "discharge_battery": {"max_power": 2500, "min_soc": 30},
}


@pytest.mark.parametrize("method", THIRD_EXAMPLE)
@pytest.mark.parametrize("firmware", sorted(PROFILES))
async def test_the_contracts_third_example_works_or_leaves_the_previous_plan(
    method: str, firmware: str
) -> None:
    async with connected_device(firmware=firmware, schedule_timezone="auto") as running:
        running.plan(Entry(6, None, END))
        previous = contents(running)
        options = THIRD_EXAMPLE[method]
        try:
            entry = await getattr(running.device, method)(**options)
        except HomevoltCommandVerificationError as error:
            assert contents(running) == previous
            names = {"max_power": "setpoint"}
            dropped = [n for n in options if f"{names.get(n, n)}: expected" in str(error)]
            assert dropped
            assert set(dropped) <= {"max_soc", "min_soc", "max_charge"}
        except HomevoltCommandRejectedError:
            assert contents(running) == previous
        else:
            assert running.device.schedule is not None
            assert entry in running.device.schedule.entries
            own = [e for e in running.sim.installation.plan.entries if e.id == entry.id]
            assert [e.type for e in own] == [entry.mode]
