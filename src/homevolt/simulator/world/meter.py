"""Energy counters of the house: import, export, production and consumption."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.simulator.world.noise import Noise

_CHANNEL = 70


class EnergyMeter:
    """Energy counters of grid connection point, solar plant and load; they only rise.

    Args:
        noise: Determines the initial values: the installation has run for years.
        with_solar: Whether there is a solar plant.

    Attributes:
        imported_wh: Imported at the grid connection point.
        exported_wh: Exported there.
        produced_wh: Produced by the solar plant.
        consumed_wh: Consumed by the house.
    """

    __slots__ = ("consumed_wh", "exported_wh", "imported_wh", "produced_wh")

    def __init__(self, noise: Noise, *, with_solar: bool) -> None:
        self.imported_wh = 4e6 + 8e6 * noise.uniform(_CHANNEL, 0)
        self.exported_wh = 1e6 + 6e6 * noise.uniform(_CHANNEL, 1) if with_solar else 2e5
        self.produced_wh = self.exported_wh * 1.6 if with_solar else 0.0
        self.consumed_wh = self.imported_wh + self.produced_wh - self.exported_wh

    def count(self, grid_w: float, solar_w: float, consumption_w: float, hours: float) -> None:
        """Count a step.

        Args:
            grid_w: + import, - export.
            solar_w: 0 or more.
            consumption_w: 0 or more.
            hours: Length of the step.
        """
        if grid_w > 0.0:
            self.imported_wh += grid_w * hours
        else:
            self.exported_wh -= grid_w * hours
        self.produced_wh += solar_w * hours
        self.consumed_wh += consumption_w * hours
