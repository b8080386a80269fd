"""What the optimum is asked: slots with prices and powers, a battery, and where it starts.

Energies are in kWh, powers in kW, prices in the currency per kWh. At the meter + is import; at the
battery's terminals + is charging. `stored` is energy in the cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from homevolt.exceptions import HomevoltValueError
from homevolt.planning.series import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.planning.battery import BatteryModel

WH_PER_KWH = 1000.0


class Storage(NamedTuple):
    """The battery in kWh and kW, as the programmes use it; `BatteryModel` says what each means."""

    capacity_kwh: float
    min_kwh: float
    max_kwh: float
    charge_kw: float
    discharge_kw: float
    charge_efficiency: float
    discharge_efficiency: float
    standby_kw: float
    wear_per_kwh: float

    @classmethod
    def of(cls, battery: BatteryModel) -> Storage:
        """Return a battery in kWh and kW."""
        return cls(
            battery.capacity_wh / WH_PER_KWH,
            battery.floor_wh / WH_PER_KWH,
            battery.ceiling_wh / WH_PER_KWH,
            battery.max_charge_w / WH_PER_KWH,
            battery.max_discharge_w / WH_PER_KWH,
            battery.charge_efficiency,
            battery.discharge_efficiency,
            battery.standby_w / WH_PER_KWH,
            battery.wear_per_kwh,
        )


class EndValue(NamedTuple):
    """What energy that is left at the end is worth.

    Attributes:
        energy_kwh: How much of it, counted from the lower limit or from the part before.
        value_per_kwh: Of one stored kWh of this part.
    """

    energy_kwh: float
    value_per_kwh: float


class PeakInterval(NamedTuple):
    """A stretch of time, mostly an hour, whose mean import may be one of the largest.

    Attributes:
        slots: The numbers of the slots in it; none for a peak that has been made already.
        hours: Its length, also of what lies before the first slot.
        weight: By which its mean power is multiplied, such as 0.5 at night.
        group: Of the intervals of one group, such as those of a day, only the largest counts.
        certain_kw: What is certain of its weighted power before the first slot.
    """

    slots: tuple[int, ...]
    hours: float
    weight: float
    group: int
    certain_kw: float = 0.0


class PeakFee(NamedTuple):
    """A fee on the mean of the largest intervals of one month, for each kW of it or in steps.

    Attributes:
        price_per_kw: For one kW of that mean.
        largest: How many of the largest are averaged.
        intervals: Those of the slots and those before that count already.
        steps: From which mean in kW on which amount applies, in addition; both rise.
    """

    price_per_kw: float
    largest: int
    intervals: tuple[PeakInterval, ...]
    steps: tuple[tuple[float, float], ...] = ()

    def cost(self, mean_kw: float) -> float:
        """Return the fee for a mean of the largest intervals."""
        reached = [amount for from_kw, amount in self.steps if from_kw <= mean_kw]
        return self.price_per_kw * mean_kw + (reached[-1] if reached else 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Slots with prices and powers, a battery, and where it starts.

    Attributes:
        hours: Length of each slot.
        import_price: What one kWh taken from the grid costs in each slot.
        export_price: What one exported kWh brings in each slot.
        load_kw: Mean consumption of the house in each slot.
        solar_kw: Mean production in each slot.
        battery: The battery.
        start_kwh: Energy stored at the start of the first slot; outside the limits is allowed.
        fuse_kw: What the grid connection carries in either direction, None for no limit. It is
            soft: a house that needs more is no mistake, the battery only keeps the excess small.
        end_values: What energy left at the end is worth, with falling values; none is nothing.
        peak_fees: Power fees, one for each fee and month.
        storage: The battery in kWh and kW.

    Raises:
        HomevoltValueError: The sequences differ in length or hold something else than finite
            numbers, or the values at the end rise.
    """

    hours: tuple[float, ...]
    import_price: tuple[float, ...]
    export_price: tuple[float, ...]
    load_kw: tuple[float, ...]
    solar_kw: tuple[float, ...]
    battery: BatteryModel
    start_kwh: float
    fuse_kw: float | None = None
    end_values: tuple[EndValue, ...] = ()
    peak_fees: tuple[PeakFee, ...] = ()
    storage: Storage = field(init=False, repr=False)
    _net_kwh: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check lengths and numbers."""
        object.__setattr__(self, "storage", Storage.of(self.battery))
        for name in ("hours", "import_price", "export_price", "load_kw", "solar_kw"):
            values: Sequence[float] = getattr(self, name)
            if len(values) != len(self.hours):
                raise HomevoltValueError(
                    f"{name} has {len(values)} values for {len(self.hours)} slots."
                )
            wrong = next((n for n, value in enumerate(values) if not is_number(value)), None)
            if wrong is not None:
                raise HomevoltValueError(f"{name} of slot {wrong} is {values[wrong]!r}, no number.")
        if not all(hours > 0 for hours in self.hours):
            raise HomevoltValueError("A slot is longer than 0 hours.")
        if not is_number(self.start_kwh):
            raise HomevoltValueError(f"start_kwh must be a number, not {self.start_kwh!r}.")
        if self.fuse_kw is not None and (not is_number(self.fuse_kw) or self.fuse_kw <= 0):
            raise HomevoltValueError(f"The fuse must carry more than 0 kW, not {self.fuse_kw!r}.")
        values = [part.value_per_kwh for part in self.end_values]
        if values != sorted(values, reverse=True):
            raise HomevoltValueError("The value of energy at the end must fall, not rise.")
        standby_kw = self.storage.standby_kw
        powers = zip(self.load_kw, self.solar_kw, self.hours, strict=True)
        net = tuple((load - solar + standby_kw) * hours for load, solar, hours in powers)
        object.__setattr__(self, "_net_kwh", net)

    @property
    def low_kwh(self) -> float:
        """The least energy stored in this problem: the lower limit, or the start below it."""
        return min(self.storage.min_kwh, self.first_kwh)

    @property
    def high_kwh(self) -> float:
        """The most energy stored in this problem: the upper limit, or the start above it."""
        return max(self.storage.max_kwh, self.first_kwh)

    @property
    def first_kwh(self) -> float:
        """The energy stored at the start, within what the battery can hold."""
        return min(max(self.start_kwh, 0.0), self.storage.capacity_kwh)

    @property
    def penalty_per_kwh(self) -> float:
        """What a kWh beyond a soft limit is charged, so that no price is worth it.

        A kWh moved through the battery loses at most `1 / (charge * discharge efficiency)`, and is
        worth no more than the highest price, the wear and the value at the end together.
        """
        prices = (*self.import_price, *self.export_price)
        ends = [part.value_per_kwh for part in self.end_values]
        shortest = min(self.hours, default=1.0)
        ends += [fee.price_per_kw / shortest for fee in self.peak_fees]
        ends += [amount / shortest for fee in self.peak_fees for _, amount in fee.steps]
        highest = max((abs(price) for price in (*prices, *ends)), default=0.0)
        storage = self.storage
        round_trip = storage.charge_efficiency * storage.discharge_efficiency
        return 1.0 + 4.0 * (highest + storage.wear_per_kwh) / round_trip

    @property
    def fuse_penalty_per_kwh(self) -> float:
        """What a kWh above the fuse is charged: more than to be outside the limits all along."""
        is_outside = self.low_kwh < self.storage.min_kwh or self.high_kwh > self.storage.max_kwh
        return self.penalty_per_kwh * (1 + len(self.hours) if is_outside else 1)

    def net_kwh(self, slot: int) -> float:
        """Return what the meter of a slot would count if the battery neither gave nor took."""
        return self._net_kwh[slot]
