"""The keyword `max_power` of the control methods, which is another name of an option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt._common import checking
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.entry import BatteryMode
from homevolt.schedule.options import BY_NAME, check_names, check_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "max_power"
LIMITS = {
    BatteryMode.INVERTER_CHARGE: "max_charge",
    BatteryMode.INVERTER_DISCHARGE: "max_discharge",
    BatteryMode.GRID_CHARGE: "max_charge",
    BatteryMode.GRID_DISCHARGE: "max_discharge",
    BatteryMode.SOLAR_CHARGE: "max_charge",
}
"""The option that limits the power in each mode that takes `max_power`."""
_INVERTER_MODES = (BatteryMode.INVERTER_CHARGE, BatteryMode.INVERTER_DISCHARGE)


def without_max_power(
    mode: BatteryMode, given: Mapping[str, object], accept: Iterable[str]
) -> tuple[dict[str, object], Iterable[str]]:
    """Return what a caller gave, with `max_power` under the name of the option that it is.

    Real plans carry the power of modes 1 and 2 as the setpoint, and not all firmware keeps the
    limits; so there it is the setpoint, unless that is given too.

    Args:
        mode: The mode, one of `LIMITS`.
        given: The options of the caller; `max_power` in W.
        accept: The names of options that may differ in the read-back.

    Returns:
        The options and the names.

    Raises:
        HomevoltValueError: An option does not exist, `max_power` is not a power, or its limit is
            given too.
    """
    options = dict(given)
    check_names(options, (*BY_NAME, NAME))
    name = LIMITS[mode]
    power = options.pop(NAME, None)
    if power is not None:
        if options.get(name) is not None:
            raise HomevoltValueError(f"{NAME} and {name} are the same; give one of them")
        if mode in _INVERTER_MODES and options.get("setpoint") is None:
            name = "setpoint"
        with checking(NAME):
            options[name] = check_option(BY_NAME["max_charge"]._replace(name=NAME), power)
    with checking("accept"):
        if not isinstance(accept, str):
            accept = [name if each == NAME else each for each in accept]
    return options, accept
