"""Home Assistant accepts every document of discovery, and every state."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from homevolt.bridges.mqtt.discovery import documents, identifier, is_ours, with_removed
from homevolt.bridges.mqtt.quantities import SHOWN, state_key, state_value
from homevolt.bridges.mqtt.state import encoded, state_document
from homevolt.bridges.mqtt.topics import Topics
from homevolt.readings.catalogue import CATALOGUE
from homevolt.readings.models import Sensor, SensorInfo, SensorType
from tests.support.connected_device import connected_device
from tests.support.home_assistant import component_mistakes, document_mistakes, state_mistake

if TYPE_CHECKING:
    from homevolt import Snapshot

TOPICS = Topics()


async def snapshot_of(**simulated: Any) -> Snapshot:
    async with connected_device(**simulated) as connected:
        return connected.device.snapshot


def sent(snapshot: Snapshot) -> dict[str, Any]:
    return documents(snapshot, TOPICS, {})


@pytest.mark.parametrize("firmware", ["new", "old"])
@pytest.mark.parametrize("units", [1, 3])
async def test_every_document_is_one_that_home_assistant_accepts(firmware: str, units: int) -> None:
    snapshot = await snapshot_of(units=units, firmware=firmware)
    found = sent(snapshot)
    assert len(found) == len(snapshot.parts)
    mistakes = [
        text
        for name, document in found.items()
        for text in document_mistakes(TOPICS.config(name), document)
    ]
    assert mistakes == []


async def test_every_reading_is_an_entity_of_its_part_and_has_its_key_in_the_state() -> None:
    snapshot = await snapshot_of(units=2)
    state = state_document(snapshot, {})
    found = sent(snapshot)
    for sensor in snapshot.sensors.values():
        component = found[identifier(sensor.info.part)]["components"][sensor.info.reading]
        key = state_key(sensor.info)
        assert component["value_template"] == f"{{{{ value_json['{key}'] }}}}"
        assert state_mistake(component, state[key]) is None
    components = [c for document in found.values() for c in document["components"].values()]
    assert len(components) == len(snapshot.sensors)
    for ids in ("unique_id", "default_entity_id"):
        assert len({component[ids] for component in components}) == len(components)


def test_every_quantity_of_the_catalogue_is_shown_by_one_row() -> None:
    rows = itertools.chain.from_iterable(CATALOGUE.values())
    quantities = {(row.quantity.type, row.quantity.unit) for row in rows}
    assert quantities == set(SHOWN)


async def test_devices_are_linked_to_their_parent_and_never_to_themselves() -> None:
    snapshot = await snapshot_of(units=2)
    found = sent(snapshot)
    (local, first), *others = found.items()
    assert "via_device" not in first["device"]
    for name, document in others:
        assert document["device"]["via_device"] != name
        assert document["device"]["via_device"] in found
    assert found[f"{local}_battery_0"]["device"]["via_device"] == local
    assert found[f"{local}_total"]["device"]["via_device"] == local


async def test_the_energy_dashboard_takes_battery_grid_and_solar() -> None:
    snapshot = await snapshot_of()
    found = sent(snapshot)
    kinds = {part.kind: found[identifier(part.key)] for part in snapshot.parts.values()}
    for kind, reading in (
        ("unit", "charged_energy_wh"),
        ("unit", "discharged_energy_wh"),
        ("grid", "energy_imported_kwh"),
        ("grid", "energy_exported_kwh"),
        ("solar", "energy_imported_kwh"),
    ):
        component = kinds[kind]["components"][reading]
        assert component["device_class"] == "energy"
        assert component["state_class"] == "total_increasing"


async def test_what_is_in_the_battery_is_stored_energy_and_no_counter() -> None:
    snapshot = await snapshot_of()
    (unit, *_) = sent(snapshot).values()
    stored = unit["components"]["available_discharge_energy_wh"]
    assert (stored["device_class"], stored["state_class"]) == ("energy_storage", "measurement")


@pytest.mark.parametrize(
    ("unit", "quantity"), [("VA", "apparent_power"), ("var", "reactive_power")]
)
def test_va_and_var_have_classes_of_their_own(unit: str, quantity: str) -> None:
    assert SHOWN[SensorType.POWER, unit].device_class == quantity


async def test_the_state_of_charge_alone_of_all_shares_is_that_of_a_battery() -> None:
    snapshot = await snapshot_of(units=2)
    found = sent(snapshot)
    classes = {
        sensor.info.reading: found[identifier(sensor.info.part)]["components"][sensor.info.reading]
        for sensor in snapshot.sensors.values()
        if sensor.type is SensorType.PERCENTAGE
    }
    batteries = [key for key, row in classes.items() if row.get("device_class") == "battery"]
    assert batteries == ["state_of_charge_ratio"]
    assert len(classes) > 1


async def test_a_share_is_shown_in_percent_under_a_key_that_says_so() -> None:
    snapshot = await snapshot_of()
    state = state_document(snapshot, {})
    key = f"{next(iter(snapshot.parts))}.state_of_charge"
    ratio = snapshot.unit.state_of_charge_ratio
    assert ratio
    assert state[f"{key}_percent"] == pytest.approx(ratio * 100)
    assert f"{key}_ratio" not in state


def sensor(value: Any, kind: SensorType = SensorType.POWER, unit: str | None = "W") -> Sensor:
    return Sensor(value, SensorInfo(kind, "ems", "Power", unit, "ems_a", "power_w"))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_what_is_unknown_is_null_and_never_a_word(value: float | None) -> None:
    assert state_value(sensor(value)) is None
    assert b"nan" not in encoded({"value": value}).lower()


def test_a_value_outside_an_enumeration_is_unknown() -> None:
    assert state_value(sensor("idle", SensorType.SCHEDULE_TYPE, None)) == "idle"
    assert state_value(sensor("77", SensorType.SCHEDULE_TYPE, None)) is None


def test_a_text_too_long_for_a_state_is_cut() -> None:
    text = state_value(sensor("ä" * 300, SensorType.TEXT, None))
    assert isinstance(text, str)
    assert len(text) == 255
    assert text.endswith("…")


async def test_every_key_is_there_when_nothing_is_known() -> None:
    snapshot = await snapshot_of(units=2)
    unknown = {
        name: msgspec.structs.replace(sensor, value=None)
        for name, sensor in snapshot.sensors.items()
    }
    known = state_document(snapshot, {})
    nothing = state_document(msgspec.structs.replace(snapshot, sensors=unknown), {})
    assert nothing.keys() == known.keys()
    assert {value for key, value in nothing.items() if "." in key} == {None}


async def test_a_component_that_is_gone_is_sent_with_its_platform_alone() -> None:
    snapshot = await snapshot_of()
    (name, previous), *_ = sent(snapshot).items()
    components = dict(previous["components"])
    removed = components.pop("power_w")
    now = with_removed({**previous, "components": components}, previous)
    assert now["components"]["power_w"] == {"platform": removed["platform"]}
    assert document_mistakes(TOPICS.config(name), now) == []
    assert with_removed({**previous, "components": components}, now) == now  # it stays removed
    assert with_removed(previous, previous) is previous


@pytest.mark.parametrize(
    "previous", [{}, {"components": 3}, {"components": {"a": 1, "b": {"platform": 7}}}]
)
def test_a_strange_retained_document_removes_nothing(previous: dict[str, Any]) -> None:
    document: dict[str, Any] = {"components": {}}
    assert with_removed(document, previous) == document


async def test_only_documents_of_the_same_topics_are_ours() -> None:
    snapshot = await snapshot_of()
    (document, *_) = sent(snapshot).values()
    assert is_ours(document, TOPICS)
    assert not is_ours(document, Topics(base="other"))
    strange: list[object] = [None, [], {}, {"origin": 3}, {"origin": {"name": "other"}}]
    assert not any(is_ours(other, TOPICS) for other in strange)


async def test_names_do_not_repeat_the_name_of_their_device() -> None:
    snapshot = await snapshot_of(units=2)
    found = sent(snapshot)
    names = {
        part.kind: {c["name"] for c in found[identifier(part.key)]["components"].values()}
        for part in snapshot.parts.values()
    }
    assert {"State of charge", "Soh", "Charge cycles"} <= names["blade"]
    assert {"Power", "L1 Power", "RSSI"} <= names["grid"]
    assert "Power" in names["cluster"]


GOOD = {
    "platform": "sensor",
    "unique_id": "a",
    "default_entity_id": "sensor.a",
    "value_template": "{{ value }}",
    "device_class": "power",
    "unit_of_measurement": "W",
    "state_class": "measurement",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unique_id": None}, "whole device is dropped"),
        ({"object_id": "a"}, "object_id is gone"),
        ({"default_entity_id": "a"}, "no entity id"),
        ({"device_class": "energy"}, "does not take the unit"),
        ({"state_class": "total_increasing"}, "does not take the state class"),
        ({"device_class": "enum"}, "an enum has some"),
        ({"entity_category": "config"}, "diagnostic"),
        ({"unit_of_measurement": "VA"}, "does not take the unit"),
    ],
)
def test_the_checker_knows_each_trap(change: dict[str, Any], words: str) -> None:
    document = {"state_topic": "homevolt/a/state"}
    assert component_mistakes(GOOD, document) == []
    assert any(words in text for text in component_mistakes({**GOOD, **change}, document))


@pytest.mark.parametrize(
    ("component", "value", "words"),
    [
        ({"options": ["idle"]}, "77", "the old value stays"),
        ({"state_class": "measurement"}, math.nan, "not a number"),
        ({"state_class": "measurement"}, "unknown", "not a number"),
        ({}, "a" * 256, "too many"),
    ],
)
def test_the_checker_knows_each_bad_state(component: Any, value: Any, words: str) -> None:
    assert words in (state_mistake(component, value) or "")
