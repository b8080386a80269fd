"""What a plan does slot by slot: for its chart and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.planning.plan.plan import slot_starts

if TYPE_CHECKING:
    from homevolt.planning.plan.plan import Plan

_W_PER_KW = 1000.0


def actions_of(plan: Plan) -> list[str | None]:
    """Return the action of each slot; None after the last entry."""
    actions: list[str | None] = [None] * len(plan.problem.hours)
    for each in plan.entries:
        count = each.stop - each.first
        actions[each.first : each.stop] = [each.setting.action.value] * count
    return actions


def charge_ratios(plan: Plan) -> list[float]:
    """Return the state of charge when each slot begins and when the last one ends, 0 to 1."""
    capacity_kwh = plan.problem.storage.capacity_kwh
    return [stored / capacity_kwh for stored in plan.flows.stored_kwh]


def slots_document(plan: Plan) -> list[dict[str, Any]]:
    """Return the slots of a plan for programs; + is import, and charging."""
    problem, flows = plan.problem, plan.flows
    edges, ratios = slot_starts(problem, plan.start), charge_ratios(plan)
    return [
        {
            "from": edges[n].isoformat(),
            "to": edges[n + 1].isoformat(),
            "action": action,
            "import_price": round(problem.import_price[n], 5),
            "export_price": round(problem.export_price[n], 5),
            "load_w": round(problem.load_kw[n] * _W_PER_KW, 1),
            "solar_w": round(problem.solar_kw[n] * _W_PER_KW, 1),
            "battery_kwh": round(flows.battery_kwh[n], 4),
            "meter_kwh": round(flows.meter_kwh[n], 4),
            "end_soc_ratio": round(ratios[n + 1], 4),
        }
        for n, action in enumerate(actions_of(plan))
    ]
