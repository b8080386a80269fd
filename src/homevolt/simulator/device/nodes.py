"""The radio nodes of the device and the function that each is assigned to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.simulator.world.points import MeasuringPoint

REPORT_MS: Final = 5000
"""Interval of the reports of a node; its readings are up to this old."""

UNSEEN_NODE_ID: Final = 2
ALL_CLAMPS: Final = 7
UNSPECIFIED: Final = "unspecified"


@dataclass(frozen=True, slots=True)
class RadioNode:
    """One radio node with three clamps.

    Attributes:
        node_id: Its number in the radio network.
        euid: 16 hex digits.
        function: "grid", "solar" or "unspecified".
        seen: False for a node that was paired and has never reported.
        average_rssi: dBm.
        interface: Clamps in use, a bit mask (1 is L1, 2 is L2, 4 is L3).
        label: Text that a person gave it.
    """

    node_id: int
    euid: str
    function: str
    seen: bool
    average_rssi: float
    interface: int = ALL_CLAMPS
    label: str = ""

    @property
    def rssi(self) -> int:
        """Signal strength of the last report, dBm."""
        return round(self.average_rssi)

    def age_ms(self, now_s: float) -> int:
        """Return the age of its last report."""
        return (int(now_s) * 1237 + self.node_id * 2411) % REPORT_MS + 120


def make_nodes(points: Iterable[MeasuringPoint], seed: int) -> list[RadioNode]:
    """Return the nodes of an installation: one per clamp, and one that was never seen."""
    source = random.Random(f"nodes {seed}")
    unseen = RadioNode(UNSEEN_NODE_ID, f"{source.getrandbits(64):016x}", UNSPECIFIED, False, 0.0)
    nodes = [
        RadioNode(point.node_id, point.euid, point.function, True, -80 - 10 * source.random())
        for point in points
        if point.node_id is not None
    ]
    return sorted([*nodes, unseen], key=lambda node: node.node_id)
