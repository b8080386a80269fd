"""The energy limit of a schedule entry: so much one way through the meter, in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.quantities import NO_LIMIT

if TYPE_CHECKING:
    from homevolt.simulator.world.ems.plan import Entry


class Budget(NamedTuple):
    """Energy that may pass the meter one way in a window.

    Attributes:
        limit_wh: How much.
        from_s: First second of the window, epoch seconds.
        to_s: The second at which it is over, or infinity.
        most_w: What the battery does at most to make up for what the house takes beyond it.
    """

    limit_wh: float
    from_s: float
    to_s: float
    most_w: float

    def counts(self, time_s: float) -> bool:
        """Tell whether the window holds this second."""
        return self.from_s <= time_s < self.to_s


def budget_of(way: str, entry: Entry | None, time_s: float) -> Budget | None:
    """Return the energy limit of an entry.

    Captured cloud schedules leave out the end of the window that is the entry's own.
    """
    name = f"{way}_energy_limit"
    if entry is None or name not in entry.options:
        return None
    options = entry.options
    own_from = time_s if entry.from_time is None else entry.from_time
    own_to = NO_LIMIT if entry.to_time is None else entry.to_time
    return Budget(
        float(options[name]),
        float(options.get(f"{name}_from", own_from)),
        float(options.get(f"{name}_to", own_to)),
        float(options.get(f"{way}_energy_max_compensation", 0)),
    )
