"""Firmware profiles: how one firmware answers differently from another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

Dialect = Literal["new", "old"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What distinguishes one firmware from another.

    Attributes:
        name: Name of the profile.
        dialect: "new" (hex ids, sensors with function and sensor_type) or "old" (integer ids,
            sensors with type only, neither model nor battery_type).
        firmware: Version of the main chip as shown in /status.json.
        ems_firmware: Version shown as ems_info.fw_version.
        prompt: Text before the echo of a console command.
        json_replies: Answer the console with {"command", "output", "exit_code"}.
        unknown_command_status: HTTP status for a command that does not exist.
        idle_modes: Schedule types that this firmware silently turns into idle.
        time_zone: IANA zone in which times on the command line are read and shown.
        locked_status: HTTP status while wrong passwords have locked the device.
        nested_parameters: Serve /params.json as one object, name to declaration, not as a list.
        blade_details: Add health, voltage and power to each blade (captured units show none).
        bare_values: Serve a scalar parameter's value bare rather than in a list of one.
    """

    name: str
    dialect: Dialect = "new"
    firmware: str = "3056-1a3446ed"
    ems_firmware: str = "v31.4"
    prompt: str = "ecu-hub-esp32>"
    json_replies: bool = False
    unknown_command_status: int = 200
    idle_modes: frozenset[int] = frozenset()
    time_zone: str = "UTC"
    locked_status: int = 401
    nested_parameters: bool = False
    bare_values: bool = False
    blade_details: bool = False

    @property
    def zone(self) -> tzinfo:
        """The zone of the command line."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)


NEW: Final = Profile("new")
OLD: Final = Profile(
    "old",
    dialect="old",
    firmware="2406-7be01c55",
    ems_firmware="v28.0",
    prompt="esp32>",
    bare_values=True,
)

PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (
        NEW,
        OLD,
        replace(NEW, name="limited", idle_modes=frozenset({3, 4, 5, 8, 9})),
        replace(NEW, name="json", json_replies=True, unknown_command_status=400),
        replace(NEW, name="bridge", prompt="tibber-bridge>", nested_parameters=True),
        replace(NEW, name="local-time", time_zone="Europe/Stockholm"),
        replace(NEW, name="detailed", blade_details=True),
        replace(NEW, name="busy-lock", locked_status=429),
    )
}


def find_profile(name: str) -> Profile:
    """Return a profile by its name.

    Raises:
        ValueError: When there is no profile of that name.
    """
    if name not in PROFILES:
        raise ValueError(f"no firmware profile '{name}'; known: {', '.join(PROFILES)}")
    return PROFILES[name]
