"""The keywords of the control methods, for type checkers.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from datetime import datetime


class EntryOptions(TypedDict, total=False):
    """The options of a schedule entry; docs/control.md says what each one does.

    Numbers are whole; a time is a `datetime` or ISO 8601 text; None is not given.
    """

    min_soc: int | None  # %
    max_soc: int | None  # %
    setpoint: int | None  # W
    max_charge: int | None  # W
    max_discharge: int | None  # W
    import_limit: int | None  # W
    export_limit: int | None  # W
    idle_threshold_power: int | None  # W
    discharge_threshold_power: int | None  # W
    main_fuse: int | None  # mA
    charge_ramp_up: int | None  # mA/s
    discharge_ramp_up: int | None  # mA/s
    import_energy_limit: int | None  # Wh
    import_energy_limit_from: datetime | str | None
    import_energy_limit_to: datetime | str | None
    import_energy_max_compensation: int | None  # W
    export_energy_limit: int | None  # Wh
    export_energy_limit_from: datetime | str | None
    export_energy_limit_to: datetime | str | None
    export_energy_max_compensation: int | None  # W
    fcr_n_power: int | None  # W
    fcr_d_up_power: int | None  # W
    fcr_d_down_power: int | None  # W
    ffr_power: int | None  # W
    use_ffr_custom_trig_freq: bool | None
    ffr_rearm: bool | None
    fcr_start_from: datetime | str | None
    test_sequence: int | None
    test_end_schedule: bool | None
    offline: bool | None


class WindowedOptions(EntryOptions, total=False):
    """The options of an entry that has a window."""

    from_time: datetime | str | None
    to_time: datetime | str | None


class PowerOptions(EntryOptions, total=False):
    """The options of a charging or discharging mode, whose power has a short name too."""

    max_power: int | None  # W
