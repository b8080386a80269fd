"""The documents that `--json` prints, as data, for `docs/json.md` and the test of every command.

A shape is a dict of keys, a list of one shape, or the name of a type in `TYPES`. A `?` after a
name says that it may be null. The key `*` stands for keys that are data. No other keys occur.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Shape: TypeAlias = "str | dict[str, Shape] | list[Shape] | Nullable"
Keys = dict[str, Shape]


class Nullable(NamedTuple):
    """A shape that may also be null."""

    shape: Shape


TYPES = {
    "text": "a string",
    "flag": "`true` or `false`",
    "time": "a string: ISO 8601 in UTC, ending in `+00:00`",
    "number": "a number, its unit at the end of its key",
    "count": "a number that counts or identifies something and has no unit",
    "amount": "a number: money in the currency that is named, of a price for each kWh",
    "value": "a number, text, flag or list of them; its unit is beside it, or in the help text",
    "answer": "an object: `duration_s`, and either the `payload` or `error` and `status`",
    "native": "what the device sent, in its own keys and units",
}
"""What each type is."""


def _keys(kind: str, names: str) -> Keys:
    return dict.fromkeys(names.split(), kind)


ENTRY: Keys = {
    "id": "count?",
    "mode": "count",
    "mode_name": "text",
    "from": "time?",
    "to": "time?",
    "min_soc_percent": "number?",
    "max_soc_percent": "number?",
    "setpoint_w": "number?",
    "max_charge_w": "number?",
    "max_discharge_w": "number?",
    "import_limit_w": "number?",
    "export_limit_w": "number?",
    "idle_threshold_power_w": "number?",
    "discharge_threshold_power_w": "number?",
    "main_fuse_ma": "number?",
    "charge_ramp_up_ma_per_s": "number?",
    "discharge_ramp_up_ma_per_s": "number?",
    "import_energy_limit_wh": "number?",
    "import_energy_limit_from": "time?",
    "import_energy_limit_to": "time?",
    "import_energy_max_compensation_w": "number?",
    "export_energy_limit_wh": "number?",
    "export_energy_limit_from": "time?",
    "export_energy_limit_to": "time?",
    "export_energy_max_compensation_w": "number?",
    "fcr_n_power_w": "number?",
    "fcr_d_up_power_w": "number?",
    "fcr_d_down_power_w": "number?",
    "ffr_power_w": "number?",
    "use_ffr_custom_trig_freq": "flag?",
    "ffr_rearm": "flag?",
    "fcr_start_from": "time?",
    "test_sequence": "count?",
    "test_end_schedule": "flag?",
    "offline": "flag?",
}
BLADE: Keys = {
    **_keys("number?", "state_of_charge_ratio state_of_health_ratio tmin_c tmax_c"),
    "charge_cycles": "count?",
    **_keys("number?", "voltage_v current_a power_w available_energy_wh"),
    "state": "text?",
    "alarms": Nullable(["text"]),
    "number": "count",
    "available": "flag",
}
UNIT: Keys = {
    **_keys("number?", "power_w state_of_charge_ratio frequency_hz l1_voltage_v l2_voltage_v"),
    **_keys("number?", "l3_voltage_v l1_l2_voltage_v l2_l3_voltage_v l3_l1_voltage_v l1_current_a"),
    **_keys("number?", "l2_current_a l3_current_a apparent_power_va reactive_power_var"),
    **_keys("number?", "system_temperature_c imported_energy_kwh exported_energy_kwh"),
    **_keys("number?", "discharged_energy_wh charged_energy_wh available_charging_power_w"),
    **_keys("number?", "available_discharge_power_w available_charging_energy_wh"),
    **_keys("number?", "available_discharge_energy_wh available_capacity_wh rated_capacity_wh"),
    **_keys("number?", "rated_power_w power_reference_w"),
    **_keys("text?", "operating_state state error firmware_version ecu_id model"),
    "alarms": Nullable(["text"]),
    "warnings": Nullable(["text"]),
    "blades": [BLADE],
    "available": "flag",
}
_PHASE = Nullable(_keys("number?", "voltage_v current_a power_w"))
METER: Keys = {
    **_keys("number?", "power_w energy_imported_kwh energy_exported_kwh frequency_hz"),
    **_keys("number?", "rssi_dbm average_rssi_dbm packet_delivery_rate_ratio"),
    "function": "text",
    "euid": "text?",
    "available": "flag",
    **dict.fromkeys(("l1", "l2", "l3"), _PHASE),
}
ERROR: Keys = {"type": "text", "message": "text", "exit_code": "count"}
DEVICE: Keys = {"url": "text", "simulated": "flag"}
READINGS: Keys = {
    **DEVICE,
    **_keys("text?", "device_id model firmware_version"),
    "at": "time?",
    "clock_offset_s": "number?",
    **_keys("number?", "state_of_charge_ratio available_energy_wh capacity_wh battery_power_w"),
    **_keys("number?", "grid_power_w solar_power_w house_consumption_w"),
    "alarms": Nullable(["text"]),
    "warnings": Nullable(["text"]),
    "local_mode": "flag?",
    "active_entry": Nullable(ENTRY),
    "next_entry": Nullable(ENTRY),
    "schedule": Nullable({"schedule_id": "text?", "entries": [ENTRY]}),
    "units": Nullable([UNIT]),
    "total": Nullable(UNIT),
    "meters": Nullable([METER]),
    "ems_at": "time?",
    "schedule_at": "time?",
    "problems": {"*": "text"},
    "age_s": "number?",
    "error": Nullable(ERROR),
}
SENSOR: Keys = {
    **_keys("text", "key name slug"),
    "value": "value?",
    "unit": "text?",
    "type": "text",
    "device_identifier": "text",
}
CONFIGURED: Keys = {
    **_keys("text", "name host"),
    "timeout_s": "number?",
    "fingerprint": "text?",
    "password_in": "text?",
    "default": "flag",
}
CHECKS: Keys = {
    **DEVICE,
    "checks": [
        {
            **_keys("text?", "subsystem name state message"),
            "details": ["text"],
            "at": "time?",
        }
    ],
    "total": "count",
}
PLAN: Keys = {**DEVICE, "local_mode": "flag?", "entries": [ENTRY]}
WAIT: Keys = {
    "followed": "flag",
    "waited_s": "number",
    "reason": "text?",
    "text": "text",
    "battery_power_w": "number?",
    "grid_power_w": "number?",
}
CONTROL: Keys = {
    "text": "text",
    "dry_run": "flag",
    "entry": Nullable(ENTRY),
    "wait": Nullable(WAIT),
    **PLAN,
}
PARAMETER: Keys = {
    **_keys("text", "name type"),
    **_keys("value?", "value default"),
    "changed": "flag?",
    "group": "text?",
    "help": "text?",
    "secret": "flag",
}
ONE_PARAMETER: Keys = {**DEVICE, "parameter": PARAMETER}
METRICS: Keys = {
    "at": "time?",
    **_keys("number?", "up_time_s battery_voltage_v"),
    "usb_powered": "flag?",
    **_keys("number?", "temperature_c packet_delivery_ratio"),
    **_keys("count?", "sent_messages received_messages"),
}
NODE: Keys = {
    "node_id": "count?",
    **_keys("text?", "eui model firmware"),
    **_keys("flag?", "available paired"),
    **_keys("number?", "rssi_dbm average_rssi_dbm"),
    "link_quality": "count?",
    **_keys("number?", "packet_delivery_ratio last_seen_s last_data_s"),
    "function": "text?",
    "phases": Nullable(["text"]),
    "label": "text?",
    "metrics": Nullable(METRICS),
}
LINE: Keys = {"at": "time?", **_keys("text?", "level tag text task"), "core": "count?"}
INFO: Keys = {
    **DEVICE,
    **_keys("text?", "device_id model"),
    "units": ["text?"],
    "up_time_s": "number?",
    "updating": "flag?",
    "firmware": _keys("text?", "main_processor radio_hub energy_system inverter"),
    "rated": _keys("number?", "power_w capacity_wh pv_power_w"),
    "wifi": {
        "mode": "text?",
        "connected": "flag?",
        **_keys("text?", "ssid address"),
        "rssi_dbm": "number?",
    },
    "lte": {
        **_keys("flag?", "sim_present data_active"),
        **_keys("text?", "operator_name technology band"),
        "rssi_dbm": "number?",
    },
    "cloud": _keys("flag?", "connected subscribed"),
    "inverter_serial_number": "text?",
    "batteries": [
        {
            "number": "count?",
            **_keys("text?", "firmware serial_number"),
            "rated_capacity_wh": "number?",
            "battery_type": "text?",
        }
    ],
    "updates": Nullable(
        [
            {
                "product_id": "count?",
                **_keys("text?", "current_version available_version state"),
                "progress_ratio": "number?",
                "up_to_date": "flag?",
            }
        ]
    ),
    "problems": {"*": "text"},
}
PART: Keys = {
    "unit": "text?",
    "battery": "count?",
    "available": "flag",
    "alarms": Nullable(["text"]),
    "warnings": Nullable(["text"]),
    "error": "text?",
}
FOUND: Keys = {
    **_keys("text", "name id address"),
    "port": "count",
    "addresses": ["text"],
    "host": "text",
}
TEST: Keys = {
    **_keys("text", "name url result"),
    "duration_s": "number",
    **_keys("text?", "device_id model firmware_version"),
    "error": Nullable(ERROR),
}
COSTS: Keys = {
    "month": "text",
    **_keys("amount", "without_battery with_plan self_consumption rule perfect_foresight"),
    "captured_ratio": "number",
}
PRICE_SPAN: Keys = {**_keys("time", "from to"), "price": "amount"}
FORECAST: Keys = {
    "basis": "text",
    "guess": "flag",
    "mean_w": "number?",
    "unknown_slots": "count",
}
PLANNED: Keys = {
    "start": "time",
    "currency": "text",
    **_keys("amount", "cost cost_without_battery cost_of_self_consumption best_cost"),
    **_keys("amount", "energy_cost wear_cost peak_cost end_value"),
    "notes": ["text"],
    "rests_on": ["text"],
    "slots": [
        {
            **_keys("time", "from to"),
            "action": "text?",
            **_keys("amount", "import_price export_price"),
            **_keys("number", "load_w solar_w battery_kwh meter_kwh end_soc_ratio"),
        }
    ],
    "forecasts": {"load": FORECAST, "solar": FORECAST},
    "battery": {
        **_keys("count", "capacity_wh charge_w discharge_w"),
        **_keys("number", "state_of_charge_ratio min_soc_ratio max_soc_ratio reserve_ratio"),
        **_keys("number", "round_trip_ratio standby_w"),
        "wear_per_kwh": "amount",
    },
    "entries": [
        {
            **_keys("time", "from to"),
            **_keys("text", "action mode"),
            "options": {"*": "value"},
            **_keys("number", "charged_kwh discharged_kwh lost_kwh"),
            "price": "amount?",
            **_keys("amount", "wear_cost gain used_value"),
            "left_kwh": "number",
            **_keys("time?", "used_from used_to"),
            "text": "text",
        }
    ],
}
_SENSORS: Keys = {**DEVICE, "sensors": [SENSOR]}
_CONTROLLING = (
    "charge discharge idle self-consumption solar export mode restore",
    "schedule add, schedule delete, schedule clear, schedule replace, schedule edit",
)
_WRITERS = (*_CONTROLLING[0].split(), *_CONTROLLING[1].split(", "))

NAMED: dict[str, Keys] = {
    "entry": ENTRY,
    "unit": UNIT,
    "blade": BLADE,
    "meter": METER,
    "parameter": PARAMETER,
    "error": ERROR,
}
"""What several documents hold, by the name that the page has for it."""
SINGLE: dict[str, Keys] = {
    "demo": READINGS,
    "status": READINGS,
    "sensors": _SENSORS,
    "device add": CONFIGURED,
    "device list": {"config": "text", "default": "text?", "devices": [CONFIGURED]},
    "device test": TEST,
    "device test --all": {"devices": [TEST]},
    "device default": {"default": "text?"},
    "device remove": {"removed": "text", "default": "text?"},
    "info": INFO,
    "errors": CHECKS,
    "alarms": {**DEVICE, "at": "time?", "parts": [PART]},
    "nodes": {**DEVICE, "nodes": [NODE], "problems": {"*": "text"}},
    "logs": {**DEVICE, "lines": [LINE]},
    "logs --follow": LINE,
    "history": {**DEVICE, "rows": ["native"]},
    "history --errors": CHECKS,
    "discover": {"devices": [FOUND]},
    "diagnostics": {**DEVICE, "file": "text", "endpoints": ["text"], "failed": {"*": "text"}},
    "diagnostics -": {
        "$type": "text",
        "format": "count",
        "at": "time",
        "versions": {"*": "text"},
        "endpoints": {"*": "answer"},
    },
    **dict.fromkeys(_WRITERS, CONTROL),
    "schedule show": PLAN,
    "schedule diff": {**DEVICE, "added": [ENTRY], "removed": [ENTRY], "kept": [ENTRY]},
    "local": {**DEVICE, "local_mode": "flag?"},
    "param list": {**DEVICE, "parameters": [PARAMETER]},
    "param get": ONE_PARAMETER,
    "param set": ONE_PARAMETER,
    "param reset": ONE_PARAMETER,
    "param export": {
        **DEVICE,
        "file": "text?",
        "parameters": {"*": "value"},
        "left_out": ["text"],
    },
    "param import": {
        **DEVICE,
        "dry_run": "flag",
        "changes": [{"name": "text", "old": "value?", "new": "value"}],
        "unchanged_count": "count",
    },
    "console": {**DEVICE, **_keys("text", "command output")},
    "reboot": {**DEVICE, "restarted": "flag"},
    "prices": {
        **_keys("text", "zone place unit source"),
        "fetched_at": "time",
        "age_s": "number",
        "expected_at": "time?",
        "notes": ["text"],
        "days": [
            {
                "date": "text",
                "lowest": PRICE_SPAN,
                "highest": PRICE_SPAN,
                "mean": "amount",
                "slots": [{**_keys("time", "from to"), "price": "amount?"}],
            }
        ],
    },
    "plan": PLANNED,
    "plan --every": {**_keys("text", "event text"), "at": "time", "plan": Nullable(PLANNED)},
    "backtest": {
        "currency": "text",
        "load_and_sun_known": "flag",
        **_keys("number", "capacity_kwh power_kw"),
        "backtests": [
            {"prices": "text", "plans": "count", "total": COSTS, "months": [COSTS]},
        ],
    },
    "simulate": {
        "devices": ["text"],
        "https_devices": ["text"],
        "fingerprint": "text?",
        "user": "text",
        "password": "text?",
        "control": "text?",
    },
    "an error": {"error": ERROR},
}
"""The document of each command, some of them with an option that makes it another one."""
FOR_ALL = (
    *("status", "sensors", "info", "errors", "alarms", "nodes", "logs", "history"),
    *("history --errors", "schedule show", "schedule diff", "local", "param list", "param get"),
)
"""The commands that with `--all` read every configured device."""


def _or_null(shape: Shape) -> Shape:
    """Return a shape that may also be null."""
    if isinstance(shape, str):
        return f"{shape.rstrip('?')}?"
    return shape if isinstance(shape, Nullable) else Nullable(shape)


def _of_all() -> dict[str, Shape]:
    """Return the documents of every device: of one that could not be read all keys are null."""
    shapes: dict[int, Shape] = {}
    for single in map(SINGLE.__getitem__, FOR_ALL):
        keys = {key: _or_null(shape) for key, shape in single.items() if key not in DEVICE}
        device = {"name": "text", **DEVICE, **keys, "error": Nullable(ERROR)}
        shapes[id(single)] = {"devices": [device]}
    return {f"{name} --all": shapes[id(SINGLE[name])] for name in FOR_ALL}


DOCUMENTS: dict[str, Shape] = {**SINGLE, **_of_all()}
"""Every document, by the command line that prints it."""
