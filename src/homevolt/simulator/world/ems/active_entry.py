"""The active schedule entry and the parameters that limit the battery, prepared for stepping."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from homevolt.simulator.world.ems.energy_limits import EnergyLimit, EnergyLimits
from homevolt.simulator.world.ems.plan import FOLLOW_METER, Mode
from homevolt.simulator.world.ems.reserve import FrequencyReserve
from homevolt.simulator.world.house import NOMINAL_VOLTAGE_V, PHASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.simulator.world.ems.plan import Entry, OptionValue


class ParameterLimits(NamedTuple):
    """The parameters that limit the battery, whatever the schedule says; 0 is no limit.

    Attributes:
        export_w: `export_limitation_w`, at the meter.
        import_w: `import_limitation_w`, at the meter.
        main_fuse_a: `ecu_main_fuse_size_a`, per phase at the meter.
        group_fuse_a: `ecu_group_fuse_size_a`, per phase of all units together.
        hourly_import_wh: `import_energy_limit_wh`, at the meter in each hour of the clock.
        idle_threshold_w: `ems_idle_power_threshold`: below this power the battery stays idle.
        service_mode: `system_service_mode`: the battery stays idle.
    """

    export_w: float = 0.0
    import_w: float = 0.0
    main_fuse_a: float = 0.0
    group_fuse_a: float = 0.0
    hourly_import_wh: float = 0.0
    idle_threshold_w: float = 0.0
    service_mode: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> ParameterLimits:
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


class ActiveEntry:
    """The active entry with its options as plain numbers; an absent option does not limit.

    A fuse or a ramp of 0 does not limit either.

    Args:
        entry: The active entry, None for none, which means idle.
        limits: From the parameters.
        time_s: When it became active, epoch seconds.
        reserve: State of the frequency reserve of the same entry so far, None at its start.

    Attributes:
        started_s: When it became active, epoch seconds.
        type: 0-9.
        setpoint_w: As in the entry, None if it has none.
        max_charge_w: `max_charge` and the group fuse.
        max_discharge_w: `max_discharge` and the group fuse.
        import_limit_w: At the meter.
        export_limit_w: At the meter.
        main_fuse_a: Per phase at the meter.
        charge_ramp_w_s: How fast charging may rise, all phases together.
        discharge_ramp_w_s: How fast discharging may rise.
        idle_threshold_w: The battery stays idle rather than run at less than this.
        discharge_threshold_w: The battery does not discharge at less than this.
        min_soc: 0 to 1.
        max_soc: 0 to 1.
        offline: True if the inverter disconnects while it is idle.
        follows_meter: True if the type needs the meter.
        energy_limits: The energy limits of the entry and the parameters.
        has_energy_limit: True if there is an energy limit in any direction.
        reserve: Frequency reserve of type 6.
    """

    __slots__ = (
        "charge_ramp_w_s",
        "discharge_ramp_w_s",
        "discharge_threshold_w",
        "energy_limits",
        "export_limit_w",
        "follows_meter",
        "has_energy_limit",
        "idle_threshold_w",
        "import_limit_w",
        "main_fuse_a",
        "max_charge_w",
        "max_discharge_w",
        "max_soc",
        "min_soc",
        "offline",
        "reserve",
        "setpoint_w",
        "started_s",
        "type",
    )

    def __init__(
        self,
        entry: Entry | None,
        limits: ParameterLimits,
        time_s: float,
        reserve: FrequencyReserve | None = None,
    ) -> None:
        options = {} if entry is None else entry.options
        self.started_s = time_s
        self.type: int = Mode.IDLE if entry is None or limits.service_mode else entry.type
        setpoint = options.get("setpoint")
        self.setpoint_w = None if setpoint is None else float(setpoint)
        group_w = (limits.group_fuse_a or math.inf) * PHASES * NOMINAL_VOLTAGE_V
        self.max_charge_w = min(group_w, max(0.0, _option(options, "max_charge")))
        self.max_discharge_w = min(group_w, max(0.0, _option(options, "max_discharge")))
        self.import_limit_w = min(limits.import_w or math.inf, _option(options, "import_limit"))
        self.export_limit_w = min(limits.export_w or math.inf, _option(options, "export_limit"))
        fuse_a = _option(options, "main_fuse") / 1000
        self.main_fuse_a = min(limits.main_fuse_a or math.inf, fuse_a or math.inf)
        w_per_ma = PHASES * NOMINAL_VOLTAGE_V / 1000
        self.charge_ramp_w_s = (_option(options, "charge_ramp_up") or math.inf) * w_per_ma
        self.discharge_ramp_w_s = (_option(options, "discharge_ramp_up") or math.inf) * w_per_ma
        self.idle_threshold_w = float(options.get("idle_threshold_power", limits.idle_threshold_w))
        self.discharge_threshold_w = float(options.get("discharge_threshold_power", 0))
        self.min_soc = 0.0 if entry is None or entry.min_soc is None else entry.min_soc / 100
        self.max_soc = 1.0 if entry is None or entry.max_soc is None else entry.max_soc / 100
        self.offline = self.type == Mode.IDLE and bool(options.get("offline", False))
        self.follows_meter = self.type in FOLLOW_METER
        self.energy_limits = EnergyLimits(
            EnergyLimit.of("import", entry, time_s),
            EnergyLimit.of("export", entry, time_s),
            limits.hourly_import_wh or math.inf,
        )
        self.has_energy_limit = self.energy_limits.exist
        self.reserve = reserve or FrequencyReserve(options, time_s)


def _parameter(parameters: Mapping[str, object], name: str) -> float:
    value = parameters.get(name, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _option(options: Mapping[str, OptionValue], name: str) -> float:
    return float(options.get(name, math.inf))
