"""Units with serial numbers, age and state of charge derived from the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.simulator.world.blade import Blade
from homevolt.simulator.world.unit import Unit

if TYPE_CHECKING:
    from homevolt.simulator.world.noise import Noise

BLADES_PER_UNIT = 2
BLADE_CAPACITY_WH = 6652.0
ROUND_TRIP = 0.89
"""Energy discharged per energy charged, by the counters of captured units."""

_UNIT, _POINT = 1000, 900
MAX_UNITS = 100
_CHANNELS_PER_UNIT = 16


def make_units(noise: Noise, count: int) -> list[Unit]:
    """Return `count` units, all different; the same noise makes the same units.

    Raises:
        ValueError: If `count` is not from 1 to 100.
    """
    if count < 1:
        raise ValueError(f"an installation has at least one unit, not {count}")
    if count > MAX_UNITS:
        raise ValueError(f"an installation has at most {MAX_UNITS} units, not {count}")
    return [_make_unit(noise, _UNIT + number * _CHANNELS_PER_UNIT) for number in range(count)]


def make_point_ids(noise: Noise) -> dict[str, tuple[str, int | None]]:
    """Return the radio address (16 hex digits) and node number of each measuring point."""
    return {
        "grid": (f"a46dd4fffe{noise.bits(_POINT, 0) & 0xFFFFFF:06x}", 1),
        "solar": (f"9035eafffe{noise.bits(_POINT, 1) & 0xFFFFFF:06x}", 3),
        "load": ("0" * 16, None),
    }


def _make_unit(noise: Noise, channel: int) -> Unit:
    cycles = 100 + int(250 * noise.uniform(channel, 0))
    blades = [
        Blade(
            serial_number=f"8000027{noise.bits(channel + 1, number) % 10**13:013d}",
            capacity_wh=BLADE_CAPACITY_WH,
            cycles_before=cycles + int(12 * noise.uniform(channel + 2, number)),
            energy_wh=BLADE_CAPACITY_WH * (0.48 + 0.04 * noise.uniform(channel + 3, number)),
        )
        for number in range(BLADES_PER_UNIT)
    ]
    produced_wh = float(cycles * BLADE_CAPACITY_WH * BLADES_PER_UNIT)
    consumed_wh = produced_wh / ROUND_TRIP
    return Unit(
        ecu_id=f"{0x68B6B3:06x}{noise.bits(channel + 5, 0) & 0xFFFFFF:06x}",
        inverter_serial=f"F412FA{noise.bits(channel + 6, 0) & 0xFFFFFF:06X}",
        blades=blades,
        energy_produced_wh=produced_wh,
        energy_consumed_wh=consumed_wh,
        imported_wh=produced_wh * 0.9,
        exported_wh=consumed_wh * 0.9,
    )
