"""Parameters accept the values of their type, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.simulator.device.parameters import (
    INTEGER_RANGES,
    PARAMETERS,
    Parameter,
    ParameterError,
    ParameterStore,
    find,
)
from tests.simulator.client import device

JSON_TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_the_size_of_a_parameter_follows_from_its_type(parameter: Parameter) -> None:
    widths = {"bool": 1, "flt": 4, "double": 8, "str32": 32}
    width = widths.get(parameter.type) or int(parameter.type.strip("sunit")) // 8
    count = len(parameter.default) if isinstance(parameter.default, tuple) else 1
    assert parameter.size_bytes == width * count


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("settings_local", "true", True),
        ("settings_local", " FALSE ", False),
        ("settings_local", "1", True),
        ("settings_local", "0", False),
        ("ecu_main_fuse_size_a", "255", 255),
        ("ems_meter_offset_w", "-5", -5),
        ("wifi_power_dbm", "1e1", 10.0),
        ("ledstrip_mode", "", ""),
        ("ledstrip_mode", "dem", "dem"),
        ("ecu_mdns_instance_name", "My Homevolt", "My Homevolt"),
        ("ems_phase_map", "3,2,1", (3, 2, 1)),
        ("ems_phase_map", "[3, 2, 1]", (3, 2, 1)),
    ],
)
def test_values_are_parsed_by_their_declared_type(name: str, text: str, value: object) -> None:
    assert find(name).parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("settings_local", "2"),
        ("settings_local", ""),
        ("ecu_main_fuse_size_a", "256"),
        ("ecu_main_fuse_size_a", "-1"),
        ("ecu_main_fuse_size_a", "1.0"),
        ("ecu_main_fuse_size_a", "²"),
        ("ecu_main_fuse_size_a", "9" * 5000),
        ("ems_temperature_offset_c", "-129"),
        ("ledstrip_mode_on_hue", "361"),
        ("ledstrip_mode", "blink"),
        ("ota_channel", "x" * 32),
        ("ota_channel", "a\0b"),
        ("ota_channel", "\ud800"),
        ("wifi_power_dbm", "nan"),
        ("wifi_power_dbm", "1e39"),
        ("ems_meter_gain", "inf"),
        ("ems_meter_gain", "much"),
        ("ems_phase_map", "1,2"),
        ("no_such_parameter", "1"),
    ],
)
def test_a_value_outside_its_type_is_refused(name: str, text: str) -> None:
    with pytest.raises(ParameterError):
        find(name).parse(text)


@given(st.sampled_from(sorted(INTEGER_RANGES)), st.integers(-(2**65), 2**65))
def test_integers_are_accepted_exactly_within_their_range(kind: str, value: int) -> None:
    low, high = INTEGER_RANGES[kind]
    parameter = Parameter(1, "any", kind, 0, "")
    if low <= value <= high:
        assert parameter.parse(str(value)) == value
    else:
        with pytest.raises(ParameterError):
            parameter.parse(str(value))


@given(st.sampled_from(PARAMETERS), st.text())
def test_any_text_is_either_a_value_of_the_type_or_refused(parameter: Parameter, text: str) -> None:
    try:
        value = parameter.parse(text)
    except ParameterError:
        return
    default: Any = parameter.default
    assert type(value) is type(default)


def test_only_stored_values_survive_a_reboot() -> None:
    world: dict[str, object] = {}
    store = ParameterStore(world)
    store.set("ecu_main_fuse_size_a", 20, store=True)
    store.set("export_limitation_w", 500, store=False)
    assert (world["ecu_main_fuse_size_a"], world["export_limitation_w"]) == (20, 500)
    store.load()
    assert (world["ecu_main_fuse_size_a"], world["export_limitation_w"]) == (20, 0)
    store.reset("ecu_main_fuse_size_a")
    assert store.values["ecu_main_fuse_size_a"] == 25


async def test_a_form_sets_one_parameter_and_the_reply_repeats_it() -> None:
    async with device() as client:
        assert await client.set("settings_local", "1", store="0") == (
            200,
            "Saved parameter k: 'settings_local' v: '1'",
        )
        assert await client.parameter("settings_local") == [True]
        assert (await client.get("/schedule.json"))["local_mode"] is True
        client.sim.reboot()
        assert await client.parameter("settings_local") == [False]


@pytest.mark.parametrize(
    "document",
    [
        {"k": "ecu_main_fuse_size_a", "v": 20, "store": 1},
        {"k": "ecu_main_fuse_size_a", "v": "20"},
        {"ecu_main_fuse_size_a": 20},
        {"ecu_main_fuse_size_a": 20, "settings_local": True, "store": True},
        {"ecu_main_fuse_size_a": "20", "ems_phase_map": [3, 2, 1]},
    ],
)
async def test_a_json_object_sets_parameters(document: dict[str, object]) -> None:
    async with device() as client:
        status, _ = await client.request("POST", "/params.json", json=document)
        assert status == 200
        client.sim.reboot()
        assert await client.parameter("ecu_main_fuse_size_a") == [20]
        assert [record.is_write for record in client.sim.journal] == [True, False]


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"settings_local": "maybe"}},
        {"json": {"ecu_main_fuse_size_a": 20, "nonsense": 1}},
        {"json": ["settings_local"]},
        {"json": {"settings_local": None}},
        {"json": {"ota_channel": "\ud800"}},
        {"data": b'{"a":' + b"[" * 16_000, "headers": JSON_TYPE},
        {"data": b'{"a":' + b"[" * 8_000 + b"]" * 8_000 + b"}", "headers": JSON_TYPE},
        {"data": b'{"ecu_main_fuse_size_a":' + b"9" * 9_000 + b"}", "headers": JSON_TYPE},
        {"data": b"{", "headers": JSON_TYPE},
        {"data": {"k": "settings_local"}},
        {"data": {"k": "nonsense", "v": "1"}},
        {"data": b""},
        {"data": "&".join(f"k{n}=1" for n in range(100))},
    ],
)
async def test_an_invalid_body_is_refused_and_changes_nothing(options: dict[str, Any]) -> None:
    async with device() as client:
        before = await client.get("/params.json")
        headers = {**client.headers(), **options.pop("headers", {})}
        async with client.session.post(
            client.sim.url + "/params.json", headers=headers, **options
        ) as response:
            assert response.status == 400
        assert await client.get("/params.json") == before


async def test_the_fuse_parameter_reaches_the_physics() -> None:
    async with device() as client:
        await client.set("ecu_main_fuse_size_a", "20")
        assert client.sim.installation.parameters["ecu_main_fuse_size_a"] == 20
        assert (await client.get("/pid.json"))["lb_charge"]["setpoint"] == 20
