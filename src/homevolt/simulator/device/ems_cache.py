"""What the device keeps of its last answer to /ems.json, the largest and most asked for."""

from __future__ import annotations

from dataclasses import dataclass

Key = tuple[int, int, int, bool, bool, tuple[tuple[bool, float], ...]]


@dataclass(frozen=True, slots=True)
class EncodedEms:
    """The pieces of one simulated second, encoded once: only the order of units changes."""

    key: Key
    head: bytes
    units: tuple[bytes, ...]
    tail: bytes
