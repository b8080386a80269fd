"""The house around the battery: consumption, solar production and grid at any second.

Every figure is a function of the seed and the time alone, so it does not depend on how the world
was advanced. None of them is a fact about the device: this is a typical Swedish house with three
phases, electric heating and a solar plant on the roof.
"""

from __future__ import annotations

import math

from homevolt.simulator.world.noise import Noise
from homevolt.simulator.world.weather import ambient_c, local_hour, season, sunshine

Phases = tuple[float, float, float]

PHASES = 3
NOMINAL_VOLTAGE_V = 230.0
"""Phase to neutral."""
NOMINAL_FREQUENCY_HZ = 50.0

FAST_BUCKET_S = 10
SLOW_BUCKET_S = 60
"""How long consumption and sunshine, and their slowly changing parts, stay constant."""

REACTIVE_SHARE = 0.28
REACTIVE_BASE_VAR = 90.0
"""Reactive power of motors and power supplies in the house."""

BASE_LOAD_W = (
    *(210.0, 190.0, 180.0, 180.0, 190.0, 240.0, 520.0, 780.0, 620.0, 420.0, 360.0, 380.0),
    *(460.0, 420.0, 370.0, 400.0, 560.0, 900.0, 1150.0, 1100.0, 950.0, 760.0, 520.0, 320.0),
)
"""Consumption by the hour of the local day, without heating."""
HEATING_MEAN_W = 800.0
HEATING_SEASON_W = 750.0

APPLIANCES = (
    # power W, duration s, probability per slot while people are up, phase
    (2000.0, 180, 0.12, 0),
    (1800.0, 600, 0.07, 1),
    (2200.0, 1200, 0.06, 2),
    (3300.0, 1500, 0.03, 1),
)
APPLIANCE_SLOT_S = 1800
UP_FROM_HOUR, UP_TO_HOUR = 6, 23

DIP_SLOT_S = 3600
DIP_PROBABILITY = 0.04
DIP_DURATION_S = 240
DIP_DEPTH_HZ = 0.45
"""Outages of a large power plant: probability per slot, duration, largest frequency drop."""

_CONSUMPTION, _HEATING, _CLOUD, _PHASE, _FREQUENCY, _FREQUENCY_FAST, _JITTER = range(1, 8)
_WITHIN, _DIP, _DIP_START, _VOLTAGE, _APPLIANCE = 9, 10, 11, 12, 15


