"""What the clamps and the mains input measure."""

from __future__ import annotations

from homevolt.protocol.decoding import Wire


class CtPhase(Wire, frozen=True):
    """`ct[]`: one phase; A, V, degree, VA, W and kWh, `ts` in ms, `line` as phase angle."""

    ts: float | None = None
    amps: float | None = None
    volts: float | None = None
    deg: float | None = None
    ceb: int | None = None
    csb: int | None = None
    pf: float | None = None
    va: float | None = None
    pwr: float | None = None
    line: float | None = None
    imp: float | None = None
    exp: float | None = None


class Ct(Wire, frozen=True):
    """`GET /ct.json?node_id=`: a clamp; `tpw` in W, `imp` and `exp` in kWh."""

    bs: int | None = None
    cs: int | None = None
    beb: int | None = None
    ct: tuple[CtPhase, ...] = ()
    tpw: float | None = None
    imp: float | None = None
    exp: float | None = None


class MainsData(Wire, frozen=True):
    """`GET /mains_data.json`: the mains input of the unit, in V and Hz."""

    timestamp: float | None = None
    peak_index: float | None = None
    signal_voltage: float | None = None
    mains_voltage: float | None = None
    mains_voltage_rms: float | None = None
    average_voltage: float | None = None
    frequency: float | None = None
    avg_max: float | None = None
    avg_min: float | None = None
    noise: float | None = None
    mains_adc_buffer: tuple[float, ...] = ()
