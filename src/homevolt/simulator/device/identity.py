"""What every simulated device is, whatever its profile: its model and the versions of its parts."""

from __future__ import annotations

from typing import Final

MODEL: Final = "B6"
BLADE_FIRMWARE: Final = "v6"
INVERTER_FIRMWARE: Final = "V1.10-97.0"
HUB_FIRMWARE: Final = "804-4190150b"
"""Of the radio hub."""
