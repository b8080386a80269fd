"""The state of the unit itself, and the updates of its parts."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from homevolt.reports.network import CloudView, LteView, WifiView
from homevolt.reports.radio import RadioView
from homevolt.reports.view import Source, Sources, View, each, epoch_s, milliseconds, percent


class FirmwareView(View, frozen=True):
    """The firmware of the two processors (`/status.json`, `firmware`).

    Attributes:
        esp: The version of the main processor.
        efr: The version of the radio hub.
    """

    esp: str | None = None
    efr: str | None = None


class BladeInfoView(View, frozen=True):
    """What a blade is (`/status.json`, `ems_status.bms_info[]`).

    Attributes:
        index: Its number from 0, as on the device (`id`).
        serial_number: Its serial number.
        firmware: The version of its firmware.
        rated_capacity_wh: Its rated capacity in Wh.
        battery_type: The type of its cells as the device names it.
    """

    index: int | None = None
    serial_number: str | None = None
    firmware: str | None = None
    rated_capacity_wh: float | None = None
    battery_type: str | None = None

    sources: ClassVar[Sources] = {
        "index": Source("id"),
        "firmware": Source("fw_version"),
        "rated_capacity_wh": Source("rated_cap"),
        "battery_type": Source("battery_type_str"),
    }


class InverterInfoView(View, frozen=True):
    """What the inverter is (`/status.json`, `ems_status.inverter_info`).

    Attributes:
        serial_number: Its serial number.
        firmware: The version of its firmware.
    """

    serial_number: str | None = None
    firmware: str | None = None

    sources: ClassVar[Sources] = {"firmware": Source("fw_version")}


class EnergySystemView(View, frozen=True):
    """What the energy management system is (`/status.json`, `ems_status.ems_info`).

    Attributes:
        firmware: The version of its firmware.
        protocol_version: The version of the protocol that the ECU speaks with it.
        rated_power_w: The rated power of the unit in W.
        rated_capacity_wh: The rated capacity of the unit in Wh.
        rated_pv_power_w: The rated power of solar panels connected to the unit in W.
    """

    firmware: str | None = None
    protocol_version: int | None = None
    rated_power_w: float | None = None
    rated_capacity_wh: float | None = None
    rated_pv_power_w: float | None = None

    sources: ClassVar[Sources] = {
        "firmware": Source("fw_version"),
        "rated_power_w": Source("rated_power"),
        "rated_capacity_wh": Source("rated_cap"),
        "rated_pv_power_w": Source("rated_pv_power"),
    }


class HardwareView(View, frozen=True):
    """What the unit consists of (`/status.json`, `ems_status`); empty on some firmware.

    Attributes:
        energy_system: The energy management system.
        inverter: The inverter.
        blades: The blades.
    """

    energy_system: EnergySystemView = EnergySystemView()
    inverter: InverterInfoView = InverterInfoView()
    blades: tuple[BladeInfoView, ...] = ()

    sources: ClassVar[Sources] = {
        "energy_system": Source("ems_info", EnergySystemView.of),
        "inverter": Source("inverter_info", InverterInfoView.of),
        "blades": Source("bms_info", each(BladeInfoView)),
    }


class StatusView(View, frozen=True):
    """The state of the unit (`GET /status.json`).

    Attributes:
        up_time_s: Seconds since the unit started; the device counts ms in 32 bits, so it begins
            anew after 49.7 days.
        is_updating: Whether a firmware update is running (`ota_update_running`).
        firmware: The firmware of the two processors.
        wifi: The Wi-Fi.
        lte: The modem.
        cloud: The connection to the cloud.
        radio: The radio hub that the clamps talk to.
        hardware: What the unit consists of.
    """

    up_time_s: float | None = None
    is_updating: bool | None = None
    firmware: FirmwareView = FirmwareView()
    wifi: WifiView = WifiView()
    lte: LteView = LteView()
    cloud: CloudView = CloudView()
    radio: RadioView = RadioView()
    hardware: HardwareView = HardwareView()

    sources: ClassVar[Sources] = {
        "up_time_s": Source("up_time", milliseconds),
        "is_updating": Source("ota_update_running"),
        "firmware": Source("firmware", FirmwareView.of),
        "wifi": Source("wifi_status", WifiView.of),
        "lte": Source("lte_status", LteView.of),
        "cloud": Source("mqtt_status", CloudView.of),
        "radio": Source("w868_status", RadioView.of),
        "hardware": Source("ems_status", HardwareView.of),
    }


class FirmwareUpdateView(View, frozen=True):
    """An update of one product (`/ota_manifest.json`, `updates[]`).

    Attributes:
        product_id: The number of the product.
        current_version: The version that it runs.
        available_version: The version that is offered.
        size_bytes: The size of the update in bytes.
        manifest_url: Where the update is described.
        state: What the update is doing, such as `IDLE`.
        progress: How far it is, a ratio from 0 to 1.
        is_up_to_date: Whether there is nothing newer.
    """

    product_id: int | None = None
    current_version: str | None = None
    available_version: str | None = None
    size_bytes: float | None = None
    manifest_url: str | None = None
    state: str | None = None
    progress: float | None = None
    is_up_to_date: bool | None = None

    sources: ClassVar[Sources] = {
        "size_bytes": Source("file_size"),
        "progress": Source("progress_percent", percent),
        "is_up_to_date": Source("up2date"),
    }


class FirmwareUpdatesView(View, frozen=True):
    """The updates that are offered to the unit (`GET /ota_manifest.json`).

    Attributes:
        at: When the manifest was made, in UTC.
        updates: The update of each product.
    """

    at: datetime | None = None
    updates: tuple[FirmwareUpdateView, ...] = ()

    sources: ClassVar[Sources] = {
        "at": Source("timestamp", epoch_s),
        "updates": Source("updates", each(FirmwareUpdateView)),
    }
