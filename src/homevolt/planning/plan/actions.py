"""What a battery can be told to do, and what it does with the energy of a slot then.

An action is one of the device's modes in the planner's words. Two of them follow the meter and so
do no harm where a forecast is wrong: self-consumption, and saving, which only takes surplus.
"""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.planning.optimum.problem import Problem


class Action(Enum):
    """What the battery is told to do; the value is the word for people."""

    SELF_CONSUMPTION = "self-consumption"
    SAVE = "save"
    WAIT = "wait"
    CHARGE = "charge"
    DISCHARGE = "discharge"


class Setting(NamedTuple):
    """An action with its numbers.

    Attributes:
        action: What the battery is told to do.
        power_kw: At its terminals, of `CHARGE` and `DISCHARGE`.
        floor_kwh: Stored energy below which it is not discharged.
        ceiling_kwh: Stored energy above which it is not charged.
    """

    action: Action
    power_kw: float = 0.0
    floor_kwh: float = 0.0
    ceiling_kwh: float = inf


def follow(
    problem: Problem,
    settings: Sequence[Setting],
    *,
    first: int = 0,
    stored_kwh: float | None = None,
) -> list[float]:
    """Return the path of the stored energy if the battery is told to do something in each slot.

    Args:
        problem: Powers and battery.
        settings: One for each slot, beginning with `first`.
        first: The number of the first slot.
        stored_kwh: Energy stored then; None takes that of the problem.
    """
    stored = problem.first_kwh if stored_kwh is None else stored_kwh
    path = [stored]
    for slot, setting in enumerate(settings, first):
        stored += stored_change(problem, slot, stored, setting)
        path.append(stored)
    return path


def stored_change(problem: Problem, slot: int, stored_kwh: float, setting: Setting) -> float:
    """Return by how much the stored energy changes in a slot.

    Args:
        problem: Powers and battery.
        slot: The number of the slot.
        stored_kwh: Energy stored at its start.
        setting: What the battery is told to do.
    """
    action, power_kw, floor, ceiling = setting
    if action is Action.WAIT:
        return 0.0
    storage, hours, net = problem.storage, problem.hours[slot], problem.net_kwh(slot)
    if action is Action.CHARGE:
        wanted = power_kw * hours
        if problem.fuse_kw is not None:
            wanted = min(wanted, problem.fuse_kw * hours - net)
    elif action is Action.DISCHARGE:
        wanted = -power_kw * hours
        if problem.fuse_kw is not None:
            wanted = max(wanted, -problem.fuse_kw * hours - net)
    else:
        wanted = -net
    if wanted > 0.0:
        if action is Action.DISCHARGE:
            return 0.0
        room = min(ceiling, storage.max_kwh) - stored_kwh
        most = min(storage.charge_kw * hours, room / storage.charge_efficiency)
        return max(0.0, min(wanted, most)) * storage.charge_efficiency
    if action is Action.CHARGE or action is Action.SAVE:
        return 0.0
    spare = stored_kwh - max(floor, storage.min_kwh)
    most = min(storage.discharge_kw * hours, spare * storage.discharge_efficiency)
    return -max(0.0, min(-wanted, most)) / storage.discharge_efficiency
