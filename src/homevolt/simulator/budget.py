"""Counters of the house, and what is left of an energy limit in its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .modes import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .noise import Noise
    from .order import Budget
    from .plan import Entry

Way = Literal["import", "export"]

KEPT_WINDOWS = 64

_CHANNEL = 70


class EnergyMeter:
    """Counters of grid connection point, solar plant and load; they only rise.

    An energy limit counts from the second its window opens. What passed the meter before the
    device heard of the window does not count.

    Args:
        noise: Decides where the counters begin: the house has stood a while.
        with_solar: Whether the solar plant has ever produced anything.

    Attributes:
        imported_wh: Bought at the grid connection point.
        exported_wh: Fed in there.
        produced_wh: By the solar plant.
        consumed_wh: By the house.
    """

    __slots__ = ("_opened", "consumed_wh", "exported_wh", "imported_wh", "produced_wh")

    def __init__(self, noise: Noise, *, with_solar: bool) -> None:
        self.imported_wh = 4e6 + 8e6 * noise.uniform(_CHANNEL, 0)
        self.exported_wh = 1e6 + 6e6 * noise.uniform(_CHANNEL, 1) if with_solar else 2e5
        self.produced_wh = self.exported_wh * 1.6 if with_solar else 0.0
        self.consumed_wh = self.imported_wh + self.produced_wh - self.exported_wh
        self._opened: dict[float, tuple[float, float]] = {}

    def count(self, grid_w: float, solar_w: float, consumption_w: float, hours: float) -> None:
        """Count a step.

        Args:
            grid_w: + import, - export.
            solar_w: 0 or more.
            consumption_w: 0 or more.
            hours: How long the step was.
        """
        if grid_w > 0.0:
            self.imported_wh += grid_w * hours
        else:
            self.exported_wh -= grid_w * hours
        self.produced_wh += solar_w * hours
        self.consumed_wh += consumption_w * hours

    def open_windows(self, entries: Iterable[Entry], now_s: float) -> None:
        """Remember the counters for every window of an energy limit that is open now.

        Args:
            entries: The whole schedule: one window may span several entries.
            now_s: Epoch seconds.
        """
        for entry in entries:
            for name in ("import_energy_limit", "export_energy_limit"):
                if name in entry.options:
                    opens = entry.options.get(f"{name}_from", entry.from_time or 0)
                    if float(opens) <= now_s:
                        self._opened.setdefault(float(opens), (self.imported_wh, self.exported_wh))
        while len(self._opened) > KEPT_WINDOWS:
            del self._opened[next(iter(self._opened))]

    def left_wh(self, way: Way, budget: Budget | None, now_s: float) -> float:
        """Return what may still pass the meter, 0 or more; infinity without a limit.

        Args:
            way: Which way.
            budget: The energy limit, None for none.
            now_s: Epoch seconds.
        """
        if budget is None or not budget.counts(now_s):
            return NO_LIMIT
        imported_wh, exported_wh = self._opened.get(
            budget.from_s, (self.imported_wh, self.exported_wh)
        )
        passed_wh = (
            self.imported_wh - imported_wh if way == "import" else self.exported_wh - exported_wh
        )
        return max(0.0, budget.limit_wh - passed_wh)
