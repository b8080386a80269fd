"""The catalogue: one table of every reading, for the sensor dict, the typed view, CLI and docs.

Nothing else in the library knows what a reading is called, where it comes from, how the wire's
number becomes a quantity and which values are possible. A new reading is one new row.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from homevolt.protocol import quantities
from homevolt.readings.models import SensorType

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.protocol.ems import BmsData, MeasuringPoint, MeterPhase, Unit
    from homevolt.protocol.quantities import Possible
    from homevolt.readings.derived import ActiveSchedule, DeviceClock, House

T = TypeVar("T")
Value: TypeAlias = "float | str | tuple[str, ...] | None"


class Quantity(NamedTuple):
    """A quantity and its unit.

    Attributes:
        type: The type of its sensors.
        unit: UCUM-like, None for text.
        possible: Which values are possible; the decoder of `/ems.json` keeps to the same rule.
        is_list: Whether it is a list of texts.
    """

    type: SensorType
    unit: str | None
    possible: Possible | None = None
    is_list: bool = False


class Reading(msgspec.Struct, Generic[T], frozen=True):
    """One row of the catalogue.

    Attributes:
        key: Its name for programs, with its unit; it never changes. The field of the typed view.
        name: Its name for people: the sensor's name, without the tag of a measuring point or a
            further unit; `{n}` stands for the number of a blade, `{phase}` for L1, L2 or L3.
        source: The field of the wire, reached by attributes alone.
        quantity: What it measures, in which unit, and within which range.
        description: What it means, with its sign.
        divisor: What the wire's number is divided by.
        in_total: Whether `aggregated` holds it for a cluster too.
    """

    key: str
    name: str
    source: Callable[[T], Value]
    quantity: Quantity
    description: str
    divisor: int = 1
    in_total: bool = False


# What the wire's number is divided by. Dividing by a power of ten gives the nearest double;
# multiplying by its inverse does not.
_DECI, _CENTI, _MILLI, _CENTI_PERCENT = 10, 100, 1000, 10_000

_V = Quantity(SensorType.VOLTAGE, "V", quantities.VOLTAGE_V)
_A = Quantity(SensorType.CURRENT, "A", quantities.CURRENT_A)
_W = Quantity(SensorType.POWER, "W", quantities.POWER_W)
_VA = Quantity(SensorType.POWER, "VA", quantities.POWER_W)
_VAR = Quantity(SensorType.POWER, "var", quantities.POWER_W)
_WH_COUNTER = Quantity(SensorType.ENERGY_INCREASING, "Wh", quantities.COUNTER_WH)
_KWH_COUNTER = Quantity(SensorType.ENERGY_INCREASING, "kWh", quantities.COUNTER_KWH)
_WH = Quantity(SensorType.ENERGY_TOTAL, "Wh", quantities.ENERGY_WH)
_HZ = Quantity(SensorType.FREQUENCY, "Hz", quantities.FREQUENCY_HZ)
_CEL = Quantity(SensorType.TEMPERATURE, "Cel", quantities.TEMPERATURE_C)
_RATIO = Quantity(SensorType.PERCENTAGE, "1", quantities.RATIO)
_DBM = Quantity(SensorType.SIGNAL_STRENGTH, "dBm", quantities.SIGNAL_DBM)
_COUNT = Quantity(SensorType.COUNT, "1", quantities.COUNT)
_S = Quantity(SensorType.COUNT, "s")
_TEXT = Quantity(SensorType.TEXT, None)
_TEXTS = Quantity(SensorType.TEXT, None, is_list=True)
_MODE = Quantity(SensorType.SCHEDULE_TYPE, None)

UNIT: tuple[Reading[Unit], ...] = (
    Reading("power_w", "Power", lambda u: u.ems_data.power, _W,
            "Battery power; + discharging, - charging", in_total=True),
    Reading("state_of_charge_ratio", "Battery State of Charge",
            lambda u: u.ems_data.soc_avg, _RATIO,
            "State of charge over all blades, 0 to 1", _CENTI_PERCENT, in_total=True),
    Reading("frequency_hz", "Frequency", lambda u: u.ems_data.frequency, _HZ,
            "Grid frequency at the inverter", _MILLI),
    Reading("l1_voltage_v", "L1 Voltage", lambda u: u.ems_voltage.l1, _V,
            "Phase L1 to neutral at the inverter", _DECI),
    Reading("l2_voltage_v", "L2 Voltage", lambda u: u.ems_voltage.l2, _V,
            "Phase L2 to neutral at the inverter", _DECI),
    Reading("l3_voltage_v", "L3 Voltage", lambda u: u.ems_voltage.l3, _V,
            "Phase L3 to neutral at the inverter", _DECI),
    Reading("l1_l2_voltage_v", "L1_L2 Voltage", lambda u: u.ems_voltage.l1_l2, _V,
            "L1 to L2 at the inverter", _DECI),
    Reading("l2_l3_voltage_v", "L2_L3 Voltage", lambda u: u.ems_voltage.l2_l3, _V,
            "L2 to L3 at the inverter", _DECI),
    Reading("l3_l1_voltage_v", "L3_L1 Voltage", lambda u: u.ems_voltage.l3_l1, _V,
            "L3 to L1 at the inverter", _DECI),
    Reading("l1_current_a", "L1 Current", lambda u: u.ems_current.l1, _A,
            "Current of phase L1 at the inverter; scale as the device gives it, not proven"),
    Reading("l2_current_a", "L2 Current", lambda u: u.ems_current.l2, _A,
            "Current of phase L2 at the inverter; scale as the device gives it, not proven"),
    Reading("l3_current_a", "L3 Current", lambda u: u.ems_current.l3, _A,
            "Current of phase L3 at the inverter; scale as the device gives it, not proven"),
    Reading("apparent_power_va", "Apparent Power", lambda u: u.ems_data.apparent_power, _VA,
            "Apparent power of the inverter", in_total=True),
    Reading("reactive_power_var", "Reactive Power", lambda u: u.ems_data.reactive_power, _VAR,
            "Reactive power of the inverter", in_total=True),
    Reading("system_temperature_c", "System Temperature", lambda u: u.ems_data.sys_temp, _CEL,
            "Temperature inside the unit", _DECI),
    Reading("imported_energy_kwh", "Imported Energy",
            lambda u: u.ems_aggregate.imported_kwh, _KWH_COUNTER,
            "Counter as the device names it; it rises while the battery discharges"),
    Reading("exported_energy_kwh", "Exported Energy",
            lambda u: u.ems_aggregate.exported_kwh, _KWH_COUNTER,
            "Counter as the device names it; it rises while the battery charges"),
    Reading("discharged_energy_wh", "Discharged Energy",
            lambda u: u.ems_data.energy_produced, _WH_COUNTER,
            "Counter of the energy taken out of the battery", in_total=True),
    Reading("charged_energy_wh", "Charged Energy",
            lambda u: u.ems_data.energy_consumed, _WH_COUNTER,
            "Counter of the energy put into the battery", in_total=True),
    Reading("available_charging_power_w", "Available Charging Power",
            lambda u: u.ems_prediction.avail_ch_pwr, _W,
            "Highest charging power possible now", in_total=True),
    Reading("available_discharge_power_w", "Available Discharge Power",
            lambda u: u.ems_prediction.avail_di_pwr, _W,
            "Highest discharge power possible now", in_total=True),
    Reading("available_charging_energy_wh", "Available Charging Energy",
            lambda u: u.ems_prediction.avail_ch_energy, _WH,
            "Energy until the battery is full", in_total=True),
    Reading("available_discharge_energy_wh", "Available Discharge Energy",
            lambda u: u.ems_prediction.avail_di_energy, _WH,
            "Energy until the battery is empty", in_total=True),
    Reading("available_capacity_wh", "Available Capacity", lambda u: u.ems_data.avail_cap, _WH,
            "Usable capacity, charged or not", in_total=True),
    Reading("rated_capacity_wh", "Rated Capacity", lambda u: u.ems_info.rated_capacity, _WH,
            "Rated capacity of the unit"),
    Reading("rated_power_w", "Rated Power", lambda u: u.ems_info.rated_power, _W,
            "Rated power of the unit"),
    Reading("power_reference_w", "Power Reference", lambda u: u.ems_control.pwr_ref, _W,
            "Power that the unit is told to hold now; + discharging, - charging"),
    Reading("operating_state", "Operating State", lambda u: u.op_state_str, _TEXT,
            "What the unit does, in the device's words"),
    Reading("state", "State", lambda u: u.ems_data.state_str, _TEXT,
            "State of the energy management system, in the device's words"),
    Reading("error", "Error", lambda u: u.error_str, _TEXT,
            "Error of the unit, in the device's words"),
    Reading("alarms", "Alarms", lambda u: u.ems_data.alarm_str, _TEXTS,
            "Names of the active alarms, separated by commas; empty if there are none"),
    Reading("warnings", "Warnings", lambda u: u.ems_data.warning_str, _TEXTS,
            "Names of the active warnings, separated by commas; empty if there are none"),
    Reading("firmware_version", "Firmware Version", lambda u: u.ems_info.fw_version, _TEXT,
            "Firmware of the energy management system"),
)  # fmt: skip
"""Read once for each unit."""

TOTAL = tuple(row for row in UNIT if row.in_total)
"""Read once for `aggregated`, tagged `total`, if there are several units."""

BLADE: tuple[Reading[BmsData], ...] = (
    Reading("state_of_charge_ratio", "Homevolt battery {n}", lambda b: b.soc, _RATIO,
            "State of charge of the blade, 0 to 1", _CENTI_PERCENT),
    Reading("state_of_health_ratio", "Homevolt battery {n} soh", lambda b: b.soh, _RATIO,
            "State of health of the blade, 0 to 1", _CENTI_PERCENT),
    Reading("tmin_c", "Homevolt battery {n} tmin", lambda b: b.tmin, _CEL,
            "Temperature of the coldest cell", _DECI),
    Reading("tmax_c", "Homevolt battery {n} tmax", lambda b: b.tmax, _CEL,
            "Temperature of the warmest cell", _DECI),
    Reading("charge_cycles", "Homevolt battery {n} charge cycles", lambda b: b.cycle_count, _COUNT,
            "Full charge cycles so far"),
    Reading("voltage_v", "Homevolt battery {n} voltage", lambda b: b.voltage, _V,
            "Voltage of the blade", _CENTI),
    Reading("current_a", "Homevolt battery {n} current", lambda b: b.current, _A,
            "Current of the blade; scale and sign as the device gives them"),
    Reading("power_w", "Homevolt battery {n} power", lambda b: b.power, _W,
            "Power of the blade; sign as the device gives it"),
    Reading("available_energy_wh", "Homevolt battery {n} available energy",
            lambda b: b.energy_avail, _WH,
            "Energy that can be taken out of the blade"),
    Reading("state", "Homevolt battery {n} state", lambda b: b.state_str, _TEXT,
            "State of the blade, in the device's words"),
    Reading("alarms", "Homevolt battery {n} alarms", lambda b: b.alarm_str, _TEXTS,
            "Names of the active alarms, separated by commas; empty if there are none"),
)  # fmt: skip
"""Read once for each blade of each unit."""

METER: tuple[Reading[MeasuringPoint], ...] = (
    Reading("power_w", "Power", lambda m: m.total_power, _W,
            "Power of all phases; grid: + import, - export; solar: + production; load: - "
            "consumption"),
    Reading("energy_imported_kwh", "Energy imported", lambda m: m.energy_imported, _KWH_COUNTER,
            "Counter of the energy in the direction of positive power"),
    Reading("energy_exported_kwh", "Energy exported", lambda m: m.energy_exported, _KWH_COUNTER,
            "Counter of the energy in the direction of negative power"),
    Reading("frequency_hz", "Frequency", lambda m: m.frequency, _HZ,
            "Grid frequency"),
)  # fmt: skip
"""Read once for each measuring point and tagged with its function; None while unavailable."""

PHASE: tuple[Reading[MeterPhase], ...] = (
    Reading("voltage_v", "{phase} Voltage", lambda p: p.voltage, _V,
            "Voltage of the phase to neutral"),
    Reading("current_a", "{phase} Current", lambda p: p.amp, _A,
            "Current of the phase"),
    Reading("power_w", "{phase} Power", lambda p: p.power, _W,
            "Power of the phase; sign as of the measuring point's power"),
)  # fmt: skip
"""Read once for each of the three phases of each measuring point."""

RADIO: tuple[Reading[MeasuringPoint], ...] = (
    Reading("rssi_dbm", "RSSI", lambda m: m.rssi, _DBM,
            "Signal strength of the clamp's last message"),
    Reading("average_rssi_dbm", "Average RSSI", lambda m: m.average_rssi, _DBM,
            "Mean signal strength of the clamp's messages"),
    Reading("packet_delivery_rate_ratio", "Packet Delivery Rate", lambda m: m.pdr, _RATIO,
            "Share of the clamp's messages that arrive, 0 to 1", _CENTI),
)  # fmt: skip
"""Read once for each measuring point; None where it is not a clamp but calculated."""

HOUSE: tuple[Reading[House], ...] = (
    Reading("consumption_w", "House Consumption", lambda h: h.consumption_w, _W,
            "What the house consumes, positive: the load's power with its sign reversed, or else "
            "grid + solar + battery"),
)  # fmt: skip
"""Calculated once for the installation."""

CLOCK: tuple[Reading[DeviceClock], ...] = (
    Reading("clock_offset_s", "Clock Offset", lambda c: c.offset_s, _S,
            "How far the device's clock is ahead of the clock of this machine; negative: behind"),
)  # fmt: skip
"""Calculated once for the unit that answers."""

SCHEDULE: tuple[Reading[ActiveSchedule], ...] = (
    Reading("schedule_id", "Schedule id", lambda s: s.schedule_id, _TEXT,
            "`Manual Schedule` if written locally, otherwise the name that the cloud gave it"),
    Reading("schedule_type", "Schedule Type", lambda s: s.mode, _MODE,
            "Mode of the entry that is active now, in snake_case"),
    Reading("schedule_setpoint_w", "Schedule Power Setpoint", lambda s: s.entry.params.setpoint, _W,
            "Setpoint of the entry that is active now"),
    Reading("schedule_max_charge_w", "Schedule Max Power", lambda s: s.entry.params.max_charge, _W,
            "Highest charging power of the entry that is active now"),
    Reading("schedule_max_discharge_w", "Schedule Max Discharge",
            lambda s: s.entry.params.max_discharge, _W,
            "Highest discharge power of the entry that is active now"),
    Reading("schedule_min_state_of_charge_ratio", "Schedule Min State of Charge",
            lambda s: s.entry.min, _RATIO,
            "State of charge at which the active entry stops discharging, 0 to 1", _CENTI),
    Reading("schedule_max_state_of_charge_ratio", "Schedule Max State of Charge",
            lambda s: s.entry.max, _RATIO,
            "State of charge at which the active entry stops charging, 0 to 1", _CENTI),
    Reading("schedule_import_limit_w", "Schedule Import Limit",
            lambda s: s.entry.params.import_limit, _W,
            "Highest import at the grid connection point in the active entry"),
    Reading("schedule_export_limit_w", "Schedule Export Limit",
            lambda s: s.entry.params.export_limit, _W,
            "Highest export at the grid connection point in the active entry"),
    Reading("local_mode", "Local Mode", lambda s: s.local_mode, _TEXT,
            "`on`: local control, the cloud's schedules are refused; `off`: the cloud decides"),
)  # fmt: skip
"""Read from the schedule entry whose window holds now; None while there is none."""


class Scope(Enum):
    """What the rows of a part of the catalogue are read once for."""

    UNIT = "unit"
    TOTAL = "sum of the units"
    BLADE = "blade"
    METER = "measuring point"
    PHASE = "phase of a measuring point"
    RADIO = "radio of a measuring point"
    HOUSE = "house"
    CLOCK = "clock of the unit that answers"
    SCHEDULE = "schedule"


CATALOGUE: dict[Scope, tuple[Reading[Any], ...]] = {
    Scope.UNIT: UNIT,
    Scope.BLADE: BLADE,
    Scope.METER: METER,
    Scope.PHASE: PHASE,
    Scope.RADIO: RADIO,
    Scope.HOUSE: HOUSE,
    Scope.CLOCK: CLOCK,
    Scope.SCHEDULE: SCHEDULE,
}
