"""The radio nodes with their clamps, as several endpoints show them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.simulator.world.points import MeasuringPoint

REPORT_MS: Final = 5000
"""A node reports about this often; what is shown of it is up to this old."""

UNSEEN_NODE_ID: Final = 2


@dataclass(frozen=True, slots=True)
class Clamp:
    """One radio node with three clamps.

    Attributes:
        node_id: Its number in the radio network.
        euid: Its 16 hex digits.
        function: "grid", "solar" or "unspecified".
        seen: False for a node that was paired and never reported.
        average_rssi: dBm.
    """

    node_id: int
    euid: str
    function: str
    seen: bool
    average_rssi: float

    @property
    def rssi(self) -> int:
        """Signal strength of the last report, dBm."""
        return round(self.average_rssi)

    def age_ms(self, now_s: float) -> int:
        """Return how old its last report is."""
        return (int(now_s) * 1237 + self.node_id * 2411) % REPORT_MS + 120


def clamps_of(points: Iterable[MeasuringPoint], seed: int) -> list[Clamp]:
    """Return the nodes of an installation: one per measuring point, and one never seen."""
    source = random.Random(f"nodes {seed}")
    unseen = Clamp(UNSEEN_NODE_ID, f"{source.getrandbits(64):016x}", "unspecified", False, 0.0)
    clamps = [
        Clamp(point.node_id, point.euid, point.function, True, -80 - 10 * source.random())
        for point in points
        if point.node_id is not None
    ]
    return sorted([*clamps, unseen], key=lambda clamp: clamp.node_id)
