"""Parameters of a device: checked by what it declares, read back, secrets kept."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from homevolt import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandVerificationError,
    HomevoltValueError,
)
from homevolt.simulator.device.parameters import BY_NAME, PARAMETERS
from tests.support.connected_device import connected_device

VALUES: list[tuple[str, Any, Any]] = [
    ("ecu_main_fuse_size_a", 20, 20),
    ("ecu_main_fuse_size_a", "20", 20),
    ("ecu_peer_enable", "off", False),
    ("ledstrip_mode", "dem", "dem"),
    ("ledstrip_mode", "", ""),
    ("wifi_power_dbm", 12.3, pytest.approx(12.3)),
    ("ems_meter_gain", 0.987654321, 0.987654321),
    ("ems_meter_offset_w", -120, -120),
    ("ems_energy_offset_wh", -(2**63), -(2**63)),
    ("installed_at_ms", 2**64 - 1, 2**64 - 1),
    ("ems_phase_map", [3, 1, 2], [3, 1, 2]),
    ("ems_phase_map", (3, 1, 2), [3, 1, 2]),
    ("ems_pid_constants", "0.5, 0.25, 0", [0.5, 0.25, 0]),
    ("ecu_mdns_instance_name", "Källaren & c:o = 100 %", "Källaren & c:o = 100 %"),
]


@pytest.mark.parametrize(("key", "value", "seen"), VALUES)
async def test_a_value_is_written_once_and_comes_back(key: str, value: Any, seen: Any) -> None:
    async with connected_device() as (sim, device, _):
        assert await device.set_parameter(key, value) == seen
        assert await device.get_parameter(key) == seen
        assert len(sim.journal.writes) == 1
        assert sim.journal.writes[0].form["store"] == "1"
        assert len(sim.journal) == 4


@pytest.mark.parametrize("firmware", ["new", "old", "bridge"])
async def test_all_parameters_are_read_in_every_dialect(firmware: str) -> None:
    async with connected_device(firmware=firmware) as (_, device, _clock):
        found = await device.parameters()
        assert set(found) == set(BY_NAME)
        for declared in PARAMETERS:
            ours = found[declared.name]
            assert ours.type == declared.type
            assert ours.help == declared.help
            default = declared.default
            expected = list(default) if isinstance(default, tuple) else default
            assert ours.default == pytest.approx(expected)
        assert list(found["ecu_main_fuse_size_a"].range or ()) == [0, 255]
        assert found["ems_phase_map"].count == 3


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("ecu_main_fuse_size_a", 256, "whole number from 0 to 255, not 256"),
        ("ecu_main_fuse_size_a", True, "whole number"),
        ("ems_temperature_offset_c", -129, "from -128 to 127"),
        ("ecu_peer_enable", "perhaps", "true or false"),
        ("ledstrip_mode", "x" * 32, "at most 31 bytes"),
        ("ems_phase_map", [1, 2], "list of 3 values"),
        ("wifi_power_dbm", float("nan"), "finite number"),
        ("ledstripmode", "on", "did you mean 'ledstrip_mode'"),
        ("led&strip=mode", "on", "no parameter 'led&strip=mode'"),
        (5, "on", "the name of a parameter is text"),
    ],
)
async def test_a_wrong_parameter_is_refused_before_it_is_sent(
    key: Any, value: Any, message: str
) -> None:
    async with connected_device() as (sim, device, _):
        with pytest.raises(HomevoltValueError, match=message):
            await device.set_parameter(key, value)
        assert sim.journal.writes == []


async def test_store_is_a_switch() -> None:
    async with connected_device() as (sim, device, _):
        with pytest.raises(HomevoltValueError, match="store must be"):
            await device.set_parameter("ledstrip_mode", "on", store="no")  # type: ignore[arg-type] # the mistake meant
        assert len(sim.journal) == 0


async def test_what_is_not_stored_is_lost_at_a_restart() -> None:
    async with connected_device() as (sim, device, _):
        await device.set_parameter("ledstrip_bright_max", 11, store=False)
        await device.set_parameter("ledstrip_bright_min", 12)
        sim.reboot()
        assert await device.get_parameter("ledstrip_bright_max") == 100
        assert await device.get_parameter("ledstrip_bright_min") == 12


async def test_a_reset_writes_the_default_that_the_device_declares() -> None:
    async with connected_device() as (sim, device, _):
        await device.set_parameter("ems_phase_map", [3, 2, 1])
        assert await device.reset_parameter("ems_phase_map") == [1, 2, 3]
        assert [record.form["v"] for record in sim.journal.writes] == ["3,2,1", "1,2,3"]


async def test_parameters_need_no_local_mode() -> None:
    async with connected_device(local_mode=False) as (_, device, _clock):
        assert await device.set_parameter("ledstrip_mode", "off") == "off"


async def test_a_value_that_the_device_limits_is_noticed() -> None:
    async with connected_device() as (sim, device, _):
        sim.faults.add("normalise", key="export_limitation_w", limit=5000)
        with pytest.raises(HomevoltCommandVerificationError, match=r"set to 9000, .* as 5000"):
            await device.set_parameter("export_limitation_w", 9000)


async def test_a_secret_is_written_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected_device() as (sim, device, _):
        assert await device.set_parameter("ems_psk", "hunter2") == "hunter2"
        assert sim.installation.parameters["ems_psk"] == "hunter2"
        parameters = await device.parameters()
        assert parameters["ems_psk"].secret
        assert "hunter2" not in repr(parameters) + caplog.text
        sim.faults.add("ignore")
        with pytest.raises(HomevoltCommandVerificationError) as caught:
            await device.set_parameter("wifi_sta_password", "hunter3")
        assert "hunter3" not in f"{caught.value} {caught.value.expected} {caught.value.actual}"


@pytest.mark.parametrize("key", ["ledstrip_mode", "webserver_password"])
async def test_a_password_that_is_refused_at_the_read_back_proves_nothing(
    key: str,
) -> None:
    async with connected_device() as (sim, device, _):
        sim.faults.add("reset", write=True, count=1)
        sim.faults.add("status", status=401, write=False, nth=2)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="reading back failed"):
            await device.set_parameter(key, "on")
        assert len(sim.journal.writes) == 1


async def test_a_new_password_of_the_device_is_proven_by_the_refusal_of_the_old_one() -> None:
    async with connected_device() as (sim, device, _):
        assert await device.set_parameter("webserver_password", "new secret") == "new secret"
        assert sim.password == "new secret"
        assert len(sim.journal.writes) == 1
