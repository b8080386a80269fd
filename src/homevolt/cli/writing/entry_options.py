"""The modes and the options of an entry, for the help, which does without msgspec.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from __future__ import annotations

from typing import NamedTuple


class EntryOption(NamedTuple):
    """One option of an entry; `low` and `high` are the smallest and largest number allowed."""

    name: str
    kind: str
    unit: str
    low: int
    high: int
    about: str


MODE_NAMES = (
    "idle",
    "inverter_charge",
    "inverter_discharge",
    "grid_charge",
    "grid_discharge",
    "grid_charge_discharge",
    "frequency_reserve",
    "solar_charge",
    "solar_charge_discharge",
    "full_solar_export",
)
"""The name of each mode, at its number."""

ENTRY_OPTIONS = (
    EntryOption(
        "min_soc",
        "whole number",
        "%",
        0,
        100,
        "Do not discharge below this state of charge.",
    ),
    EntryOption(
        "max_soc",
        "whole number",
        "%",
        0,
        100,
        "Do not charge above this state of charge.",
    ),
    EntryOption(
        "setpoint",
        "whole number",
        "W",
        -2147483647,
        2147483647,
        "Power to hold: at the inverter in modes 1-2, at the grid connection point in modes "
        "3-5; in mode 5 signed, + import, - export.",
    ),
    EntryOption(
        "max_charge",
        "whole number",
        "W",
        0,
        2147483647,
        "Limit of the charging power.",
    ),
    EntryOption(
        "max_discharge",
        "whole number",
        "W",
        0,
        2147483647,
        "Limit of the discharge power.",
    ),
    EntryOption(
        "import_limit",
        "whole number",
        "W",
        0,
        2147483647,
        "Limit of the import at the grid connection point.",
    ),
    EntryOption(
        "export_limit",
        "whole number",
        "W",
        0,
        2147483647,
        "Limit of the export at the grid connection point.",
    ),
    EntryOption(
        "idle_threshold_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power below which the battery idles.",
    ),
    EntryOption(
        "discharge_threshold_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power above which the battery discharges.",
    ),
    EntryOption(
        "main_fuse",
        "whole number",
        "mA",
        0,
        2147483647,
        "Size of the main fuse.",
    ),
    EntryOption(
        "charge_ramp_up",
        "whole number",
        "mA/s",
        0,
        2147483647,
        "How fast the charging current rises.",
    ),
    EntryOption(
        "discharge_ramp_up",
        "whole number",
        "mA/s",
        0,
        2147483647,
        "How fast the discharge current rises.",
    ),
    EntryOption(
        "import_energy_limit",
        "whole number",
        "Wh",
        0,
        2147483647,
        "Energy that may be imported within its window.",
    ),
    EntryOption(
        "import_energy_limit_from",
        "time",
        "",
        0,
        2147483647,
        "Start of the window of import energy limit.",
    ),
    EntryOption(
        "import_energy_limit_to",
        "time",
        "",
        0,
        2147483647,
        "End of the window of import energy limit.",
    ),
    EntryOption(
        "import_energy_max_compensation",
        "whole number",
        "W",
        0,
        2147483647,
        "Power to compensate the import limit with.",
    ),
    EntryOption(
        "export_energy_limit",
        "whole number",
        "Wh",
        0,
        2147483647,
        "Energy that may be exported within its window.",
    ),
    EntryOption(
        "export_energy_limit_from",
        "time",
        "",
        0,
        2147483647,
        "Start of the window of export energy limit.",
    ),
    EntryOption(
        "export_energy_limit_to",
        "time",
        "",
        0,
        2147483647,
        "End of the window of export energy limit.",
    ),
    EntryOption(
        "export_energy_max_compensation",
        "whole number",
        "W",
        0,
        2147483647,
        "Power to compensate the export limit with.",
    ),
    EntryOption(
        "fcr_n_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power of FCR-N, the frequency containment reserve for normal operation.",
    ),
    EntryOption(
        "fcr_d_up_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power of FCR-D up, the frequency containment reserve for disturbances.",
    ),
    EntryOption(
        "fcr_d_down_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power of FCR-D down, the frequency containment reserve for disturbances.",
    ),
    EntryOption(
        "ffr_power",
        "whole number",
        "W",
        0,
        2147483647,
        "Power of FFR, the fast frequency reserve.",
    ),
    EntryOption(
        "use_ffr_custom_trig_freq",
        "flag",
        "",
        0,
        2147483647,
        "Use a custom trigger frequency for FFR.",
    ),
    EntryOption(
        "ffr_rearm",
        "flag",
        "",
        0,
        2147483647,
        "Rearm FFR after it was triggered.",
    ),
    EntryOption(
        "fcr_start_from",
        "time",
        "",
        0,
        2147483647,
        "When the frequency reserve starts.",
    ),
    EntryOption(
        "test_sequence",
        "whole number",
        "",
        0,
        16,
        "Number of the test sequence to run.",
    ),
    EntryOption(
        "test_end_schedule",
        "flag",
        "",
        0,
        2147483647,
        "End the schedule when the test sequence has ended.",
    ),
    EntryOption(
        "offline",
        "flag",
        "",
        0,
        2147483647,
        "Take the battery offline; in mode idle only.",
    ),
)
