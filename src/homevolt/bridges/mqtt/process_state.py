"""What outlives a connection to the broker: topics, devices, and answers still to be published."""

from __future__ import annotations

import uuid
from collections import deque
from typing import TYPE_CHECKING

from homevolt.bridges.mqtt.bridged import BridgedDevice
from homevolt.bridges.mqtt.topics import Topics

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.bridges.config import MqttConfig
    from homevolt.bridges.feed import Feed

MOST_ANSWERS = 1000


class ProcessState:
    """What this process keeps from one connection to the next.

    Args:
        config: The broker and the topics.
        clock: The source of time.

    Attributes:
        topics: The topics.
        clock: The source of time.
        instance: Tells this process from another one with the same topics.
        answers: Answers to commands that were not published yet, as topic and payload.
        was_connected: Whether it was connected before.
    """

    def __init__(self, config: MqttConfig, clock: Clock) -> None:
        self.topics = Topics(config.topic_prefix, config.discovery_prefix)
        self.clock = clock
        self.instance = uuid.uuid4().hex
        self.answers: deque[tuple[str, bytes]] = deque(maxlen=MOST_ANSWERS)
        self.was_connected = False
        self._who = config.username or "everybody"
        self._devices: dict[Feed, BridgedDevice] = {}

    def bridged(self, feed: Feed) -> BridgedDevice:
        """Return a device as it is on the broker; its settings outlive a connection."""
        return self._devices.setdefault(feed, BridgedDevice(feed, self.clock))

    def drop(self, feed: Feed) -> None:
        """Forget a device that is no longer configured."""
        self._devices.pop(feed, None)

    def refused(self, what: str, why: str) -> str:
        """Return how it is said that the broker refuses something."""
        return f"The broker refuses {what}: {why}. {self.permission}"

    @property
    def permission(self) -> str:
        """What the broker has to allow, in a sentence."""
        return (
            f"Allow {self._who} to read and write what is below {self.topics.base}/ and "
            f"{self.topics.discovery}/."
        )
