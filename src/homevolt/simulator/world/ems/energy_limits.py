"""Energy limits of the schedule and of the parameters, and how much energy they still allow.

An energy limit is an amount of energy that may pass the meter in one direction within a window.
It counts from the second in which its window opens; what passed the meter before the device knew
of the window does not count.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.clock import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.simulator.world.ems.plan import Entry, Plan
    from homevolt.simulator.world.meter import EnergyMeter

MAX_WINDOWS = 64
OPTIONS = ("import_energy_limit", "export_energy_limit")


class EnergyLimit(NamedTuple):
    """Energy that may pass the meter in one direction within a window.

    Attributes:
        limit_wh: How much.
        from_s: First second of the window, epoch seconds.
        to_s: First second after the window, or infinity.
        compensation_w: Power with which the battery may at most make up for what the house draws
            or feeds in beyond the limit.
    """

    limit_wh: float
    from_s: float
    to_s: float
    compensation_w: float

    def applies(self, time_s: float) -> bool:
        """Return whether the window contains this second."""
        return self.from_s <= time_s < self.to_s

    @classmethod
    def of(cls, direction: str, entry: Entry | None, time_s: float) -> EnergyLimit | None:
        """Return the energy limit of an entry, None for none.

        Captured cloud schedules leave out the end of the window where it is the entry's own.

        Args:
            direction: "import" or "export".
            entry: The active entry.
            time_s: Start of a window that is open at its start, epoch seconds.
        """
        name = f"{direction}_energy_limit"
        if entry is None or name not in entry.options:
            return None
        options = entry.options
        entry_from = time_s if entry.from_time is None else entry.from_time
        entry_to = math.inf if entry.to_time is None else entry.to_time
        return cls(
            float(options[name]),
            float(options.get(f"{name}_from", entry_from)),
            float(options.get(f"{name}_to", entry_to)),
            float(options.get(f"{direction}_energy_max_compensation", 0)),
        )


class EnergyLimits(NamedTuple):
    """The energy limits that apply while an entry is active.

    Attributes:
        importing: `import_energy_limit` of the entry, None for none.
        exporting: `export_energy_limit` of the entry, None for none.
        hourly_import_wh: Parameter `import_energy_limit_wh`: energy that may be imported in each
            hour of the clock, or infinity.
    """

    importing: EnergyLimit | None = None
    exporting: EnergyLimit | None = None
    hourly_import_wh: float = math.inf

    @property
    def exist(self) -> bool:
        """Whether there is any limit."""
        return (
            self.importing is not None
            or self.exporting is not None
            or self.hourly_import_wh < math.inf
        )


class RemainingEnergy(NamedTuple):
    """Energy that may still pass the meter; infinity where nothing limits it.

    Attributes:
        import_wh: Imported, 0 or more.
        export_wh: Exported, 0 or more.
    """

    import_wh: float
    export_wh: float


UNLIMITED = RemainingEnergy(math.inf, math.inf)


class EnergyCounter:
    """Counts the energy that has passed the meter since the window of each limit opened.

    Args:
        meter: The counters of the house.
    """

    __slots__ = ("_hour", "_hour_start_wh", "_meter", "_opened", "_starts", "_version")

    def __init__(self, meter: EnergyMeter) -> None:
        self._meter = meter
        self._hour = -1.0
        self._hour_start_wh = 0.0
        self._opened: dict[float, tuple[float, float]] = {}
        self._starts: list[float] = []
        self._version = -1

    def open_windows(self, limits: EnergyLimits, plan: Plan, now_s: float) -> None:
        """Remember the counters of the meter for every window that is open now.

        Args:
            limits: Those of the active entry.
            plan: The whole schedule: one window may span several entries.
            now_s: Epoch seconds.
        """
        if plan.version != self._version:
            self._version = plan.version
            self._starts = sorted(_window_starts(plan.entries), reverse=True)
        while self._starts and self._starts[-1] <= now_s:
            self._open(self._starts.pop())
        for limit in (limits.importing, limits.exporting):
            if limit is not None and limit.from_s <= now_s:
                self._open(limit.from_s)
        while len(self._opened) > MAX_WINDOWS:
            del self._opened[min(self._opened)]

    def _open(self, from_s: float) -> None:
        self._opened.setdefault(from_s, (self._meter.imported_wh, self._meter.exported_wh))

    def remaining(self, limits: EnergyLimits, now_s: float) -> RemainingEnergy:
        """Return the energy that may still pass the meter.

        Args:
            limits: Those of the active entry.
            now_s: Epoch seconds.
        """
        imported_wh, exported_wh = self._meter.imported_wh, self._meter.exported_wh
        import_wh = export_wh = math.inf
        if limits.importing is not None and limits.importing.applies(now_s):
            start_wh = self._opened.get(limits.importing.from_s, (imported_wh, exported_wh))[0]
            import_wh = max(0.0, limits.importing.limit_wh - (imported_wh - start_wh))
        if limits.exporting is not None and limits.exporting.applies(now_s):
            start_wh = self._opened.get(limits.exporting.from_s, (imported_wh, exported_wh))[1]
            export_wh = max(0.0, limits.exporting.limit_wh - (exported_wh - start_wh))
        if limits.hourly_import_wh < math.inf:
            hour = now_s // SECONDS_PER_HOUR
            if hour != self._hour:
                self._hour, self._hour_start_wh = hour, imported_wh
            since_wh = imported_wh - self._hour_start_wh
            import_wh = min(import_wh, max(0.0, limits.hourly_import_wh - since_wh))
        return RemainingEnergy(import_wh, export_wh)


def _window_starts(entries: Iterable[Entry]) -> set[float]:
    """Return the start of every energy limit window of a schedule that has one."""
    return {
        float(start_s)
        for entry in entries
        for name in OPTIONS
        if name in entry.options
        and (start_s := entry.options.get(f"{name}_from", entry.from_time)) is not None
    }
