"""The schedule's readings, calculated anew only when an entry begins or ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from homevolt.readings.catalogue import SCHEDULE
from homevolt.readings.derived import ActiveSchedule, active_schedule
from homevolt.readings.reader import compile_reader

if TYPE_CHECKING:
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.readings.catalogue import Value

_read_schedule = compile_reader(is_checked=False, schedule=SCHEDULE)


class ScheduleFollower:
    """Knows the active entry of the schedule that was read last, until the next window edge."""

    def __init__(self) -> None:
        self._document: ScheduleData | None = None
        self._from_s = self._until_s = 0.0
        self._active = ActiveSchedule()
        self._values = _read_schedule(self._active)

    def at(self, document: ScheduleData | None, at_s: float) -> ActiveSchedule:
        """Return the schedule at a moment; see `active_schedule`."""
        if document is not self._document or not self._from_s <= at_s < self._until_s:
            edges_s = [
                edge_s
                for entry in (() if document is None else document.schedule or ())
                for edge_s in (entry.from_, entry.to)
                if edge_s is not None
            ]
            self._from_s = max((edge for edge in edges_s if edge <= at_s), default=-math.inf)
            self._until_s = min((edge for edge in edges_s if edge > at_s), default=math.inf)
            self._document, self._active = document, active_schedule(document, at_s)
            self._values = _read_schedule(self._active)
        return self._active

    def values(self, document: ScheduleData | None, at_s: float) -> tuple[Value, ...]:
        """Return the readings of the schedule at a moment, in the order of the catalogue."""
        self.at(document, at_s)
        return self._values
