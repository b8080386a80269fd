from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.battery import BatteryModel
from homevolt.planning.forecast.load import constant_load
from homevolt.planning.optimum.inputs import PlanInput, plan_input
from homevolt.planning.optimum.optimum import find_optimum
from homevolt.planning.prices.made_up import made_up_prices
from homevolt.planning.series import QUARTER, Forecast
from homevolt.planning.tariff.model import PeakWeight, PowerFee, Tariff
from homevolt.planning.tariff.peaks import Peak
from homevolt.planning.tariff.rates import rates
from homevolt.planning.tariff.windows import Window

NOW = datetime(2026, 11, 26, 13, 5, tzinfo=UTC)
BATTERY = BatteryModel(capacity_wh=13_200.0, max_charge_w=6000.0, max_discharge_w=6000.0)
FEE = PowerFee(
    per_kw=Decimal(80),
    peaks=3,
    weights=(
        PeakWeight(weight=Decimal(1), when=(Window(hours=("06:00-22:00",)),)),
        PeakWeight(weight=Decimal("0.5")),
    ),
)
TARIFF = Tariff(currency="SEK", time_zone="Europe/Stockholm", vat=Decimal("0.25"))
WITH_PEAKS = Tariff(
    currency="SEK", time_zone="Europe/Stockholm", vat=Decimal("0.25"), power_fees=(FEE,)
)


def put_together(tariff: Tariff = TARIFF, *, made: tuple[Peak, ...] = ()) -> PlanInput:
    prices = made_up_prices("SE3", date(2026, 11, 26), date(2026, 11, 27))
    later = NOW + timedelta(days=3)
    return plan_input(
        rates(tariff, prices),
        constant_load(1000.0, NOW, later),
        constant_load(0.0, NOW, later),
        BATTERY,
        now=NOW,
        state_of_charge=0.5,
        fuse_w=11_000.0,
        tariff=tariff,
        made=made,
    )


def test_slots_reach_from_now_to_the_last_known_price() -> None:
    problem, start, notes = put_together()
    assert start == NOW
    assert problem.hours[0] == pytest.approx(10 / 60)
    assert sum(problem.hours) == pytest.approx(24 + 9 + 55 / 60)
    assert problem.start_kwh == pytest.approx(6.6)
    assert problem.fuse_kw == 11.0
    assert notes == ("Prices are known until 2026-11-27 23:00.",)


def test_a_load_that_is_not_known_is_said() -> None:
    prices = made_up_prices("SE3", date(2026, 11, 26), date(2026, 11, 26))
    known = constant_load(800.0, NOW, NOW + timedelta(hours=4))
    nothing = Forecast(start=known.start, resolution=known.resolution, values=(), basis="none")
    found = plan_input(rates(TARIFF, prices), known, nothing, BATTERY, now=NOW, state_of_charge=0.1)
    assert set(found.problem.load_kw) == {0.8}
    assert set(found.problem.solar_kw) == {0.0}
    assert "The load of 23 quarter-hours is not known" in found.notes[1]


def test_a_load_of_which_nothing_is_known_is_not_said_to_be_a_mean() -> None:
    prices = made_up_prices("SE3", date(2026, 11, 26), date(2026, 11, 26))
    nothing = Forecast(start=NOW.replace(minute=0), resolution=QUARTER, values=(), basis="none")
    found = plan_input(
        rates(TARIFF, prices), nothing, nothing, BATTERY, now=NOW, state_of_charge=0.1
    )
    assert set(found.problem.load_kw) == {0.0}
    assert "The load of 40 quarter-hours is not known: 0 W is assumed." in found.notes


@pytest.mark.parametrize(
    ("day", "which"), [(20, "until 2026-11-20 23:00"), (28, "from 2026-11-27 23:00")]
)
def test_prices_that_are_not_of_now_are_not_said_to_be_known_until_now(
    day: int, which: str
) -> None:
    prices = made_up_prices("SE3", date(2026, 11, day), date(2026, 11, day))
    load = constant_load(800.0, NOW, NOW + timedelta(days=3))
    found = plan_input(rates(TARIFF, prices), load, load, BATTERY, now=NOW, state_of_charge=0.1)
    assert found.problem.hours == ()
    assert found.notes[0] == f"No price is known for 2026-11-26 13:05. Prices are known {which}."