class House:
    """Consumption, solar production, grid and surroundings of one house.

    Args:
        seed: The same seed gives the same house.
        solar_peak_w: Peak power of the solar plant, 0 for none.

    Attributes:
        consumption_w: Consumption of the house, 0 or more.
        phases_w: The same, phase by phase.
        solar_w: Production of the solar plant, 0 or more, a third on each phase.
        voltages_v: Phase to neutral, L1, L2, L3.
        frequency_hz: Of the grid.
        ambient_c: Temperature around the battery, degrees Celsius.
    """

    __slots__ = (
        "_clear_w",
        "_fast_bucket",
        "_fuse_bounds_w",
        "_noise",
        "_pinned",
        "_slow_bucket",
        "_slow_frequency_hz",
        "_slow_w",
        "_weights",
        "ambient_c",
        "consumption_w",
        "frequency_hz",
        "phases_w",
        "solar_peak_w",
        "solar_w",
        "voltages_v",
    )

    def __init__(self, seed: int, solar_peak_w: float = 8000.0) -> None:
        self.solar_peak_w = solar_peak_w
        self.consumption_w = 0.0
        self.solar_w = 0.0
        self.phases_w: Phases = (0.0, 0.0, 0.0)
        self.voltages_v: Phases = (NOMINAL_VOLTAGE_V, NOMINAL_VOLTAGE_V, NOMINAL_VOLTAGE_V)
        self.frequency_hz = NOMINAL_FREQUENCY_HZ
        self.ambient_c = 20.0
        self._noise = Noise(seed)
        self._weights = self._phase_weights()
        self._fuse_bounds_w: dict[float, tuple[float, float]] = {}
        self._pinned: dict[str, float] = {}
        self._fast_bucket = self._slow_bucket = -1
        self._slow_w = self._clear_w = 0.0
        self._slow_frequency_hz = NOMINAL_FREQUENCY_HZ

    def pin(
        self,
        *,
        consumption_w: float | None = None,
        solar_w: float | None = None,
        frequency_hz: float | None = None,
    ) -> None:
        """Hold figures at given values from the next step on; None releases a figure.

        Args:
            consumption_w: Of the house, W, 0 or more.
            solar_w: Of the solar plant, W, 0 or more.
            frequency_hz: Of the grid, Hz.
        """
        pinned = {"consumption": consumption_w, "solar": solar_w, "frequency": frequency_hz}
        self._pinned = {name: value for name, value in pinned.items() if value is not None}
        self._fast_bucket = self._slow_bucket = -1

    def move_to(self, time_s: float, length_s: float = 1) -> None:
        """Set every figure to its value in a step.

        A step longer than `FAST_BUCKET_S` takes the figures of a random second within it, so that
        recurring events are neither always missed nor always met.

        Args:
            time_s: Start of the step, epoch seconds.
            length_s: Length of the step.
        """
        if length_s > FAST_BUCKET_S:
            time_s += length_s * self._noise.uniform(_WITHIN, int(time_s))
        bucket = int(time_s // FAST_BUCKET_S)
        if bucket != self._fast_bucket:
            self._fast_bucket = bucket
            self._refresh(bucket * FAST_BUCKET_S)
        jitter = self._noise.uniform(_JITTER, int(time_s)) - 0.5
        self.frequency_hz = self._pinned.get("frequency", self._slow_frequency_hz + 0.006 * jitter)

    def fuse_bounds_w(self, fuse_a: float) -> tuple[float, float]:
        """Return the battery power at which the first phase reaches the main fuse.

        Args:
            fuse_a: Main fuse per phase, counted with the reactive current of the house.

        Returns:
            Lowest and highest power of a three-phase battery, W: 0 or less, 0 or more.
        """
        bounds_w = self._fuse_bounds_w.get(fuse_a)
        if bounds_w is None:
            bounds_w = self._fuse_bounds_w[fuse_a] = self._find_fuse_bounds(fuse_a)
        return bounds_w

    def _find_fuse_bounds(self, fuse_a: float) -> tuple[float, float]:
        low_w, high_w = -math.inf, math.inf
        solar_w = self.solar_w / len(self.phases_w)
        for phase_w, voltage_v in zip(self.phases_w, self.voltages_v, strict=True):
            fuse_va = fuse_a * voltage_v
            fuse_w = math.sqrt(max(0.0, fuse_va**2 - reactive_var(phase_w) ** 2))
            low_w = max(low_w, phase_w - solar_w - fuse_w)
            high_w = min(high_w, phase_w - solar_w + fuse_w)
        phases = len(self.phases_w)
        return phases * min(0.0, low_w), phases * max(0.0, high_w)

    def _refresh(self, time_s: int) -> None:
        self._fuse_bounds_w.clear()
        slow = time_s // SLOW_BUCKET_S
        if slow != self._slow_bucket:
            self._slow_bucket = slow
            self._refresh_slow(slow * SLOW_BUCKET_S)
        noise = self._noise
        self._slow_frequency_hz = self._frequency(time_s)
        self._consume(time_s)
        gap = 0.06 * (1.0 + noise.smooth(_CLOUD, time_s, 45))
        self.solar_w = self._pinned.get("solar", self._clear_w * (1.0 - gap))

    def _refresh_slow(self, time_s: int) -> None:
        noise = self._noise
        hour = local_hour(time_s)
        first = int(hour)
        part = hour - first
        following = (first + 1) % len(BASE_LOAD_W)
        base_w = BASE_LOAD_W[first] * (1.0 - part) + BASE_LOAD_W[following] * part
        heating_w = HEATING_MEAN_W - HEATING_SEASON_W * season(time_s)
        heating_w *= 1.0 + 0.5 * noise.smooth(_HEATING, time_s, 1400)
        self._slow_w = base_w * (1.0 + 0.2 * noise.smooth(_CONSUMPTION, time_s, 600)) + heating_w
        self._clear_w = self.solar_peak_w * sunshine(noise, time_s)
        self.ambient_c = ambient_c(noise, time_s)
        one, two, three = (
            NOMINAL_VOLTAGE_V + 1.5 + 2.5 * noise.smooth(_VOLTAGE + phase, time_s, 300)
            for phase in range(3)
        )
        self.voltages_v = (one, two, three)

    def _consume(self, time_s: int) -> None:
        pinned = self._pinned.get("consumption")
        if pinned is None:
            base_w = self._slow_w * (1.0 + 0.06 * self._noise.smooth(_CONSUMPTION, time_s, 25))
            appliances_w = self._appliances(time_s)
        else:
            base_w, appliances_w = pinned, [0.0, 0.0, 0.0]
        one, two, three = (
            base_w * weight + extra_w
            for weight, extra_w in zip(self._weights, appliances_w, strict=True)
        )
        self.phases_w = (one, two, three)
        self.consumption_w = one + two + three

    def _appliances(self, time_s: int) -> list[float]:
        """Return the power of kettle, hob and similar appliances, phase by phase."""
        appliances_w = [0.0, 0.0, 0.0]
        if not UP_FROM_HOUR <= local_hour(time_s) < UP_TO_HOUR:
            return appliances_w
        slot, since_s = divmod(time_s, APPLIANCE_SLOT_S)
        for number, (power_w, duration_s, probability, phase) in enumerate(APPLIANCES):
            channel = _APPLIANCE + 2 * number
            if self._noise.uniform(channel, slot) < probability:
                start_s = self._noise.uniform(channel + 1, slot) * (APPLIANCE_SLOT_S - duration_s)
                if start_s <= since_s < start_s + duration_s:
                    appliances_w[phase] += power_w
        return appliances_w

    def _frequency(self, time_s: int) -> float:
        """Return the frequency of the grid: it varies, and dips when a power plant is lost."""
        noise = self._noise
        deviation_hz = 0.045 * noise.smooth(_FREQUENCY, time_s, 240)
        deviation_hz += 0.03 * noise.smooth(_FREQUENCY_FAST, time_s, 40)
        slot, since_s = divmod(time_s, DIP_SLOT_S)
        if noise.uniform(_DIP, slot) < DIP_PROBABILITY:
            start_s = noise.uniform(_DIP_START, slot) * (DIP_SLOT_S - DIP_DURATION_S)
            part = (since_s - start_s) / DIP_DURATION_S
            if 0.0 <= part < 1.0:
                depth = 0.4 + 0.6 * noise.uniform(_DIP_START, -1 - slot)
                deviation_hz -= DIP_DEPTH_HZ * depth * (1.0 - part)
        return NOMINAL_FREQUENCY_HZ + deviation_hz

    def _phase_weights(self) -> Phases:
        one, two, three = (0.6 + 0.8 * self._noise.uniform(_PHASE, phase) for phase in range(3))
        total = one + two + three
        return (one / total, two / total, three / total)


def reactive_var(house_phase_w: float) -> float:
    """Return the reactive power of the house on a phase, in var.

    Args:
        house_phase_w: Active power of the house on the phase.
    """
    return REACTIVE_BASE_VAR + REACTIVE_SHARE * house_phase_w
