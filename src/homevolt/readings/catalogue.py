"""The catalogue: one table of every reading, for the sensor dict, the typed view, CLI and docs.

Nothing else in the library knows what a reading is called, where it comes from and how the wire's
number becomes a quantity.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import msgspec

from homevolt.readings.models import SensorType

Convert = Callable[[Any], float | str | None]
"""From a value of the wire to the value of a reading."""


class Scope(Enum):
    """What a row of the catalogue is read once for."""

    UNIT = "unit"
    BLADE = "blade"
    METER = "measuring point"
    PHASE = "phase of a measuring point"
    RADIO = "radio of a measuring point"
    HOUSE = "house"
    SCHEDULE = "schedule"


class Quantity(msgspec.Struct, frozen=True):
    """A quantity and its unit."""

    type: SensorType
    unit: str | None


class Reading(msgspec.Struct, frozen=True):
    """One row of the catalogue.

    Attributes:
        name: The sensor's name, without the tag of a measuring point or a further unit; `{n}`
            stands for the number of a blade, from 1, `{phase}` for L1, L2 or L3.
        attribute: The field of the typed view, with its unit; None for the schedule, which is
            typed already.
        source: The field on the wire, below the scope's object; empty for what is calculated.
        quantity: What it measures, and in which unit.
        description: What it means, with its sign.
        divisor: What the wire's number is divided by.
        convert: From the wire's value to the reading's where that is no division.
    """

    name: str
    attribute: str | None
    source: str
    quantity: Quantity
    description: str
    divisor: int = 1
    convert: Convert | None = None


# What the wire's number is divided by. Dividing by a power of ten gives the nearest double;
# multiplying by its inverse does not.
_DECI, _CENTI, _MILLI, _CENTI_PERCENT = 10, 100, 1000, 10_000

_V = Quantity(SensorType.VOLTAGE, "V")
_A = Quantity(SensorType.CURRENT, "A")
_W = Quantity(SensorType.POWER, "W")
_VA = Quantity(SensorType.POWER, "VA")
_VAR = Quantity(SensorType.POWER, "var")
_WH_COUNTER = Quantity(SensorType.ENERGY_INCREASING, "Wh")
_KWH_COUNTER = Quantity(SensorType.ENERGY_INCREASING, "kWh")
_WH = Quantity(SensorType.ENERGY_TOTAL, "Wh")
_HZ = Quantity(SensorType.FREQUENCY, "Hz")
_CEL = Quantity(SensorType.TEMPERATURE, "Cel")
_RATIO = Quantity(SensorType.PERCENTAGE, "1")
_DBM = Quantity(SensorType.SIGNAL_STRENGTH, "dBm")
_COUNT = Quantity(SensorType.COUNT, "1")
_TEXT = Quantity(SensorType.TEXT, None)
_MODE = Quantity(SensorType.SCHEDULE_TYPE, None)

_PHASES = (("L1", "l1"), ("L2", "l2"), ("L3", "l3"))
_LINES = (("L1_L2", "l1_l2"), ("L2_L3", "l2_l3"), ("L3_L1", "l3_l1"))

UNIT = (
    Reading(
        "Power", "power_w", "ems_data.power", _W,
        "Battery power; + discharging, - charging",
    ),
    Reading(
        "Battery State of Charge", "state_of_charge_ratio", "ems_data.soc_avg", _RATIO,
        "State of charge over all blades, 0 to 1", _CENTI_PERCENT,
    ),
    Reading(
        "Frequency", "frequency_hz", "ems_data.frequency", _HZ,
        "Grid frequency at the inverter", _MILLI,
    ),
    *(
        Reading(
            f"{phase} Voltage", f"{field}_voltage_v", f"ems_voltage.{field}", _V,
            f"Phase {phase} to neutral at the inverter", _DECI,
        )
        for phase, field in _PHASES
    ),
    *(
        Reading(
            f"{line} Voltage", f"{field}_voltage_v", f"ems_voltage.{field}", _V,
            f"{line.replace('_', ' to ')} at the inverter", _DECI,
        )
        for line, field in _LINES
    ),
    *(
        Reading(
            f"{phase} Current", f"{field}_current_a", f"ems_current.{field}", _A,
            f"Phase {phase} at the inverter; scale as the device gives it, not proven",
        )
        for phase, field in _PHASES
    ),
    Reading(
        "Apparent Power", "apparent_power_va", "ems_data.apparent_power", _VA,
        "Apparent power of the inverter",
    ),
    Reading(
        "Reactive Power", "reactive_power_var", "ems_data.reactive_power", _VAR,
        "Reactive power of the inverter",
    ),
    Reading(
        "System Temperature", "system_temperature_c", "ems_data.sys_temp", _CEL,
        "Temperature inside the unit", _DECI,
    ),
    Reading(
        "Imported Energy", "imported_energy_kwh", "ems_aggregate.imported_kwh", _KWH_COUNTER,
        "Counter as the device names it; it rises while the battery discharges",
    ),
    Reading(
        "Exported Energy", "exported_energy_kwh", "ems_aggregate.exported_kwh", _KWH_COUNTER,
        "Counter as the device names it; it rises while the battery charges",
    ),
    Reading(
        "Discharged Energy", "discharged_energy_wh", "ems_data.energy_produced", _WH_COUNTER,
        "Counter of the energy taken out of the battery",
    ),
    Reading(
        "Charged Energy", "charged_energy_wh", "ems_data.energy_consumed", _WH_COUNTER,
        "Counter of the energy put into the battery",
    ),
    Reading(
        "Available Charging Power", "available_charging_power_w",
        "ems_prediction.avail_ch_pwr", _W, "Highest charging power possible now",
    ),
    Reading(
        "Available Discharge Power", "available_discharge_power_w",
        "ems_prediction.avail_di_pwr", _W, "Highest discharge power possible now",
    ),
    Reading(
        "Available Charging Energy", "available_charging_energy_wh",
        "ems_prediction.avail_ch_energy", _WH, "Energy until the battery is full",
    ),
    Reading(
        "Available Discharge Energy", "available_discharge_energy_wh",
        "ems_prediction.avail_di_energy", _WH, "Energy until the battery is empty",
    ),
    Reading(
        "Available Capacity", "available_capacity_wh", "ems_data.avail_cap", _WH,
        "Capacity that can be used, charged or not",
    ),
    Reading(
        "Rated Capacity", "rated_capacity_wh", "ems_info.rated_capacity", _WH,
        "Capacity by the rating plate",
    ),
    Reading(
        "Rated Power", "rated_power_w", "ems_info.rated_power", _W,
        "Power by the rating plate",
    ),
    Reading(
        "Power Reference", "power_reference_w", "ems_control.pwr_ref", _W,
        "Power that the unit is told to hold now; + discharging, - charging",
    ),
    Reading(
        "Operating State", "operating_state", "op_state_str", _TEXT,
        "What the unit does, in the device's words",
    ),
    Reading(
        "State", "state", "ems_data.state_str", _TEXT,
        "State of the energy management system, in the device's words",
    ),
    Reading("Error", "error", "error_str", _TEXT, "Error of the unit, in the device's words"),
    Reading(
        "Alarms", "alarms", "ems_data.alarm_str", _TEXT,
        "Names of the alarms that are on, with commas; empty if none is",
        convert=", ".join,
    ),
    Reading(
        "Warnings", "warnings", "ems_data.warning_str", _TEXT,
        "Names of the warnings that are on, with commas; empty if none is",
        convert=", ".join,
    ),
    Reading(
        "Firmware Version", "firmware_version", "ems_info.fw_version", _TEXT,
        "Firmware of the energy management system",
    ),
)  # fmt: skip
"""Read once for each unit."""

_SUMMED = ("ems_data.", "ems_prediction.")
_SUMMED_TYPES = {_W.type, _WH.type, _WH_COUNTER.type, _RATIO.type}
TOTAL = tuple(
    row for row in UNIT if row.source.startswith(_SUMMED) and row.quantity.type in _SUMMED_TYPES
)
"""Read once for `aggregated`, tagged `total`, if there are several units."""

BLADE = (
    Reading(
        "Homevolt battery {n}", "state_of_charge_ratio", "soc", _RATIO,
        "State of charge of the blade, 0 to 1", _CENTI_PERCENT,
    ),
    Reading(
        "Homevolt battery {n} soh", "state_of_health_ratio", "soh", _RATIO,
        "State of health of the blade, 0 to 1", _CENTI_PERCENT,
    ),
    Reading(
        "Homevolt battery {n} tmin", "tmin_c", "tmin", _CEL,
        "Temperature of the coldest cell", _DECI,
    ),
    Reading(
        "Homevolt battery {n} tmax", "tmax_c", "tmax", _CEL,
        "Temperature of the warmest cell", _DECI,
    ),
    Reading(
        "Homevolt battery {n} charge cycles", "charge_cycles", "cycle_count", _COUNT,
        "Full cycles so far",
    ),
    Reading(
        "Homevolt battery {n} voltage", "voltage_v", "voltage", _V,
        "Voltage of the blade", _CENTI,
    ),
    Reading(
        "Homevolt battery {n} current", "current_a", "current", _A,
        "Current of the blade; scale and sign as the device gives them",
    ),
    Reading(
        "Homevolt battery {n} power", "power_w", "power", _W,
        "Power of the blade; sign as the device gives it",
    ),
    Reading(
        "Homevolt battery {n} available energy", "available_energy_wh", "energy_avail", _WH,
        "Energy that can be taken out of the blade",
    ),
    Reading(
        "Homevolt battery {n} state", "state", "state_str", _TEXT,
        "State of the blade, in the device's words",
    ),
    Reading(
        "Homevolt battery {n} alarms", "alarms", "alarm_str", _TEXT,
        "Names of the alarms that are on, with commas; empty if none is",
        convert=", ".join,
    ),
)  # fmt: skip
"""Read once for each blade of each unit."""

METER = (
    Reading(
        "Power", "power_w", "total_power", _W,
        "Power of all phases; grid: + import, - export; solar: + production; "
        "load: - consumption",
    ),
    Reading(
        "Energy imported", "energy_imported_kwh", "energy_imported", _KWH_COUNTER,
        "Counter of the energy in the direction of positive power",
    ),
    Reading(
        "Energy exported", "energy_exported_kwh", "energy_exported", _KWH_COUNTER,
        "Counter of the energy in the direction of negative power",
    ),
    Reading("Frequency", "frequency_hz", "frequency", _HZ, "Grid frequency"),
)  # fmt: skip
"""Read once for each measuring point and tagged with its function; None while unavailable."""

PHASE = (
    Reading("{phase} Voltage", "voltage_v", "voltage", _V, "Voltage of the phase to neutral"),
    Reading("{phase} Current", "current_a", "amp", _A, "Current of the phase"),
    Reading(
        "{phase} Power", "power_w", "power", _W,
        "Power of the phase; sign as of the measuring point's power",
    ),
)  # fmt: skip
"""Read once for each of the three phases of each measuring point."""

RADIO = (
    Reading("RSSI", "rssi_dbm", "rssi", _DBM, "Radio signal of the clamp, last message"),
    Reading(
        "Average RSSI", "average_rssi_dbm", "average_rssi", _DBM,
        "Radio signal of the clamp, mean",
    ),
    Reading(
        "Packet Delivery Rate", "packet_delivery_rate_ratio", "pdr", _RATIO,
        "Share of the clamp's messages that arrive, 0 to 1", _CENTI,
    ),
)  # fmt: skip
"""Read once for each measuring point; None where it is no clamp but calculated."""

HOUSE = (
    Reading(
        "House Consumption", "house_consumption_w", "", _W,
        "What the house consumes, positive: the load's power turned round, or else "
        "grid + solar + battery",
    ),
)  # fmt: skip

SCHEDULE = (
    Reading(
        "Schedule id", None, "schedule.schedule_id", _TEXT,
        "`Manual Schedule` if written locally, a UUID if the cloud wrote it",
    ),
    Reading(
        "Schedule Type", None, "entry.mode_slug", _MODE,
        "Mode of the entry that is active now, in snake_case",
    ),
    Reading(
        "Schedule Power Setpoint", None, "entry.setpoint", _W,
        "Setpoint of the entry that is active now",
    ),
    Reading(
        "Schedule Max Power", None, "entry.max_charge", _W,
        "Highest charging power of the entry that is active now",
    ),
    Reading(
        "Schedule Max Discharge", None, "entry.max_discharge", _W,
        "Highest discharge power of the entry that is active now",
    ),
    Reading(
        "Schedule Min State of Charge", None, "entry.min_soc", _RATIO,
        "State of charge at which the active entry stops discharging, 0 to 1", _CENTI,
    ),
    Reading(
        "Schedule Max State of Charge", None, "entry.max_soc", _RATIO,
        "State of charge at which the active entry stops charging, 0 to 1", _CENTI,
    ),
    Reading(
        "Schedule Import Limit", None, "entry.import_limit", _W,
        "Highest import at the grid connection point in the active entry",
    ),
    Reading(
        "Schedule Export Limit", None, "entry.export_limit", _W,
        "Highest feed-in at the grid connection point in the active entry",
    ),
    Reading(
        "Local Mode", None, "schedule.local_mode", _TEXT,
        "`on`: local control, the cloud's schedules are refused; `off`: the cloud decides",
        convert=lambda on: "on" if on else "off",
    ),
)  # fmt: skip
"""Read from the schedule entry whose window holds now; None while there is none."""

CATALOGUE: tuple[tuple[Scope, tuple[Reading, ...]], ...] = (
    (Scope.UNIT, UNIT),
    (Scope.BLADE, BLADE),
    (Scope.METER, METER),
    (Scope.PHASE, PHASE),
    (Scope.RADIO, RADIO),
    (Scope.HOUSE, HOUSE),
    (Scope.SCHEDULE, SCHEDULE),
)
