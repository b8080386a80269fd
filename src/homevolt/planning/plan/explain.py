"""Why a plan does what it does: each entry in numbers, and in one sentence."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homevolt.planning.optimum.optimum import flows_of
from homevolt.planning.plan.actions import Action, Setting, follow
from homevolt.planning.plan.plan import slot_starts

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from homevolt.planning.plan.plan import Plan, PlannedEntry

_NOTICED_KWH = 0.05
_USED_UP_KWH = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What one entry does, and what it is worth.

    Attributes:
        entry: The entry.
        charged_kwh: Energy taken at the terminals.
        discharged_kwh: Energy given there.
        price: Mean price of what is charged, or of what is discharged where nothing is charged:
            what is paid for import, or what is forgone or earned by export. None without either.
        lost_kwh: Energy lost in charging, discharging and standby.
        wear_cost: What the discharged energy costs in wear.
        gain: What the plan costs less than with the battery idle in this entry.
        used_value: What the energy charged in it is worth where it is used, with this plan.
        used_from: When the first of that energy is used, None if none is within the plan.
        used_to: When the last of it is used.
        left_kwh: How much of the energy charged in it is still stored when the plan ends.
    """

    entry: PlannedEntry
    charged_kwh: float
    discharged_kwh: float
    price: float | None
    lost_kwh: float
    wear_cost: float
    gain: float
    used_value: float
    used_from: datetime | None
    used_to: datetime | None
    left_kwh: float


def explain(plan: Plan) -> list[Explanation]:
    """Return what each entry of a plan does, and what it is worth; those without a slot aside.

    Args:
        plan: The plan.
    """
    uses = _uses(plan)
    return [_explanation(plan, each, uses) for each in plan.entries if each.stop > each.first]


def sentence(explanation: Explanation, currency: str, zone: tzinfo) -> str:
    """Return an entry in one sentence for people.

    Args:
        explanation: What the entry does.
        currency: Such as `SEK`.
        zone: The zone in which times are shown.
    """
    entry = explanation.entry
    window = f"from {_clock(entry.start, zone)} to {_clock(entry.end, zone)}"
    at = "" if explanation.price is None else f" at {explanation.price:.2f} {currency}"
    worth = f"worth {_rounded(explanation.gain, 2)} {currency}"
    match entry.setting.action:
        case Action.CHARGE:
            if explanation.used_from is not None and explanation.used_to is not None:
                span = f"{_clock(explanation.used_from, zone)}-{_clock(explanation.used_to, zone)}"
                worth = f"worth {explanation.used_value:.2f} {currency} at {span}"
            return f"Charge {explanation.charged_kwh:.1f} kWh {window}{at}: {worth}."
        case Action.DISCHARGE:
            return f"Discharge {explanation.discharged_kwh:.1f} kWh {window}{at}: {worth}."
        case Action.SELF_CONSUMPTION:
            return f"Hold the meter at zero {window}{_self_consumed(explanation)}{at}: {worth}."
        case Action.SAVE:
            return (
                f"Save what is stored {window}, charge {explanation.charged_kwh:.1f} kWh of "
                f"surplus{at}: {worth}."
            )
        case _:
            return f"Leave the battery idle {window}: import and export follow the house."


def full_sentence(explanation: Explanation, currency: str, zone: tzinfo) -> str:
    """Return an entry in one sentence for people, with what it loses and wears.

    Args:
        explanation: What the entry does.
        currency: Such as `SEK`.
        zone: The zone in which times are shown.
    """
    costs = [
        f"{_rounded(explanation.lost_kwh, 1)} kWh lost",
        f"wear {_rounded(explanation.wear_cost, 2)} {currency}",
    ]
    if explanation.left_kwh > _NOTICED_KWH:
        costs.append(f"{explanation.left_kwh:.1f} kWh left at the end")
    if explanation.used_from is not None or explanation.entry.setting.action is Action.WAIT:
        # Others say their gain as what they are worth.
        costs.append(f"gain {_rounded(explanation.gain, 2)} {currency}")
    return f"{sentence(explanation, currency, zone).removesuffix('.')}; {', '.join(costs)}."


