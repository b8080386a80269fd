"""The topics of a bridge."""

from __future__ import annotations

import re
from typing import NamedTuple

ONLINE, OFFLINE = "online", "offline"
STATUS = "status"
"""Below the prefix of discovery: Home Assistant's own availability."""
_NOT_TOPIC = re.compile(r"[^0-9A-Za-z_-]+")


class Topics(NamedTuple):
    """The topics of a bridge.

    Attributes:
        base: What all of them begin with.
        discovery: What those of Home Assistant's discovery begin with.
    """

    base: str = "homevolt"
    discovery: str = "homeassistant"

    @property
    def bridge_state(self) -> str:
        """Whether the bridge runs: `online`, or its last will `offline`; retained."""
        return f"{self.base}/bridge/state"

    @property
    def bridge_info(self) -> str:
        """Which process the bridge is; retained."""
        return f"{self.base}/bridge/info"

    @property
    def home_assistant(self) -> str:
        """Home Assistant's own availability, which is not retained."""
        return f"{self.discovery}/{STATUS}"

    def of(self, ecu_id: str, name: str) -> str:
        """Return a topic of a device.

        Args:
            ecu_id: The id of the unit that answers, as the device gives it.
            name: `availability`, `state`, `plan`, `set/mode`, `result/mode` and so on.
        """
        return f"{self.base}/{level(ecu_id)}/{name}"

    def config(self, identifier: str) -> str:
        """Return the topic of the discovery of a device of Home Assistant."""
        return f"{self.discovery}/device/{identifier}/config"


def level(text: str) -> str:
    """Return a text as one level of a topic: no separator and no wildcard."""
    return _NOT_TOPIC.sub("_", text) or "_"
