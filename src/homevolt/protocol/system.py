"""The state of the device itself: `/status.json`, `/ota_manifest.json`, `/wifiscan.json`."""

from __future__ import annotations

from homevolt.protocol.decoding import Wire
from homevolt.protocol.ems import BmsInfo, EmsInfo
from homevolt.protocol.quantities import (
    DecibelMilliwatt,
    Percent,
)
from homevolt.protocol.radio import RadioStatus


class InverterInfo(Wire, frozen=True):
    """`ems_status.inverter_info`: what the inverter is."""

    fw_version: str | None = None
    serial_number: str | None = None


class Firmware(Wire, frozen=True):
    """`firmware`: the versions of the two processors."""

    esp: str | None = None
    efr: str | None = None


class WifiStatus(Wire, frozen=True):
    """`wifi_status`; signal in dBm."""

    wifi_mode: str | None = None
    ip: str | None = None
    ssid: str | None = None
    bssid: str | None = None
    rssi: DecibelMilliwatt | None = None
    connected: bool | None = None
    wifi_err_buf: tuple[float, ...] = ()


class LteStatus(Wire, frozen=True):
    """`lte_status`: the modem."""

    imei: str | None = None
    imsi: str | None = None
    iccid: str | None = None
    operator: str | None = None
    operator_name: str | None = None
    area_code: str | None = None
    cell_id: str | None = None
    band: str | None = None
    acc_tech: str | None = None
    sysmode: str | None = None
    rssi_db: DecibelMilliwatt | None = None
    rssi: float | None = None
    ber: float | None = None
    chan: float | None = None
    pdp_active: bool | None = None
    sim_type: str | None = None
    f_pin_ok: bool | None = None
    f_present: bool | None = None
    scan_seq: str | None = None


class MqttError(Wire, frozen=True):
    """`mqtt_status.last_error`."""

    esp_tls_last_esp_err: int | None = None
    esp_tls_stack_err: int | None = None
    esp_tls_cert_verify_flags: int | None = None
    error_type: int | None = None
    connect_return_code: int | None = None
    esp_transport_sock_errno: int | None = None


class MqttStatus(Wire, frozen=True):
    """`mqtt_status`: the connection to the cloud."""

    connected: bool | None = None
    subscribed: bool | None = None
    last_error: MqttError = MqttError()


class EmsStatus(Wire, frozen=True):
    """`ems_status`: what the unit consists of."""

    ems_info: EmsInfo = EmsInfo()
    inverter_info: InverterInfo = InverterInfo()
    bms_info: tuple[BmsInfo, ...] = ()


class Status(Wire, frozen=True):
    """`GET /status.json`; `up_time` is in milliseconds."""

    up_time: float | None = None
    poll_time: float | None = None
    firmware: Firmware = Firmware()
    wifi_status: WifiStatus = WifiStatus()
    lte_status: LteStatus = LteStatus()
    mqtt_status: MqttStatus = MqttStatus()
    ota_update_running: bool | None = None
    w868_status: RadioStatus = RadioStatus()
    ems_status: EmsStatus = EmsStatus()


class OtaUpdate(Wire, frozen=True):
    """`updates[]`: one product that could be updated; progress in %."""

    product_id: int | None = None
    current_version: str | None = None
    available_version: str | None = None
    file_size: float | None = None
    manifest_url: str | None = None
    state: str | None = None
    progress_percent: Percent | None = None
    up2date: bool | None = None


class OtaManifest(Wire, frozen=True):
    """`GET /ota_manifest.json`; `timestamp` in epoch seconds."""

    timestamp: float | None = None
    updates: tuple[OtaUpdate, ...] = ()


class WifiNetwork(Wire, frozen=True, rename={"b11": "11b", "g11": "11g", "n11": "11n"}):
    """`GET /wifiscan.json`, an item; signal in dBm."""

    ssid: str | None = None
    bssid: str | None = None
    ch: int | None = None
    open: bool | None = None
    bw: str | None = None
    rssi: DecibelMilliwatt | None = None
    auth: str | None = None
    gcipher: str | None = None
    pchiper: str | None = None
    b11: int | None = None
    g11: int | None = None
    n11: int | None = None
    wps: int | None = None
