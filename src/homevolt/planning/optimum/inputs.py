"""From rates, forecasts and a battery to the problem of the optimum."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.optimum.problem import WH_PER_KWH, PeakFee, PeakInterval, Problem
from homevolt.planning.series import HOUR, QUARTER, Forecast, Rates, is_number, utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime, tzinfo

    from homevolt.planning.battery import BatteryModel
    from homevolt.planning.series import PriceSeries
    from homevolt.planning.tariff.model import PowerFee, Tariff
    from homevolt.planning.tariff.peaks import Peak

WIDENED = 2.0
"""By how much more is kept in reserve where a forecast is a guess or has gaps."""
_MINUTE = timedelta(minutes=1)


class PlanInput(NamedTuple):
    """A problem, when it starts, and what is not known of it.

    Attributes:
        problem: For `find_optimum` and `make_plan`.
        start: When its first slot begins, in UTC.
        notes: What is not known, in sentences for people.
    """

    problem: Problem
    start: datetime
    notes: tuple[str, ...]


def plan_input(
    rates: Rates,
    load: Forecast,
    solar: Forecast,
    battery: BatteryModel,
    *,
    now: datetime,
    state_of_charge: float,
    fuse_w: float | None = None,
    tariff: Tariff | None = None,
    made: Iterable[Peak] = (),
) -> PlanInput:
    """Put what is known together, from now until the first slot whose price is not known.

    Args:
        rates: What a kWh costs and brings.
        load: Expected consumption of the house.
        solar: Expected production.
        battery: The battery.
        now: When the plan begins, an aware datetime, in whose zone the notes tell times; the first
            slot may be the rest of a quarter.
        state_of_charge: That of the battery now, 0 to 1.
        fuse_w: What the grid connection carries in either direction, None for no limit.
        tariff: Its power fees count; None has none.
        made: The peaks made this month.

    Raises:
        HomevoltValueError: `now` is naive, or the state of charge is not from 0 to 1.
    """
    start = utc("now", now).replace(second=0, microsecond=0)
    if not is_number(state_of_charge) or not 0 <= state_of_charge <= 1:
        raise HomevoltValueError(f"state_of_charge is from 0 to 1, not {state_of_charge!r}.")
    paid, earned = rates.paid.resample(QUARTER), rates.earned.resample(QUARTER)
    starts, hours, prices = [], [], []
    moment = start
    while (price := paid.at(moment)) is not None and (brings := earned.at(moment)) is not None:
        following = paid.start + ((moment - paid.start) // QUARTER + 1) * QUARTER
        starts.append(moment)
        hours.append((following - moment) / HOUR)
        prices.append((price, brings))
        moment = following
    notes = [_known_prices(rates.paid, start, moment, now.tzinfo)]
    load_kw, load_gaps = _powers_kw(load, starts, gap_is_mean=True)
    solar_kw, solar_gaps = _powers_kw(solar, starts, gap_is_mean=False)
    if load_gaps:
        assumed = "the mean" if load_gaps < len(starts) else "0 W"
        notes.append(f"The load of {load_gaps} quarter-hours is not known: {assumed} is assumed.")
    if solar_gaps:
        notes.append(
            f"The solar production of {solar_gaps} quarter-hours is not known: 0 W is assumed."
        )
    if load_gaps or solar_gaps or load.is_guess or solar.is_guess:
        battery, note = _widened(battery)
        notes.append(note)
    made = list(made)
    if tariff is not None and hours:
        notes += _missing_peaks(tariff, start.astimezone(tariff.zone).date(), made)
    problem = Problem(
        hours=tuple(hours),
        import_price=tuple(price for price, _ in prices),
        export_price=tuple(brings for _, brings in prices),
        load_kw=load_kw,
        solar_kw=solar_kw,
        battery=battery,
        start_kwh=state_of_charge * battery.capacity_wh / WH_PER_KWH,
        fuse_kw=None if fuse_w is None else fuse_w / WH_PER_KWH,
        peak_fees=() if tariff is None else peak_fees(tariff, starts, made),
    )
    return PlanInput(problem, start, tuple(notes))


def _known_prices(paid: PriceSeries, start: datetime, end: datetime, zone: tzinfo | None) -> str:
    """Return until when prices are known without a gap, or when they are if there is none now."""

    def local(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    if end > start:
        return f"Prices are known until {local(end)}."
    known = [slot for slot in paid.slots() if slot.value is not None]
    ahead = [slot for slot in known if slot.start > start]
    if not known:
        return "No price is known at all."
    which = f"from {local(ahead[0].start)}" if ahead else f"until {local(known[-1].end)}"
    return f"No price is known for {local(start)}. Prices are known {which}."


def peak_fees(
    tariff: Tariff, starts: Sequence[datetime], made: Iterable[Peak] = ()
) -> tuple[PeakFee, ...]:
    """Return the power fees of a tariff for some slots, one for each fee and month.

    Args:
        tariff: The tariff.
        starts: When each slot begins.
        made: The peaks made before, after their weights.
    """
    peaks = list(made)
    result = []
    for fee in tariff.power_fees:
        intervals = _intervals(tariff, fee, starts)
        for month in sorted({day.replace(day=1) for day, _ in intervals}):
            before = [peak for peak in peaks if peak.day.replace(day=1) == month]
            ahead = {key: slots for key, slots in intervals.items() if key[0].month == month.month}
            result.append(_month_fee(tariff, fee, before, ahead))
    return tuple(result)


def _missing_peaks(tariff: Tariff, today: date, made: Iterable[Peak]) -> Iterator[str]:
    """Yield for each power fee how many peaks this month should have by now and are not given."""
    peaks = [peak for peak in made if peak.day.replace(day=1) == today.replace(day=1)]
    for fee in tariff.power_fees:
        given = len({peak.day for peak in peaks}) if fee.one_per_day else len(peaks)
        so_far = today.day - 1 if fee.one_per_day or today.day == 1 else fee.peaks
        expected = min(fee.peaks, so_far)
        if given < expected:
            name = f" {fee.name}" if fee.name else ""
            yield (
                f"Of the peaks that {today:%Y-%m} has by now, {given} of {expected} are given: the "
                f"others count as 0 kW in the power fee{name}, so the plan may avoid peaks that "
                "would cost nothing. Give those of the month as peaks."
            )


def _month_fee(
    tariff: Tariff,
    fee: PowerFee,
    before: Sequence[Peak],
    ahead: Mapping[tuple[date, datetime], Sequence[int]],
) -> PeakFee:
    """Return a fee for one month, with the peaks before the slots and the periods of the slots."""
    groups: dict[object, int] = {}

    def group(day: date, each: object) -> int:
        return groups.setdefault(day if fee.one_per_day else each, len(groups))

    hours = fee.period_min * _MINUTE / HOUR
    made = [
        PeakInterval((), hours, 1.0, group(peak.day, n), float(peak.power_w) / WH_PER_KWH)
        for n, peak in enumerate(before)
    ]
    periods = [
        PeakInterval(
            tuple(slots),
            hours,
            float(fee.weight_at(begins.astimezone(tariff.zone))),
            group(day, begins),
        )
        for (day, begins), slots in ahead.items()
    ]
    factor = tariff.fee_factor
    steps = tuple((float(each.from_kw), float(each.monthly * factor)) for each in fee.steps)
    return PeakFee(float(fee.per_kw * factor), fee.peaks, (*made, *periods), steps)


def _intervals(
    tariff: Tariff, fee: PowerFee, starts: Sequence[datetime]
) -> dict[tuple[date, datetime], list[int]]:
    """Return the slots of each period that is not free, by its day and when it begins."""
    period = fee.period_min * _MINUTE
    intervals: dict[tuple[date, datetime], list[int]] = {}
    for slot, start in enumerate(starts):
        begins = start - timedelta(minutes=start.minute % (period // _MINUTE))
        local = begins.astimezone(tariff.zone)
        if fee.weight_at(local):
            intervals.setdefault((local.date(), begins), []).append(slot)
    return intervals


def _widened(battery: BatteryModel) -> tuple[BatteryModel, str]:
    """Return a battery of which more is kept in reserve, and a sentence that says so."""
    most = (battery.max_soc - battery.min_soc) / 2
    reserve = max(battery.reserve, min(battery.reserve * WIDENED, most))
    note = (
        f"Some inputs are unknown, so the reserve is {reserve * 100:.0f} % of the capacity "
        f"instead of {battery.reserve * 100:.0f} %."
    )
    return replace(battery, reserve=reserve), note


def _powers_kw(
    forecast: Forecast, starts: Sequence[datetime], *, gap_is_mean: bool
) -> tuple[tuple[float, ...], int]:
    """Return the power of each slot in kW, and how many of them are not known."""
    powers = [forecast.at(start) for start in starts]
    known = [power for power in powers if power is not None]
    gap = sum(known) / len(known) if known and gap_is_mean else 0.0
    filled = tuple((gap if power is None else power) / WH_PER_KWH for power in powers)
    return filled, len(powers) - len(known)
