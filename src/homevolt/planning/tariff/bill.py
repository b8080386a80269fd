"""The bill: what meter values cost, to the smallest currency unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.tariff.model import fees_at
from homevolt.planning.tariff.peaks import exact, mean_w, peaks_of
from homevolt.planning.tariff.rates import check_currency

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from homevolt.planning.series import PriceSeries, Series
    from homevolt.planning.tariff.model import Tariff
    from homevolt.planning.tariff.peaks import Peak

_ZERO = Decimal(0)
_COIN = Decimal("0.01")
_WH_PER_KWH = Decimal(1000)
LINES = (
    "spot",
    "markup",
    "energy_tax",
    "grid_fee",
    "monthly_fees",
    "power_fee",
    "vat",
    "export",
)
"""The lines of a bill in their order; what is earned is negative."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """What a meter counted, slot by slot.

    Args:
        import_wh: Energy taken from the grid in Wh.
        export_wh: Energy exported to it in Wh, on the same slots.

    Raises:
        HomevoltValueError: They are in another unit or not on the same slots.
        HomevoltDataError: A value is negative.
    """

    import_wh: Series
    export_wh: Series

    def __post_init__(self) -> None:
        """Check that both are energy on the same slots."""
        grids = {
            (each.start, each.resolution, len(each), each.unit)
            for each in (self.import_wh, self.export_wh)
        }
        if len(grids) > 1 or self.import_wh.unit != "Wh":
            raise HomevoltValueError("import_wh and export_wh must be in Wh on the same slots.")
        for name, series in (("import_wh", self.import_wh), ("export_wh", self.export_wh)):
            for slot in series.slots():
                if slot.value is not None and slot.value < 0:
                    raise HomevoltDataError(
                        f"{name} is negative at {slot.start.isoformat()}: {slot.value:g} Wh"
                    )


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthBill:
    """The bill of one month.

    Attributes:
        month: Its first day.
        lines: Amounts by the names of `LINES`, rounded to the smallest currency unit.
        import_wh: Energy taken from the grid in Wh, as far as it was billed.
        export_wh: Energy exported in Wh, likewise.
        peak_w: The mean of the peaks of each power fee in W.
    """

    month: date
    lines: dict[str, Decimal]
    import_wh: Decimal
    export_wh: Decimal
    peak_w: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """What is to be paid; negative if more is earned."""
        return sum(self.lines.values(), _ZERO)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """The bills of several months.

    Attributes:
        currency: The currency of all amounts.
        months: One bill for each month, in their order.
        unknown: When the slots begin whose price or meter value is not known; nothing of them is
            in the bill.
    """

    currency: str
    months: tuple[MonthBill, ...]
    unknown: tuple[datetime, ...]

    @property
    def total(self) -> Decimal:
        """What is to be paid for all months."""
        return sum((month.total for month in self.months), _ZERO)


@dataclass(slots=True)
class _Sums:
    """What adds up during a month, not rounded yet."""

    lines: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    import_kwh: Decimal = _ZERO
    export_kwh: Decimal = _ZERO
    export_fees: Decimal = _ZERO


def bill(tariff: Tariff, prices: PriceSeries, meter: Meter, made: Iterable[Peak] = ()) -> Bill:
    """Return what meter values cost.

    A month that has begun is billed with its whole monthly fees.

    Args:
        tariff: What is paid and earned besides the spot price.
        prices: Spot prices, without tax and fees.
        meter: What was imported and exported. Where its slots are longer than those of the prices,
            its energy is spread evenly over them.
        made: Peaks that the first month had before the meter values begin.

    Raises:
        HomevoltValueError: The prices are in another currency.
        HomevoltDataError: The values are too coarse for a power fee.
    """
    check_currency(tariff, prices)
    months: defaultdict[date, _Sums] = defaultdict(_Sums)
    unknown = _add_energy(tariff, prices, meter, months)
    made = tuple(made)
    peaks = [peaks_of(fee, meter.import_wh, tariff.zone, made) for fee in tariff.power_fees]
    return Bill(
        currency=tariff.currency,
        months=tuple(
            _closed(tariff, month, sums, tuple(mean_w(each.get(month, ())) for each in peaks))
            for month, sums in sorted(months.items())
        ),
        unknown=unknown,
    )


def _add_energy(
    tariff: Tariff, prices: PriceSeries, meter: Meter, months: defaultdict[date, _Sums]
) -> tuple[datetime, ...]:
    """Add each slot to its month, and return those of which something is not known."""
    resolution = min(prices.resolution, meter.import_wh.resolution)
    finer = prices.resample(resolution)
    imported, exported = (each.resample(resolution) for each in (meter.import_wh, meter.export_wh))
    zone = tariff.zone
    unknown = []
    for slot, export_wh in zip(imported.slots(), exported.values, strict=True):
        local = slot.start.astimezone(zone)
        price = finer.at(slot.start)
        sums = months[local.date().replace(day=1)]
        if slot.value is None or export_wh is None or price is None:
            unknown.append(slot.start)
        else:
            _add_slot(
                tariff,
                sums,
                local,
                (exact(price), exact(slot.value) / _WH_PER_KWH, exact(export_wh) / _WH_PER_KWH),
            )
    return tuple(unknown)


def _add_slot(
    tariff: Tariff, sums: _Sums, local: datetime, amounts: tuple[Decimal, Decimal, Decimal]
) -> None:
    spot, import_kwh, export_kwh = amounts
    sums.import_kwh += import_kwh
    sums.export_kwh += export_kwh
    sums.lines["spot"] += import_kwh * spot
    sums.lines["grid_fee"] += import_kwh * fees_at(tariff.grid.fees, local)
    sums.lines["export"] += export_kwh * spot * tariff.export.spot_share
    sums.export_fees += export_kwh * (
        tariff.export.add_per_kwh + fees_at(tariff.export.compensation, local)
    )


def _closed(tariff: Tariff, month: date, sums: _Sums, peak_w: tuple[Decimal, ...]) -> MonthBill:
    """Return the bill of a month: VAT on sums, each line rounded once."""
    lines = sums.lines
    lines["markup"] = sums.import_kwh * tariff.supplier.markup_per_kwh
    lines["energy_tax"] = sums.import_kwh * tariff.supplier.tax_per_kwh
    lines["monthly_fees"] = tariff.supplier.monthly_fee + tariff.grid.monthly_fee
    lines["power_fee"] = sum(
        (fee.monthly(mean) for fee, mean in zip(tariff.power_fees, peak_w, strict=True)),
        _ZERO,
    )
    fees = sum(
        (lines[name] for name in ("markup", "energy_tax", "grid_fee", "monthly_fees", "power_fee")),
        _ZERO,
    )
    lines["vat"] = lines["spot"] * tariff.vat + fees * (tariff.fee_factor - 1)
    earned = lines["export"] + sums.export_fees
    if tariff.export.vat:
        earned += lines["export"] * tariff.vat + sums.export_fees * (tariff.fee_factor - 1)
    lines["export"] = -earned
    return MonthBill(
        month=month,
        lines={name: lines[name].quantize(_COIN, ROUND_HALF_UP) for name in LINES},
        import_wh=sums.import_kwh * _WH_PER_KWH,
        export_wh=sums.export_kwh * _WH_PER_KWH,
        peak_w=peak_w,
    )
