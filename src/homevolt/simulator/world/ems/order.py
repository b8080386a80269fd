"""What the active schedule entry and the parameters ask of the battery, made ready for stepping."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.ems.budget import budget_of
from homevolt.simulator.world.ems.modes import FOLLOW_METER, IDLE
from homevolt.simulator.world.ems.reserve import FrequencyReserve
from homevolt.simulator.world.quantities import NO_LIMIT, NOMINAL_VOLTAGE_V, PHASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.simulator.world.ems.plan import Entry, OptionValue


class Limits(NamedTuple):
    """The parameters that bind the battery, whatever the schedule says; 0 is no limit.

    Attributes:
        export_w: `export_limitation_w`, at the meter.
        import_w: `import_limitation_w`, at the meter.
        main_fuse_a: `ecu_main_fuse_size_a`, per phase at the meter.
        group_fuse_a: `ecu_group_fuse_size_a`, per phase of all units together.
        hourly_import_wh: `import_energy_limit_wh`, at the meter in each hour of the clock.
        idle_threshold_w: `ems_idle_power_threshold`: less than this is not worth starting for.
        service_mode: `system_service_mode`: the battery stands still.
    """

    export_w: float = 0.0
    import_w: float = 0.0
    main_fuse_a: float = 0.0
    group_fuse_a: float = 0.0
    hourly_import_wh: float = 0.0
    idle_threshold_w: float = 0.0
    service_mode: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> Limits:
        """Pick the limits out of all parameters; a missing one is no limit."""
        return cls(
            export_w=_parameter(parameters, "export_limitation_w"),
            import_w=_parameter(parameters, "import_limitation_w"),
            main_fuse_a=_parameter(parameters, "ecu_main_fuse_size_a"),
            group_fuse_a=_parameter(parameters, "ecu_group_fuse_size_a"),
            hourly_import_wh=_parameter(parameters, "import_energy_limit_wh"),
            idle_threshold_w=_parameter(parameters, "ems_idle_power_threshold"),
            service_mode=bool(parameters.get("system_service_mode", False)),
        )


class Order:
    """The active entry, its options as plain numbers; what is not given does not limit.

    A fuse or a ramp of 0 does not limit either.

    Args:
        entry: The active entry, None for none, which is idle.
        limits: From the parameters.
        time_s: When it became active, epoch seconds.
        reserve: What the same entry has given of its reserve so far, None at its beginning.

    Attributes:
        began_s: When it became active, epoch seconds.
        type: 0-9.
        setpoint_w: As in the entry, None if it has none.
        most_charge_w: `max_charge` and the group fuse.
        most_discharge_w: `max_discharge` and the group fuse.
        import_limit_w: At the meter.
        export_limit_w: At the meter.
        main_fuse_a: Per phase at the meter.
        charge_ramp_w_s: How fast charging may rise, all phases together.
        discharge_ramp_w_s: How fast discharging may rise.
        hourly_import_wh: What may pass the meter inwards in each hour of the clock.
        idle_threshold_w: The battery rests rather than do less than this.
        discharge_threshold_w: The battery does not discharge less than this.
        min_soc: 0 to 1.
        max_soc: 0 to 1.
        offline: True if the inverter disconnects while it idles.
        has_budget: True if there is an energy limit, either way.
        follows_meter: True if the type needs the meter.
        import_budget: `import_energy_limit`, None for none.
        export_budget: `export_energy_limit`, None for none.
        reserve: What type 6 gives for which frequency.
    """

    __slots__ = (
        "began_s",
        "charge_ramp_w_s",
        "discharge_ramp_w_s",
        "discharge_threshold_w",
        "entry",
        "export_budget",
        "export_limit_w",
        "follows_meter",
        "has_budget",
        "hourly_import_wh",
        "idle_threshold_w",
        "import_budget",
        "import_limit_w",
        "main_fuse_a",
        "max_soc",
        "min_soc",
        "most_charge_w",
        "most_discharge_w",
        "offline",
        "reserve",
        "setpoint_w",
        "type",
    )

    def __init__(
        self,
        entry: Entry | None,
        limits: Limits,
        time_s: float,
        reserve: FrequencyReserve | None = None,
    ) -> None:
        options = {} if entry is None else entry.options
        self.entry = entry
        self.began_s = time_s
        self.type = IDLE if entry is None or limits.service_mode else entry.type
        setpoint = options.get("setpoint")
        self.setpoint_w = None if setpoint is None else float(setpoint)
        group_w = (limits.group_fuse_a or NO_LIMIT) * PHASES * NOMINAL_VOLTAGE_V
        self.most_charge_w = min(group_w, max(0.0, _number(options, "max_charge")))
        self.most_discharge_w = min(group_w, max(0.0, _number(options, "max_discharge")))
        self.import_limit_w = min(limits.import_w or NO_LIMIT, _number(options, "import_limit"))
        self.export_limit_w = min(limits.export_w or NO_LIMIT, _number(options, "export_limit"))
        fuse_a = _number(options, "main_fuse") / 1000
        self.main_fuse_a = min(limits.main_fuse_a or NO_LIMIT, fuse_a or NO_LIMIT)
        per_ma = PHASES * NOMINAL_VOLTAGE_V / 1000
        self.charge_ramp_w_s = (_number(options, "charge_ramp_up") or NO_LIMIT) * per_ma
        self.discharge_ramp_w_s = (_number(options, "discharge_ramp_up") or NO_LIMIT) * per_ma
        self.idle_threshold_w = float(options.get("idle_threshold_power", limits.idle_threshold_w))
        self.discharge_threshold_w = float(options.get("discharge_threshold_power", 0))
        self.min_soc = 0.0 if entry is None or entry.min_soc is None else entry.min_soc / 100
        self.max_soc = 1.0 if entry is None or entry.max_soc is None else entry.max_soc / 100
        self.offline = self.type == IDLE and bool(options.get("offline", False))
        self.follows_meter = self.type in FOLLOW_METER
        self.import_budget = budget_of("import", entry, time_s)
        self.export_budget = budget_of("export", entry, time_s)
        self.hourly_import_wh = limits.hourly_import_wh or NO_LIMIT
        self.has_budget = (
            self.import_budget is not None
            or self.export_budget is not None
            or self.hourly_import_wh < NO_LIMIT
        )
        self.reserve = FrequencyReserve(options, time_s) if reserve is None else reserve


def _parameter(parameters: Mapping[str, object], name: str) -> float:
    value = parameters.get(name, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _number(options: Mapping[str, OptionValue], name: str) -> float:
    return float(options.get(name, NO_LIMIT))
