"""`GET /ems.json`: the units, their blades, their sum and the measuring points.

Numbers are as on the wire: deci-volt, milli-hertz, deci-degree, centi-percent. The catalogue in
`homevolt.readings.catalogue` says for each field what it means and how it becomes a natural unit.
"""

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.decoding import Wire, decode
from homevolt.protocol.quantities import (
    Ampere,
    CentiPercent,
    CentiVolt,
    Count,
    DecibelMilliwatt,
    DeciCelsius,
    DeciVolt,
    Hertz,
    KilowattHourCounter,
    MilliHertz,
    Percent,
    Volt,
    Watt,
    WattHour,
    WattHourCounter,
)


class EmsInfo(Wire, frozen=True):
    """`ems[].ems_info`: what the unit is."""

    protocol_version: int | None = None
    fw_version: str | None = None
    rated_capacity: WattHour | None = None
    rated_power: Watt | None = None
    rated_pv_power: Watt | None = None
    model: str | None = None
    rated_cap: WattHour | None = None


class BmsInfo(Wire, frozen=True):
    """`ems[].bms_info[]`: what a blade is."""

    fw_version: str | None = None
    serial_number: str | None = None
    rated_cap: float | None = None
    id: int | None = None
    battery_type_str: str | None = None


class EmsControl(Wire, frozen=True):
    """`ems[].ems_control`: the targets and limits set for the unit, in W and var."""

    pwr_ref: Watt | None = None


class EmsData(Wire, frozen=True):
    """`ems[].ems_data`: what the unit measures."""

    state: int | None = None
    state_str: str | None = None
    info: int | None = None
    warning: int | None = None
    warning_str: tuple[str, ...] | None = None
    alarm_str: tuple[str, ...] | None = None
    frequency: MilliHertz | None = None
    power: Watt | None = None
    apparent_power: Watt | None = None
    reactive_power: Watt | None = None
    energy_produced: WattHourCounter | None = None
    energy_consumed: WattHourCounter | None = None
    sys_temp: DeciCelsius | None = None
    avail_cap: WattHour | None = None
    soc_avg: CentiPercent | None = None


class BmsData(Wire, frozen=True):
    """`ems[].bms_data[]`: what a blade measures; most firmware gives only some of it."""

    energy_avail: WattHour | None = None
    cycle_count: Count | None = None
    soc: CentiPercent | None = None
    soh: CentiPercent | None = None
    state: int | None = None
    state_str: str | None = None
    alarm_str: tuple[str, ...] | None = None
    tmin: DeciCelsius | None = None
    tmax: DeciCelsius | None = None
    voltage: CentiVolt | None = None
    current: Ampere | None = None
    power: Watt | None = None


class EmsPrediction(Wire, frozen=True):
    """`ems[].ems_prediction`: what the unit could do now, in W and Wh."""

    avail_ch_pwr: Watt | None = None
    avail_di_pwr: Watt | None = None
    avail_ch_energy: WattHour | None = None
    avail_di_energy: WattHour | None = None


class EmsVoltage(Wire, frozen=True):
    """`ems[].ems_voltage`, in deci-volt."""

    l1: DeciVolt | None = None
    l2: DeciVolt | None = None
    l3: DeciVolt | None = None
    l1_l2: DeciVolt | None = None
    l2_l3: DeciVolt | None = None
    l3_l1: DeciVolt | None = None


class EmsCurrent(Wire, frozen=True):
    """`ems[].ems_current`; the unit on the wire is not proven and taken for A."""

    l1: Ampere | None = None
    l2: Ampere | None = None
    l3: Ampere | None = None


class EmsAggregate(Wire, frozen=True):
    """`ems[].ems_aggregate`, in kWh; "imported" tracks discharge, "exported" tracks charge."""

    imported_kwh: KilowattHourCounter | None = None
    exported_kwh: KilowattHourCounter | None = None


class Unit(Wire, frozen=True):
    """`ems[]`: a unit, or the sum of all of them in `aggregated`. A missing block is an empty one.

    `ecu_host` is empty for the unit that answers.
    """

    ecu_id: str | int | None = None
    ecu_host: str | None = None
    error: int | None = None
    error_str: str | None = None
    op_state_str: str | None = None
    ems_info: EmsInfo = EmsInfo()
    bms_info: tuple[BmsInfo, ...] = ()
    ems_control: EmsControl = EmsControl()
    ems_data: EmsData = EmsData()
    bms_data: tuple[BmsData, ...] = ()
    ems_prediction: EmsPrediction = EmsPrediction()
    ems_voltage: EmsVoltage = EmsVoltage()
    ems_current: EmsCurrent = EmsCurrent()
    ems_aggregate: EmsAggregate = EmsAggregate()


class MeterPhase(Wire, frozen=True):
    """`sensors[].phase[]`, in V, A and W."""

    voltage: Volt | None = None
    amp: Ampere | None = None
    power: Watt | None = None


class MeasuringPoint(Wire, frozen=True):
    """`sensors[]`: a clamp, a virtual sum, or a unit's own figures once more.

    Old firmware names the function in `type` and has neither `function` nor `sensor_type`.
    """

    function: str | None = None
    type: str | None = None
    sensor_type: str | None = None
    node_id: int | None = None
    euid: str | None = None
    available: bool | None = None
    rssi: DecibelMilliwatt | None = None
    average_rssi: DecibelMilliwatt | None = None
    pdr: Percent | None = None
    phase: tuple[MeterPhase, ...] = ()
    frequency: Hertz | None = None
    total_power: Watt | None = None
    energy_imported: KilowattHourCounter | None = None
    energy_exported: KilowattHourCounter | None = None
    timestamp: float | None = None


class EmsDocument(Wire, frozen=True):
    """The whole answer."""

    ts: float | None = None
    ems: tuple[Unit, ...] = ()
    aggregated: Unit = Unit()
    sensors: tuple[MeasuringPoint, ...] = ()


_DECODER = msgspec.json.Decoder(EmsDocument)


def decode_ems(data: bytes) -> EmsDocument:
    """Return the answer of `GET /ems.json`.

    Raises:
        HomevoltDataError: It is not a JSON object with at least one unit in `ems`.
    """
    document = decode(data, _DECODER, "/ems.json")
    if NO_UNIT in document.ems or NO_POINT in document.sensors:
        document = msgspec.structs.replace(
            document,
            ems=tuple(unit for unit in document.ems if unit != NO_UNIT),
            sensors=tuple(point for point in document.sensors if point != NO_POINT),
        )
    if not document.ems:
        raise HomevoltDataError("/ems.json names no unit: $.ems is empty or missing.", path="$.ems")
    return document


NO_UNIT = Unit()
"""How an item of `ems` that is not a unit is decoded."""
NO_POINT = MeasuringPoint()
"""How an item of `sensors` that is not a measuring point is decoded."""
