"""The public names: a change here is a change for everybody who uses the library."""

from __future__ import annotations

import importlib.metadata
import inspect
import re
import subprocess
import sys

import pytest

import homevolt
from homevolt import exceptions
from homevolt.readings.catalogue import CATALOGUE, Scope

PUBLIC_NAMES = [
    "BatteryMode",
    "BladeView",
    "Capabilities",
    "Clock",
    "ConsoleReply",
    "Device",
    "DeviceMetadata",
    "DiscoveredDevice",
    "EntryOptions",
    "Homevolt",
    "HomevoltAuthenticationError",
    "HomevoltCertificateError",
    "HomevoltCommandError",
    "HomevoltCommandOutcomeUnknownError",
    "HomevoltCommandRejectedError",
    "HomevoltCommandVerificationError",
    "HomevoltConnectionError",
    "HomevoltDataError",
    "HomevoltDiscoveryError",
    "HomevoltError",
    "HomevoltLocalModeError",
    "HomevoltNotReadyError",
    "HomevoltNotSupportedError",
    "HomevoltPriceUnitError",
    "HomevoltPricesError",
    "HomevoltPricesNotPublishedError",
    "HomevoltRateLimitError",
    "HomevoltRedirectError",
    "HomevoltResponseError",
    "HomevoltTimeoutError",
    "HomevoltValueError",
    "HouseView",
    "MeterView",
    "Parameter",
    "PhaseView",
    "PowerOptions",
    "Schedule",
    "ScheduleDiff",
    "ScheduleEntry",
    "Sensor",
    "SensorInfo",
    "SensorType",
    "Snapshot",
    "SslOption",
    "UnitView",
    "Update",
    "WindowedOptions",
    "__version__",
    "diagnostics",
    "discover",
    "overlay_plan",
]

# The members of the public contract; each of them works as its README shows it.
CONNECTION_MEMBERS = {"update_info", "get_device", "close_connection", "__aenter__", "__aexit__"}
DEVICE_PROPERTIES = {"device_id", "sensors", "device_metadata", "current_schedule"}
DEVICE_COROUTINES = {
    "add_schedule",
    "charge_battery",
    "charge_from_grid",
    "charge_from_solar",
    "clear_all_schedules",
    "delete_schedule",
    "disable_local_mode",
    "discharge_battery",
    "discharge_to_grid",
    "enable_local_mode",
    "fetch_ems_data",
    "fetch_schedule_data",
    "get_parameter",
    "set_battery_idle",
    "set_battery_mode",
    "set_parameter",
    "update_info",
}
SENSOR_TYPES = [
    "VOLTAGE",
    "CURRENT",
    "POWER",
    "ENERGY_INCREASING",
    "ENERGY_TOTAL",
    "FREQUENCY",
    "TEMPERATURE",
    "PERCENTAGE",
    "SIGNAL_STRENGTH",
    "COUNT",
    "TEXT",
    "SCHEDULE_TYPE",
]

DEVICE_CALLS = [
    name
    for name, _ in inspect.getmembers(homevolt.Device, inspect.isfunction)
    if not name.startswith("_")
]
FOREIGN_TYPES = {"Any", "ClientSession", "Iterable", "Mapping", "None", "Unpack", "Sequence"}

