"""The peaks of a month: the mean of the n largest hours, weighted by when they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.series import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from homevolt.planning.series import Series
    from homevolt.planning.tariff.model import PowerFee

_ZERO = Decimal(0)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """One peak.

    Attributes:
        day: The day of local time on which it was.
        power_w: The mean power in W, after its weight.
    """

    day: date
    power_w: Decimal


def peaks_of(
    fee: PowerFee, import_wh: Series, zone: tzinfo, made: Iterable[Peak] = ()
) -> dict[date, tuple[Peak, ...]]:
    """Return the peaks that count, by the first day of their month of local time; largest first.

    Args:
        fee: How peaks are found.
        import_wh: Energy taken from the grid in Wh; a gap makes no peak.
        zone: The time zone of the tariff.
        made: Peaks that were made before the values begin; they count like any other.

    Raises:
        HomevoltDataError: The values are coarser than the periods over which power is averaged.
        HomevoltValueError: They are no energy.
    """
    period = fee.period_min * _MINUTE
    if import_wh.unit != "Wh":
        raise HomevoltValueError(f"Peaks are found in Wh, not in {import_wh.unit}.")
    if import_wh.resolution > period:
        raise HomevoltDataError(
            f"The power fee needs values of {fee.period_min} minutes; these are of "
            f"{import_wh.resolution // _MINUTE}."
        )
    months: dict[date, list[Peak]] = {}
    for peak in made:
        months.setdefault(peak.day.replace(day=1), []).append(peak)
    for slot in import_wh.resample(period).slots():
        if slot.value is None:
            continue
        local = slot.start.astimezone(zone)
        weight = fee.weight_at(local)
        if weight:
            power_w = exact(slot.value) * Decimal(HOUR // period) * weight
            month = local.date().replace(day=1)
            months.setdefault(month, []).append(Peak(day=local.date(), power_w=power_w))
    return {month: largest(fee, peaks) for month, peaks in sorted(months.items())}


def largest(fee: PowerFee, peaks: Iterable[Peak]) -> tuple[Peak, ...]:
    """Return the peaks of one month that count, the largest first."""
    kept: list[Peak] = []
    days: set[date] = set()
    for peak in sorted(peaks, key=lambda each: each.power_w, reverse=True):
        if len(kept) == fee.peaks:
            break
        if not fee.one_per_day or peak.day not in days:
            kept.append(peak)
            days.add(peak.day)
    return tuple(kept)


def mean_w(peaks: tuple[Peak, ...]) -> Decimal:
    """Return the mean of peaks in W; of none it is 0."""
    return sum((peak.power_w for peak in peaks), _ZERO) / (len(peaks) or 1)


def exact(value: float) -> Decimal:
    """Return the decimal that a float was written as, so that 0.1 is one tenth."""
    return Decimal(repr(value))
