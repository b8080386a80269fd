"""The clamps and the radio between them and the unit."""

from __future__ import annotations

from homevolt.protocol.decoding import Wire
from homevolt.protocol.quantities import (
    Celsius,
    DecibelMilliwatt,
    LinkQuality,
    Percent,
    Volt,
)


class Node(Wire, frozen=True):
    """`GET /nodes.json`, an item; signal in dBm, ages in ms, 2147483647 ms for never."""

    node_id: int | None = None
    product_id: int | None = None
    product_model: str | None = None
    eui: str | None = None
    version: str | None = None
    warp_version: int | None = None
    average_rssi: DecibelMilliwatt | None = None
    rssi: DecibelMilliwatt | None = None
    average_lqi: LinkQuality | None = None
    lqi: LinkQuality | None = None
    pdr: Percent | None = None
    last_seen_ms: float | None = None
    last_data_ms: float | None = None
    available: bool | None = None
    ota_upload_state: str | None = None
    ota_distribute_status: str | None = None
    paired: bool | None = None
    advertise_sent: bool | None = None
    model: str | None = None
    ota_tag: int | None = None
    manifest_version: str | None = None


class NodeSide(Wire, frozen=True):
    """`node` of `/node_metrics.json`: battery in V, temperature in °C, uptime in ms."""

    node_id: int | None = None
    timestamp: float | None = None
    node_version: int | None = None
    bootloader_version: int | None = None
    battery_voltage: Volt | None = None
    temperature: Celsius | None = None
    avg_rssi: DecibelMilliwatt | None = None
    avg_lqi: LinkQuality | None = None
    radio_tx_power: float | None = None
    node_uptime: float | None = None
    meter_msg_count_sent: float | None = None
    meter_pkg_count_sent: float | None = None
    meter_msg_count_received: float | None = None
    meter_pkg_count_received: float | None = None
    time_in_em0_ms: float | None = None
    time_in_em1_ms: float | None = None
    time_in_em2_ms: float | None = None
    meter_mode: int | None = None
    usb_power: bool | None = None
    timesync_clock_drift: float | None = None


class HubSide(Wire, frozen=True):
    """`hub` of `/node_metrics.json`: what arrived of the node."""

    meter_pkg_count_sent: float | None = None
    meter_msg_count_sent: float | None = None
    meter_pkg_count_received: float | None = None
    meter_msg_count_received: float | None = None
    meter_corrupt_reading_count_received: float | None = None


class NodeMetrics(Wire, frozen=True):
    """`GET /node_metrics.json?node_id=`; delivery rate in %."""

    node: NodeSide = NodeSide()
    hub: HubSide = HubSide()
    packet_delivery_rate: Percent | None = None


class SenseNode(Wire, frozen=True):
    """`GET /ecu_sense.json`, an item: what a clamp is used for."""

    node_euid: str | None = None
    interface: int | None = None
    interface_names: tuple[str, ...] = ()
    function: int | None = None
    function_name: str | None = None
    label: str | None = None


class RadioStatus(Wire, frozen=True):
    """`w868_status`: the radio that the clamps talk to."""

    product_id: int | None = None
    efr_id: str | None = None
    network_state: int | None = None
    node_type: int | None = None
    node_id: int | None = None
    pan_id: int | None = None
    radio_channel: int | None = None
    radio_power: float | None = None


class HubOta(Wire, frozen=True):
    """`ota` of `/efr_hub_status.json`; the first name is spelt as the device spells it."""

    taget_id: int | None = None
    image_tag: int | None = None
    status: int | None = None
    is_distr: int | None = None
    image_size: float | None = None
    req_start: float | None = None
    req_end: float | None = None
    resp_start: float | None = None
    resp_end: float | None = None


class HubStatus(RadioStatus, frozen=True):
    """`GET /efr_hub_status.json`: the radio processor of the unit."""

    version: str | None = None
    bl_version: int | None = None
    permit_pairing: bool | None = None
    permit_pairing_timeout: float | None = None
    warp_mode: int | None = None
    timesync_ts_ticks: float | None = None
    ts_offset: float | None = None
    ota: HubOta = HubOta()


class Ping(Wire, frozen=True):
    """`GET /warp_ping.json`, an item; signal in dBm."""

    type: str | None = None
    source: int | None = None
    destination: int | None = None
    flags: int | None = None
    index: int | None = None
    ping_send_timestamp: float | None = None
    ping_recv_timestamp: float | None = None
    ping_recv_rssi: DecibelMilliwatt | None = None
    ping_recv_lqi: LinkQuality | None = None
    pong_recv_timestamp: float | None = None
    pong_recv_rssi: DecibelMilliwatt | None = None
    pong_recv_lqi: LinkQuality | None = None
