"""The plan: what the device is told, from when to when, and what it is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.optimum.optimum import find_optimum, flows_of, without_battery
from homevolt.planning.plan.actions import Action, Setting, follow
from homevolt.planning.plan.device_modes import ALL_MODES, entry_options, mode_for
from homevolt.planning.plan.stretches import find_stretches, settings_of
from homevolt.planning.series import utc
from homevolt.schedule.entry import ScheduleEntry

if TYPE_CHECKING:
    from collections.abc import Collection

    from homevolt.planning.optimum.optimum import Flows
    from homevolt.planning.optimum.problem import Problem
    from homevolt.schedule.entry import BatteryMode

LONGEST = timedelta(hours=36)
"""How far ahead a plan reaches; afterwards nothing of it is in force."""
LEAST_AFTERWARDS = timedelta(hours=1)
"""How long the self-consumption at the end lasts at least."""
CHANGE_COST = 0.05
"""What one more entry has to be worth, in the currency."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedEntry:
    """One entry of a plan.

    Attributes:
        start: When it begins, in UTC.
        end: When it ends, in UTC.
        setting: What the battery is told to do.
        entry: The same for the device.
        first: The number of its first slot.
        stop: The number of the slot after its last; the same where it lies beyond the slots.
    """

    start: datetime
    end: datetime
    setting: Setting
    entry: ScheduleEntry
    first: int
    stop: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Entries for the device, and what they cost by the forecast.

    Attributes:
        start: When the first slot begins, in UTC.
        problem: What it was made for.
        entries: In their order, without gaps; the last is self-consumption.
        flows: What happens in each slot if they are followed.
        best_cost: What the exact optimum costs, which no device could be told in few entries.
        cost_without_battery: What the same slots cost without one.
        cost_of_self_consumption: What they cost with self-consumption alone, with wear and less the
            value of the energy left.
        notes: What could not be kept, and what the firmware does not know, in sentences.
    """

    start: datetime
    problem: Problem
    entries: tuple[PlannedEntry, ...]
    flows: Flows
    best_cost: float
    cost_without_battery: float
    cost_of_self_consumption: float
    notes: tuple[str, ...]

    @property
    def schedule(self) -> tuple[ScheduleEntry, ...]:
        """The entries for `replace_schedule`, in the order in which they are best written.

        The last one, self-consumption, comes first: a write that stops half-way leaves it.
        """
        return tuple(each.entry for each in (*self.entries[-1:], *self.entries[:-1]))

    @property
    def cost(self) -> float:
        """What it costs by the forecast: energy, wear and peaks, less the value at the end."""
        return self.flows.total_cost


def make_plan(
    problem: Problem,
    start: datetime,
    *,
    confirmed: Collection[BatteryMode] = ALL_MODES,
    change_cost: float = CHANGE_COST,
) -> Plan:
    """Make a plan of at most 36 hours.

    Args:
        problem: Prices, powers and battery.
        start: When its first slot begins: an aware datetime.
        confirmed: The modes that the firmware has kept, as read-backs have shown.
        change_cost: What one more entry has to be worth, in the currency.

    Raises:
        HomevoltValueError: The start is naive, or the firmware keeps no mode that holds the meter
            at zero, with which every plan ends.
        HomevoltError: There is a power fee, and the solver is not installed.
    """
    start = utc("start", start)
    if mode_for(Action.SELF_CONSUMPTION, confirmed) is None:
        raise HomevoltValueError(
            "This firmware has not confirmed a mode that holds the meter at zero "
            "(grid_charge_discharge or solar_charge_discharge), with which every plan ends: "
            "write such an entry once, so that it is confirmed."
        )
    optimum = find_optimum(problem)
    stretches = find_stretches(problem, optimum, change_cost=change_cost)
    missing = {
        each.setting.action
        for each in stretches
        if mode_for(each.setting.action, confirmed) is None
    }
    notes = [
        f"This firmware has not confirmed a mode for {action.value}: self-consumption is used "
        "instead."
        for action in sorted(missing, key=lambda action: action.value)
    ]
    if not optimum.is_proven:
        notes.append("The search for the optimum ran out of time: this is the best that was found.")
    settings = [
        Setting(Action.SELF_CONSUMPTION) if setting.action in missing else setting
        for setting in settings_of(stretches)
    ]
    entries = _entries(problem, start, settings, confirmed)
    flows = flows_of(problem, follow(problem, _settings_by_slot(problem, entries)))
    own = follow(problem, [Setting(Action.SELF_CONSUMPTION)] * len(problem.hours))
    return Plan(
        start=start,
        problem=problem,
        entries=entries,
        flows=flows,
        best_cost=optimum.total_cost,
        cost_without_battery=without_battery(problem),
        cost_of_self_consumption=flows_of(problem, own).total_cost,
        notes=(*flows.notes, *notes),
    )


def slot_starts(problem: Problem, start: datetime) -> list[datetime]:
    """Return when each slot begins, and when the last one ends."""
    starts = [start]
    for hours in problem.hours:
        starts.append(starts[-1] + timedelta(hours=hours))
    return starts


def _entries(
    problem: Problem,
    start: datetime,
    settings: list[Setting],
    confirmed: Collection[BatteryMode],
) -> tuple[PlannedEntry, ...]:
    """Return the entries; the last one is self-consumption and ends after 36 hours at most."""
    starts = slot_starts(problem, start)
    latest, last_start = start + LONGEST, start + LONGEST - LEAST_AFTERWARDS
    count = sum(moment < last_start for moment in starts[:-1])
    kept = [*settings[:count], Setting(Action.SELF_CONSUMPTION)]
    edges = [n for n in range(len(kept)) if n == 0 or kept[n] != kept[n - 1]]
    result = []
    for first, stop in zip(edges, [*edges[1:], len(kept)], strict=True):
        setting = kept[first]
        begins = starts[first]
        ends = latest if stop == len(kept) else min(starts[stop], latest)
        choice = mode_for(setting.action, confirmed)
        if choice is None or ends <= begins:
            continue
        options: dict[str, Any] = entry_options(choice, setting, problem.storage, problem.fuse_kw)
        entry = ScheduleEntry(mode=choice.mode, from_time=begins, to_time=ends, **options)
        slots = sum(moment < ends for moment in starts[:-1])
        result.append(
            PlannedEntry(
                start=begins, end=ends, setting=setting, entry=entry, first=first, stop=slots
            )
        )
    return tuple(result)


def _settings_by_slot(problem: Problem, entries: tuple[PlannedEntry, ...]) -> list[Setting]:
    """Return what each slot is told; after the last entry, nothing."""
    settings = [Setting(Action.WAIT)] * len(problem.hours)
    for each in entries:
        settings[each.first : each.stop] = [each.setting] * (each.stop - each.first)
    return settings


def settings_at(
    problem: Problem, start: datetime, entries: tuple[PlannedEntry, ...]
) -> list[Setting]:
    """Return what a plan that was made before tells each slot of a newer problem.

    Args:
        problem: The newer problem.
        start: When its first slot begins.
        entries: Those of the plan.

    Returns:
        The setting of each slot; where the plan has none, the device waits.
    """
    result = []
    for moment in slot_starts(problem, start)[:-1]:
        each = next((each for each in entries if each.start <= moment < each.end), None)
        result.append(Setting(Action.WAIT) if each is None else each.setting)
    return result


def cost_of(problem: Problem, start: datetime, entries: tuple[PlannedEntry, ...]) -> float:
    """Return what a plan that was made before costs by a newer problem; infinite without slots."""
    if not problem.hours:
        return math.inf
    return flows_of(problem, follow(problem, settings_at(problem, start, entries))).total_cost
