"""The controllers that decide how much the unit charges and discharges."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from homevolt.reports.view import Source, Sources, View, epoch_s, milliseconds


class ControllerView(View, frozen=True):
    """One PID controller (`/pid.json`).

    The inputs of the power controller are in W, those of the two limits in A; outputs are in W.

    Attributes:
        gain_proportional: The proportional gain (`kp`).
        gain_integral: The integral gain (`ki`).
        gain_derivative: The derivative gain (`kd`).
        setpoint: What it holds its input at.
        integral: The sum of the errors so far.
        input: The input of the last step (`prev_input`).
        filtered_input: The same after the low-pass filter.
        error: The setpoint minus the filtered input (`prev_error`).
        anti_windup: How far the integral may go beyond what the output can follow.
        cutoff_hz: The cut-off frequency of the filter in Hz.
        output_w: The output of the last step in W (`prev_output`).
        output_min_w: The lower limit of the output in W (`prev_min`).
        output_max_w: The upper limit of the output in W (`prev_max`).
        step_s: The duration of the last step in s (`prev_delta_t`).
        stepped_up_time_s: When the last step was, in seconds since the unit started.
    """

    gain_proportional: float | None = None
    gain_integral: float | None = None
    gain_derivative: float | None = None
    setpoint: float | None = None
    integral: float | None = None
    input: float | None = None
    filtered_input: float | None = None
    error: float | None = None
    anti_windup: float | None = None
    cutoff_hz: float | None = None
    output_w: float | None = None
    output_min_w: float | None = None
    output_max_w: float | None = None
    step_s: float | None = None
    stepped_up_time_s: float | None = None

    sources: ClassVar[Sources] = {
        "gain_proportional": Source("kp"),
        "gain_integral": Source("ki"),
        "gain_derivative": Source("kd"),
        "input": Source("prev_input"),
        "error": Source("prev_error"),
        "output_w": Source("prev_output"),
        "output_min_w": Source("prev_min"),
        "output_max_w": Source("prev_max"),
        "step_s": Source("prev_delta_t"),
        "stepped_up_time_s": Source("prev_timestamp_ms", milliseconds),
    }


class ControllersView(View, frozen=True):
    """The controllers of the unit (`GET /pid.json`).

    Attributes:
        power: Holds the power at the grid connection point at its setpoint (`ems_pid`).
        charge_limit: Keeps charging within the main fuse (`lb_charge`).
        discharge_limit: Keeps discharging within the main fuse (`lb_discharge`).
    """

    power: ControllerView = ControllerView()
    charge_limit: ControllerView = ControllerView()
    discharge_limit: ControllerView = ControllerView()

    sources: ClassVar[Sources] = {
        "power": Source("ems_pid", ControllerView.of),
        "charge_limit": Source("lb_charge", ControllerView.of),
        "discharge_limit": Source("lb_discharge", ControllerView.of),
    }


class ControllerHistoryView(View, frozen=True):
    """What a controller recorded (`GET /ems_pid_history.json`).

    Attributes:
        controller_id: The number of the controller (`id`).
        name: Its name, such as `ems_pid`.
        start: When the record begins, in UTC, None if there is none (`from`).
        gain_proportional: The proportional gain (`kp`).
        gain_integral: The integral gain (`ki`).
        gain_derivative: The derivative gain (`kd`).
        setpoint: What it holds its input at.
        anti_windup: How far the integral may go beyond what the output can follow.
        cutoff_hz: The cut-off frequency of its filter in Hz.
        data: The record as plain values; its shape is not documented.
    """

    controller_id: int | None = None
    name: str | None = None
    start: datetime | None = None
    gain_proportional: float | None = None
    gain_integral: float | None = None
    gain_derivative: float | None = None
    setpoint: float | None = None
    anti_windup: float | None = None
    cutoff_hz: float | None = None
    data: Any = None

    sources: ClassVar[Sources] = {
        "controller_id": Source("id"),
        "start": Source("from_", epoch_s),
        "gain_proportional": Source("constants.kp"),
        "gain_integral": Source("constants.ki"),
        "gain_derivative": Source("constants.kd"),
        "setpoint": Source("constants.setpoint"),
        "anti_windup": Source("constants.anti_windup"),
        "cutoff_hz": Source("constants.cutoff_hz"),
    }
