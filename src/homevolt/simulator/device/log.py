"""The device's own log, for /logs.json and `dmesg`."""

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
    """The latest lines of the log; the oldest are dropped.

    Attributes:
        tag_levels: Most detailed level that is logged, by tag; a tag without one logs all.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lines: deque[LogLine] = deque(maxlen=CAPACITY)
        self.tag_levels: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, level: str, tag: str, text: str) -> None:
        """Append one line with the present time, unless the level of its tag suppresses it."""
        if LEVELS.index(level) <= self.tag_levels.get(tag, len(LEVELS)):
            self._lines.append(LogLine(self._now(), level, tag, text))

    def clear(self) -> None:
        """Drop every line."""
        self._lines.clear()

    @property
    def tags(self) -> list[str]:
        """The tags of all lines and of all levels set, sorted."""
        return sorted({line.tag for line in self._lines} | self.tag_levels.keys())

    def last(self, limit: int, level: str) -> list[LogLine]:
        """Return at most `limit` of the latest lines at `level` or more severe, oldest first."""
        threshold = LEVELS.index(level)
        lines = [line for line in self._lines if LEVELS.index(line.level) <= threshold]
        return lines[-limit:] if limit else []
