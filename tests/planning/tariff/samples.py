"""A grid tariff with prices and meter values, as the tests of tariffs share them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from homevolt.planning.series import HOUR, PriceSeries, Series
from homevolt.planning.tariff.bill import Meter

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NEW_YEAR = datetime(2025, 1, 1, tzinfo=STOCKHOLM).astimezone(UTC)
HOURS_2025 = 8760

TARIFF = """
currency = "SEK"
time_zone = "Europe/Stockholm"
vat = 0.25

[supplier]
markup_per_kwh = 0.08
tax_per_kwh = 0.439
monthly_fee = 40

[grid]
monthly_fee = 100

[[grid.fees]]
name = "transfer"
per_kwh = 0.20

[[grid.fees]]
name = "winter days"
per_kwh = 0.31
when = [{ months = [11, 12, 1, 2, 3], weekdays = [1, 2, 3, 4, 5], hours = ["06:00-22:00"] }]

[export]
add_per_kwh = -0.02

[[export.compensation]]
per_kwh = 0.06

[[power_fees]]
per_kw = 80
peaks = 3

[[power_fees.weights]]
weight = 1
when = [{ hours = ["06:00-22:00"] }]

[[power_fees.weights]]
weight = 0.5
"""


def local(month: int, day: int, hour: int) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=STOCKHOLM).astimezone(UTC)


def year(default: float, changes: dict[datetime, float]) -> tuple[float, ...]:
    return tuple(changes.get(NEW_YEAR + n * HOUR, default) for n in range(HOURS_2025))


def spot(values: tuple[float | None, ...], start: datetime = NEW_YEAR) -> PriceSeries:
    return PriceSeries(
        start=start,
        resolution=HOUR,
        values=values,
        currency="SEK",
        zone="SE3",
        source="made up",
        fetched_at=NEW_YEAR,
    )


def energy(
    values: tuple[float | None, ...],
    start: datetime = NEW_YEAR,
    resolution: timedelta = HOUR,
) -> Series:
    return Series(start=start, resolution=resolution, values=values, unit="Wh")


def meter(import_wh: Series, export_wh: Series | None = None) -> Meter:
    nothing = tuple(0.0 for _ in import_wh.values)
    return Meter(
        import_wh=import_wh,
        export_wh=export_wh or energy(nothing, import_wh.start, import_wh.resolution),
    )
