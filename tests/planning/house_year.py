"""A year of a house: load and sun by the simulator's world, prices from a file or made up."""

from __future__ import annotations

import csv
import math
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from homevolt.planning.backtest import History
from homevolt.simulator.world.house import House

ZONE = ZoneInfo("Europe/Stockholm")
PRICES = Path(os.environ.get("HOMEVOLT_PRICES", Path(__file__).parents[3] / "shared" / "prices"))
SEK_PER_EUR = 11.0
VAT = 1.25
TAX = 0.36
GRID_FEE = 0.25
MARKUP = 0.05
EXPORT_ADD = 0.08
_SAMPLES_S = (225, 675)


def house_powers(start: datetime, quarters: int, seed: int = 1) -> tuple[list[float], list[float]]:
    """Return load and sun of the simulator's house, in kW for each quarter."""
    house = House(seed, solar_peak_w=6000.0)
    load, sun = [], []
    for n in range(quarters):
        at = start.timestamp() + 900 * n
        watts = []
        for second in _SAMPLES_S:
            house.move_to(at + second)
            watts.append((house.consumption_w, house.solar_w))
        load.append(sum(each[0] for each in watts) / len(watts) / 1000)
        sun.append(sum(each[1] for each in watts) / len(watts) / 1000)
    return load, sun


def file_prices(name: str) -> tuple[datetime, list[float]]:
    """Return the hourly prices of a file in SEK per kWh, and when they begin."""
    with (PRICES / name).open() as file:
        rows = list(csv.DictReader(file))
    start = datetime.fromisoformat(rows[0]["start_utc"])
    by_hour = {datetime.fromisoformat(row["start_utc"]): row["eur_per_mwh"] for row in rows}
    count = (max(by_hour) - start) // timedelta(hours=1) + 1
    prices, last = [], 0.0
    for n in range(count):
        last = float(by_hour.get(start + timedelta(hours=n), last) or last)
        prices.append(last * SEK_PER_EUR / 1000)
    return start, prices


def made_up_prices(days: int, seed: int = 1) -> tuple[datetime, list[float]]:
    """Return hourly prices in SEK per kWh with negative hours, spikes and flat days."""
    draw = random.Random(seed)  # noqa: S311 - prices, not secrets
    prices: list[float] = []
    level = 0.6
    for _ in range(days):
        level = min(max(level + draw.gauss(0.0, 0.12), 0.1), 1.5)
        swing = draw.choice([0.0, 0.2, 0.4, 0.6])
        windy = draw.random() < 0.15
        for hour in range(24):
            price = level + swing * math.sin((hour - 4) / 24 * 4 * math.pi)
            price += swing * draw.uniform(-0.2, 0.2)
            if windy and hour in range(11, 16):
                price = -draw.uniform(0.0, 0.6)
            if draw.random() < 0.004:
                price += draw.uniform(2.0, 6.0)
            prices.append(price)
    return datetime(2025, 12, 31, 23, tzinfo=UTC), prices


def history(start: datetime, spot: list[float], seed: int = 1) -> History:
    """Return prices and a house as a history, with Swedish tax and grid fee."""
    quarters = [price for price in spot for _ in range(4)]
    load, sun = house_powers(start, len(quarters), seed)
    return History(
        start=start,
        zone=ZONE,
        import_price=tuple((price + MARKUP + TAX + GRID_FEE) * VAT for price in quarters),
        export_price=tuple(price + EXPORT_ADD for price in quarters),
        load_kw=tuple(load),
        solar_kw=tuple(sun),
    )
