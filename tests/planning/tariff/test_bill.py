"""A year of meter values is billed to the öre, as worked out by hand below."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from homevolt.exceptions import HomevoltDataError, HomevoltError, HomevoltValueError
from homevolt.planning.series import HOUR, QUARTER, PriceSeries, Series
from homevolt.planning.tariff.bill import LINES, Bill, Meter, bill
from homevolt.planning.tariff.peaks import Peak
from homevolt.planning.tariff.toml_file import tariff_from_toml
from tests.planning.tariff.samples import (
    NEW_YEAR,
    TARIFF,
    energy,
    local,
    meter,
    spot,
    year,
)

if TYPE_CHECKING:
    from homevolt.planning.tariff.model import Tariff

# The year: 0.50 SEK and 1 kWh from the grid in each hour, with three exceptions.
# * January has peaks: Tue 7 at 18 h 5 kWh and at 19 h 4.5 kWh, Wed 8 at 18 h 4 kWh, and at night,
#   Thu 9 at 02 h, 8 kWh.
# * At 12 h on each day of June the price is -0.10 SEK, and 2 kWh are fed in.
# * At 12 h on each day of July 2 kWh are fed in, at 0.50 SEK.
PEAKS_WH = {
    local(1, 7, 18): 5000,
    local(1, 7, 19): 4500,
    local(1, 8, 18): 4000,
    local(1, 9, 2): 8000,
}
NOONS = {m: [local(m, d, 12) for d in range(1, days + 1)] for m, days in ((6, 30), (7, 31))}

# By hand. kWh: the hours of the month (March has 743, October 745), in January 744 + 4 + 3.5 + 3
# + 7 = 761.5. Winter days: 16 h on 23, 20, 21, 20 and 23 weekdays of January, February, March,
# November and December: 368, 320, 336, 320 and 368 kWh, in January 368 + 4 + 3.5 + 3 = 378.5.
#   spot          = kWh x 0.50; in June 690 x 0.50 - 30 x 0.10
#   markup        = kWh x 0.08        energy tax = kWh x 0.439
#   grid fee      = kWh x 0.20 + winter days x 0.31
#   monthly fees  = 40 + 100
#   power fee     = 80 x mean of the largest hours of three days. January: 5, 4 and 8 / 2 = 4 kW
#                   (4.5 is of the same day as 5): 80 x 13 / 3; all other months 80 x 1
#   VAT           = 0.25 x what is above, before it is rounded
#   export        = -kWh x (spot - 0.02 + 0.06): June 60 x -0.06 (is paid), July 62 x 0.54
BY_HAND = [
    # spot, markup, energy tax, grid fee, monthly fees, power fee, VAT, export; total
    ("380.75", "60.92", "334.30", "269.64", "140.00", "346.67", "383.07", "0.00", "1915.35"),
    ("336.00", "53.76", "295.01", "233.60", "140.00", "80.00", "284.59", "0.00", "1422.96"),
    ("371.50", "59.44", "326.18", "252.76", "140.00", "80.00", "307.47", "0.00", "1537.35"),
    ("360.00", "57.60", "316.08", "144.00", "140.00", "80.00", "274.42", "0.00", "1372.10"),
    ("372.00", "59.52", "326.62", "148.80", "140.00", "80.00", "281.73", "0.00", "1408.67"),
    ("342.00", "57.60", "316.08", "144.00", "140.00", "80.00", "269.92", "3.60", "1353.20"),
    ("372.00", "59.52", "326.62", "148.80", "140.00", "80.00", "281.73", "-33.48", "1375.19"),
    ("372.00", "59.52", "326.62", "148.80", "140.00", "80.00", "281.73", "0.00", "1408.67"),
    ("360.00", "57.60", "316.08", "144.00", "140.00", "80.00", "274.42", "0.00", "1372.10"),
    ("372.50", "59.60", "327.06", "149.00", "140.00", "80.00", "282.04", "0.00", "1410.20"),
    ("360.00", "57.60", "316.08", "243.20", "140.00", "80.00", "299.22", "0.00", "1496.10"),
    ("372.00", "59.52", "326.62", "262.88", "140.00", "80.00", "310.25", "0.00", "1551.27"),
]
TOTAL_BY_HAND = Decimal("17623.16")


@pytest.fixture(scope="module")
def tariff() -> Tariff:
    return tariff_from_toml(TARIFF)


@pytest.fixture(scope="module")
def bill_2025(tariff: Tariff) -> Bill:
    prices = spot(year(0.5, dict.fromkeys(NOONS[6], -0.1)))
    fed_in = energy(year(0.0, dict.fromkeys(NOONS[6] + NOONS[7], 2000.0)))
    return bill(tariff, prices, meter(energy(year(1000.0, dict(PEAKS_WH))), fed_in))


@pytest.mark.parametrize("month", range(1, 13))
def test_a_year_of_meter_values_is_billed_to_the_smallest_coin(bill_2025: Bill, month: int) -> None:
    expected = [Decimal(text) for text in BY_HAND[month - 1]]
    found = bill_2025.months[month - 1]
    assert found.month == date(2025, month, 1)
    assert found.lines == dict(zip(LINES, expected[:-1], strict=True))
    assert found.total == expected[-1]


def test_the_year_is_the_sum_of_its_months(bill_2025: Bill) -> None:
    assert (bill_2025.total, bill_2025.currency, bill_2025.unknown) == (TOTAL_BY_HAND, "SEK", ())
    assert sum(month.import_wh for month in bill_2025.months) == 8_777_500
    assert bill_2025.months[0].peak_w == (Decimal(13_000) / 3,)


@pytest.mark.unmeasured
def test_quarters_of_the_same_energy_cost_the_same(tariff: Tariff, bill_2025: Bill) -> None:
    prices = spot(year(0.5, dict.fromkeys(NOONS[6], -0.1)))
    taken = energy(year(1000.0, dict(PEAKS_WH))).resample(QUARTER)
    fed_in = energy(year(0.0, dict.fromkeys(NOONS[6] + NOONS[7], 2000.0))).resample(QUARTER)
    assert bill(tariff, prices, meter(taken, fed_in)) == bill_2025


def test_what_is_not_known_is_named_and_not_billed(tariff: Tariff) -> None:
    prices = spot((0.5, None, 0.5, 0.5))
    found = bill(tariff, prices, meter(energy((1000.0, 1000.0, None, 1000.0, 1000.0))))
    assert found.unknown == tuple(NEW_YEAR + n * HOUR for n in (1, 2, 4))
    assert found.months[0].lines["spot"] == Decimal("1.00")
    assert found.months[0].import_wh == 2000


def test_peaks_already_made_this_month_count(tariff: Tariff) -> None:
    made = [Peak(day=date(2025, 1, d), power_w=Decimal(d * 1000)) for d in (2, 3, 4)]
    start = local(1, 20, 12)
    found = bill(tariff, spot((0.5,), start), meter(energy((3500.0,), start)), made)
    assert found.months[0].peak_w == (Decimal(10_500) / 3,)  # 4 and 3 were, and 3.5 is new


def test_a_month_that_has_begun_averages_the_peaks_it_has(tariff: Tariff) -> None:
    found = bill(tariff, spot((0.5,), local(1, 2, 12)), meter(energy((3000.0,), local(1, 2, 12))))
    assert found.months[0].peak_w == (Decimal(3000),)


STEPS = """
currency = "NOK"
time_zone = "Europe/Oslo"
vat = 0.25

