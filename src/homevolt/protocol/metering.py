"""What the clamps and the mains input measure."""

from __future__ import annotations

from homevolt.protocol.decoding import Wire
from homevolt.protocol.quantities import (
    Ampere,
    Degree,
    Hertz,
    KilowattHourCounter,
    PowerFactor,
    Volt,
    Watt,
)


class CtPhase(Wire, frozen=True):
    """`ct[]`: one phase; A, V, degrees, VA, W and kWh, `ts` in ms, `line` as phase angle."""

    ts: float | None = None
    amps: Ampere | None = None
    volts: Volt | None = None
    deg: Degree | None = None
    ceb: int | None = None
    csb: int | None = None
    pf: PowerFactor | None = None
    va: Watt | None = None
    pwr: Watt | None = None
    line: Degree | None = None
    imp: KilowattHourCounter | None = None
    exp: KilowattHourCounter | None = None


class Ct(Wire, frozen=True):
    """`GET /ct.json?node_id=`: a clamp; `tpw` in W, `imp` and `exp` in kWh."""

    bs: int | None = None
    cs: int | None = None
    beb: int | None = None
    ct: tuple[CtPhase, ...] = ()
    tpw: Watt | None = None
    imp: KilowattHourCounter | None = None
    exp: KilowattHourCounter | None = None


class MainsData(Wire, frozen=True):
    """`GET /mains_data.json`: the mains input of the unit, in V and Hz."""

    timestamp: float | None = None
    peak_index: float | None = None
    signal_voltage: float | None = None
    mains_voltage: Volt | None = None
    mains_voltage_rms: Volt | None = None
    average_voltage: float | None = None
    frequency: Hertz | None = None
    avg_max: float | None = None
    avg_min: float | None = None
    noise: float | None = None
    mains_adc_buffer: tuple[float, ...] = ()
