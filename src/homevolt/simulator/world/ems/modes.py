"""The ten modes that a schedule entry may have as its type.

Facts: types 1-2 hold their setpoint at the inverter; types 3-5 hold it at the grid connection
point, the battery follows the meter; type 5 is signed, + import, - export, and 0 holds the meter
at zero; solar modes charge from production only.
"""

from __future__ import annotations

IDLE = 0
INVERTER_CHARGE = 1
INVERTER_DISCHARGE = 2
GRID_CHARGE = 3
GRID_DISCHARGE = 4
GRID_CHARGE_DISCHARGE = 5
FREQUENCY_RESERVE = 6
SOLAR_CHARGE = 7
SOLAR_CHARGE_DISCHARGE = 8
FULL_SOLAR_EXPORT = 9

NEED_SETPOINT = frozenset({GRID_CHARGE, GRID_DISCHARGE, GRID_CHARGE_DISCHARGE})
"""Types that mean nothing without a setpoint."""

FOLLOW_METER = NEED_SETPOINT | {SOLAR_CHARGE, SOLAR_CHARGE_DISCHARGE}
"""Types that need the meter at the grid connection point."""
