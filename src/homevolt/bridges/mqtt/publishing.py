"""What is published of a device, and what the broker has retained of its discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.bridges.battery.batcontrol import batcontrol_status
from homevolt.bridges.battery.facade import battery_document
from homevolt.bridges.mqtt.discovery import (
    Document,
    documents,
    identifier,
    is_ours,
    with_removed,
)
from homevolt.bridges.mqtt.state import encoded, plan_document, state_document
from homevolt.bridges.mqtt.topics import OFFLINE, ONLINE

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from homevolt.bridges.feed import Feed
    from homevolt.bridges.mqtt.bridged import BridgedDevice
    from homevolt.bridges.mqtt.topics import Topics
    from homevolt.readings.snapshot import Snapshot

BATCONTROL_STATUS = ("soc", "capacity", "max_charge_rate")
RETAINED = (
    "availability",
    "state",
    "plan",
    "battery/state",
    *(f"batcontrol/status/{name}" for name in BATCONTROL_STATUS),
)
"""The retained topics of a device."""
UNLESS_CHANGED = ("availability", "plan")
"""Those not sent again while they stay the same; who reads the others may want them to be new."""


def payloads(device: BridgedDevice, topics: Topics) -> dict[str, bytes]:
    """Return the payload of each retained topic of a device, availability last.

    Nothing but the availability while there are no readings, so that what was read last stays.
    """
    feed, ecu_id = device.feed, device.feed.device_id
    if ecu_id is None:
        return {}
    snapshot = feed.snapshot
    found: dict[str, bytes] = {}
    if snapshot is not None:
        found["state"] = encoded(state_document(snapshot, device.controls.document(snapshot)))
        found["battery/state"] = encoded(battery_document(feed))
        if snapshot.schedule is not None:
            found["plan"] = encoded(plan_document(snapshot.schedule))
        for name, value in batcontrol_status(snapshot).items():
            if value is not None:
                found[f"batcontrol/status/{name}"] = f"{value:g}".encode()
    found["availability"] = (OFFLINE if snapshot is None else ONLINE).encode()
    return {topics.of(ecu_id, name): payload for name, payload in found.items()}


def discovery_of(device: BridgedDevice, snapshot: Snapshot, topics: Topics) -> dict[str, Document]:
    """Return the documents of discovery of a device, none if nothing of it has changed."""
    parameters = device.controls.parameters
    signature = (
        snapshot.unit.ecu_id,
        tuple(snapshot.parts.items()),
        tuple(snapshot.sensors),
        None if parameters is None else tuple(parameters),
    )
    if signature == device.signature:
        return {}
    local = next(iter(snapshot.parts))
    controls = device.controls.components(local, snapshot.unit.ecu_id or "", topics)
    found = documents(snapshot, topics, controls, url=device.feed.connection.base_url)
    device.signature, device.identifiers = signature, frozenset(found)
    device.local = identifier(local)
    return found


class RetainedDiscovery:
    """The documents of discovery that the broker has retained from this bridge.

    Args:
        topics: The topics of the bridge.

    Attributes:
        is_complete: Whether all that was retained when the connection began has come.
    """

    def __init__(self, topics: Topics) -> None:
        self.is_complete = False
        self._topics = topics
        self._documents: dict[str, Document] = {}
        self._owners: dict[str, Feed] = {}

    def take(self, topic: str, payload: bytes) -> None:
        """Take a message below the prefix of discovery; those of others are passed over."""
        name = topic.removeprefix(self._topics.config("")[: -len("/config")]).split("/")[0]
        if self.is_complete or not name.startswith(identifier("")):
            return
        try:
            document = msgspec.json.decode(payload)
        except (msgspec.DecodeError, RecursionError):
            return
        if is_ours(document, self._topics):
            self._documents[name] = document

    def claim(self, name: str, feed: Feed, feeds: Container[Feed], local: str) -> bool:
        """Tell whether a device may publish a document.

        Two units of a cluster that are both configured report each other and the same measuring
        points. A document belongs to the unit that it is of, else to who came first.
        """
        owner = self._owners.get(name)
        is_own = name == local or name.startswith(f"{local}_")
        if is_own or owner is None or owner not in feeds:
            self._owners[name] = owner = feed
        return owner is feed

    def updated(self, name: str, document: Document) -> tuple[str, bytes]:
        """Return the topic and the payload that bring a document up to date."""
        document = with_removed(document, self._documents.get(name, {}))
        self._documents[name] = document
        return self._topics.config(name), encoded(document)

    def gone(self, current: Container[str], levels: Container[str]) -> list[str]:
        """Return the topics of devices that are gone, and forget them.

        Args:
            current: The documents that there are.
            levels: The level of each device in the topics.
        """
        return [*self._gone(current, levels)]

    def _gone(self, current: Container[str], levels: Container[str]) -> Iterator[str]:
        cleared: set[str] = set()
        for name in [name for name in self._documents if name not in current]:
            document: dict[str, Any] = self._documents.pop(name)
            yield self._topics.config(name)
            state_topic = str(document.get("state_topic"))
            level = state_topic.removeprefix(f"{self._topics.base}/").split("/")[0]
            if level not in levels and level not in cleared:
                cleared.add(level)
                yield from (self._topics.of(level, retained) for retained in RETAINED)