def of_days(*days: int) -> tuple[Peak, ...]:
    return tuple(Peak(day=date(2026, 11, day), power_w=Decimal(4000)) for day in days)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ((), "0 of 3 are given: the others count as 0 kW in the power fee"),
        (of_days(3, 3), "1 of 3 are given"),
        ((Peak(day=date(2026, 10, 3), power_w=Decimal(1)),), "0 of 3 are given"),
        (of_days(3, 4, 5), None),
    ],
)
def test_peaks_of_the_month_that_are_missing_are_said(
    made: tuple[Peak, ...], says: str | None
) -> None:
    notes = put_together(WITH_PEAKS, made=made).notes
    found = [note for note in notes if "peaks" in note]
    assert [says is not None and says in note for note in found] == ([True] if says else [])
    assert not [note for note in put_together(TARIFF).notes if "peaks" in note]


@pytest.mark.parametrize(("day", "expected"), [(1, 0), (2, 1), (3, 2), (9, 3)])
def test_only_as_many_peaks_are_missed_as_there_were_days(day: int, expected: int) -> None:
    prices = made_up_prices("SE3", date(2026, 11, day), date(2026, 11, day))
    now = datetime(2026, 11, day, 8, tzinfo=UTC)
    load = constant_load(1000.0, now, now + timedelta(days=1))
    found = plan_input(
        rates(WITH_PEAKS, prices),
        *(load, load, BATTERY),
        now=now,
        state_of_charge=0.5,
        tariff=WITH_PEAKS,
    )
    said = [note for note in found.notes if f"0 of {expected} are given" in note]
    assert len(said) == (expected > 0)


def test_hours_of_a_day_share_a_group_and_nights_count_half() -> None:
    made = (Peak(day=date(2026, 11, 3), power_w=Decimal(4000)),)
    (fee,) = put_together(WITH_PEAKS, made=made).problem.peak_fees
    assert fee.price_per_kw == 100.0
    assert fee.intervals[0].certain_kw == 4.0
    assert fee.intervals[0].slots == ()
    ahead = fee.intervals[1:]
    assert len({interval.group for interval in fee.intervals}) == 3
    assert sum(interval.weight == 0.5 for interval in ahead) == 2 + 8
    assert [len(interval.slots) for interval in ahead] == [4] * len(ahead)
    assert {interval.hours for interval in ahead} == {1.0}


def test_a_month_that_begins_has_a_fee_of_its_own() -> None:
    prices = made_up_prices("SE3", date(2026, 11, 30), date(2026, 12, 1))
    now = NOW + timedelta(days=4)
    load = constant_load(1000.0, now, now + timedelta(days=2))
    found = plan_input(
        rates(WITH_PEAKS, prices),
        load,
        load,
        BATTERY,
        now=now,
        state_of_charge=0.5,
        tariff=WITH_PEAKS,
    )
    assert len(found.problem.peak_fees) == 2


def test_fees_on_peaks_lower_what_is_taken_in_an_hour() -> None:
    free = find_optimum(put_together().problem)
    paid = find_optimum(put_together(WITH_PEAKS).problem)
    assert max(paid.meter_kwh) < max(free.meter_kwh)


@pytest.mark.parametrize("charge", [-0.1, 1.1, float("nan"), True])
def test_a_state_of_charge_that_cannot_be_is_refused(charge: float) -> None:
    prices = made_up_prices("SE3", date(2026, 11, 26), date(2026, 11, 26))
    load = constant_load(1000.0, NOW, NOW)
    with pytest.raises(HomevoltValueError, match="state_of_charge is from 0 to 1"):
        plan_input(rates(TARIFF, prices), load, load, BATTERY, now=NOW, state_of_charge=charge)
