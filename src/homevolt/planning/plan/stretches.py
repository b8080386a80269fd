"""From the optimum of each slot to a few stretches with one setting each.

The optimum names an energy for each slot; a device is told what to do from one time to another. The
first draft takes, for each slot, the action that comes nearest to the optimum, and changes between
actions only where that is worth a change. Then every stretch is tried with other actions, with its
neighbours' and with other limits, and what is cheapest by a simulation of the whole stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homevolt.planning.optimum.optimum import change_cost_of, end_value
from homevolt.planning.optimum.slot_costs import end_pieces
from homevolt.planning.plan.actions import Action, Setting, stored_change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from homevolt.planning.optimum.optimum import Flows
    from homevolt.planning.optimum.problem import Problem

_NEAR_KWH = 0.01
_STRANGE_KWH = 0.2
_PREFERENCE = {
    Action.SELF_CONSUMPTION: 0.0,
    Action.SAVE: 1e-5,
    Action.CHARGE: 2e-5,
    Action.WAIT: 3e-5,
    Action.DISCHARGE: 4e-5,
}
"""Among equals, what does least harm where the forecast is wrong, in the currency per slot."""
_PASSES = 3
_MOVES = (-1, 1, -2, 2, -4, 4)
_WORTH = 1e-9
_MET_KWH = 1e-9
_LEAST_KW = 1e-3
"""What a device can be told at least: entries have whole W."""
_DRAFT_SHARE = 0.1
"""The share of its cost that a change has in the draft, since stretches are later joined only."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Slots with one setting.

    Attributes:
        first: The number of its first slot.
        stop: The number of the slot after its last.
        setting: What the battery is told to do.
    """

    first: int
    stop: int
    setting: Setting


def settings_of(stretches: Sequence[Stretch]) -> list[Setting]:
    """Return the setting of each slot."""
    return [each.setting for each in stretches for _ in range(each.first, each.stop)]


def find_stretches(problem: Problem, optimum: Flows, *, change_cost: float) -> list[Stretch]:
    """Return few stretches that come near to the optimum.

    Args:
        problem: Prices, powers and battery.
        optimum: The flows of each slot.
        change_cost: What an additional stretch has to be worth, in the currency.
    """
    if not problem.hours:
        return []
    actions = _actions(problem, optimum, change_cost * _DRAFT_SHARE)
    stretches = list(_gathered(problem, optimum, actions))
    return _improved(problem, optimum, stretches, change_cost)


def _actions(problem: Problem, optimum: Flows, change_cost: float) -> list[Action]:
    """Return the action of each slot with the least deviation and the fewest changes."""
    best = dict.fromkeys(Action, 0.0)
    came_from: list[dict[Action, Action]] = []
    for slot in range(len(problem.hours)):
        cheapest = min(best, key=best.__getitem__)
        limit = best[cheapest] + change_cost
        origin = {action: action if best[action] <= limit else cheapest for action in Action}
        costs = _deviation_costs(problem, optimum, slot)
        best = {action: min(best[action], limit) + costs[action] for action in Action}
        came_from.append(origin)
    action = min(best, key=best.__getitem__)
    actions = []
    for origin in reversed(came_from):
        actions.append(action)
        action = origin[action]
    actions.reverse()
    return actions


def _deviation_costs(problem: Problem, optimum: Flows, slot: int) -> dict[Action, float]:
    stored, change = (
        optimum.stored_kwh[slot],
        optimum.stored_kwh[slot + 1] - optimum.stored_kwh[slot],
    )
    price = max(abs(problem.import_price[slot]), abs(problem.export_price[slot]), 0.1)
    result = {}
    for action in (Action.SELF_CONSUMPTION, Action.SAVE, Action.WAIT):
        done = stored_change(problem, slot, stored, Setting(action))
        result[action] = abs(done - change) * price
    # To charge from the grid, or to feed in, with a limit of stored energy for the last slot.
    meter = optimum.meter_kwh[slot]
    charges, feeds_in = min(change, meter) > _NEAR_KWH, max(change, meter) < -_NEAR_KWH
    strange = (_STRANGE_KWH + abs(change)) * price
    result[Action.CHARGE] = 0.0 if charges else strange
    result[Action.DISCHARGE] = 0.0 if feeds_in else strange
    return {action: cost + _PREFERENCE[action] for action, cost in result.items()}


def _gathered(problem: Problem, optimum: Flows, actions: Sequence[Action]) -> Iterator[Stretch]:
    first = 0
    for stop in range(1, len(actions) + 1):
        if stop == len(actions) or actions[stop] is not actions[first]:
            setting = _setting(problem, optimum, actions[first], first, stop)
            yield Stretch(first, stop, setting)
            first = stop


def _setting(problem: Problem, optimum: Flows, action: Action, first: int, stop: int) -> Setting:
    """Return an action with the power and the limits that the optimum has over some slots."""
    powers = [optimum.battery_kwh[slot] / problem.hours[slot] for slot in range(first, stop)]
    after = optimum.stored_kwh[stop]
    if action is Action.CHARGE and max(powers) >= _LEAST_KW:
        return Setting(action, max(powers), ceiling_kwh=after)
    if action is Action.DISCHARGE and min(powers) <= -_LEAST_KW:
        return Setting(action, -min(powers), floor_kwh=after)
    # At 0 W there is nothing to do; for a device, 0 may as well mean no limit.
    return Setting(Action.WAIT if action in (Action.CHARGE, Action.DISCHARGE) else action)


def _improved(
    problem: Problem, optimum: Flows, stretches: list[Stretch], change_cost: float
) -> list[Stretch]:
    """Try other settings, other limits and other boundaries; keep what makes the whole cheaper."""
    trial = _Trial(problem, stretches, change_cost)
    for _ in range(_PASSES):
        before, n = trial.cost, 0
        while n < len(trial.stretches):
            for changed in _changes(problem, optimum, trial.stretches, n):
                if trial.takes(changed, trial.stretches[max(0, n - 1)].first):
                    break
            else:
                n += 1
        if trial.cost >= before - _WORTH:
            break
    return trial.stretches


class _Trial:
    """The best stretches so far, with the energy and the cost at each slot.

    Args:
        problem: Prices, powers and battery.
        stretches: The first.
        change_cost: What each stretch costs.
    """

    def __init__(self, problem: Problem, stretches: list[Stretch], change_cost: float) -> None:
        self._problem = problem
        self._change_cost = change_cost
        self._pieces = end_pieces(problem)
        self.stretches = stretches
        self._settings = settings_of(stretches)
        self._path, self._costs = [problem.first_kwh], [0.0]
        path, costs, total = self._run(self._settings, 0)
        self._path += path
        self._costs += costs
        self.cost = total + change_cost * len(stretches)

    def takes(self, stretches: list[Stretch], first: int) -> bool:
        """Take other stretches if they are cheaper; they are the same before a slot."""
        settings = settings_of(stretches)
        path, costs, total = self._run(settings, first)
        cost = total + self._change_cost * len(stretches)
        if cost >= self.cost - _WORTH:
            return False
        shift = costs[-1] - self._costs[first + len(costs)] if costs else 0.0
        rest = [each + shift for each in self._costs[first + len(costs) + 1 :]]
        self._costs[first + 1 :] = [*costs, *rest]
        self._path[first + 1 : first + 1 + len(path)] = path
        self._settings, self.stretches, self.cost = settings, stretches, cost
        return True

    def _run(self, settings: list[Setting], first: int) -> tuple[list[float], list[float], float]:
        """Follow settings from a slot on, until the path meets the present one for good."""
        problem, known = self._problem, len(self._path) > 1
        stored, cost = self._path[first], self._costs[first]
        path: list[float] = []
        costs: list[float] = []
        count = len(settings)
        same_from = count
        if known:
            while same_from > first and settings[same_from - 1] == self._settings[same_from - 1]:
                same_from -= 1
        for slot in range(first, count):
            if slot >= same_from and known and abs(stored - self._path[slot]) < _MET_KWH:
                total = cost + self._costs[-1] - self._costs[slot]
                return path, costs, total - end_value(problem, self._path[-1], self._pieces)
            setting = settings[slot]
            change = stored_change(problem, slot, stored, setting)
            cost += change_cost_of(problem, slot, change) + _PREFERENCE[setting.action]
            stored += change
            path.append(stored)
            costs.append(cost)
        return path, costs, cost - end_value(problem, stored, self._pieces)


def _changes(
    problem: Problem, optimum: Flows, stretches: Sequence[Stretch], n: int
) -> Iterator[list[Stretch]]:
    """Yield the stretches with one of them changed."""
    before, present, after = stretches[:n], stretches[n], stretches[n + 1 :]
    for setting in _candidates(problem, optimum, stretches, n):
        changed = Stretch(present.first, present.stop, setting)
        yield _joined([*before, changed, *after])
    for move in _MOVES if after else ():
        edge = present.stop + move
        if present.first < edge < after[0].stop:
            shorter = Stretch(present.first, edge, present.setting)
            later = Stretch(edge, after[0].stop, after[0].setting)
            yield [*before, shorter, later, *after[1:]]


def _candidates(
    problem: Problem, optimum: Flows, stretches: Sequence[Stretch], n: int
) -> list[Setting]:
    present = stretches[n]
    neighbours = [*stretches[max(0, n - 1) : n], *stretches[n + 1 : n + 2]]
    after = optimum.stored_kwh[present.stop]
    found = [
        *(neighbour.setting for neighbour in neighbours),
        Setting(Action.SELF_CONSUMPTION),
        Setting(Action.SELF_CONSUMPTION, floor_kwh=after),
        Setting(Action.SAVE),
        Setting(Action.SAVE, ceiling_kwh=after),
        Setting(Action.WAIT),
        _setting(problem, optimum, Action.CHARGE, present.first, present.stop),
        _setting(problem, optimum, Action.DISCHARGE, present.first, present.stop),
    ]
    return [each for each in dict.fromkeys(found) if each != present.setting]


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    result: list[Stretch] = []
    for each in stretches:
        if result and result[-1].setting == each.setting:
            result[-1] = Stretch(result[-1].first, each.stop, each.setting)
        else:
            result.append(each)
    return result
