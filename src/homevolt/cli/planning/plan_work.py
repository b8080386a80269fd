"""The work of `homevolt plan`: prices and a device to a plan, and what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._common import SYSTEM_CLOCK
from homevolt._settings import SecretError, read_secret
from homevolt.cli.errors import usage_error
from homevolt.cli.planning.device import battery_of, check_clock
from homevolt.cli.planning.forecasts import forecast_document, load_of, solar_of
from homevolt.cli.planning.plan_slots import slots_document
from homevolt.cli.planning.reading import asked_unit, in_currency, read_prices, read_tariff
from homevolt.cli.planning.settings import PlanSettings, plan_settings
from homevolt.cli.planning.spot import source_text, spot_prices
from homevolt.cli.planning.wear import asked_once
from homevolt.exceptions import HomevoltPricesError
from homevolt.planning.optimum.end_value import end_values
from homevolt.planning.optimum.inputs import plan_input
from homevolt.planning.plan.device_modes import ALL_MODES
from homevolt.planning.plan.explain import explain, full_sentence
from homevolt.planning.plan.plan import make_plan, slot_starts
from homevolt.planning.prices.table import find_source
from homevolt.planning.tariff.peaks import Peak
from homevolt.planning.tariff.rates import rates
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from homevolt._common import Clock
    from homevolt.cli.session import Session
    from homevolt.exceptions import HomevoltError
    from homevolt.planning.optimum.problem import Problem
    from homevolt.planning.plan.plan import Plan
    from homevolt.planning.prices.market import Prices
    from homevolt.planning.series import Forecast, PriceSeries
    from homevolt.planning.tariff.model import Tariff

_HORIZON = timedelta(hours=48)
_DAY_SLOTS = 96
_FUSE_W_PER_A = 3 * 230.0


class Planned(NamedTuple):
    """A plan with what it takes to show it.

    Attributes:
        plan: The plan.
        currency: That of the tariff.
        zone: The zone in which times are shown.
        notes: What is not known, and what could not be kept.
        load: What the house is expected to need.
        solar: What the panels are expected to give.
        prices: The spot prices.
        problems: Why the prices of a day are not known, or not all of them.
    """

    plan: Plan
    currency: str
    zone: tzinfo
    notes: tuple[str, ...]
    load: Forecast
    solar: Forecast
    prices: PriceSeries
    problems: tuple[HomevoltError, ...] = ()


def prepared(given: Mapping[str, Any], *, asks: bool) -> PlanSettings:
    """Return what a plan is made with; whatever a person is asked is asked here.

    Args:
        given: What the command line says, by the names of `PlanSettings`.
        asks: Whether a person at the terminal may be asked what the wear depends on.

    Raises:
        ShellError: The configuration file or the price file cannot be used.
        HomevoltError: Tariff or prices cannot be used.
    """
    settings = plan_settings(given)
    if settings.prices is not None:
        unit = asked_unit(settings.prices, settings.zone)
        settings = settings._replace(price_unit=unit)
    if not asks:
        return settings
    return asked_once(settings, tariff_of(settings).currency)


async def make(
    session: Session,
    settings: PlanSettings,
    *,
    prices: Prices | None = None,
    clock: Clock = SYSTEM_CLOCK,
    to_write: bool = False,
) -> Planned:
    """Make a plan for a device that was read.

    Args:
        session: The device.
        settings: What it is made with.
        prices: Where prices come from, for a program that plans again and again; None makes one.
        clock: The time to go by.
        to_write: Whether it is to be written to the device, which needs a price for now: without
            one the plan on the device is as good as any.

    Raises:
        HomevoltError: Prices, tariff or battery are not known, or cannot be.
    """
    device = session.device
    now = device.now()
    check_clock(now, clock)
    tariff = tariff_of(settings)
    spot, problems = await _spot(settings, tariff, prices)
    after = rates(tariff, spot)
    battery, state_of_charge = battery_of(device.snapshot.units, settings)
    local, until = now.astimezone(tariff.zone), now + _HORIZON
    load = load_of(settings, now, until, tariff.zone)
    solar = await solar_of(settings, now, until, tariff.zone, clock)
    found = plan_input(
        after,
        load,
        solar,
        battery,
        now=local,
        state_of_charge=state_of_charge,
        fuse_w=None if settings.fuse_a is None else settings.fuse_a * _FUSE_W_PER_A,
        tariff=tariff,
        made=[
            Peak(day=each.day, power_w=Decimal(str(each.power_kw)) * 1000)
            for each in settings.peaks
        ],
    )
    problem = found.problem
    if to_write and not problem.hours:
        raise HomevoltPricesError(
            f"{spot.source}: {found.notes[0]} Without it no plan is written; the device keeps its "
            "own. Give prices from now on.",
            day=local.date(),
        )
    if problem.hours and settings.end_value:
        problem = replace(problem, end_values=end_values(_last_day(problem)))
    dropped = {mode for mode in ALL_MODES if device.capabilities.keeps(mode) is False}
    plan = make_plan(problem, found.start, confirmed=ALL_MODES - dropped - {BatteryMode.IDLE})
    notes = (*map(str, problems), *found.notes, *plan.notes)
    return Planned(plan, tariff.currency, tariff.zone, notes, load, solar, spot, problems)


def rests_on(planned: Planned) -> list[str]:
    """Return what prices and forecasts rest on, and the battery, in sentences."""
    battery = planned.plan.problem.battery
    wear = battery.wear_per_kwh
    return [
        f"Prices: {source_text(planned.prices, datetime.now(UTC), planned.zone)}",
        f"Load: {planned.load.basis}",
        f"Solar: {planned.solar.basis}",
        f"Battery: {battery.capacity_wh / 1000:.1f} kWh and "
        f"{battery.max_discharge_w / 1000:.1f} kW as the device reports, "
        f"round-trip efficiency {battery.round_trip_efficiency * 100:.1f} %, "
        f"standby {battery.standby_w:g} W, "
        + (f"wear {wear:.2f} {planned.currency}/kWh." if wear else "no wear counted."),
    ]


def document(planned: Planned) -> dict[str, Any]:
    """Return a plan for programs."""
    plan = planned.plan
    until = slot_starts(plan.problem, plan.start)[-1]
    return {
        "start": plan.start.isoformat(),
        "currency": planned.currency,
        "cost": round(plan.cost, 4),
        "cost_without_battery": round(plan.cost_without_battery, 4),
        "cost_of_self_consumption": round(plan.cost_of_self_consumption, 4),
        "best_cost": round(plan.best_cost, 4),
        "energy_cost": round(plan.flows.energy_cost, 4),
        "wear_cost": round(plan.flows.wear_cost, 4),
        "peak_cost": round(plan.flows.peak_cost, 4),
        "end_value": round(plan.flows.end_value, 4),
        "notes": list(planned.notes),
        "rests_on": rests_on(planned),
        "slots": slots_document(plan),
        "forecasts": {
            "load": forecast_document(planned.load, plan.start, until),
            "solar": forecast_document(planned.solar, plan.start, until),
        },
        "battery": _battery_document(plan.problem),
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
                "used_value": round(each.used_value, 4),
                "left_kwh": round(each.left_kwh, 3),
                "used_from": None if each.used_from is None else each.used_from.isoformat(),
                "used_to": None if each.used_to is None else each.used_to.isoformat(),
                "text": full_sentence(each, planned.currency, planned.zone),
            }
            for each in explain(plan)
        ],
    }


def _battery_document(problem: Problem) -> dict[str, Any]:
    battery = problem.battery
    return {
        "capacity_wh": round(battery.capacity_wh),
        "charge_w": round(battery.max_charge_w),
        "discharge_w": round(battery.max_discharge_w),
        "state_of_charge_ratio": round(problem.first_kwh * 1000 / battery.capacity_wh, 4),
        "min_soc_ratio": round(battery.min_soc, 4),
        "max_soc_ratio": round(battery.max_soc, 4),
        "reserve_ratio": round(battery.reserve, 4),
        "round_trip_ratio": round(battery.round_trip_efficiency, 4),
        "standby_w": battery.standby_w,
        "wear_per_kwh": round(battery.wear_per_kwh, 4),
    }


def tariff_of(settings: PlanSettings) -> Tariff:
    """Return the tariff of a plan.

    Raises:
        ShellError: Its file cannot be read.
        HomevoltError: It is no tariff.
    """
    return read_tariff(settings.tariff, settings.tariff_product, settings.supplier)


def price_source(settings: PlanSettings, currency: str, clock: Clock = SYSTEM_CLOCK) -> Prices:
    """Return where the prices of a plan come from.

    Args:
        settings: What it is made with.
        currency: That of the tariff.
        clock: The time to go by.

    Raises:
        HomevoltValueError: There is no such zone, or no such source.
        ShellError: The file with the token cannot be read.
    """
    tokens = {}
    if settings.price_source is not None and settings.price_token_file is not None:
        try:
            token = read_secret(settings.price_token_file)
        except SecretError as error:
            raise usage_error(str(error)) from None
        tokens[find_source(settings.price_source).name] = token
    return spot_prices(
        settings.zone,
        currency,
        settings.cache,
        source=settings.price_source,
        tokens=tokens,
        clock=clock,
    )


async def _spot(
    settings: PlanSettings, tariff: Tariff, prices: Prices | None
) -> tuple[PriceSeries, tuple[HomevoltError, ...]]:
    """Return the prices of today and tomorrow as far as they are known, and what is not."""
    if settings.prices is None:
        source = prices or price_source(settings, tariff.currency)
        today = source.today()
        found = await source.days(today, today + timedelta(days=1))
        return found.prices, found.problems
    given = read_prices(settings.prices, settings.zone, settings.price_unit)
    return in_currency(given, tariff.currency, settings.eur_rate), ()


def _last_day(problem: Problem) -> Problem:
    """Return the last day of a problem, by which energy at its end is valued."""
    day = slice(max(0, len(problem.hours) - _DAY_SLOTS), None)
    return replace(
        problem,
        hours=problem.hours[day],
        import_price=problem.import_price[day],
        export_price=problem.export_price[day],
        load_kw=problem.load_kw[day],
        solar_kw=problem.solar_kw[day],
        peak_fees=(),
    )
