"""What is left of the energy limits of the schedule, each in its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.quantities import NO_LIMIT, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homevolt.simulator.world.ems.order import Order
    from homevolt.simulator.world.ems.plan import Entry
    from homevolt.simulator.world.meter import EnergyMeter

KEPT_WINDOWS = 64
ENERGY_LIMITS = ("import_energy_limit", "export_energy_limit")


class Left(NamedTuple):
    """What may still pass the meter; infinity where nothing limits it.

    Attributes:
        import_wh: Inwards, 0 or more.
        export_wh: Outwards, 0 or more.
    """

    import_wh: float
    export_wh: float


UNLIMITED = Left(NO_LIMIT, NO_LIMIT)


class EnergyAllowance:
    """What the energy limits still allow at the grid connection point.

    An energy limit counts from the second its window opens. What passed the meter before the
    device heard of the window does not count.

    Args:
        meter: The counters of the house.
    """

    __slots__ = ("_hour", "_hour_began_wh", "_meter", "_opened")

    def __init__(self, meter: EnergyMeter) -> None:
        self._meter = meter
        self._hour = -1.0
        self._hour_began_wh = 0.0
        self._opened: dict[float, tuple[float, float]] = {}

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
        meter = self._meter
        for from_s in sorted(opens):
            if from_s <= now_s:
                self._opened.setdefault(from_s, (meter.imported_wh, meter.exported_wh))
        while len(self._opened) > KEPT_WINDOWS:
            del self._opened[min(self._opened)]

    def left_wh(self, order: Order, now_s: float) -> Left:
        """Return what may still pass the meter by the energy limits of an order.

        Args:
            order: The active entry.
            now_s: Epoch seconds.
        """
        imported_wh = self._meter.imported_wh
        passed = (imported_wh, self._meter.exported_wh)
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
                self._hour, self._hour_began_wh = hour, imported_wh
            since_wh = imported_wh - self._hour_began_wh
            import_left = min(import_left, max(0.0, order.hourly_import_wh - since_wh))
        return Left(import_left, export_left)
