"""From the spot price to what a kWh costs and what it brings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.series import PriceSeries, Rates
from homevolt.planning.tariff.model import fees_at

if TYPE_CHECKING:
    from homevolt.planning.tariff.model import Tariff


def rates(tariff: Tariff, prices: PriceSeries) -> Rates:
    """Return what a kWh costs and what it brings in each slot; power and monthly fees stay out.

    Args:
        tariff: What is added.
        prices: Spot prices, without tax and fees.

    Raises:
        HomevoltValueError: They are in another currency.
    """
    check_currency(tariff, prices)
    zone = tariff.zone
    spot_factor = float(1 + tariff.vat)
    fee_factor = float(tariff.fee_factor)
    each_kwh = tariff.supplier.markup_per_kwh + tariff.supplier.tax_per_kwh
    export = tariff.export
    export_factor = spot_factor if export.vat else 1.0
    export_fee_factor = fee_factor if export.vat else 1.0
    paid: list[float | None] = []
    earned: list[float | None] = []
    for slot in prices.slots():
        if slot.value is None:
            paid.append(None)
            earned.append(None)
            continue
        local = slot.start.astimezone(zone)
        fees = float(each_kwh + fees_at(tariff.grid.fees, local))
        added = float(export.add_per_kwh + fees_at(export.compensation, local))
        paid.append(slot.value * spot_factor + fees * fee_factor)
        earned.append(
            slot.value * float(export.spot_share) * export_factor + added * export_fee_factor
        )
    return Rates(
        paid=replace(prices, values=tuple(paid)), earned=replace(prices, values=tuple(earned))
    )


def check_currency(tariff: Tariff, prices: PriceSeries) -> None:
    """Refuse prices in another currency than the tariff's.

    Raises:
        HomevoltValueError: They are.
    """
    if prices.currency != tariff.currency:
        raise HomevoltValueError(
            f"The prices are in {prices.currency} and the tariff is in {tariff.currency}: take a "
            f"source of prices in {tariff.currency}, or state the tariff in {prices.currency}."
        )
