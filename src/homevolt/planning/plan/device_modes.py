"""The device's modes for each action; only those that a firmware has kept are used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.planning.plan.actions import Action
from homevolt.schedule.entry import BatteryMode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from homevolt.planning.optimum.problem import Storage
    from homevolt.planning.plan.actions import Setting

ALL_MODES = frozenset(BatteryMode)
_FAR_W = 20_000
"""Beyond what a house draws: with it, a mode that follows the meter runs at its own limit."""
_W_PER_KW = 1000
_ROUNDING = 1e-6


class ModeChoice(NamedTuple):
    """One way to carry out an action.

    Attributes:
        mode: The device's mode.
        options: The options of an entry for a power in W.
    """

    mode: BatteryMode
    options: Callable[[int], dict[str, Any]]


def _none(_power_w: int) -> dict[str, Any]:
    return {}


def _zero_meter(_power_w: int) -> dict[str, Any]:
    return {"setpoint": 0}


def _setpoint(power_w: int) -> dict[str, Any]:
    return {"setpoint": power_w}


def _from_grid(power_w: int) -> dict[str, Any]:
    return {"setpoint": _FAR_W, "max_charge": power_w}


def _to_grid(power_w: int) -> dict[str, Any]:
    return {"setpoint": _FAR_W, "max_discharge": power_w}


MODES: dict[Action, tuple[ModeChoice, ...]] = {
    Action.SELF_CONSUMPTION: (
        ModeChoice(BatteryMode.GRID_CHARGE_DISCHARGE, _zero_meter),
        ModeChoice(BatteryMode.SOLAR_CHARGE_DISCHARGE, _none),
    ),
    Action.SAVE: (
        ModeChoice(BatteryMode.SOLAR_CHARGE, _none),
        ModeChoice(BatteryMode.IDLE, _none),
    ),
    Action.WAIT: (ModeChoice(BatteryMode.IDLE, _none),),
    Action.CHARGE: (
        ModeChoice(BatteryMode.INVERTER_CHARGE, _setpoint),
        ModeChoice(BatteryMode.GRID_CHARGE, _from_grid),
    ),
    Action.DISCHARGE: (
        ModeChoice(BatteryMode.INVERTER_DISCHARGE, _setpoint),
        ModeChoice(BatteryMode.GRID_DISCHARGE, _to_grid),
    ),
}
"""The ways to carry out each action, the best first."""


def mode_for(action: Action, confirmed: Collection[BatteryMode]) -> ModeChoice | None:
    """Return the best way to carry out an action, None if the firmware keeps none of them.

    Args:
        action: The action.
        confirmed: The modes that came back as they were written. Idle is always among them: it is
            what a mode turns into that is not kept.
    """
    known = {BatteryMode.IDLE, *confirmed}
    return next((choice for choice in MODES[action] if choice.mode in known), None)


def entry_options(
    choice: ModeChoice, setting: Setting, storage: Storage, fuse_kw: float | None
) -> dict[str, Any]:
    """Return the options of an entry.

    Args:
        choice: How the action is carried out.
        setting: Power and limits of stored energy. Percentages are whole: they are rounded so that
            the target is reached, but never beyond the battery's own limits.
        storage: The battery, whose own limits hold in every entry.
        fuse_kw: What the grid connection carries, None for no limit.
    """
    options = choice.options(round(setting.power_kw * _W_PER_KW))
    capacity = storage.capacity_kwh
    floor = max(
        math.floor(setting.floor_kwh / capacity * 100 + _ROUNDING),
        math.ceil(storage.min_kwh / capacity * 100 - _ROUNDING),
    )
    if floor > 0 and setting.action in (Action.SELF_CONSUMPTION, Action.DISCHARGE):
        options["min_soc"] = min(floor, 100)
    ceiling = min(setting.ceiling_kwh, storage.max_kwh)
    if ceiling < capacity and setting.action not in (Action.DISCHARGE, Action.WAIT):
        highest = math.floor(storage.max_kwh / capacity * 100 + _ROUNDING)
        options["max_soc"] = min(highest, math.ceil(ceiling / capacity * 100 - _ROUNDING))
    if fuse_kw is not None and setting.action is Action.CHARGE:
        options["import_limit"] = round(fuse_kw * _W_PER_KW)
    if fuse_kw is not None and setting.action is Action.DISCHARGE:
        options["export_limit"] = round(fuse_kw * _W_PER_KW)
    return options
