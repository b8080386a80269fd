"""A tariff: what the supplier, the grid company and the state add to the spot price.

All amounts are in the currency of the tariff and exact decimals. They are without VAT unless
`amounts_include_vat` says otherwise; VAT on the spot price is added in any case.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.series import CURRENCIES
from homevolt.planning.tariff.windows import Part, Window, holds

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

_ZERO = Decimal(0)
_ONE = Decimal(1)
PERIODS_MIN = (15, 30, 60)


class EnergyFee(Part, frozen=True, kw_only=True):
    """An amount for each kWh.

    Args:
        per_kwh: The amount.
        name: What it is called on the bill.
        when: When it applies; without any window, always.
    """

    per_kwh: Decimal
    name: str = ""
    when: tuple[Window, ...] = ()


class Supplier(Part, frozen=True, kw_only=True):
    """What the supplier and the state add to the spot price.

    Args:
        markup_per_kwh: What the supplier adds to each kWh, certificates included.
        tax_per_kwh: The energy tax on each kWh.
        monthly_fee: What the supplier takes each month.
    """

    markup_per_kwh: Decimal = _ZERO
    tax_per_kwh: Decimal = _ZERO
    monthly_fee: Decimal = _ZERO


class Grid(Part, frozen=True, kw_only=True):
    """What the grid company takes.

    Args:
        fees: Amounts for each kWh; all that apply are added up.
        monthly_fee: What it takes each month.
    """

    fees: tuple[EnergyFee, ...] = ()
    monthly_fee: Decimal = _ZERO


class Export(Part, frozen=True, kw_only=True):
    """What is earned for each kWh that is exported.

    Args:
        spot_share: The share of the spot price that is paid out.
        add_per_kwh: What the supplier adds to it; negative if it keeps something.
        compensation: What the grid company pays for each kWh; all that apply are added up.
        vat: Whether VAT is paid out too, as to a company.
    """

    spot_share: Decimal = _ONE
    add_per_kwh: Decimal = _ZERO
    compensation: tuple[EnergyFee, ...] = ()
    vat: bool = False


class PeakWeight(Part, frozen=True, kw_only=True):
    """How much power counts at some times.

    Args:
        weight: 1 counts it in full, 0.5 half.
        when: When this holds; without any window, always.
    """

    weight: Decimal = _ONE
    when: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        """Check what was given."""
        _not_negative("weight", self.weight)


class PowerStep(Part, frozen=True, kw_only=True):
    """One step of a fee that rises in steps, as the Norwegian kapasitetsledd does.

    Args:
        from_kw: From which mean of the peaks on it applies, in kW.
        monthly: The amount for the month; it takes the place of that of the step before.
    """

    from_kw: Decimal
    monthly: Decimal

    def __post_init__(self) -> None:
        """Check what was given."""
        _not_negative("from_kw", self.from_kw)
        _not_negative("monthly", self.monthly)


class PowerFee(Part, frozen=True, kw_only=True):
    """An amount for the mean of the largest peaks of a month, for each kW of it or in steps.

    Args:
        per_kw: The amount for each kW and month.
        steps: Amounts that rise in steps, in addition.
        peaks: How many peaks are averaged.
        one_per_day: Whether each must be of another day.
        period_min: Over how many minutes power is averaged: 15, 30 or 60.
        weights: How much power counts when; the first that applies counts, and where none does,
            power is free. Without any, all power counts in full.
        name: What it is called on the bill.
    """

    per_kw: Decimal = _ZERO
    steps: tuple[PowerStep, ...] = ()
    peaks: int = 1
    one_per_day: bool = True
    period_min: int = 60
    weights: tuple[PeakWeight, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        """Check what was given."""
        _not_negative("per_kw", self.per_kw)
        if self.peaks < 1:
            raise HomevoltValueError(f"peaks must be 1 or more, not {self.peaks}.")
        if self.period_min not in PERIODS_MIN:
            raise HomevoltValueError(f"period_min must be 15, 30 or 60, not {self.period_min}.")
        for before, after in pairwise(self.steps):
            if not (before.from_kw < after.from_kw and before.monthly <= after.monthly):
                raise HomevoltValueError(
                    f"The steps of a power fee must rise: {after.monthly} from {after.from_kw} kW "
                    f"follows {before.monthly} from {before.from_kw} kW."
                )
        if not self.steps and not self.per_kw:
            raise HomevoltValueError("A power fee has per_kw or steps.")

    def monthly(self, mean_w: Decimal) -> Decimal:
        """Return the amount for a month whose mean of the largest peaks is some W."""
        mean_kw = mean_w / 1000
        reached = [step.monthly for step in self.steps if step.from_kw <= mean_kw]
        return self.per_kw * mean_kw + (reached[-1] if reached else _ZERO)

    def weight_at(self, local: datetime) -> Decimal:
        """Return how much power counts at a moment of local time."""
        if not self.weights:
            return _ONE
        return next((row.weight for row in self.weights if holds(row.when, local)), _ZERO)


class Tariff(Part, frozen=True, kw_only=True):
    """What is paid and earned besides the spot price, and how.

    Args:
        currency: `EUR`, `SEK`, `NOK` or `DKK`; the prices must be in the same.
        time_zone: The zone of its hours and months, such as `Europe/Stockholm`.
        name: What it is called.
        vat: The rate of VAT: 0.25 is 25 %.
        amounts_include_vat: Whether the amounts below contain VAT already.
        supplier: What the supplier and the state add.
        grid: What the grid company takes.
        export: What is earned for what is exported.
        power_fees: What is taken for peaks.

    Raises:
        HomevoltValueError: The currency or the time zone is unknown, or an amount cannot be.
    """

    currency: str
    time_zone: str
    name: str = ""
    vat: Decimal = _ZERO
    amounts_include_vat: bool = False
    supplier: Supplier = Supplier()
    grid: Grid = Grid()
    export: Export = Export()
    power_fees: tuple[PowerFee, ...] = ()

    def __post_init__(self) -> None:
        """Check what was given."""
        if self.currency not in CURRENCIES:
            raise HomevoltValueError(
                f"currency must be one of {', '.join(CURRENCIES)}, not {self.currency!r}."
            )
        if not 0 <= self.vat < 1:
            raise HomevoltValueError(f"vat must be a rate such as 0.25, not {self.vat}.")
        _ = self.zone

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its hours and months."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - its data are read from disk when needed

        try:
            return ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError) as error:
            raise HomevoltValueError(
                f"time_zone is not a time zone that this machine knows: {self.time_zone!r}"
            ) from error

    @property
    def fee_factor(self) -> Decimal:
        """What an amount is multiplied with to contain VAT."""
        return _ONE if self.amounts_include_vat else _ONE + self.vat


def fees_at(fees: tuple[EnergyFee, ...], local: datetime) -> Decimal:
    """Return the sum of the fees that apply at a moment of local time."""
    return sum((fee.per_kwh for fee in fees if holds(fee.when, local)), _ZERO)


def _not_negative(name: str, value: Decimal) -> None:
    if not value.is_finite() or value < 0:
        raise HomevoltValueError(f"{name} must be 0 or more, not {value}.")
