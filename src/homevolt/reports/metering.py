"""What the clamps and the mains input measure, besides the readings."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from homevolt.reports.view import Source, Sources, View, each, epoch_ms, ticks


class ClampPhaseView(View, frozen=True):
    """One phase of a clamp (`/ct.json`, `ct[]`).

    Attributes:
        at: When it was measured, in UTC.
        voltage_v: The voltage in V.
        current_a: The current in A.
        power_w: The active power in W.
        apparent_power_va: The apparent power in VA.
        power_factor: The power factor, a ratio from -1 to 1.
        phase_shift_deg: The angle between voltage and current in degrees.
        line_angle_deg: The angle of the phase in the three-phase system in degrees: 0, 120 or 240.
        energy_imported_kwh: The energy imported in kWh.
        energy_exported_kwh: The energy exported in kWh.
    """

    at: datetime | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    power_w: float | None = None
    apparent_power_va: float | None = None
    power_factor: float | None = None
    phase_shift_deg: float | None = None
    line_angle_deg: float | None = None
    energy_imported_kwh: float | None = None
    energy_exported_kwh: float | None = None

    sources: ClassVar[Sources] = {
        "at": Source("ts", epoch_ms),
        "voltage_v": Source("volts"),
        "current_a": Source("amps"),
        "power_w": Source("pwr"),
        "apparent_power_va": Source("va"),
        "power_factor": Source("pf"),
        "phase_shift_deg": Source("deg"),
        "line_angle_deg": Source("line"),
        "energy_imported_kwh": Source("imp"),
        "energy_exported_kwh": Source("exp"),
    }


class ClampView(View, frozen=True):
    """What the clamps of a node measure (`GET /ct.json?node_id=`).

    The signs are those of the node: towards the house +, out of it -.

    Attributes:
        total_power_w: The power of all phases in W.
        energy_imported_kwh: The energy imported in kWh, of all phases.
        energy_exported_kwh: The energy exported in kWh, of all phases.
        hub_time_s: When it was measured, in seconds by the clock of the radio hub.
        phases: Its phases, empty for a node that has no clamp in use.
    """

    total_power_w: float | None = None
    energy_imported_kwh: float | None = None
    energy_exported_kwh: float | None = None
    hub_time_s: float | None = None
    phases: tuple[ClampPhaseView, ...] = ()

    sources: ClassVar[Sources] = {
        "total_power_w": Source("tpw"),
        "energy_imported_kwh": Source("imp"),
        "energy_exported_kwh": Source("exp"),
        "hub_time_s": Source("cs", ticks),
        "phases": Source("ct", each(ClampPhaseView)),
    }


class ClampFunctionView(View, frozen=True):
    """What a node is used for (`GET /ecu_sense.json`, an item).

    Attributes:
        eui: The EUI-64 of the node (`node_euid`).
        function: `grid`, `solar`, `unspecified`, or another word (`function_name`).
        function_id: The same as the device numbers it (`function`).
        phases: The phases whose clamps are in use, such as `L1` (`interface_names`).
        label: What a person called it.
    """

    eui: str | None = None
    function: str | None = None
    function_id: int | None = None
    phases: tuple[str, ...] = ()
    label: str | None = None

    sources: ClassVar[Sources] = {
        "eui": Source("node_euid"),
        "function": Source("function_name"),
        "function_id": Source("function"),
        "phases": Source("interface_names"),
    }


class MainsView(View, frozen=True):
    """What the radio hub measures at the mains input of the unit (`GET /mains_data.json`).

    Attributes:
        hub_time_s: When it was measured, in seconds by the clock of the radio hub.
        voltage_v: The RMS voltage in V (`mains_voltage_rms`).
        peak_voltage_v: The peak voltage in V (`mains_voltage`).
        frequency_hz: The frequency in Hz.
        adc_average: The mean of the samples in counts of the A/D converter (`average_voltage`).
        adc_max: The largest sample (`avg_max`).
        adc_min: The smallest sample (`avg_min`).
        adc_noise: The noise of the samples (`noise`).
        adc_signal: The signal of the samples (`signal_voltage`).
        adc_peak_index: Which of the samples is the peak.
        adc_samples: The samples, empty if they are not given.
    """

    hub_time_s: float | None = None
    voltage_v: float | None = None
    peak_voltage_v: float | None = None
    frequency_hz: float | None = None
    adc_average: float | None = None
    adc_max: float | None = None
    adc_min: float | None = None
    adc_noise: float | None = None
    adc_signal: float | None = None
    adc_peak_index: float | None = None
    adc_samples: tuple[float, ...] = ()

    sources: ClassVar[Sources] = {
        "hub_time_s": Source("timestamp", ticks),
        "voltage_v": Source("mains_voltage_rms"),
        "peak_voltage_v": Source("mains_voltage"),
        "frequency_hz": Source("frequency"),
        "adc_average": Source("average_voltage"),
        "adc_max": Source("avg_max"),
        "adc_min": Source("avg_min"),
        "adc_noise": Source("noise"),
        "adc_signal": Source("signal_voltage"),
        "adc_peak_index": Source("peak_index"),
        "adc_samples": Source("mains_adc_buffer"),
    }
