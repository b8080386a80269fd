"""The controllers of the unit: `/pid.json`, `/ems_pid_history.json`."""

from __future__ import annotations

from typing import Any

from homevolt.protocol.decoding import Wire


class PidState(Wire, frozen=True):
    """One controller of `/pid.json`: inputs in W, of the two limits in A; outputs in W."""

    kp: float | None = None
    ki: float | None = None
    kd: float | None = None
    setpoint: float | None = None
    integral: float | None = None
    filtered_input: float | None = None
    prev_error: float | None = None
    anti_windup: float | None = None
    cutoff_hz: float | None = None
    prev_output: float | None = None
    prev_input: float | None = None
    prev_min: float | None = None
    prev_max: float | None = None
    prev_delta_t: float | None = None
    prev_timestamp_ms: float | None = None


class Pid(Wire, frozen=True):
    """`GET /pid.json`: of the power, and of charging and discharging within the fuse."""

    ems_pid: PidState = PidState()
    lb_charge: PidState = PidState()
    lb_discharge: PidState = PidState()


class PidConstants(Wire, frozen=True):
    """`constants` of `/ems_pid_history.json`."""

    kp: float | None = None
    ki: float | None = None
    kd: float | None = None
    setpoint: float | None = None
    anti_windup: float | None = None
    cutoff_hz: float | None = None


class PidHistory(Wire, frozen=True, rename={"from_": "from"}):
    """`GET /ems_pid_history.json`; the shape of `data` is not documented."""

    from_: float | None = None
    id: int | None = None
    name: str | None = None
    constants: PidConstants = PidConstants()
    data: Any = None
