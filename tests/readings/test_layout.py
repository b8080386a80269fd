"""A reading never lies: right unit, right sign, right name, and None for what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.ems import decode_ems
from homevolt.readings.catalogue import CATALOGUE
from homevolt.readings.models import SensorType
from tests.support.payloads import (
    LOCAL,
    PEER,
    blade,
    cluster,
    ems,
    encoded,
    load,
    point,
    schedule,
    unit,
)
from tests.support.readings import Reader, metadata_of, sensors_of


@pytest.mark.parametrize(
    ("name", "value", "unit_", "type_"),
    [
        ("L1 Voltage", 230.1, "V", SensorType.VOLTAGE),
        ("L3_L1 Voltage", 398.5, "V", SensorType.VOLTAGE),
        ("L2 Current", 0.0, "A", SensorType.CURRENT),
        ("Power", -2500.0, "W", SensorType.POWER),
        ("Apparent Power", 2510.0, "VA", SensorType.POWER),
        ("Reactive Power", 40.0, "var", SensorType.POWER),
        ("Frequency", 50.012, "Hz", SensorType.FREQUENCY),
        ("System Temperature", 23.1, "Cel", SensorType.TEMPERATURE),
        ("Battery State of Charge", 0.01, "1", SensorType.PERCENTAGE),
        ("Imported Energy", 1200.3, "kWh", SensorType.ENERGY_INCREASING),
        ("Exported Energy", 1400.5, "kWh", SensorType.ENERGY_INCREASING),
        ("Discharged Energy", 1200300.0, "Wh", SensorType.ENERGY_INCREASING),
        ("Charged Energy", 1400500.0, "Wh", SensorType.ENERGY_INCREASING),
        ("Available Charging Power", 5800.0, "W", SensorType.POWER),
        ("Available Discharge Power", 0.0, "W", SensorType.POWER),
        ("Available Charging Energy", 6000.0, "Wh", SensorType.ENERGY_TOTAL),
        ("Available Discharge Energy", 6400.0, "Wh", SensorType.ENERGY_TOTAL),
        ("Rated Capacity", 13304.0, "Wh", SensorType.ENERGY_TOTAL),
        ("Warnings", "FAN_SLOW, HOT", None, SensorType.TEXT),
        ("Alarms", "", None, SensorType.TEXT),
        ("Firmware Version", "v31.4", None, SensorType.TEXT),
        ("Homevolt battery 0", 0.512, "1", SensorType.PERCENTAGE),
        ("Homevolt battery 1", 0.0, "1", SensorType.PERCENTAGE),
        ("Homevolt battery 0 soh", 0.985, "1", SensorType.PERCENTAGE),
        ("Homevolt battery 0 tmin", 18.7, "Cel", SensorType.TEMPERATURE),
        ("Homevolt battery 0 tmax", 21.4, "Cel", SensorType.TEMPERATURE),
        ("Homevolt battery 0 voltage", 352.1, "V", SensorType.VOLTAGE),
        ("Homevolt battery 0 charge cycles", 120.0, "1", SensorType.COUNT),
        ("Power grid", 3282.0, "W", SensorType.POWER),
        ("Power solar", 6.0, "W", SensorType.POWER),
        ("Power load", -788.0, "W", SensorType.POWER),
        ("Energy imported grid", 812.5, "kWh", SensorType.ENERGY_INCREASING),
        ("Energy exported solar", 77.25, "kWh", SensorType.ENERGY_INCREASING),
        ("Frequency grid", 50.01, "Hz", SensorType.FREQUENCY),
        ("L2 Power grid", 333.3, "W", SensorType.POWER),
        ("RSSI grid", -71.0, "dBm", SensorType.SIGNAL_STRENGTH),
        ("Average RSSI solar", -70.5, "dBm", SensorType.SIGNAL_STRENGTH),
        ("Packet Delivery Rate grid", 0.98, "1", SensorType.PERCENTAGE),
        ("RSSI load", None, "dBm", SensorType.SIGNAL_STRENGTH),
        ("House Consumption", 788.0, "W", SensorType.POWER),
        ("Schedule id", "Manual Schedule", None, SensorType.TEXT),
        ("Schedule Type", "inverter_charge", None, SensorType.SCHEDULE_TYPE),
        ("Schedule Power Setpoint", 2500, "W", SensorType.POWER),
        ("Schedule Max Power", 3000, "W", SensorType.POWER),
        ("Schedule Max Discharge", None, "W", SensorType.POWER),
        ("Schedule Max State of Charge", 0.9, "1", SensorType.PERCENTAGE),
        ("Local Mode", "on", None, SensorType.TEXT),
    ],
)
def test_a_reading_has_its_natural_unit(
    name: str, value: float | str | None, unit_: str | None, type_: SensorType
) -> None:
    sensor = sensors_of(ems())[name]
    assert (sensor.value, sensor.unit, sensor.type) == (value, unit_, type_)


def test_each_sensor_knows_its_name_and_slug() -> None:
    for name, sensor in sensors_of(cluster()).items():
        assert sensor.name == name
        assert sensor.slug.replace("_", "").isalnum()
        assert sensor.slug == sensor.slug.lower()


def test_a_slug_is_the_name_in_snake_case() -> None:
    sensors = sensors_of(ems())
    slugs = {name: sensors[name].slug for name in ("L3_L1 Voltage", "Homevolt battery 0 tmin")}
    assert slugs == {
        "L3_L1 Voltage": "l3_l1_voltage",
        "Homevolt battery 0 tmin": "homevolt_battery_0_tmin",
    }


def test_slugs_are_unique() -> None:
    slugs = [sensor.slug for sensor in sensors_of(cluster()).values()]
    assert len(slugs) == len(set(slugs))


def test_each_sensor_belongs_to_a_part_with_metadata() -> None:
    document = cluster()
    assert {sensor.device_identifier for sensor in sensors_of(document).values()} == set(
        metadata_of(document)
    )


def test_parts_are_named_after_what_they_are() -> None:
    assert metadata_of(ems()) == {
        f"ems_{LOCAL}": (f"Homevolt EMS {LOCAL}", "B6"),
        "battery_0": ("Homevolt Battery 0", "NMC"),
        "battery_1": ("Homevolt Battery 1", "LFP"),
        "grid": ("Homevolt Grid Sensor", "pulse_ct"),
        "load": ("Homevolt Load Sensor", "virtual"),
        "solar": ("Homevolt Solar Sensor", "pulse_ct"),
    }


def test_parts_without_a_model_get_a_general_one() -> None:
    document = ems(unit(ems_info={}, bms_info=[]), sensors=[])
    assert metadata_of(document) == {
        f"ems_{LOCAL}": (f"Homevolt EMS {LOCAL}", "Homevolt"),
        "battery_0": ("Homevolt Battery 0", "Homevolt battery"),
        "battery_1": ("Homevolt Battery 1", "Homevolt battery"),
        "load": ("Homevolt Load", "calculated"),
    }


def test_the_order_of_units_and_sensors_does_not_matter() -> None:
    document = cluster()
    reversed_ = document | {
        "ems": document["ems"][::-1],
        "sensors": document["sensors"][::-1],
    }
    assert sensors_of(reversed_) == sensors_of(document)


def test_the_unit_that_answers_owns_the_plain_names() -> None:
    peer = unit(PEER, "[fd00::2]:5259", ems_data={"power": 900}, bms_data=[blade(soc=100)])
    sensors = sensors_of(ems(peer, unit()))
    assert sensors["Power"].value == -2500
    assert sensors["Power"].device_identifier == f"ems_{LOCAL}"
    assert sensors[f"Power {PEER}"].value == 900
    assert sensors[f"Homevolt battery 0 {PEER}"].value == 0.01
    assert sensors[f"Homevolt battery 0 {PEER}"].device_identifier == f"battery_0_{PEER}"


def test_totals_are_added_for_several_units_only() -> None:
    sensors = sensors_of(cluster())
    assert sensors["Power total"].value == -5000
    assert sensors["Battery State of Charge total"].value == 0.4321
    assert "Power total" not in sensors_of(ems())


def test_units_of_one_id_do_not_overwrite_each_other() -> None:
    sensors = sensors_of(ems(unit(), *(unit(ems_data={"power": power}) for power in (5, 6))))
    names = ("Power", f"Power {LOCAL}_2", f"Power {LOCAL}_3")
    assert [sensors[name].value for name in names] == [-2500, 5, 6]


@pytest.mark.parametrize("ecu_id", ["", "grid", "total", "load"])
def test_a_peer_and_a_measuring_point_of_one_name_do_not_overwrite_each_other(ecu_id: str) -> None:
    points = [point("grid", 100), point("", 99, type=None), point("total", 98), load(-5)]
    walk = Reader().walk(ems(unit(), unit(ecu_id, "[::1]"), sensors=points))
    sensors = walk.layout.sensors(walk.values)
    assert len(sensors) == len(walk.values)
    powers = {s.value for s in sensors.values() if s.info.reading == "power_w"}
    assert powers >= {-2500, 100, 99, 98, -5}


def test_old_firmware_reads_the_same() -> None:
    old = [
        {"type": "grid", "available": True, "total_power": 100, "euid": "01", "phase": []},
        {"type": "solar", "available": True, "total_power": 40, "euid": "02", "phase": []},
    ]
    document = ems(unit(187650000000001), sensors=old)
    sensors = sensors_of(document)
    assert (sensors["Power grid"].value, sensors["Power solar"].value) == (100, 40)
    assert sensors["Power"].device_identifier == "ems_019497abaaaa"
    assert metadata_of(document)["grid"] == ("Homevolt Grid Sensor", "measuring point")


def test_a_second_sensor_of_a_function_never_overwrites_the_first() -> None:
    points = [point("grid", 2, "bb"), point("grid", 1, "aa"), point("grid", 3, "bb")]
    sensors = sensors_of(ems(sensors=points))
    assert sensors["Power grid"].value == 1
    assert sensors["Power grid bb"].value == 2
    assert sensors["Power grid bb_2"].value == 3
    assert sensors["Power grid bb"].device_identifier == "grid_bb"


def test_a_clamp_owns_the_plain_name_before_a_virtual_sum() -> None:
    sensors = sensors_of(ems(sensors=[load(-5), point("load", -7, "cc")]))
    assert sensors["Power load"].value == -7
    assert sensors[f"Power load {'0' * 16}"].value == -5


def test_two_virtual_points_of_a_function_keep_their_names_in_any_order() -> None:
    points = [load(-5) | {"sensor_type": "virtual"}, load(-7) | {"sensor_type": "zigbee"}]
    assert sensors_of(ems(sensors=points)) == sensors_of(ems(sensors=points[::-1]))


def test_what_repeats_a_unit_is_left_out() -> None:
    repeated = point("battery", -7, "0000" + LOCAL, sensor_type="ems")
    assert "Power battery" not in sensors_of(ems(sensors=[repeated]))


def test_a_point_of_unknown_function_is_shown_as_such() -> None:
    sensors = sensors_of(ems(sensors=[point("heat pump", 900), point("", 5, type=None)]))
    assert sensors["Power heat pump"].value == 900
    assert sensors["Power unknown"].value == 5


def test_an_unavailable_point_reads_none_not_its_last_value() -> None:
    sensors = sensors_of(ems(sensors=[point("solar", 0, available=False)]))
    values = [s.value for s in sensors.values() if s.device_identifier == "solar"]
    assert values
    assert set(values) == {None}


def test_there_may_be_more_or_fewer_than_three_phases() -> None:
    phases = [{"voltage": n} for n in range(10)]
    sensors = sensors_of(ems(sensors=[point("grid", 1, phase=phases), point("solar", 1, phase=[])]))
    assert [sensors[f"L{n} Voltage grid"].value for n in (1, 2, 3)] == [0, 1, 2]
    assert sensors["L1 Voltage solar"].value is None


@pytest.mark.parametrize(
    ("points", "consumption"),
    [
        ([load(-788)], 788),
        ([load(0)], 0),
        ([load(-700), point("load", -88, "dd")], 788),
        ([point("grid", 3282), point("solar", 6)], 3282 + 6 - 2500),
        ([point("grid", 3282)], 3282 - 2500),
        ([point("grid", 3282), point("solar", 6, available=False)], None),
        ([point("grid", 3282, available=False)], None),
        ([point("solar", 6)], None),
        ([], None),
    ],
)
def test_house_consumption_is_the_load_or_the_balance(
    points: list[dict[str, Any]], consumption: float | None
) -> None:
    assert sensors_of(ems(sensors=points))["House Consumption"].value == consumption


def test_house_consumption_counts_every_unit_of_a_cluster() -> None:
    peer = unit(PEER, "[fd00::2]:5259", ems_data={"power": 900})
    points = [point("grid", 3282), point("solar", 6)]
    for units in ((unit(), peer), (peer, unit())):
        sensors = sensors_of(ems(*units, sensors=points))
        assert sensors["House Consumption"].value == 3282 + 6 - 2500 + 900


def test_without_an_active_entry_its_readings_are_none() -> None:
    sensors = sensors_of(ems(), schedule(local_mode=None, schedule=[]))
    schedule_values_ = {n: s.value for n, s in sensors.items() if n.startswith("Schedule ")}
    assert schedule_values_.pop("Schedule id") == "Manual Schedule"
    assert set(schedule_values_.values()) == {None}
    assert sensors["Local Mode"].value is None


def test_an_unknown_mode_keeps_its_number() -> None:
    sensors = sensors_of(ems(), schedule({"id": 2, "type": 42, "params": {}}, local_mode=False))
    assert sensors["Schedule Type"].value == "42"
    assert sensors["Local Mode"].value == "off"


def test_an_empty_unit_reads_none_everywhere() -> None:
    sensors = sensors_of(ems({"ecu_id": LOCAL}, sensors=[]), schedule(schedule=[]))
    known = {name: sensor.value for name, sensor in sensors.items() if sensor.value is not None}
    assert known == {"Schedule id": "Manual Schedule", "Local Mode": "on", "Clock Offset": 0}


def test_the_catalogue_names_each_reading_once() -> None:
    for rows in CATALOGUE.values():
        for column in ("key", "name"):
            found = [getattr(row, column) for row in rows]
            assert len(found) == len(set(found))


@given(
    mhz=st.integers(40_000, 65_000), soc=st.integers(0, 10_000), temperature=st.integers(-600, 1500)
)
def test_a_scaled_reading_is_the_nearest_double(mhz: int, soc: int, temperature: int) -> None:
    document = ems(unit(ems_data={"frequency": mhz, "soc_avg": soc, "sys_temp": temperature}))
    sensors = sensors_of(document)
    assert sensors["Frequency"].value == mhz / 1000
    assert sensors["Battery State of Charge"].value == soc / 10000
    assert sensors["System Temperature"].value == temperature / 10


@pytest.mark.parametrize("junk", [None, 5, [], {}, "unit"])
def test_what_is_no_unit_and_no_measuring_point_adds_nothing(junk: object) -> None:
    document = ems()
    broken = document | {
        "ems": [junk, *document["ems"]],
        "sensors": [*document["sensors"], junk],
    }
    assert sensors_of(broken) == sensors_of(document)


@pytest.mark.parametrize("junk", [None, 5, {}])
def test_where_nothing_is_a_unit_the_answer_is_refused(junk: object) -> None:
    with pytest.raises(HomevoltDataError, match="names no unit"):
        decode_ems(encoded(ems() | {"ems": [junk]}))
