"""`schedule[].params` of `GET /schedule.json`.

Written by `python -m tools.generate` from `homevolt.protocol.entry_fields`; change it there.
"""

from homevolt.protocol.decoding import Wire
from homevolt.protocol.quantities import Switch


class EntryParams(Wire, frozen=True):
    """The options of an entry; times are in epoch s, the other units at the fields."""

    setpoint: float | None = None  # W
    max_charge: float | None = None  # W
    max_discharge: float | None = None  # W
    import_limit: float | None = None  # W
    export_limit: float | None = None  # W
    idle_threshold_power: float | None = None  # W
    discharge_threshold_power: float | None = None  # W
    main_fuse: float | None = None  # mA
    charge_ramp_up: float | None = None  # mA/s
    discharge_ramp_up: float | None = None  # mA/s
    import_energy_limit: float | None = None  # Wh
    import_energy_limit_from: float | None = None
    import_energy_limit_to: float | None = None
    import_energy_max_compensation: float | None = None  # W
    export_energy_limit: float | None = None  # Wh
    export_energy_limit_from: float | None = None
    export_energy_limit_to: float | None = None
    export_energy_max_compensation: float | None = None  # W
    fcr_n_power: float | None = None  # W
    fcr_d_up_power: float | None = None  # W
    fcr_d_down_power: float | None = None  # W
    ffr_power: float | None = None  # W
    use_ffr_custom_trig_freq: bool | Switch | None = None
    ffr_rearm: bool | Switch | None = None
    fcr_start_from: float | None = None
    test_sequence: float | None = None
    test_end_schedule: bool | Switch | None = None
    offline: bool | Switch | None = None
