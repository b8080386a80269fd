"""Counters of the house, and what is left of an energy limit in its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .battery import SECONDS_PER_HOUR
from .modes import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .noise import Noise
    from .order import Order
    from .plan import Entry

KEPT_WINDOWS = 64
ENERGY_LIMITS = ("import_energy_limit", "export_energy_limit")

_CHANNEL = 70


class Left(NamedTuple):
    """What may still pass the meter; infinity where nothing limits it.

    Attributes:
        import_wh: Inwards, 0 or more.
        export_wh: Outwards, 0 or more.
    """

    import_wh: float
    export_wh: float


UNLIMITED = Left(NO_LIMIT, NO_LIMIT)


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

    __slots__ = (
        "_hour",
        "_hour_began_wh",
        "_opened",
        "consumed_wh",
        "exported_wh",
        "imported_wh",
        "produced_wh",
    )

    def __init__(self, noise: Noise, *, with_solar: bool) -> None:
        self.imported_wh = 4e6 + 8e6 * noise.uniform(_CHANNEL, 0)
        self.exported_wh = 1e6 + 6e6 * noise.uniform(_CHANNEL, 1) if with_solar else 2e5
        self.produced_wh = self.exported_wh * 1.6 if with_solar else 0.0
        self.consumed_wh = self.imported_wh + self.produced_wh - self.exported_wh
        self._hour = -1.0
        self._hour_began_wh = 0.0
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

    def open_windows(self, order: Order, entries: Iterable[Entry], now_s: float) -> None:
        """Remember the counters for every window of an energy limit that is open now.

        Args:
            order: The active entry.
            entries: The whole schedule: one window may span several entries.
            now_s: Epoch seconds.
        """
        opens = {b.from_s for b in (order.import_budget, order.export_budget) if b is not None}
        for entry in entries:
            for name in ENERGY_LIMITS:
                own_s = entry.options.get(f"{name}_from", entry.from_time)
                if name in entry.options and own_s is not None:
                    opens.add(float(own_s))
        for from_s in sorted(opens):
            if from_s <= now_s:
                self._opened.setdefault(from_s, (self.imported_wh, self.exported_wh))
        while len(self._opened) > KEPT_WINDOWS:
            del self._opened[min(self._opened)]

    def left_wh(self, order: Order, now_s: float) -> Left:
        """Return what may still pass the meter by the energy limits of an order.

        Args:
            order: The active entry.
            now_s: Epoch seconds.
        """
        passed = (self.imported_wh, self.exported_wh)
        import_left, export_left = (
            NO_LIMIT
            if budget is None or not budget.counts(now_s)
            else max(0.0, budget.limit_wh - now_wh + self._opened.get(budget.from_s, passed)[way])
            for way, (budget, now_wh) in enumerate(
                zip((order.import_budget, order.export_budget), passed, strict=True)
            )
        )
        if order.hourly_import_wh < NO_LIMIT:
            hour = now_s // SECONDS_PER_HOUR
            if hour != self._hour:
                self._hour, self._hour_began_wh = hour, self.imported_wh
            since_wh = self.imported_wh - self._hour_began_wh
            import_left = min(import_left, max(0.0, order.hourly_import_wh - since_wh))
        return Left(import_left, export_left)