[[power_fees]]
peaks = 3
steps = [
  { from_kw = 0, monthly = 100 },
  { from_kw = 2, monthly = 160 },
  { from_kw = 5, monthly = 280 },
]
"""


@pytest.mark.parametrize(
    ("kw", "monthly"), [(0.0, 100), (1.999, 100), (2.0, 160), (4.9, 160), (5.0, 280), (40.0, 280)]
)
def test_a_fee_in_steps_is_that_of_the_mean_of_the_three_highest_days(
    kw: float, monthly: int
) -> None:
    tariff = tariff_from_toml(STEPS)
    start = datetime(2025, 6, 1, tzinfo=ZoneInfo("Europe/Oslo")).astimezone(UTC)
    # Three days have an hour of 1.5, 1.0 and 0.5 times that power; no other hour comes near.
    hours = [0.0] * (30 * 24)
    for place, share in ((8, 1.5), (8 + 24, 1.0), (8 + 48, 0.5), (9, 0.25)):
        hours[place] = kw * 1000 * share
    taken = Series(start=start, resolution=HOUR, values=tuple(hours), unit="Wh")
    nothing = Series(start=start, resolution=HOUR, values=(0.0,) * len(hours), unit="Wh")
    spot = PriceSeries(
        start=start,
        resolution=HOUR,
        values=(0.0,) * len(hours),
        currency="NOK",
        zone="NO1",
        source="made up",
        fetched_at=start,
    )
    (month,) = bill(tariff, spot, Meter(import_wh=taken, export_wh=nothing)).months
    assert month.lines["power_fee"] == monthly
    assert month.lines["vat"] == monthly * Decimal("0.25")


@pytest.mark.parametrize(
    ("fee", "says"),
    [
        ("peaks = 3", "A power fee has per_kw or steps"),
        ("steps = [{ from_kw = 2, monthly = 1 }, { from_kw = 1, monthly = 2 }]", "must rise"),
        ("steps = [{ from_kw = 1, monthly = 2 }, { from_kw = 2, monthly = 1 }]", "must rise"),
        ("steps = [{ from_kw = -1, monthly = 1 }]", "from_kw must be 0 or more"),
    ],
)
def test_steps_that_cannot_be_are_refused(fee: str, says: str) -> None:
    text = f'currency = "NOK"\ntime_zone = "Europe/Oslo"\n[[power_fees]]\n{fee}\n'
    with pytest.raises(HomevoltError, match=says):
        tariff_from_toml(text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("vat = nan", "my.toml cannot be used: nan is not a number that an amount can be"),
        ("vat = inf", "inf is not a number"),
        ("vat = 1e999", "1e999 is not a number"),
        ("vat = 1e99999999999999999999", "1e99999999999999999999 is not a number"),
        ("vat = " + "[" * 9000, "my.toml is not TOML"),
    ],
)
def test_a_number_that_no_amount_can_be_names_the_file(line: str, says: str) -> None:
    with pytest.raises(HomevoltDataError, match=says):
        tariff_from_toml(f'currency = "SEK"\ntime_zone = "Europe/Stockholm"\n{line}\n', "my.toml")


def test_values_too_coarse_for_a_power_fee_are_refused() -> None:
    quarters = tariff_from_toml(TARIFF.replace("peaks = 3", "peaks = 3\nperiod_min = 15"))
    with pytest.raises(HomevoltDataError, match="needs values of 15 minutes; these are of 60"):
        bill(quarters, spot((0.5,)), meter(energy((1000.0,))))


def test_a_quarter_s_energy_is_its_power_over_a_quarter() -> None:
    quarters = tariff_from_toml(TARIFF.replace("peaks = 3", "peaks = 1\nperiod_min = 15"))
    start = local(1, 7, 12)
    values = meter(energy((500.0, 2000.0, 0.0, 0.0), start, QUARTER))
    assert bill(quarters, spot((0.5,), start), values).months[0].peak_w == (Decimal(8000),)


def test_amounts_that_include_vat_get_none_on_top() -> None:
    text = TARIFF.replace("vat = 0.25", "vat = 0.25\namounts_include_vat = true")
    found = bill(tariff_from_toml(text), spot((1.0,)), meter(energy((1000.0,)))).months[0]
    assert found.lines["vat"] == Decimal("0.25")  # on 1.00 SEK of the exchange alone
    assert found.lines["monthly_fees"] == 140


def test_a_company_is_paid_vat_on_what_it_feeds_in() -> None:
    text = TARIFF.replace("[export]", "[export]\nvat = true")
    values = meter(energy((0.0,)), energy((10_000.0,)))
    found = bill(tariff_from_toml(text), spot((1.0,)), values).months[0]
    assert found.lines["export"] == Decimal("-13.00")  # 10 x 1.04 x 1.25


def test_prices_in_another_currency_are_refused(tariff: Tariff) -> None:
    prices = PriceSeries(
        start=NEW_YEAR,
        resolution=HOUR,
        values=(0.05,),
        currency="EUR",
        zone="SE3",
        source="made up",
        fetched_at=NEW_YEAR,
    )
    with pytest.raises(HomevoltValueError, match="prices are in EUR and the tariff is in SEK"):
        bill(tariff, prices, meter(energy((1000.0,))))


def test_a_meter_counts_energy_on_one_grid_and_upwards() -> None:
    with pytest.raises(HomevoltValueError, match="same slots"):
        Meter(import_wh=energy((1.0,)), export_wh=energy((1.0, 2.0)))
    watts = Series(start=NEW_YEAR, resolution=HOUR, values=(1.0,), unit="W")
    with pytest.raises(HomevoltValueError, match="in Wh"):
        Meter(import_wh=watts, export_wh=watts)
    with pytest.raises(HomevoltDataError, match=r"export_wh is negative at 2024-12-31T23:00:00"):
        Meter(import_wh=energy((1.0,)), export_wh=energy((-1.0,)))