# What programs find readings by: a name that changes here breaks them.
SENSOR_NAMES = {
    Scope.UNIT: (
        "Power",
        "Battery State of Charge",
        "Frequency",
        "L1 Voltage",
        "L2 Voltage",
        "L3 Voltage",
        "L1_L2 Voltage",
        "L2_L3 Voltage",
        "L3_L1 Voltage",
        "L1 Current",
        "L2 Current",
        "L3 Current",
        "Apparent Power",
        "Reactive Power",
        "System Temperature",
        "Imported Energy",
        "Exported Energy",
        "Discharged Energy",
        "Charged Energy",
        "Available Charging Power",
        "Available Discharge Power",
        "Available Charging Energy",
        "Available Discharge Energy",
        "Available Capacity",
        "Rated Capacity",
        "Rated Power",
        "Power Reference",
        "Operating State",
        "State",
        "Error",
        "Alarms",
        "Warnings",
        "Firmware Version",
    ),
    Scope.BLADE: (
        "Homevolt battery {n}",
        "Homevolt battery {n} soh",
        "Homevolt battery {n} tmin",
        "Homevolt battery {n} tmax",
        "Homevolt battery {n} charge cycles",
        "Homevolt battery {n} voltage",
        "Homevolt battery {n} current",
        "Homevolt battery {n} power",
        "Homevolt battery {n} available energy",
        "Homevolt battery {n} state",
        "Homevolt battery {n} alarms",
    ),
    Scope.METER: (
        "Power",
        "Energy imported",
        "Energy exported",
        "Frequency",
    ),
    Scope.PHASE: (
        "{phase} Voltage",
        "{phase} Current",
        "{phase} Power",
    ),
    Scope.RADIO: (
        "RSSI",
        "Average RSSI",
        "Packet Delivery Rate",
    ),
    Scope.HOUSE: ("House Consumption",),
    Scope.CLOCK: ("Clock Offset",),
    Scope.SCHEDULE: (
        "Schedule id",
        "Schedule Type",
        "Schedule Power Setpoint",
        "Schedule Max Power",
        "Schedule Max Discharge",
        "Schedule Min State of Charge",
        "Schedule Max State of Charge",
        "Schedule Import Limit",
        "Schedule Export Limit",
        "Local Mode",
    ),
}


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(homevolt.__all__) == PUBLIC_NAMES
    assert set(PUBLIC_NAMES) <= set(dir(homevolt))


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(homevolt, name))


def parameter_types(call: object) -> set[str]:
    """Return the names of the types that the parameters of a public call are annotated with."""
    parameters = inspect.signature(call).parameters.values()  # type: ignore[arg-type]  # any call
    return {name for each in parameters for name in re.findall(r"[A-Z]\w+", str(each.annotation))}


@pytest.mark.parametrize("name", ["Homevolt", "discover", "overlay_plan", *DEVICE_CALLS])
def test_what_a_caller_passes_has_a_public_type(name: str) -> None:
    call = getattr(homevolt, name, None) or getattr(homevolt.Device, name)
    assert parameter_types(call) - FOREIGN_TYPES <= set(homevolt.__all__)


def test_every_error_of_the_library_is_public() -> None:
    errors = {
        name
        for name, thing in vars(exceptions).items()
        if inspect.isclass(thing) and issubclass(thing, homevolt.HomevoltError)
    }
    assert errors <= set(homevolt.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import homevolt; homevolt.Homevlot"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AttributeError: module 'homevolt' has no attribute 'Homevlot'" in done.stderr


def test_the_version_is_the_distribution_s() -> None:
    assert homevolt.__version__ == importlib.metadata.version("homevolt")


def test_the_connection_takes_the_contract_s_arguments_in_their_order() -> None:
    parameters = list(inspect.signature(homevolt.Homevolt).parameters.values())
    assert [parameter.name for parameter in parameters[:3]] == [
        "ip_address",
        "password",
        "websession",
    ]
    assert [parameter.default for parameter in parameters[1:3]] == [None, None]
    assert {parameter.kind for parameter in parameters[3:]} == {inspect.Parameter.KEYWORD_ONLY}


def test_the_connection_has_the_contract_s_members() -> None:
    assert set(dir(homevolt.Homevolt)) >= CONNECTION_MEMBERS


@pytest.mark.parametrize("name", sorted(DEVICE_PROPERTIES))
def test_the_device_has_the_contract_s_property(name: str) -> None:
    assert isinstance(inspect.getattr_static(homevolt.Device, name), property)


@pytest.mark.parametrize("name", sorted(DEVICE_COROUTINES))
def test_the_device_has_the_contract_s_method(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(homevolt.Device, name))


def test_the_sensor_types_are_the_contract_s() -> None:
    assert [kind.name for kind in homevolt.SensorType] == SENSOR_TYPES
    assert [kind.value for kind in homevolt.SensorType] == [name.lower() for name in SENSOR_TYPES]


def test_the_readings_have_these_names_and_no_others() -> None:
    assert {
        scope: tuple(row.name for row in rows) for scope, rows in CATALOGUE.items()
    } == SENSOR_NAMES
