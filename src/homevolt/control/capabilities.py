"""Which modes and options a device keeps, as read-backs have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from homevolt.protocol.resources import EMS
from homevolt.schedule.comparing import differences, is_dropped
from homevolt.schedule.entry import BatteryMode, ScheduleEntry
from homevolt.schedule.times import LATEST

if TYPE_CHECKING:
    from homevolt.protocol.store import ResourceStore

Feature: TypeAlias = tuple[BatteryMode, str]
"""A mode with the name of an option, or with `mode` for the mode itself."""


class Capabilities(msgspec.Struct, frozen=True):
    """Which modes and options a device keeps, as read-backs have shown, for its present firmware.

    Each entry that is read back after a write adds to it. What was never written is in neither
    set; where read-backs differed, the last one counts.

    Attributes:
        firmware_version: The firmware (`ems_info.fw_version` of `/ems.json`), None if unknown.
        confirmed: The modes and the options of each mode that came back as they were written, as
            pairs such as `(BatteryMode.INVERTER_CHARGE, "setpoint")`; the mode itself is
            `(BatteryMode.INVERTER_CHARGE, "mode")`.
        dropped: Those that were left out: a mode that came back as idle, an option that did not
            come back.
    """

    firmware_version: str | None = None
    confirmed: frozenset[Feature] = frozenset()
    dropped: frozenset[Feature] = frozenset()

    def keeps(self, mode: BatteryMode | int, option: str = "mode") -> bool | None:
        """Return whether the device keeps a mode or an option of it.

        Args:
            mode: The mode.
            option: The name of an option, or `mode` for the mode itself.

        Returns:
            True or False by the last read-back, None if it was never written.
        """
        if (mode, option) in self.confirmed:
            return True
        return False if (mode, option) in self.dropped else None


class CapabilityLog:
    """The capabilities of one device, for each firmware that it has had.

    Args:
        store: What was read of the device last, its firmware version among it.
    """

    def __init__(self, store: ResourceStore) -> None:
        self._store = store
        self._by_firmware: dict[str | None, Capabilities] = {}

    @property
    def current(self) -> Capabilities:
        """What is known of the firmware that the device has now."""
        version = self._firmware_version()
        return self._by_firmware.get(version, Capabilities(version))

    def learn(self, expected: ScheduleEntry, actual: ScheduleEntry) -> None:
        """Take note of how an entry that was written came back.

        Args:
            expected: What was written; it has been checked, so its mode is known.
            actual: What was read back of it.
        """
        mode = BatteryMode(expected.mode)
        found = {item.name: item for item in differences(expected, actual, LATEST)}
        if "mode" in found:  # an idle entry says nothing about the options of the mode
            self._note(confirmed=set(), dropped={(mode, "mode")})
            return
        given = {name for name, value in expected.options().items() if value is not False}
        self._note(
            confirmed={(mode, name) for name in (given - found.keys()) | {"mode"}},
            dropped={(mode, item.name) for item in found.values() if is_dropped(item)},
        )

    def _note(self, *, confirmed: set[Feature], dropped: set[Feature]) -> None:
        known = self.current
        if confirmed <= known.confirmed and dropped <= known.dropped:
            return
        self._by_firmware[known.firmware_version] = Capabilities(
            known.firmware_version,
            known.confirmed - dropped | confirmed,
            known.dropped - confirmed | dropped,
        )

    def _firmware_version(self) -> str | None:
        record = self._store.last(EMS)
        units = () if record is None else record.value.ems
        return next((unit.ems_info.fw_version for unit in units if not unit.ecu_host), None)
