"""Worlds for tests: an installation on a clock that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.simulator import Entry
from homevolt.simulator.world.clock import ManualClock
from homevolt.simulator.world.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.simulator.world.ems.plan import OptionValue

SUMMER_NOON = 1_782_039_600.0
"""2026-06-21 11:00 UTC."""


class World(Installation):
    """An installation with its clock as an attribute."""

    def __init__(self, *, start: float | None = None, **options: Any) -> None:
        self.manual_clock = ManualClock() if start is None else ManualClock(start)
        super().__init__(clock=self.manual_clock, **options)

    def follow(
        self,
        mode: int,
        *,
        min_soc: int | None = None,
        max_soc: int | None = None,
        **options: OptionValue,
    ) -> None:
        """Replace the schedule by one entry without an end."""
        self.plan.set(Entry(mode, min_soc=min_soc, max_soc=max_soc, options=options))

    def run(self, seconds: float, *, step_s: int | None = None) -> None:
        """Let time pass."""
        self.manual_clock.advance(seconds)
        self.advance(step_s=step_s)

    def steps(self, count: int, step_s: int = 1) -> Iterator[int]:
        """Let time pass step by step, yielding after each."""
        for number in range(count):
            self.run(step_s, step_s=step_s)
            yield number

    def charge_to(self, share: float) -> None:
        """Set the state of charge of every unit, 0 to 1."""
        for unit in self.units:
            unit.state_of_charge = share


def settled(
    mode: int,
    *,
    consumption_w: float = 1000.0,
    solar_w: float = 0.0,
    soc: float = 0.5,
    **options: Any,
) -> World:
    """Return a world with constant house and solar power after a minute in one mode."""
    world = World(parameters=options.pop("parameters", {}))
    world.house.pin(consumption_w=consumption_w, solar_w=solar_w)
    world.charge_to(soc)
    world.follow(mode, **options)
    world.run(60)
    return world
