"""What Home Assistant accepts over MQTT, written down apart from what the bridge sends.

Sources: its documentation of MQTT discovery and of the MQTT platforms; the tables of
`homeassistant/components/sensor/const.py` (release 2026.2).
"""

from __future__ import annotations

import re
from typing import Any

_MEASUREMENT, _COUNTERS = {"measurement"}, {"total", "total_increasing"}
_ANY = _MEASUREMENT | _COUNTERS

DEVICE_CLASSES: dict[str | None, tuple[set[str | None], set[str]]] = {
    None: ({None, "%", "s", "W", "min", "A", "°"}, _ANY),
    "apparent_power": ({"mVA", "VA", "kVA"}, _MEASUREMENT),
    "battery": ({"%"}, _MEASUREMENT),
    "current": ({"A", "mA"}, _MEASUREMENT),
    "duration": ({"d", "h", "min", "s", "ms", "μs"}, _ANY),
    "energy": ({"J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh"}, _COUNTERS),
    "energy_storage": (
        {"J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh"},
        _MEASUREMENT,
    ),
    "enum": ({None}, set()),
    "frequency": ({"mHz", "Hz", "kHz", "MHz", "GHz"}, _MEASUREMENT),
    "power": ({"mW", "W", "kW", "MW", "GW", "TW"}, _MEASUREMENT),
    "reactive_power": ({"mvar", "var", "kvar"}, _MEASUREMENT),
    "signal_strength": ({"dB", "dBm"}, _MEASUREMENT),
    "temperature": ({"°C", "°F", "K"}, _MEASUREMENT),
    "voltage": ({"μV", "mV", "V", "kV", "MV"}, _MEASUREMENT),
}
"""For each device class the units and the state classes that go with it."""
REQUIRED = {
    "sensor": {"value_template"},
    "number": {"command_topic", "min", "max", "step"},
    "select": {"command_topic", "options"},
    "switch": {"command_topic"},
    "button": {"command_topic"},
}
"""What each platform needs beside its platform and its ids."""
_TOPIC = re.compile(r"\w+/device/[a-zA-Z0-9_-]+/config")
_ENTITY_ID = re.compile(r"[a-z]+\.[a-z0-9_]+")
LONGEST_STATE = 255


def document_mistakes(topic: str, document: dict[str, Any]) -> list[str]:
    """Return what Home Assistant would refuse of a device's discovery document."""
    mistakes = [] if _TOPIC.fullmatch(topic) else [f"{topic} is no topic of device discovery"]
    mistakes += [f"{key} is missing" for key in ("device", "origin", "components")
                 if not document.get(key)]  # fmt: skip
    if mistakes:
        return mistakes
    device = document["device"]
    if not device.get("identifiers"):
        mistakes.append("the device has no identifier")
    if device.get("via_device") in device.get("identifiers", ()):
        mistakes.append("the device is linked by itself")
    if not document["origin"].get("name"):
        mistakes.append("the origin has no name")
    for name, component in document["components"].items():
        mistakes += [f"{name}: {text}" for text in component_mistakes(component, document)]
    return mistakes


def component_mistakes(component: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return what Home Assistant would refuse of a component."""
    platform = component.get("platform")
    if platform not in REQUIRED:
        return [f"there is no platform {platform!r}"]
    if len(component) == 1:
        return []  # which removes it
    mistakes = [f"{key} is missing" for key in REQUIRED[platform] if key not in component]
    if not component.get("unique_id"):
        mistakes.append("without a unique_id the whole device is dropped")
    if "object_id" in component:
        mistakes.append("object_id is gone, use default_entity_id")
    entity_id = component.get("default_entity_id", "")
    if not (_ENTITY_ID.fullmatch(entity_id) and entity_id.startswith(f"{platform}.")):
        mistakes.append(f"{entity_id!r} is no entity id of a {platform}")
    if platform != "button" and not (component.get("state_topic") or document.get("state_topic")):
        mistakes.append("it has no state topic")
    return mistakes + (_sensor_mistakes if platform == "sensor" else _control_mistakes)(component)


def state_mistake(component: dict[str, Any], value: object) -> str | None:
    """Return what Home Assistant would say of a value of an entity; None (unknown) is fine."""
    if value is None:
        return None
    text = str(value)
    options = component.get("options")
    if options is not None and text not in options:
        return f"{text!r} is not an option, so the old value stays"
    if component.get("state_class") or component.get("unit_of_measurement"):
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - not a number
            return f"{text!r} is not a number"
        if not component.get("min", value) <= value <= component.get("max", value):
            return f"{text} is out of range"
    return f"{len(text)} characters are too many" if len(text) > LONGEST_STATE else None


def _sensor_mistakes(component: dict[str, Any]) -> list[str]:
    device_class, unit = component.get("device_class"), component.get("unit_of_measurement")
    state_class = component.get("state_class")
    if device_class not in DEVICE_CLASSES:
        return [f"there is no device class {device_class!r}"]
    units, state_classes = DEVICE_CLASSES[device_class]
    mistakes = []
    if unit not in units:
        mistakes.append(f"{device_class} does not take the unit {unit!r}")
    if state_class is not None and state_class not in state_classes:
        mistakes.append(f"{device_class} does not take the state class {state_class!r}")
    if component.get("entity_category") not in {None, "diagnostic"}:
        mistakes.append("a sensor is diagnostic or of no category")
    if (device_class == "enum") != ("options" in component):
        mistakes.append("options belong to an enum, and an enum has some")
    numeric = state_class is not None or unit is not None
    if "suggested_display_precision" in component and not numeric:
        mistakes.append("text has no precision")
    if device_class not in {None, "enum"} and unit is None:
        mistakes.append("a quantity has a unit")
    return mistakes


def _control_mistakes(component: dict[str, Any]) -> list[str]:
    mistakes = []
    if component.get("entity_category") not in {None, "config", "diagnostic"}:
        mistakes.append("there is no such category")
    if component["platform"] == "number" and not component.get("min", 0) < component.get("max", 1):
        mistakes.append("min is not below max")
    return mistakes
