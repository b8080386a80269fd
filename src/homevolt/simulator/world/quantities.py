"""Plain numbers that several rooms of the world share."""

from __future__ import annotations

import math

NO_LIMIT = math.inf

SECONDS_PER_HOUR = 3600.0

PHASES = 3
NOMINAL_VOLTAGE_V = 230.0
"""Phase to neutral."""
