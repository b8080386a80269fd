"""How the unit is connected: Wi-Fi, LTE, and the cloud."""

from __future__ import annotations

from typing import ClassVar

from homevolt.reports.view import Source, Sources, View, flag, received, unquoted

_UNKNOWN_BER = 99


class WifiView(View, frozen=True):
    """The Wi-Fi of the unit (`/status.json`, `wifi_status`).

    Attributes:
        mode: `sta` (connected to an access point), `ap` (is one itself), or another word.
        is_connected: Whether it is connected.
        address: Its IP address.
        ssid: The name of the network.
        bssid: The MAC address of the access point.
        rssi_dbm: The signal strength in dBm.
        errors: The codes of the latest connection errors, as ESP-IDF numbers them.
    """

    mode: str | None = None
    is_connected: bool | None = None
    address: str | None = None
    ssid: str | None = None
    bssid: str | None = None
    rssi_dbm: float | None = None
    errors: tuple[float, ...] = ()

    sources: ClassVar[Sources] = {
        "mode": Source("wifi_mode"),
        "is_connected": Source("connected"),
        "address": Source("ip"),
        "rssi_dbm": Source("rssi", received),
        "errors": Source("wifi_err_buf"),
    }


class LteView(View, frozen=True):
    """The modem of the unit (`/status.json`, `lte_status`).

    Attributes:
        imei: The serial number of the modem.
        imsi: The number of the subscriber, as the SIM card holds it.
        iccid: The number of the SIM card.
        operator: The number of the network: country and operator.
        operator_name: The name of the network.
        area_code: The area that the cell belongs to.
        cell_id: The cell.
        band: The band, such as `LTE BAND 3`.
        technology: The access technology, such as `eMTC`.
        system_mode: The mode of the modem.
        rssi_dbm: The signal strength in dBm (`rssi_db`).
        bit_error_class: The class of the bit error rate, 0 (best) to 7, None if it is not known.
        channel: The number of the radio channel (EARFCN).
        is_data_active: Whether a data connection is open (`pdp_active`).
        sim_type: The kind of SIM, such as `CHIP`.
        is_pin_ok: Whether the SIM needs no PIN, or accepted it.
        is_sim_present: Whether there is a SIM.
    """

    imei: str | None = None
    imsi: str | None = None
    iccid: str | None = None
    operator: str | None = None
    operator_name: str | None = None
    area_code: str | None = None
    cell_id: str | None = None
    band: str | None = None
    technology: str | None = None
    system_mode: str | None = None
    rssi_dbm: float | None = None
    bit_error_class: float | None = None
    channel: float | None = None
    is_data_active: bool | None = None
    sim_type: str | None = None
    is_pin_ok: bool | None = None
    is_sim_present: bool | None = None

    sources: ClassVar[Sources] = {
        "operator": Source("operator", unquoted),
        "band": Source("band", unquoted),
        "technology": Source("acc_tech"),
        "system_mode": Source("sysmode"),
        "rssi_dbm": Source("rssi_db", received),
        "bit_error_class": Source("ber", lambda value: None if value == _UNKNOWN_BER else value),
        "channel": Source("chan"),
        "is_data_active": Source("pdp_active"),
        "is_pin_ok": Source("f_pin_ok"),
        "is_sim_present": Source("f_present"),
    }


class CloudErrorView(View, frozen=True):
    """The last error of the connection to the cloud (`mqtt_status.last_error`), 0 for none.

    Attributes:
        error_type: What failed, as ESP-IDF numbers it.
        connect_return_code: The refusal of the MQTT broker.
        tls_error: The error of ESP-TLS.
        tls_stack_error: The error of the TLS library.
        certificate_flags: Why a certificate was not accepted, a bit field.
        socket_errno: The error of the socket.
    """

    error_type: int | None = None
    connect_return_code: int | None = None
    tls_error: int | None = None
    tls_stack_error: int | None = None
    certificate_flags: int | None = None
    socket_errno: int | None = None

    sources: ClassVar[Sources] = {
        "tls_error": Source("esp_tls_last_esp_err"),
        "tls_stack_error": Source("esp_tls_stack_err"),
        "certificate_flags": Source("esp_tls_cert_verify_flags"),
        "socket_errno": Source("esp_transport_sock_errno"),
    }


class CloudView(View, frozen=True):
    """The connection to the cloud (`/status.json`, `mqtt_status`).

    Attributes:
        is_connected: Whether the unit is connected to the cloud.
        is_subscribed: Whether it receives what the cloud sends.
        last_error: The last error.
    """

    is_connected: bool | None = None
    is_subscribed: bool | None = None
    last_error: CloudErrorView = CloudErrorView()

    sources: ClassVar[Sources] = {
        "is_connected": Source("connected"),
        "is_subscribed": Source("subscribed"),
        "last_error": Source("last_error", CloudErrorView.of),
    }


class WifiNetworkView(View, frozen=True):
    """A Wi-Fi network that the unit receives (`/wifiscan.json`, an item).

    Attributes:
        ssid: The name of the network.
        bssid: The MAC address of the access point.
        channel: The number of the radio channel.
        bandwidth_mhz: The width of the channel in MHz.
        rssi_dbm: The signal strength in dBm.
        is_open: Whether it needs no password.
        auth: The kind of authentication, such as `wpa2`.
        group_cipher: The cipher of broadcast and multicast, such as `ccmp`.
        pairwise_cipher: The cipher between the access point and one station.
        has_11b: Whether it offers IEEE 802.11b.
        has_11g: Whether it offers IEEE 802.11g.
        has_11n: Whether it offers IEEE 802.11n.
        has_wps: Whether it offers Wi-Fi Protected Setup.
    """

    ssid: str | None = None
    bssid: str | None = None
    channel: int | None = None
    bandwidth_mhz: float | None = None
    rssi_dbm: float | None = None
    is_open: bool | None = None
    auth: str | None = None
    group_cipher: str | None = None
    pairwise_cipher: str | None = None
    has_11b: bool | None = None
    has_11g: bool | None = None
    has_11n: bool | None = None
    has_wps: bool | None = None

    sources: ClassVar[Sources] = {
        "channel": Source("ch"),
        "bandwidth_mhz": Source(
            "bw", lambda text: float(text) if text.isascii() and text.isdigit() else None
        ),
        "rssi_dbm": Source("rssi", received),
        "is_open": Source("open"),
        "group_cipher": Source("gcipher"),
        "pairwise_cipher": Source("pchiper"),  # as the device spells it
        "has_11b": Source("b11", flag),
        "has_11g": Source("g11", flag),
        "has_11n": Source("n11", flag),
        "has_wps": Source("wps", flag),
    }
