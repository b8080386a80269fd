"""The work of `homevolt backtest`: a history from files or made up, and what plans saved in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.errors import usage_error
from homevolt.cli.planning.reading import asked_unit, in_currency, read_prices, read_tariff
from homevolt.planning.backtest import Backtest, History, backtest
from homevolt.planning.battery import BatteryModel
from homevolt.planning.past_forecast import PastForecast
from homevolt.planning.prices.made_up import made_up_prices
from homevolt.planning.series import QUARTER, PriceSeries
from homevolt.planning.tariff.rates import rates
from homevolt.simulator.world.house import House

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.planning.backtest import Month
    from homevolt.planning.tariff.model import Tariff

_FIRST_MADE_UP = date(2026, 1, 1)
_SAMPLES_S = (225, 675)
_QUARTER_S = 900
_W_PER_KW = 1000.0
HEAD = (
    "prices",
    "without battery",
    "self-consumption",
    "4 lowest, 4 highest",
    "plans",
    "perfect foresight",
    "captured",
)


class Settings(NamedTuple):
    """What a backtest is made with.

    Attributes:
        zone: The bidding zone.
        days: How many days of made-up prices, where there is no file.
        tariff: A file, None for the example.
        eur_rate: What an EUR is in the currency of the tariff, None where the prices are in it.
        capacity_kwh: Of the battery.
        power_kw: Of the battery.
        known: Whether load and solar production are known beforehand.
        sun_error: Of the weather forecast, as a share.
        seed: Of the simulated house, and of made-up prices.
    """

    zone: str
    days: int
    tariff: Path | None
    eur_rate: float | None
    capacity_kwh: float
    power_kw: float
    known: bool
    sun_error: float
    seed: int


def run_backtest(file: Path | None, settings: Settings) -> tuple[str, Backtest]:
    """Return the name of the prices and what was found.

    Args:
        file: Prices, None for made-up ones.
        settings: What it is made with.

    Raises:
        HomevoltError: A file cannot be used, or a number cannot be.
    """
    tariff = read_tariff(settings.tariff)
    prices = _prices(file, settings, tariff)
    history = _history(prices, tariff, settings.seed)
    battery = BatteryModel(
        capacity_wh=settings.capacity_kwh * _W_PER_KW,
        max_charge_w=settings.power_kw * _W_PER_KW,
        max_discharge_w=settings.power_kw * _W_PER_KW,
    )
    forecast = None if settings.known else PastForecast(history, settings.sun_error)
    return prices.source, backtest(history, battery, forecast=forecast)


def document(found: list[tuple[str, Backtest]], settings: Settings) -> dict[str, Any]:
    """Return backtests for programs."""
    return {
        "currency": read_tariff(settings.tariff).currency,
        "load_and_sun_known": settings.known,
        "capacity_kwh": settings.capacity_kwh,
        "power_kw": settings.power_kw,
        "backtests": [
            {
                "prices": name,
                "plans": each.plans,
                "total": _costs(each.total),
                "months": [_costs(month) for month in each.months],
            }
            for name, each in found
        ],
    }


def table(found: list[tuple[str, Backtest]]) -> str:
    """Return backtests as a table in Markdown, which is also easy to read."""
    rows = [
        (
            name,
            *(
                f"{cost:.0f}"
                for cost in (
                    each.total.without_battery,
                    each.total.self_consumption,
                    each.total.rule,
                    each.total.with_plan,
                    each.total.perfect_foresight,
                )
            ),
            f"{each.total.captured(each.total.with_plan) * 100:.1f} %",
        )
        for name, each in found
    ]
    widths = [max(len(row[n]) for row in (HEAD, *rows)) for n in range(len(HEAD))]
    lines = [HEAD, tuple("-" * width for width in widths), *rows]
    return "".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |\n"
        for line in lines
    )


def _costs(month: Month) -> dict[str, Any]:
    costs = {name: round(value, 2) for name, value in month._asdict().items() if name != "month"}
    return {
        "month": month.month,
        **costs,
        "captured_ratio": round(month.captured(month.with_plan), 4),
    }


def _prices(file: Path | None, settings: Settings, tariff: Tariff) -> PriceSeries:
    if file is None:
        last = _FIRST_MADE_UP + timedelta(days=settings.days - 1)
        prices = made_up_prices(settings.zone, _FIRST_MADE_UP, last, seed=settings.seed)
    else:
        prices = read_prices(file, settings.zone, asked_unit(file, settings.zone))
    prices = in_currency(prices, tariff.currency, settings.eur_rate)
    gaps = prices.gaps()
    if gaps:
        raise usage_error(
            f"{prices.source} has no price for {gaps[0].isoformat()} and {len(gaps) - 1} more "
            "slots: a backtest needs all of them."
        )
    return prices


def _history(prices: PriceSeries, tariff: Tariff, seed: int) -> History:
    """Return prices after the tariff, with the load and the sun of the simulator's house."""
    after = rates(tariff, prices.resample(QUARTER))
    house = House(seed)
    load, sun = [], []
    first_s = after.paid.start.timestamp()
    for n in range(len(after.paid)):
        watts = []
        for second in _SAMPLES_S:
            house.move_to(first_s + _QUARTER_S * n + second)
            watts.append((house.consumption_w, house.solar_w))
        load.append(sum(each[0] for each in watts) / len(watts) / _W_PER_KW)
        sun.append(sum(each[1] for each in watts) / len(watts) / _W_PER_KW)
    return History(
        start=after.paid.start,
        zone=tariff.zone,
        import_price=tuple(value or 0.0 for value in after.paid.values),
        export_price=tuple(value or 0.0 for value in after.earned.values),
        load_kw=tuple(load),
        solar_kw=tuple(sun),
    )