def _rounded(value: float, decimals: int) -> str:
    """Return a number without the sign of one that rounds to zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _self_consumed(explanation: Explanation) -> str:
    entry, doing = explanation.entry, []
    if explanation.charged_kwh > _NOTICED_KWH:
        doing.append(f"charge {explanation.charged_kwh:.1f} kWh of surplus")
    if explanation.discharged_kwh > _NOTICED_KWH:
        doing.append(f"cover {explanation.discharged_kwh:.1f} kWh")
    done = f", {' and '.join(doing)}" if doing else ""
    keeps = entry.setting.floor_kwh > 0.0 and entry.entry.min_soc
    return f"{done}, down to {entry.entry.min_soc} %" if keeps else done


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _explanation(
    plan: Plan, each: PlannedEntry, uses: list[tuple[int, int, float, float]]
) -> Explanation:
    problem, flows = plan.problem, plan.flows
    slots = range(each.first, each.stop)
    charged = sum(max(0.0, flows.battery_kwh[slot]) for slot in slots)
    discharged = sum(max(0.0, -flows.battery_kwh[slot]) for slot in slots)
    stored = flows.stored_kwh[each.stop] - flows.stored_kwh[each.first]
    gained = sum(max(0.0, flows.stored_kwh[n + 1] - flows.stored_kwh[n]) for n in slots)
    standby = problem.storage.standby_kw * sum(problem.hours[slot] for slot in slots)
    used = [use for use in uses if use[0] in slots]
    starts = slot_starts(problem, plan.start)
    return Explanation(
        entry=each,
        charged_kwh=charged,
        discharged_kwh=discharged,
        price=_mean_price(plan, slots, charging=charged > _NOTICED_KWH),
        lost_kwh=charged - discharged - stored + standby,
        wear_cost=discharged * problem.storage.wear_per_kwh,
        gain=_cost_if_idle(plan, each) - plan.cost,
        used_value=sum(value for _, _, _, value in used),
        used_from=min((starts[slot] for _, slot, _, _ in used), default=None),
        used_to=max((starts[slot + 1] for _, slot, _, _ in used), default=None),
        left_kwh=max(0.0, gained - sum(kwh for _, _, kwh, _ in used)),
    )


def _cost_if_idle(plan: Plan, each: PlannedEntry) -> float:
    settings = [Setting(Action.WAIT)] * len(plan.problem.hours)
    for other in plan.entries:
        if other is not each:
            settings[other.first : other.stop] = [other.setting] * (other.stop - other.first)
    return flows_of(plan.problem, follow(plan.problem, settings)).total_cost


def _mean_price(plan: Plan, slots: range, *, charging: bool) -> float | None:
    energy = cost = 0.0
    for slot in slots:
        kwh = plan.flows.battery_kwh[slot] * (1.0 if charging else -1.0)
        if kwh > 0.0:
            energy += kwh
            cost += _exchange_value(plan, slot, kwh if charging else -kwh)
    return abs(cost) / energy if energy > _NOTICED_KWH else None


def _exchange_value(plan: Plan, slot: int, into_kwh: float) -> float:
    """Return by how much the battery's energy raises what is paid at the meter in a slot."""
    problem = plan.problem
    paid, earned = problem.import_price[slot], problem.export_price[slot]
    net = problem.net_kwh(slot)

    def cost(kwh: float) -> float:
        return kwh * (paid if kwh > 0.0 else earned)

    return cost(net + into_kwh) - cost(net)


def _uses(plan: Plan) -> list[tuple[int, int, float, float]]:
    """Return where the energy of each charging slot is used: first in, first out.

    Returns:
        The slot in which it is charged, the slot in which it is used, stored kWh, and their value.
    """
    path = plan.flows.stored_kwh
    layers: deque[list[float]] = deque([[-1.0, max(0.0, path[0] - plan.problem.low_kwh)]])
    result = []
    for slot in range(len(plan.problem.hours)):
        change = path[slot + 1] - path[slot]
        if change > 0.0:
            layers.append([slot, change])
            continue
        remaining = -change
        if remaining <= 0.0:
            continue
        value = -_exchange_value(plan, slot, plan.flows.battery_kwh[slot]) / remaining
        while remaining > _USED_UP_KWH and layers:
            part = min(remaining, layers[0][1])
            if layers[0][0] >= 0.0:
                result.append((int(layers[0][0]), slot, part, part * value))
            layers[0][1] -= part
            remaining -= part
            if layers[0][1] <= _USED_UP_KWH:
                layers.popleft()
    return result
