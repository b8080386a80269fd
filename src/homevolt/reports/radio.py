"""The radio hub of the unit and the nodes that it receives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from homevolt.reports.view import (
    TICKS_PER_S,
    Combined,
    Source,
    Sources,
    View,
    epoch_ms,
    epoch_s,
    flag,
    milliseconds,
    percent,
    received,
)

if TYPE_CHECKING:
    from homevolt.protocol.radio import HubStatus


class RadioView(View, frozen=True):
    """The radio hub (`/status.json`, `w868_status`).

    Attributes:
        product_id: The number of the product.
        eui: The EUI-64 of the hub (`efr_id`).
        network_state: The state of the network, as the hub numbers it.
        node_type: What the hub is in the network, as it numbers it.
        node_id: Its own number in the network.
        pan_id: The number of the network.
        channel: The number of the radio channel.
        tx_power: The transmission power; its unit is not documented.
    """

    product_id: int | None = None
    eui: str | None = None
    network_state: int | None = None
    node_type: int | None = None
    node_id: int | None = None
    pan_id: int | None = None
    channel: int | None = None
    tx_power: float | None = None

    sources: ClassVar[Sources] = {
        "eui": Source("efr_id"),
        "channel": Source("radio_channel"),
        "tx_power": Source("radio_power"),
    }


class HubUpdateView(View, frozen=True):
    """The distribution of an update to the nodes (`/efr_hub_status.json`, `ota`).

    Attributes:
        target_id: Which node it is for (`taget_id` on the device).
        image_tag: The number of the update.
        status: The state, as the hub numbers it.
        is_distributing: Whether it is being sent.
        image_size_bytes: The size of the update in bytes.
        request_start: Where the last request began.
        request_end: Where it ended.
        response_start: Where the last response began.
        response_end: Where it ended.
    """

    target_id: int | None = None
    image_tag: int | None = None
    status: int | None = None
    is_distributing: bool | None = None
    image_size_bytes: float | None = None
    request_start: float | None = None
    request_end: float | None = None
    response_start: float | None = None
    response_end: float | None = None

    sources: ClassVar[Sources] = {
        "target_id": Source("taget_id"),
        "is_distributing": Source("is_distr", flag),
        "image_size_bytes": Source("image_size"),
        "request_start": Source("req_start"),
        "request_end": Source("req_end"),
        "response_start": Source("resp_start"),
        "response_end": Source("resp_end"),
    }


def _hub_time(hub: HubStatus) -> datetime | None:
    if hub.ts_offset is None or hub.timesync_ts_ticks is None:
        return None
    return epoch_ms(hub.ts_offset + hub.timesync_ts_ticks * 1000 / TICKS_PER_S)


class HubView(RadioView, frozen=True):
    """The radio hub (`GET /efr_hub_status.json`), with everything of `RadioView`.

    Attributes:
        version: The version of its firmware.
        bootloader_version: The version of its bootloader.
        is_pairing: Whether new nodes may join (`permit_pairing`).
        pairing_left_s: For how many seconds more they may.
        warp_mode: The mode of the radio protocol, as the hub numbers it.
        at: The time by the clock of the hub, in UTC: `ts_offset` in ms and `timesync_ts_ticks`,
            of which there are 32,768 in a second.
        update: The distribution of an update to the nodes.
    """

    version: str | None = None
    bootloader_version: int | None = None
    is_pairing: bool | None = None
    pairing_left_s: float | None = None
    warp_mode: int | None = None
    at: datetime | None = None
    update: HubUpdateView = HubUpdateView()

    sources: ClassVar[Sources] = {
        **RadioView.sources,
        "bootloader_version": Source("bl_version"),
        "is_pairing": Source("permit_pairing"),
        "pairing_left_s": Source("permit_pairing_timeout"),
        "at": Combined(_hub_time),
        "update": Source("ota", HubUpdateView.of),
    }


class NodeView(View, frozen=True):
    """A node of the radio network, such as a clamp (`GET /nodes.json`, an item).

    Attributes:
        node_id: Its number in the network; `fetch_clamp`, `fetch_node_metrics` and
            `fetch_node_params` take it.
        product_id: The number of the product.
        product_model: The name of the product, such as `TBF01`.
        model: The model as the firmware names it.
        eui: The EUI-64 of the node.
        version: The version of its firmware.
        available_version: The version that the manifest of updates has (`manifest_version`).
        warp_version: The version of the radio protocol.
        rssi_dbm: The strength of the last signal in dBm, None if none was received.
        average_rssi_dbm: The mean strength in dBm.
        link_quality: The quality of the last signal, up to 255 (best).
        average_link_quality: The mean quality.
        packet_delivery: The share of packets that arrived, a ratio from 0 to 1 (`pdr`).
        last_seen_s: How many seconds ago it was received last, None for never.
        last_data_s: How many seconds ago it sent readings last, None for never.
        is_available: Whether it is in use now.
        is_paired: Whether it belongs to this hub.
        is_advertised: Whether the hub has advertised itself to it (`advertise_sent`).
        update_tag: The number of the update for it (`ota_tag`).
        upload_state: How far the update is on the way to the hub, such as `idle` or `failed`.
        distribute_state: How far it is from the hub to the node, such as `up2date`.
    """

    node_id: int | None = None
    product_id: int | None = None
    product_model: str | None = None
    model: str | None = None
    eui: str | None = None
    version: str | None = None
    available_version: str | None = None
    warp_version: int | None = None
    rssi_dbm: float | None = None
    average_rssi_dbm: float | None = None
    link_quality: float | None = None
    average_link_quality: float | None = None
    packet_delivery: float | None = None
    last_seen_s: float | None = None
    last_data_s: float | None = None
    is_available: bool | None = None
    is_paired: bool | None = None
    is_advertised: bool | None = None
    update_tag: int | None = None
    upload_state: str | None = None
    distribute_state: str | None = None

    sources: ClassVar[Sources] = {
        "available_version": Source("manifest_version"),
        "rssi_dbm": Source("rssi", received),
        "average_rssi_dbm": Source("average_rssi", received),
        "link_quality": Source("lqi", received),
        "average_link_quality": Source("average_lqi", received),
        "packet_delivery": Source("pdr", percent),
        "last_seen_s": Source("last_seen_ms", milliseconds),
        "last_data_s": Source("last_data_ms", milliseconds),
        "is_available": Source("available"),
        "is_paired": Source("paired"),
        "is_advertised": Source("advertise_sent"),
        "update_tag": Source("ota_tag"),
        "upload_state": Source("ota_upload_state"),
        "distribute_state": Source("ota_distribute_status"),
    }


class NodeCountersView(View, frozen=True):
    """How many readings one side of a radio link sent and received, in messages and packets.

    Attributes:
        messages_sent: Messages sent.
        packets_sent: Packets sent; a message takes one or more.
        messages_received: Messages received.
        packets_received: Packets received.
    """

    messages_sent: float | None = None
    packets_sent: float | None = None
    messages_received: float | None = None
    packets_received: float | None = None

    sources: ClassVar[Sources] = {
        "messages_sent": Source("meter_msg_count_sent"),
        "packets_sent": Source("meter_pkg_count_sent"),
        "messages_received": Source("meter_msg_count_received"),
        "packets_received": Source("meter_pkg_count_received"),
    }


class HubCountersView(NodeCountersView, frozen=True):
    """The same on the side of the hub.

    Attributes:
        corrupt_received: Readings that arrived corrupt.
    """

    corrupt_received: float | None = None

    sources: ClassVar[Sources] = {
        **NodeCountersView.sources,
        "corrupt_received": Source("meter_corrupt_reading_count_received"),
    }


class NodeMetricsView(View, frozen=True):
    """What a node reports about itself (`GET /node_metrics.json?node_id=`).

    Every attribute is None or empty for a node that was never received.

    Attributes:
        node_id: Its number in the network.
        at: When it reported, in UTC.
        up_time_s: Seconds since it started (`node_uptime`).
        battery_voltage_v: The voltage of its battery in V.
        is_usb_powered: Whether it gets its power by USB.
        temperature_c: Its temperature in degrees Celsius.
        average_rssi_dbm: The mean strength of the signals it receives, in dBm.
        average_link_quality: Their mean quality, up to 255 (best).
        tx_power: The transmission power; its unit is not documented.
        packet_delivery: The share of packets that arrived, a ratio from 0 to 1.
        active_s: Seconds in run mode since it began to count (`time_in_em0_ms`).
        sleep_s: Seconds in sleep (`time_in_em1_ms`).
        deep_sleep_s: Seconds in deep sleep (`time_in_em2_ms`).
        meter_mode: How it measures, as the node numbers it.
        version: The version of its firmware, as a number.
        bootloader_version: The version of its bootloader, as a number.
        node: What the node counted.
        hub: What the hub counted of this node.
    """

    node_id: int | None = None
    at: datetime | None = None
    up_time_s: float | None = None
    battery_voltage_v: float | None = None
    is_usb_powered: bool | None = None
    temperature_c: float | None = None
    average_rssi_dbm: float | None = None
    average_link_quality: float | None = None
    tx_power: float | None = None
    packet_delivery: float | None = None
    active_s: float | None = None
    sleep_s: float | None = None
    deep_sleep_s: float | None = None
    meter_mode: int | None = None
    version: int | None = None
    bootloader_version: int | None = None
    node: NodeCountersView = NodeCountersView()
    hub: HubCountersView = HubCountersView()

    sources: ClassVar[Sources] = {
        "node_id": Source("node.node_id"),
        "at": Source("node.timestamp", epoch_s),
        "up_time_s": Source("node.node_uptime", milliseconds),
        "battery_voltage_v": Source("node.battery_voltage"),
        "is_usb_powered": Source("node.usb_power"),
        "temperature_c": Source("node.temperature"),
        "average_rssi_dbm": Source("node.avg_rssi", received),
        "average_link_quality": Source("node.avg_lqi", received),
        "tx_power": Source("node.radio_tx_power"),
        "packet_delivery": Source("packet_delivery_rate", percent),
        "active_s": Source("node.time_in_em0_ms", milliseconds),
        "sleep_s": Source("node.time_in_em1_ms", milliseconds),
        "deep_sleep_s": Source("node.time_in_em2_ms", milliseconds),
        "meter_mode": Source("node.meter_mode"),
        "version": Source("node.node_version"),
        "bootloader_version": Source("node.bootloader_version"),
        "node": Source("node", NodeCountersView.of),
        "hub": Source("hub", HubCountersView.of),
    }


class PingView(View, frozen=True):
    """A ping between the hub and a node (`GET /warp_ping.json`, an item).

    Attributes:
        kind: The kind of ping as the device names it, such as `outgoing_ping` (`type`).
        source: The number of the node that sent it, 0 for the hub.
        destination: The number of the node that it went to.
        index: Which of the pings of a series it is, from 0.
        flags: Its flags, a bit field.
        is_answered: Whether an answer has arrived.
        ping_rssi_dbm: The strength in dBm with which the ping arrived, None if it did not.
        ping_link_quality: The quality with which it arrived, up to 255 (best).
        pong_rssi_dbm: The strength in dBm with which the answer arrived, None if it did not.
        pong_link_quality: The quality with which it arrived.
    """

    kind: str | None = None
    source: int | None = None
    destination: int | None = None
    index: int | None = None
    flags: int | None = None
    is_answered: bool | None = None
    ping_rssi_dbm: float | None = None
    ping_link_quality: float | None = None
    pong_rssi_dbm: float | None = None
    pong_link_quality: float | None = None

    sources: ClassVar[Sources] = {
        "kind": Source("type"),
        "is_answered": Source("pong_recv_timestamp", flag),
        "ping_rssi_dbm": Source("ping_recv_rssi", received),
        "ping_link_quality": Source("ping_recv_lqi", received),
        "pong_rssi_dbm": Source("pong_recv_rssi", received),
        "pong_link_quality": Source("pong_recv_lqi", received),
    }
