"""The schedule that the device follows: its entries, their windows, and which one is active.

Facts (the device's `/schedule.json` and `sched_*` commands): an entry has an id, a type 0-9, a
window whose ends may both be open, limits of the state of charge and options; the active entry is
the one whose window contains the current time; `sched_set` replaces everything with one entry that
a reboot loses; `sched_add` appends an entry that survives a reboot; a local schedule is called
"Manual Schedule", one of the cloud has a UUID.
Our choice where the facts are silent: a window includes its first second and not its last
(`from <= now < to`), of overlapping entries the first in the list is active, ids count up from 0,
and a `sched_add` or `sched_del` turns a cloud schedule into a local one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OptionValue = int | float | bool | str

MANUAL_SCHEDULE = "Manual Schedule"


class Mode(IntEnum):
    """The types of a schedule entry.

    Facts: types 1-2 hold their setpoint at the inverter; types 3-5 hold it at the grid connection
    point, so the battery follows the meter; type 5 is signed, + import, - export, and 0 holds the
    meter at zero; the solar types charge from production only.
    """

    IDLE = 0
    INVERTER_CHARGE = 1
    INVERTER_DISCHARGE = 2
    GRID_CHARGE = 3
    GRID_DISCHARGE = 4
    GRID_CHARGE_DISCHARGE = 5
    FREQUENCY_RESERVE = 6
    SOLAR_CHARGE = 7
    SOLAR_CHARGE_DISCHARGE = 8
    FULL_SOLAR_EXPORT = 9


NEED_SETPOINT = frozenset({Mode.GRID_CHARGE, Mode.GRID_DISCHARGE, Mode.GRID_CHARGE_DISCHARGE})
"""Types that the device refuses without a setpoint."""

FOLLOW_METER = NEED_SETPOINT | {Mode.SOLAR_CHARGE, Mode.SOLAR_CHARGE_DISCHARGE}
"""Types that need the meter at the grid connection point."""

EDGE_OPTIONS = (
    "import_energy_limit_from",
    "import_energy_limit_to",
    "export_energy_limit_from",
    "export_energy_limit_to",
    "fcr_start_from",
)
"""Options that are epoch seconds at which the behaviour of an entry changes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the schedule.

    Attributes:
        type: What to do, 0-9 (see `Mode`).
        from_time: First second of its window in epoch seconds, None if open.
        to_time: First second after its window in epoch seconds, None if open.
        min_soc: State of charge in percent below which nothing is discharged, None for no limit.
        max_soc: State of charge in percent above which nothing is charged, None for no limit.
        options: Further options by the names of `/schedule.json` `params`: powers in W, energies
            in Wh, `main_fuse` in mA, ramps in mA/s, times in epoch seconds, flags as bool.
        id: Its number in the plan; assigned by the plan.
        volatile: True if a reboot loses it.
    """

    type: int
    from_time: int | None = None
    to_time: int | None = None
    min_soc: int | None = None
    max_soc: int | None = None
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    id: int = 0
    volatile: bool = False

    def contains(self, now: float) -> bool:
        """Return whether its window contains the time `now` (epoch seconds)."""
        return (self.from_time is None or self.from_time <= now) and (
            self.to_time is None or now < self.to_time
        )

    def edges(self) -> Iterable[int]:
        """Return the epoch seconds at which something changes, in no order."""
        times = [self.from_time, self.to_time]
        times += [int(self.options[name]) for name in EDGE_OPTIONS if name in self.options]
        return (time_s for time_s in times if time_s is not None)


class Plan:
    """The entries of the device, changed by methods only.

    Attributes:
        schedule_id: "Manual Schedule" or the cloud's UUID.
        version: Incremented with every change.
    """

    __slots__ = ("_edges", "_entries", "_next_id", "_snapshot", "schedule_id", "version")

    def __init__(self) -> None:
        self.schedule_id = MANUAL_SCHEDULE
        self.version = 0
        self._entries: list[Entry] = []
        self._snapshot: tuple[Entry, ...] | None = ()
        self._edges: list[int] = []
        self._next_id = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order in which they were written."""
        if self._snapshot is None:
            self._snapshot = tuple(self._entries)
        return self._snapshot

    def set(self, entry: Entry) -> Entry:
        """Replace everything with one entry that a reboot loses (`sched_set`).

        Args:
            entry: The entry; its id is overwritten.

        Returns:
            The entry as it is stored.
        """
        stored = replace(entry, id=0, volatile=True)
        self._store([stored], MANUAL_SCHEDULE)
        self._next_id = 1
        return stored

    def add(self, entry: Entry) -> Entry:
        """Append an entry that survives a reboot (`sched_add`).

        Args:
            entry: The entry; its id is overwritten.

        Returns:
            The entry as it is stored.
        """
        stored = replace(entry, id=self._next_id, volatile=False)
        self._next_id += 1
        self._entries.append(stored)
        for edge_s in stored.edges():
            insort(self._edges, edge_s)
        self._changed(MANUAL_SCHEDULE)
        return stored

    def delete(self, entry_id: int) -> bool:
        """Remove the entry of that id (`sched_del`).

        Returns:
            Whether there was one.
        """
        for position, entry in enumerate(self._entries):
            if entry.id == entry_id:
                del self._entries[position]
                for edge_s in entry.edges():
                    del self._edges[bisect_left(self._edges, edge_s)]
                self._changed(MANUAL_SCHEDULE)
                return True
        return False

    def clear(self) -> None:
        """Remove every entry (`sched_clear`)."""
        self._store([], MANUAL_SCHEDULE)
        self._next_id = 0

    def replace(self, entries: Iterable[Entry], schedule_id: str) -> None:
        """Store another schedule instead, as the cloud does; it survives a reboot.

        Args:
            entries: The new entries; they are numbered from 1, as in captures of cloud schedules.
            schedule_id: Its name, a UUID.
        """
        stored = [
            replace(entry, id=number, volatile=False) for number, entry in enumerate(entries, 1)
        ]
        self._store(stored, schedule_id)
        self._next_id = len(stored) + 1

    def reboot(self) -> None:
        """Drop the entries that a reboot loses."""
        kept = [entry for entry in self._entries if not entry.volatile]
        if len(kept) != len(self._entries):
            self._store(kept, self.schedule_id)

    def active(self, now: float) -> Entry | None:
        """Return the entry whose window contains `now` (epoch seconds), or None."""
        for entry in self._entries:
            if entry.contains(now):
                return entry
        return None

    def next_edge(self, now: float) -> int | None:
        """Return the first epoch second after `now` at which something changes, or None."""
        position = bisect_right(self._edges, now)
        return self._edges[position] if position < len(self._edges) else None

    def _store(self, entries: list[Entry], schedule_id: str) -> None:
        self._entries = entries
        self._edges = sorted(edge_s for entry in entries for edge_s in entry.edges())
        self._changed(schedule_id)

    def _changed(self, schedule_id: str) -> None:
        self._snapshot = None
        self.schedule_id = schedule_id
        self.version += 1
