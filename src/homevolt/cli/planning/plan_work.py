"""The work of `homevolt plan`: prices and a device to a plan, and what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.planning.plan_slots import slots_document
from homevolt.cli.planning.reading import in_currency, read, read_tariff
from homevolt.cli.planning.spot import source_text, spot_prices
from homevolt.exceptions import HomevoltValueError
from homevolt.planning.battery import battery_from_readings
from homevolt.planning.device_modes import ALL_MODES
from homevolt.planning.end_value import end_values
from homevolt.planning.explain import explain, full_sentence
from homevolt.planning.forecast.load import constant_load
from homevolt.planning.forecast.solar import no_solar
from homevolt.planning.inputs import plan_input
from homevolt.planning.plan import make_plan
from homevolt.planning.prices.price_file import prices_from_file
from homevolt.planning.tariff.rates import rates
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from homevolt.cli.session import Session
    from homevolt.planning.plan import Plan
    from homevolt.planning.series import Forecast, PriceSeries
    from homevolt.planning.tariff.model import Tariff

_HORIZON = timedelta(hours=48)
_DAY_SLOTS = 96


class PlanSettings(NamedTuple):
    """What a plan is made with.

    Attributes:
        zone: The bidding zone.
        prices: A file with prices, None asks the sources.
        cache: The folder in which published prices are kept.
        tariff: A file, None for the example.
        eur_rate: What an EUR is in the currency of the tariff, None where the prices are in it.
        load_w: Expected consumption of the house.
        fuse_a: Main fuse per phase, None for no limit.
    """

    zone: str
    prices: Path | None
    cache: Path | None
    tariff: Path | None
    eur_rate: float | None
    load_w: float
    fuse_a: float | None


class Planned(NamedTuple):
    """A plan with what it takes to show it.

    Attributes:
        plan: The plan.
        currency: That of the tariff.
        zone: The zone in which times are shown.
        notes: What is not known, and what could not be kept.
        load: What the house is expected to need.
        solar: What the panels are expected to give.
        prices: Those of the exchange.
    """

    plan: Plan
    currency: str
    zone: tzinfo
    notes: tuple[str, ...]
    load: Forecast
    solar: Forecast
    prices: PriceSeries


async def make(session: Session, settings: PlanSettings) -> Planned:
    """Make a plan for a device that was read.

    Args:
        session: The device.
        settings: What it is made with.

    Raises:
        HomevoltError: Prices, tariff or battery are not known, or cannot be.
    """
    tariff = read_tariff(settings.tariff)
    prices = await _prices(settings, tariff)
    after = rates(tariff, prices)
    device, units = session.device, session.device.snapshot.units
    capacity = _total([unit.rated_capacity_wh for unit in units])
    battery = battery_from_readings(
        rated_capacity_wh=capacity,
        rated_power_w=_total([unit.rated_power_w for unit in units]),
        units=len(units),
    )
    stored = _total(
        [
            None
            if unit.state_of_charge_ratio is None or unit.rated_capacity_wh is None
            else unit.state_of_charge_ratio * unit.rated_capacity_wh
            for unit in units
        ]
    )
    if stored is None:
        raise HomevoltValueError(
            "The device does not say its state of charge: without it there is no plan."
        )
    now = device.now().astimezone(tariff.zone)
    load = constant_load(settings.load_w, now, now + _HORIZON)
    solar = no_solar(now, now + _HORIZON)
    found = plan_input(
        after,
        load,
        solar,
        battery,
        now=now,
        state_of_charge=min(1.0, stored / battery.capacity_wh),
        fuse_w=None if settings.fuse_a is None else settings.fuse_a * 3 * 230.0,
        tariff=tariff,
    )
    problem = found.problem
    if problem.hours:
        day = slice(max(0, len(problem.hours) - _DAY_SLOTS), None)
        last = {
            name: getattr(problem, name)[day]
            for name in ("hours", "import_price", "export_price", "load_kw", "solar_kw")
        }
        problem = replace(problem, end_values=end_values(replace(problem, peak_fees=(), **last)))
    dropped = {mode for mode in ALL_MODES if device.capabilities.keeps(mode) is False}
    plan = make_plan(problem, found.start, confirmed=ALL_MODES - dropped - {BatteryMode.IDLE})
    notes = (*found.notes, *plan.notes)
    return Planned(plan, tariff.currency, tariff.zone, notes, load, solar, prices)


def rests_on(planned: Planned) -> list[str]:
    """Return what the prices and forecasts rest on, in sentences."""
    return [
        f"Prices: {source_text(planned.prices, datetime.now(UTC), planned.zone)}",
        f"Load: {planned.load.basis}",
        f"Sun: {planned.solar.basis}",
    ]


def document(planned: Planned) -> dict[str, Any]:
    """Return a plan for programs."""
    plan = planned.plan
    return {
        "start": plan.start.isoformat(),
        "currency": planned.currency,
        "cost": round(plan.cost, 4),
        "cost_without_battery": round(plan.cost_without_battery, 4),
        "cost_of_self_consumption": round(plan.cost_of_self_consumption, 4),
        "best_cost": round(plan.best_cost, 4),
        "notes": list(planned.notes),
        "rests_on": rests_on(planned),
        "slots": slots_document(plan),
        "entries": [
            {
                "from": each.entry.start.isoformat(),
                "to": each.entry.end.isoformat(),
                "action": each.entry.setting.action.value,
                "mode": each.entry.entry.mode_slug,
                "options": each.entry.entry.options(),
                "charged_kwh": round(each.charged_kwh, 3),
                "discharged_kwh": round(each.discharged_kwh, 3),
                "lost_kwh": round(each.lost_kwh, 3),
                "price": None if each.price is None else round(each.price, 4),
                "wear_cost": round(each.wear_cost, 4),
                "gain": round(each.gain, 4),
                "left_kwh": round(each.left_kwh, 3),
                "used_value": round(each.used_value, 4),
                "used_from": None if each.used_from is None else each.used_from.isoformat(),
                "used_to": None if each.used_to is None else each.used_to.isoformat(),
                "text": full_sentence(each, planned.currency, planned.zone),
            }
            for each in explain(plan)
        ],
    }


async def _prices(settings: PlanSettings, tariff: Tariff) -> PriceSeries:
    if settings.prices is None:
        source = spot_prices(settings.zone, tariff.currency, settings.cache)
        today = source.today()
        return (await source.days(today, today + timedelta(days=1))).prices
    file = settings.prices
    prices = prices_from_file(read(file), zone=settings.zone, name=file.name)
    return in_currency(prices, tariff.currency, settings.eur_rate)


def _total(values: list[float | None]) -> float | None:
    """Return a sum, None where a part of it is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
