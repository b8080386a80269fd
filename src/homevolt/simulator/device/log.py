"""The device's own log, as /logs.json shows it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS: Final = ("none", "error", "warning", "info", "debug", "verbose")
CAPACITY: Final = 200


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log; `time` is simulated, in epoch seconds."""

    time: float
    level: str
    tag: str
    text: str


class DeviceLog:
    """The last lines the device wrote; older ones are forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lines: deque[LogLine] = deque(maxlen=CAPACITY)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, level: str, tag: str, text: str) -> None:
        """Write one line at the present time."""
        self._lines.append(LogLine(self._now(), level, tag, text))

    def last(self, limit: int, level: str) -> list[LogLine]:
        """Return at most `limit` of the latest lines at `level` or graver, oldest first."""
        threshold = LEVELS.index(level)
        lines = [line for line in self._lines if LEVELS.index(line.level) <= threshold]
        return lines[-limit:] if limit else []
