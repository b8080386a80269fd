"""What energy left at the end of a plan is worth, by a typical day after it.

A plan ends where prices end, and would leave the battery empty if nothing came after it. What comes
is taken to be like the days before: the least cost of such a day, as a function of the energy at
its start, says what each further kWh is worth. The first is worth most.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from homevolt.planning.optimum.optimum import value_before
from homevolt.planning.optimum.problem import EndValue

if TYPE_CHECKING:
    from homevolt.planning.optimum.problem import Problem

_ROUNDS = 2


def end_values(typical_day: Problem) -> tuple[EndValue, ...]:
    """Return what energy left before a typical day is worth; values fall.

    Args:
        typical_day: Prices, load and solar production after the end, such as the means of
            the last days.
    """
    values: tuple[EndValue, ...] = ()
    for _ in range(_ROUNDS):  # after the typical day comes another
        before = value_before(replace(typical_day, end_values=values))
        parts = [EndValue(length, -slope) for slope, length in before.falling_pieces()]
        values = tuple(part for part in parts if part.energy_kwh > 0.0)
    return values
