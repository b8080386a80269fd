"""The commands around Wi-Fi, mobile network, MQTT and firmware updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homevolt.simulator.console.command_spec import Invocation, Spec, choice, spec

if TYPE_CHECKING:
    from homevolt.simulator.console.commandline import Command

_DONE: Final = "Done"
_NET_COMMANDS: Final = ("ping", "set_netif", "enable", "disable")


def _wifi(call: Invocation) -> str:
    return f"SSID: {call.device.parameters.values['wifi_sta_ssid']}, RSSI: -43 dBm, connected"


def _net(call: Invocation) -> str:
    word = choice(call.argument(0), "command", _NET_COMMANDS)
    if word == "ping":
        return "1 packet sent, 1 received"
    call.carry_out()
    return _DONE


def _changes_net(command: Command) -> bool:
    return command.arguments[:1] != ("ping",)


def _manifest(call: Invocation) -> str:
    return f"product 1: {call.device.profile.firmware}, up to date"


COMMANDS: Final[dict[str, Spec]] = {
    "ap_clients": spec("", "Print the clients of the access point", "No clients"),
    "curl": spec(
        "<url> -o,--output=<path> -a,--attempts=<attempts> -t,--timeout=<timeout>",
        "Download a URL",
        _DONE,
        "destructive",
    ),
    "ecu_network": spec("", "Print the state of the transport between units", "Transport: up"),
    "ecu_network_reset": spec("", "Restart the transport between units", _DONE, "write"),
    "lte_at": spec("<command> [<timeout>]", "Send an AT command to the modem", "OK", "write"),
    "lte_band": spec("<band>", "Select the frequency band", _DONE, "write"),
    "lte_clear_sim": spec("", "Clear the SIM", _DONE, "write"),
    "lte_connect": spec("", "Connect the modem", _DONE, "write"),
    "lte_disconnect": spec("", "Disconnect the modem", _DONE, "write"),
    "lte_info": spec("", "Print the state of the modem", "Operator: Telia, connected"),
    "lte_power": spec("<power>", "Switch the modem off (0) or on (1)", _DONE, "write"),
    "lte_restart": spec("", "Restart the modem", _DONE, "write"),
    "lte_sim_iccid": spec("", "Print the ICCID of the SIM", "00000000000000000000"),
    "lte_sim_type": spec("<sim_type>", "Select the SIM: 0 card, 1 chip", _DONE, "write"),
    "metrics_send": spec("", "Send the metrics now", _DONE, "write"),
    "mqtt": spec("", "Print the state of MQTT", "MQTT: connected, subscribed"),
    "mqtt_force_connect": spec("", "Connect MQTT now", _DONE, "write"),
    "net": spec(
        "<command> [<module>] [<ip>]",
        "Control the network: ping, set_netif, enable or disable",
        _net,
        "write",
        _changes_net,
    ),
    "network": spec("[<interface>]", "Print the state of the network", _wifi),
    "ota_clean": spec("", "Remove data of updates", _DONE, "destructive"),
    "ota_esp32": spec(
        "<action>",
        "Return to the previous image (rollback) or confirm the current one (validate)",
        _DONE,
        "destructive",
    ),
    "ota_esp32_flash": spec("<ota_url>", "Flash an image from a URL", _DONE, "destructive"),
    "ota_fetch": spec("", "Fetch the update manifest", _DONE, "destructive"),
    "ota_fetch_force": spec(
        "", "Fetch the update manifest whatever its version", _DONE, "destructive"
    ),
    "ota_manifest": spec("", "Print the update manifest", _manifest),
    "ota_manifest_set": spec(
        "<model> <version> <url> <size> <checksum> <product_id> <ota_tag>",
        "Set an entry of the update manifest",
        _DONE,
        "destructive",
    ),
    "ota_run": spec("<model>", "Run the update of a model", _DONE, "destructive"),
    "ping": spec(
        "<host> -W,--timeout=<t> -i,--interval=<t> -s,--size=<n> -c,--count=<n> -Q,--tos=<n> "
        "-T,--ttl=<n> -b,--background -4,--ipv4 -6,--ipv6",
        "Ping a host",
        "4 packets sent, 4 received",
    ),
    "provision": spec("[<url>] [<auth>] --no-device", "Provision the device", _DONE, "write"),
    "wifi_info": spec("", "Print the state of the Wi-Fi", _wifi),
    "wifi_scan": spec("", "Print the Wi-Fi networks in range", _wifi),
}
