"""What Home Assistant is told of an installation: a document for each of its devices.

A document holds every entity of a device ("device-based discovery"). One component without a
`unique_id` makes Home Assistant drop the whole document, and a component that is only left out of
the next one stays there for ever: to be removed it must be sent with its platform alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import homevolt
from homevolt.bridges.mqtt.quantities import shown, state_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from homevolt.bridges.mqtt.topics import Topics
    from homevolt.readings.models import DeviceMetadata, Sensor, SensorInfo
    from homevolt.readings.snapshot import Snapshot

Document = dict[str, Any]

ORIGIN = "homevolt"
MANUFACTURER = "Homevolt"
_UNITS_IN_KEYS = frozenset(
    {"w", "va", "var", "wh", "kwh", "v", "a", "hz", "c", "s", "dbm", "ratio"}
)


def documents(
    snapshot: Snapshot, topics: Topics, controls: Mapping[str, Document], *, url: str = ""
) -> dict[str, Document]:
    """Return the document of each device by its identifier, the unit that answers first.

    Args:
        snapshot: What was read.
        topics: The topics of the bridge.
        controls: Further components of the unit that answers, by their id.
        url: The address of the device's own web page.
    """
    ecu_id = snapshot.unit.ecu_id or ""
    local = next(iter(snapshot.parts))
    about = {
        "origin": {"name": ORIGIN, "sw_version": homevolt.__version__},
        "state_topic": topics.of(ecu_id, "state"),
        "qos": 1,
        "availability_mode": "all",
        "availability": [
            {"topic": topics.bridge_state},
            {"topic": topics.of(ecu_id, "availability")},
        ],
    }
    by_part: dict[str, dict[str, Document]] = {key: {} for key in snapshot.parts}
    for sensor in snapshot.sensors.values():
        part = snapshot.parts[sensor.info.part]
        by_part[part.key][sensor.info.reading] = _sensor(sensor, part)
    by_part[local] |= controls
    return {
        identifier(key): {
            "device": _device(part, local, url if key == local else ""),
            **about,
            "components": by_part[key],
        }
        for key, part in snapshot.parts.items()
    }


def identifier(part: str) -> str:
    """Return the identifier of a device of Home Assistant."""
    return f"homevolt_{part}"


def with_removed(document: Document, previous: Document) -> Document:
    """Return a document that also removes what a previous one held and this one does not.

    Args:
        document: The document to send.
        previous: The one that Home Assistant has.
    """
    components = document["components"]
    removed = {
        name: {"platform": component["platform"]}
        for name, component in _components(previous).items()
        if name not in components and isinstance(component.get("platform"), str)
    }
    return {**document, "components": {**components, **removed}} if removed else document


def is_ours(document: object, topics: Topics) -> bool:
    """Tell whether a document was sent by a bridge with the same topics."""
    if not isinstance(document, dict):
        return False
    origin, topic = document.get("origin"), document.get("state_topic")
    return (
        isinstance(origin, dict)
        and origin.get("name") == ORIGIN
        and isinstance(topic, str)
        and topic.startswith(f"{topics.base}/")
    )


def entity_ids(part: str, name: str, platform: str) -> Document:
    """Return what makes an entity the same one for ever, and its id where nobody chose another."""
    unique = f"{identifier(part)}_{name}"
    return {"unique_id": unique, "default_entity_id": f"{platform}.{unique}"}


def _components(document: Document) -> dict[str, Document]:
    components = document.get("components")
    if not isinstance(components, dict):
        return {}
    return {name: row for name, row in components.items() if isinstance(row, dict)}


def _device(part: DeviceMetadata, local: str, url: str) -> Document:
    parent = part.parent or local
    device = {
        "identifiers": [identifier(part.key)],
        "name": part.name,
        "manufacturer": MANUFACTURER,
        "model": part.model,
    }
    if parent != part.key:
        device["via_device"] = identifier(parent)
    if url:
        device["configuration_url"] = url
    return device


def _sensor(sensor: Sensor, part: DeviceMetadata) -> Document:
    info = sensor.info
    row = shown(info)
    given = {
        "device_class": row.device_class,
        "unit_of_measurement": row.unit,
        "state_class": row.state_class,
        "suggested_display_precision": row.precision,
        "entity_category": row.category,
        "options": list(row.options) or None,
    }
    return {
        "platform": "sensor",
        "name": _name(info, part),
        **entity_ids(info.part, info.reading, "sensor"),
        "value_template": f"{{{{ value_json['{state_key(info)}'] }}}}",
        **{key: value for key, value in given.items() if value is not None},
    }


def _name(info: SensorInfo, part: DeviceMetadata) -> str:
    """Return the name of an entity: that of the sensor without the words of its device's name."""
    of_device = set(part.name.lower().split()) | ({"total"} if part.kind == "cluster" else set())
    words = [word for word in info.name.split() if word.lower() not in of_device]
    return _sentence(words or _words(info.reading))


def _words(reading: str) -> list[str]:
    words = reading.split("_")
    return words[:-1] if words[-1] in _UNITS_IN_KEYS and len(words) > 1 else words


def _sentence(words: Iterable[str]) -> str:
    text = " ".join(words).replace("_", " ")
    return text[:1].upper() + text[1:]
