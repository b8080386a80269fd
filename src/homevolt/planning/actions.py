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

    from homevolt.planning.problem import Problem


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
    storage, hours = problem.storage, problem.hours[slot]
    room = max(0.0, min(ceiling, storage.max_kwh) - stored_kwh)
    spare = max(0.0, stored_kwh - max(floor, storage.min_kwh))
    most_in = min(storage.charge_kw * hours, room / storage.charge_efficiency)
    most_out = min(storage.discharge_kw * hours, spare * storage.discharge_efficiency)
    net = problem.net_kwh(slot)
    if action is Action.CHARGE:
        into = min(power_kw * hours, most_in)
        if problem.fuse_kw is not None:
            into = min(into, max(0.0, problem.fuse_kw * hours - net))
    elif action is Action.DISCHARGE:
        into = -min(power_kw * hours, most_out)
        if problem.fuse_kw is not None:
            into = max(into, min(0.0, -problem.fuse_kw * hours - net))
    else:
        least = -most_out if action is Action.SELF_CONSUMPTION else 0.0
        into = min(max(-net, least), most_in)
    if into > 0.0:
        return into * storage.charge_efficiency
    return into / storage.discharge_efficiency
