"""Frequency reserve: the power that the battery gives at each grid frequency.

Facts: the options' names and units (`fcr_n_power`, `fcr_d_up_power`, `fcr_d_down_power`,
`ffr_power` in W, `use_ffr_custom_trig_freq`, `ffr_rearm`, `fcr_start_from`, `test_sequence` 0-16,
`test_end_schedule`) and the products behind the names, which are those of the Nordic grid: FCR-N
linear from 49.9 to 50.1 Hz, FCR-D linear from 49.9 to 49.5 Hz (up) and from 50.1 to 50.5 Hz
(down), FFR in full below a trigger.
Our choice where the facts are silent: FFR triggers at 49.7 Hz, or with `use_ffr_custom_trig_freq`
at the inverter's `ffr_fstart_freq` (9900, that is 49.5 Hz); it lasts 30 s and is given once, or
with `ffr_rearm` again after the frequency has been normal for 15 minutes; a test sequence replaces
the measured frequency by a step to one of 16 values for a minute, after 10 s at 50 Hz; with
`test_end_schedule` the entry is idle afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.simulator.world.ems.plan import OptionValue

NOMINAL_HZ = 50.0
NORMAL_BAND_HZ = 0.1
DISTURBED_BAND_HZ = 0.4

FFR_TRIGGER_HZ = 49.7
FFR_INVERTER_TRIGGER_HZ = 49.5
FFR_DURATION_S = 30.0
FFR_NORMAL_HZ = 49.9
FFR_REARM_S = 900.0

TEST_STEPS_HZ = (
    *(49.95, 50.05, 49.9, 50.1, 49.85, 50.15, 49.8, 50.2),
    *(49.7, 50.3, 49.6, 50.4, 49.5, 50.5, 49.4, 50.6),
)
TEST_START_S, TEST_END_S = 10.0, 70.0


class FrequencyReserve:
    """The reserve that one entry of type 6 offers, and its state.

    Args:
        options: Of the entry, by the names of `/schedule.json`.
        started_s: When the entry became active, epoch seconds.
    """

    __slots__ = (
        "_armed",
        "_ends_after_test",
        "_fcr_d_down_w",
        "_fcr_d_up_w",
        "_fcr_n_w",
        "_ffr_w",
        "_normal_since_s",
        "_rearms",
        "_started_s",
        "_test",
        "_trigger_hz",
        "_triggered_s",
    )

    def __init__(self, options: Mapping[str, OptionValue], started_s: float) -> None:
        self._fcr_n_w = float(options.get("fcr_n_power", 0))
        self._fcr_d_up_w = float(options.get("fcr_d_up_power", 0))
        self._fcr_d_down_w = float(options.get("fcr_d_down_power", 0))
        self._ffr_w = float(options.get("ffr_power", 0))
        custom = options.get("use_ffr_custom_trig_freq", False)
        self._trigger_hz = FFR_INVERTER_TRIGGER_HZ if custom else FFR_TRIGGER_HZ
        self._rearms = bool(options.get("ffr_rearm", False))
        self._test = int(options.get("test_sequence", 0))
        self._ends_after_test = bool(options.get("test_end_schedule", False))
        self._started_s = max(started_s, float(options.get("fcr_start_from", started_s)))
        self._armed = True
        self._triggered_s: float | None = None
        self._normal_since_s: float | None = None

    def power_w(self, time_s: float, frequency_hz: float) -> float:
        """Return the power of the battery at a frequency, + when it discharges.

        Args:
            time_s: Epoch seconds; never less than in the previous call.
            frequency_hz: Of the grid.

        Returns:
            W; 0 before `fcr_start_from` and after a test that ends the entry.
        """
        since_s = time_s - self._started_s
        if since_s < 0.0:
            return 0.0
        if self._test:
            if since_s >= TEST_END_S and self._ends_after_test:
                return 0.0
            frequency_hz = self._test_frequency(since_s, frequency_hz)
        missing_hz = NOMINAL_HZ - frequency_hz
        power_w = self._fcr_n_w * max(-1.0, min(1.0, missing_hz / NORMAL_BAND_HZ))
        beyond_hz = abs(missing_hz) - NORMAL_BAND_HZ
        if beyond_hz > 0.0:
            part = min(1.0, beyond_hz / DISTURBED_BAND_HZ)
            power_w += part * (self._fcr_d_up_w if missing_hz > 0.0 else -self._fcr_d_down_w)
        return power_w + self._ffr_power(time_s, frequency_hz)

    def _test_frequency(self, since_s: float, frequency_hz: float) -> float:
        if since_s >= TEST_END_S:
            return frequency_hz
        if since_s < TEST_START_S:
            return NOMINAL_HZ
        return TEST_STEPS_HZ[(self._test - 1) % len(TEST_STEPS_HZ)]

    def _ffr_power(self, time_s: float, frequency_hz: float) -> float:
        if self._ffr_w <= 0.0:
            return 0.0
        if self._armed and frequency_hz < self._trigger_hz:
            self._armed, self._triggered_s, self._normal_since_s = False, time_s, None
        if self._triggered_s is not None:
            if time_s - self._triggered_s < FFR_DURATION_S:
                return self._ffr_w
            self._rearm(time_s, frequency_hz)
        return 0.0

    def rearm(self, time_s: float) -> None:
        """Make FFR available again, unless it is being delivered (`ecu_ffr_rearm`)."""
        if self._triggered_s is None or time_s - self._triggered_s >= FFR_DURATION_S:
            self._armed = True

    def _rearm(self, time_s: float, frequency_hz: float) -> None:
        if not self._rearms or self._armed:
            return
        if frequency_hz < FFR_NORMAL_HZ:
            self._normal_since_s = None
        elif self._normal_since_s is None:
            self._normal_since_s = time_s
        elif time_s - self._normal_since_s >= FFR_REARM_S:
            self._armed = True
