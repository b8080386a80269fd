"""Status, log, updates and Wi-Fi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.log import LEVELS
from homevolt.simulator.device.profiles import HUB_FIRMWARE
from homevolt.simulator.endpoints.payloads.radio import radio_summary
from homevolt.simulator.endpoints.payloads.units import bms_info, inverter_info

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.endpoints.answers import Call
    from homevolt.simulator.world.unit import Unit

DEFAULT_LIMIT: Final = 50
WIFI_RSSI: Final = -43
BSSID: Final = "020000000001"


def status_payload(call: Call) -> dict[str, Any]:
    """Return /status.json; `up_time` is in milliseconds."""
    device = call.device
    return {
        "up_time": device.installation.uptime_ms,
        "poll_time": 0,
        "firmware": {"esp": device.profile.firmware, "efr": HUB_FIRMWARE},
        "wifi_status": {
            "wifi_mode": "sta",
            "ip": "192.0.2.10",
            "ssid": device.parameters.values["wifi_sta_ssid"],
            "bssid": BSSID,
            "rssi": WIFI_RSSI,
            "connected": True,
            "wifi_err_buf": [],
        },
        "lte_status": _lte(),
        "mqtt_status": _mqtt(),
        "ota_update_running": False,
        "w868_status": radio_summary(device),
        "ems_status": _ems_status(device, device.installation.units[0]),
    }


def _ems_status(device: SimulatedDevice, unit: Unit) -> dict[str, Any]:
    if device.profile.empty_ems_status:
        return {"bms_info": []}
    return {
        "ems_info": {
            "protocol_version": 5,
            "fw_version": device.profile.ems_firmware,
            "rated_power": round(unit.rated_power_w),
            "rated_cap": round(unit.rated_capacity_wh),
            "rated_pv_power": 0,
        },
        "inverter_info": inverter_info(unit),
        "bms_info": [bms_info(device, blade, index) for index, blade in enumerate(unit.blades)],
    }


def _lte() -> dict[str, Any]:
    return {
        "imei": "000000000000000",
        "imsi": "000000000000000",
        "iccid": "00000000000000000000",
        "operator": '"24001"',
        "operator_name": "Telia",
        "area_code": "",
        "cell_id": "",
        "band": '"LTE BAND 3"',
        "acc_tech": "eMTC",
        "sysmode": "eMTC",
        "rssi_db": -65,
        "rssi": 26,
        "ber": 99,
        "chan": 1300,
        "pdp_active": True,
        "sim_type": "CHIP",
        "f_pin_ok": True,
        "f_present": True,
        "scan_seq": "020301",
    }


def _mqtt() -> dict[str, Any]:
    names = (
        *("esp_tls_last_esp_err", "esp_tls_stack_err", "esp_tls_cert_verify_flags"),
        *("error_type", "connect_return_code", "esp_transport_sock_errno"),
    )
    return {"connected": True, "subscribed": True, "last_error": dict.fromkeys(names, 0)}


def logs_payload(call: Call) -> list[dict[str, Any]]:
    """Return /logs.json?limit=&level=: the latest lines, oldest first."""
    level = call.query.get("level", "")
    lines = call.device.log.last(
        call.integer("limit", DEFAULT_LIMIT), level if level in LEVELS else LEVELS[-1]
    )
    return [
        {
            "timestamp": int(line.time * 1000),
            "core": 1,
            "level": line.level,
            "data": line.text,
            "tag": line.tag,
            "task": f"{line.tag}_task",
        }
        for line in lines
    ]


def ota_payload(call: Call) -> dict[str, Any]:
    """Return /ota_manifest.json: no update is available."""
    return {
        "timestamp": int(call.device.now()),
        "updates": [
            {
                "product_id": 1,
                "current_version": call.device.profile.firmware,
                "available_version": call.device.profile.firmware,
                "file_size": 524288,
                "manifest_url": "https://updates.invalid/manifest.json",
                "state": "IDLE",
                "progress_percent": 0,
                "up2date": True,
            }
        ],
    }


def wifi_payload(call: Call) -> list[dict[str, Any]]:
    """Return /wifiscan.json: the network it is connected to."""
    return [
        {
            "ssid": call.device.parameters.values["wifi_sta_ssid"],
            "bssid": BSSID,
            "ch": 1,
            "open": False,
            "bw": "20",
            "rssi": WIFI_RSSI,
            "auth": "wpa2",
            "gcipher": "ccmp",
            "pchiper": "ccmp",
            "11b": 0,
            "11g": 1,
            "11n": 1,
            "wps": 0,
        }
    ]
