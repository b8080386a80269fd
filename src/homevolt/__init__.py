"""Read, control and simulate a Homevolt home battery over the local network."""

from homevolt.connection import Homevolt
from homevolt.device import Device
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltLocalModeError,
    HomevoltNotReadyError,
    HomevoltRateLimitError,
    HomevoltRedirectError,
    HomevoltResponseError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.models import DeviceMetadata, Sensor, SensorType
from homevolt.schedule import BatteryMode, Schedule, ScheduleEntry
from homevolt.snapshot import BladeView, MeterView, PhaseView, Snapshot, UnitView

__all__ = [
    "BatteryMode",
    "BladeView",
    "Device",
    "DeviceMetadata",
    "Homevolt",
    "HomevoltAuthenticationError",
    "HomevoltCertificateError",
    "HomevoltCommandError",
    "HomevoltCommandOutcomeUnknownError",
    "HomevoltCommandRejectedError",
    "HomevoltCommandVerificationError",
    "HomevoltConnectionError",
    "HomevoltDataError",
    "HomevoltError",
    "HomevoltLocalModeError",
    "HomevoltNotReadyError",
    "HomevoltRateLimitError",
    "HomevoltRedirectError",
    "HomevoltResponseError",
    "HomevoltTimeoutError",
    "HomevoltValueError",
    "MeterView",
    "PhaseView",
    "Schedule",
    "ScheduleEntry",
    "Sensor",
    "SensorType",
    "Snapshot",
    "UnitView",
]
