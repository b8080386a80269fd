"""The schedule that the device follows: entries, their windows, and which one is active.

Facts (the device's `/schedule.json` and `sched_*` commands): an entry has an id, a type 0-9, a
window whose ends may both be open, limits of the state of charge and options; the active entry is
the one whose window holds now; `sched_set` replaces everything with one entry that a reboot
loses; `sched_add` appends an entry that a reboot keeps; a local schedule is called "Manual
Schedule", the cloud's has a UUID. Our choice where the facts are silent: a window holds its first
second and not its last (`from <= now < to`), of overlapping entries the first in the list is
active, ids count up from 0, and a `sched_add` or `sched_del` makes a cloud schedule a local one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OptionValue = int | float | bool | str

MANUAL_SCHEDULE = "Manual Schedule"

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
        type: What to do, 0-9 (see `modes`).
        from_time: First second of its window in epoch seconds, None if open.
        to_time: The second at which its window is over, None if open.
        min_soc: State of charge in percent below which nothing is discharged, None for no limit.
        max_soc: State of charge in percent above which nothing is charged, None for no limit.
        options: The rest, by the names of `/schedule.json` `params`: powers in W, energies in Wh,
            `main_fuse` in mA, ramps in mA/s, times in epoch seconds, flags as bool.
        id: Its number in the plan; given by the plan.
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

    def holds(self, now: float) -> bool:
        """Tell whether its window holds the time `now` (epoch seconds)."""
        return (self.from_time is None or self.from_time <= now) and (
            self.to_time is None or now < self.to_time
        )

    def edges(self) -> Iterable[int]:
        """Return the epoch seconds at which something changes, in no order."""
        times = [self.from_time, self.to_time]
        times += [int(self.options[name]) for name in EDGE_OPTIONS if name in self.options]
        return (when for when in times if when is not None)


class Plan:
    """The entries the device holds, changed by methods only.

    Attributes:
        schedule_id: "Manual Schedule" or the cloud's UUID.
        version: Counts up with every change.
    """

    __slots__ = ("_edges", "_entries", "_next_id", "schedule_id", "version")

    def __init__(self) -> None:
        self.schedule_id = MANUAL_SCHEDULE
        self.version = 0
        self._entries: tuple[Entry, ...] = ()
        self._edges: list[int] = []
        self._next_id = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the order in which they were written."""
        return self._entries

    def set(self, entry: Entry) -> Entry:
        """Replace everything with one entry that a reboot loses (`sched_set`).

        Args:
            entry: What to hold; its id is overwritten.

        Returns:
            The entry as it is held.
        """
        held = replace(entry, id=0, volatile=True)
        self._hold((held,), MANUAL_SCHEDULE)
        self._next_id = 1
        return held

    def add(self, entry: Entry) -> Entry:
        """Append an entry that a reboot keeps (`sched_add`).

        Args:
            entry: What to append; its id is overwritten.

        Returns:
            The entry as it is held.
        """
        held = replace(entry, id=self._next_id, volatile=False)
        self._next_id += 1
        self._hold((*self._entries, held), MANUAL_SCHEDULE)
        return held

    def delete(self, entry_id: int) -> bool:
        """Take out the entry of that id (`sched_del`) and tell whether there was one."""
        rest = tuple(entry for entry in self._entries if entry.id != entry_id)
        found = len(rest) != len(self._entries)
        if found:
            self._hold(rest, MANUAL_SCHEDULE)
        return found

    def clear(self) -> None:
        """Take out every entry (`sched_clear`)."""
        self._hold((), MANUAL_SCHEDULE)
        self._next_id = 0

    def replace(self, entries: Iterable[Entry], schedule_id: str) -> None:
        """Hold another schedule instead, as the cloud does; it survives a reboot.

        Args:
            entries: The new entries; they are numbered from 1, as in captures of cloud schedules.
            schedule_id: Its name, a UUID.
        """
        held = tuple(
            replace(entry, id=number, volatile=False) for number, entry in enumerate(entries, 1)
        )
        self._hold(held, schedule_id)
        self._next_id = len(held) + 1

    def reboot(self) -> None:
        """Lose what a reboot loses."""
        kept = tuple(entry for entry in self._entries if not entry.volatile)
        if len(kept) != len(self._entries):
            self._hold(kept, self.schedule_id)

    def active(self, now: float) -> Entry | None:
        """Return the entry whose window holds `now` (epoch seconds), or None."""
        for entry in self._entries:
            if entry.holds(now):
                return entry
        return None

    def next_edge(self, now: float) -> int | None:
        """Return the first epoch second after `now` at which something changes, or None."""
        position = bisect_right(self._edges, now)
        return self._edges[position] if position < len(self._edges) else None

    def _hold(self, entries: tuple[Entry, ...], schedule_id: str) -> None:
        self._entries = entries
        self._edges = sorted({edge for entry in entries for edge in entry.edges()})
        self.schedule_id = schedule_id
        self.version += 1
