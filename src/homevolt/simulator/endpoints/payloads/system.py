"""The system side: status, logs, errors, updates, Wi-Fi, and the files in flash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.identity import HUB_FIRMWARE
from homevolt.simulator.device.log import LEVELS
from homevolt.simulator.endpoints.payloads.radio import radio_summary
from homevolt.simulator.endpoints.payloads.units import bms_info, inverter_info

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.endpoints.answers import Call

DEFAULT_LIMIT: Final = 50
WIFI_RSSI: Final = -43
BSSID: Final = "020000000001"

ECU_CHECKS: Final = ("power_24v", "ledstrip_detected", "wifi", "mqtt", "ntp", "flash")
EMS_CHECKS: Final = ("ems_connected", "bms_connected", "inverter", "soc_min")
SUBSYSTEMS: Final = ((0, "ECU", ECU_CHECKS), (1, "EMS", EMS_CHECKS))
SEVERITIES: Final = ("ok", "warning", "error")


def status_payload(call: Call) -> dict[str, Any]:
    """Return /status.json; `up_time` is in milliseconds."""
    device = call.device
    unit = device.installation.units[0]
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
        "ems_status": {
            "ems_info": {
                "protocol_version": 5,
                "fw_version": device.profile.ems_firmware,
                "rated_power": round(unit.rated_power_w),
                "rated_cap": round(unit.rated_capacity_wh),
                "rated_pv_power": 0,
            },
            "inverter_info": inverter_info(unit),
            "bms_info": [bms_info(device, blade, index) for index, blade in enumerate(unit.blades)],
        },
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


def error_report_payload(call: Call) -> list[dict[str, Any]]:
    """Return /error_report.json: every check with its state."""
    return [
        _check(call.device, system_id, system, number, name)
        for system_id, system, names in SUBSYSTEMS
        for number, name in enumerate(names, 1)
    ]


def _check(
    device: SimulatedDevice, system_id: int, system: str, number: int, name: str
) -> dict[str, Any]:
    empty = name == "soc_min" and device.installation.units[0].under_min_soc
    messages = {"ledstrip_detected": "Rev:2 (461 mV)", "soc_min": "Battery is empty"}
    shown = name != "soc_min" or empty
    return {
        "sub_system_id": system_id,
        "sub_system_name": system,
        "error_id": number,
        "error_name": name,
        "activated": "warning" if empty else "ok",
        "message": messages.get(name, "") if shown else "",
        "details": [],
    }


def error_history_payload(call: Call) -> list[dict[str, Any]]:
    """Return /error_history.json?limit=&severity=: warnings and errors of the log."""
    severity = call.query.get("severity", "")
    rows = [
        {
            "timestamp": int(line.time * 1000),
            "sub_system_id": 0,
            "sub_system_name": "ECU",
            "error_id": 100,
            "error_name": line.tag,
            "activated": line.level,
            "message": line.text,
            "details": [],
        }
        for line in call.device.log.last(len(call.device.log), "warning")
    ]
    wanted = [row for row in rows if severity not in SEVERITIES or row["activated"] == severity]
    limit = call.integer("limit", DEFAULT_LIMIT)
    return wanted[-limit:] if limit else []


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
    """Return /ota_manifest.json: nothing newer is offered."""
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
    """Return /wifiscan.json: the network it is in."""
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


def files(device: SimulatedDevice) -> dict[str, tuple[str, bytes]]:
    """Return the files in flash: path to content type and content."""
    page = b"<!DOCTYPE html><html><head><title>Homevolt</title></head><body>Homevolt</body></html>"
    return {
        "/": ("text/html", page),
        "/index.html": ("text/html", page),
        "/spiffs/index.html": ("text/html", page),
        "/spiffs/version.txt": ("text/plain", f"{device.profile.firmware}\n".encode()),
    }
