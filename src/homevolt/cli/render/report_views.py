"""What a device reports about itself, for people: made of the documents that programs get."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from homevolt.cli.render import formatting
from homevolt.cli.render.formatting import DASH, printable
from homevolt.cli.render.overview import NO_ERROR
from homevolt.cli.render.rows import Column, Rows, labelled
from homevolt.cli.render.sheets import Sheet, notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

Document = dict[str, Any]

INFO_LABEL_WIDTH = 16
CAREFUL, BAD = "yellow", "bold red"
OK = "ok"
STATES = {"error": BAD, "warning": CAREFUL}
"""The states of a check that are set off, the worst first."""
LEVELS = {"error": BAD, "warning": CAREFUL, "debug": "dim", "verbose": "dim"}
FIRMWARE = {
    "main_processor": "Main processor",
    "radio_hub": "Radio hub",
    "energy_system": "Energy system",
    "inverter": "Inverter",
}


def info_view(document: Document, url: str) -> RenderableType:
    """Return what a device is, line by line."""
    lines = [(label, Text(printable(text))) for label, text in _info(document, url)]
    return Group(labelled(lines, INFO_LABEL_WIDTH), *notes(document["problems"].values()))


def info_sheet(document: Document) -> Sheet:
    """Return the most important of what a device is as one row."""
    columns = ("Id", "Main processor", "Running for", "Cloud", "Updates")
    up_time_s = document["up_time_s"]
    row = [
        document["device_id"],
        document["firmware"]["main_processor"],
        None if up_time_s is None else formatting.duration(up_time_s),
        _yes(document["cloud"]["connected"], "yes", "no"),
        "; ".join(text for _, text in _updates(document)),
    ]
    return Sheet([*map(Column, columns)], [row], notes=[*document["problems"].values()])


def errors_sheet(document: Document) -> Sheet:
    """Return the checks that are to be shown, and how many others there are."""
    checks = document["checks"]
    others = document["total"] - len(checks)
    rest = f"{others} {'check is' if others == 1 else 'checks are'} ok"
    none = f"No problems: {rest}." if document["total"] else "The device reports no checks."
    return _checks(checks)._replace(
        empty=none, hint=f"{rest}; --every-check shows them." if others else ""
    )


def alarms_sheet(document: Document) -> Sheet:
    """Return the alarms and warnings, or that there are none."""
    found = [*_alarms(document["parts"])]
    unknown = [_part(part) for part in document["parts"] if part["alarms"] is None]
    columns = (Column("Kind"), Column("Part"), Column("Message"))
    styles = [CAREFUL if row[0] == "warning" else BAD for row in found]
    is_known = len(unknown) < len(document["parts"])
    return Sheet(
        columns,
        found,
        styles,
        empty="No alarms and no warnings." if is_known else "",
        notes=[f"Not known: {', '.join(unknown)}."] if unknown else [],
    )


def nodes_sheet(document: Document) -> Sheet:
    """Return the radio nodes as rows."""
    columns = (
        Column("Node", is_number=True),
        Column("Model"),
        Column("Use"),
        Column("Signal", is_number=True),
        Column("Arrives", is_number=True),
        Column("Power", is_number=True),
        Column("Temp.", is_number=True),
        Column("Last seen"),
    )
    return Sheet(
        columns,
        [*map(_node, document["nodes"])],
        empty="The device has no radio nodes.",
        notes=[*document["problems"].values()],
    )


def line_view(line: Document) -> Text:
    """Return a line of the log, in local time."""
    at, level, text = line_cells(line)
    return Text(printable(f"{at}  {level:<7}  {text}"), LEVELS.get(line["level"], ""))


def line_cells(line: Document) -> tuple[str, str, str]:
    """Return the time, the level and the text of a line of the log."""
    at = f"{_local(line['at']):%Y-%m-%d %H:%M:%S}" if line["at"] else DASH
    tag = f"{line['tag']}: " if line["tag"] else ""
    return at, line["level"] or DASH, f"{tag}{line['text'] or ''}"


def record_sheet(document: Document) -> Sheet:
    """Return plain objects as rows, with a column for each key that one of them has."""
    rows = document["rows"]
    keys = [*dict.fromkeys(key for row in rows for key in row)]
    columns = [Column(printable(key), _is_number(rows, key)) for key in keys]
    cells = [[_cell(row.get(key)) for key in keys] for row in rows]
    return Sheet(columns, cells, empty="The device recorded nothing.")


def history_of_errors_sheet(document: Document) -> Sheet:
    """Return earlier errors, the latest last."""
    return _checks(document["checks"])._replace(empty="No errors are recorded.")


def discovered_view(document: Document) -> RenderableType:
    """Return the devices that were found, with what `--host` takes."""
    columns = (Column("Name"), Column("Id"), Column("Address"))
    return Rows(columns, [[row["name"], row["id"], row["host"]] for row in document["devices"]])


def _info(document: Document, url: str) -> Iterator[tuple[str, str]]:
    """Yield each line of an info."""
    yield "Device", f"Homevolt {document['model'] or ''}".strip()
    yield "Id", document["device_id"] or DASH
    if len(document["units"]) > 1:
        yield "Units", ", ".join(unit or DASH for unit in document["units"])
    yield "Address", url
    up_time_s = document["up_time_s"]
    yield "Running for", DASH if up_time_s is None else formatting.duration(up_time_s)
    for key, label in FIRMWARE.items():
        yield label, document["firmware"][key] or DASH
    for battery in document["batteries"]:
        yield f"Battery {_or_dash(battery['number'])}", _battery(battery)
    rated = document["rated"]
    if any(value is not None for value in rated.values()):
        yield "Rated", f"{formatting.power(rated['power_w'])}, {_kwh(rated['capacity_wh'])}"
    yield "Wi-Fi", _wifi(document["wifi"])
    yield "LTE", _lte(document["lte"])
    yield "Cloud", _yes(document["cloud"]["connected"], "connected", "not connected")
    yield from _updates(document)


def _battery(battery: Document) -> str:
    parts = [battery["firmware"], battery["battery_type"], _serial(battery["serial_number"])]
    capacity = battery["rated_capacity_wh"]
    return _joined([*parts, None if capacity is None else _kwh(capacity)])


def _wifi(wifi: Document) -> str:
    state = _yes(wifi["connected"], "connected", "not connected")
    if not wifi["connected"]:
        return state
    network = f"to {wifi['ssid']}" if wifi["ssid"] else ""
    return _joined([f"{state} {network}".strip(), wifi["address"], _dbm(wifi["rssi_dbm"])])


def _lte(lte: Document) -> str:
    if lte["sim_present"] is False:
        return "no SIM"
    state = _yes(lte["data_active"], "connected", "not connected")
    names = (lte["operator_name"], lte["technology"], lte["band"], _dbm(lte["rssi_dbm"]))
    return _joined([state, *names])


def _updates(document: Document) -> Iterator[tuple[str, str]]:
    """Yield a line for each update that is not installed, or one that says there is none."""
    updates = document["updates"]
    if updates is None:
        yield "Updates", DASH
        return
    offered = [each for each in updates if each["up_to_date"] is False]
    label = "Updates"
    for update in offered:
        versions = (
            f"{_or_dash(update['current_version'])} to {_or_dash(update['available_version'])}"
        )
        progress = update["progress_ratio"]
        done = None if not progress else formatting.percent(progress)
        yield (
            label,
            _joined(
                [
                    f"product {_or_dash(update['product_id'])}: {versions}",
                    (update["state"] or "").lower(),
                    done,
                ]
            ),
        )
        label = ""
    if not offered:
        yield "Updates", "up to date" if updates else DASH


def _checks(checks: Iterable[Document]) -> Sheet:
    """Return checks as rows, the time first where one has it."""
    shown = [*checks]
    columns = [Column("State"), Column("Part"), Column("Check"), Column("Message")]
    rows = [[check["state"], check["subsystem"], check["name"], _message(check)] for check in shown]
    if any(check["at"] for check in shown):
        columns.insert(0, Column("Time"))
        for row, check in zip(rows, shown, strict=True):
            row.insert(0, f"{_local(check['at']):%Y-%m-%d %H:%M:%S}" if check["at"] else None)
    return Sheet(columns, rows, [STATES.get(check["state"], "") for check in shown])


def _message(check: Document) -> str:
    return ", ".join(filter(None, [check["message"], *map(_cell, check["details"])]))


def _alarms(parts: Iterable[Document]) -> Iterator[tuple[str, str, str]]:
    """Yield each alarm and each error of a unit, then each warning, with its part."""
    every = [*parts]
    for part in every:
        yield from (("alarm", _part(part), alarm) for alarm in part["alarms"] or ())
        if part["error"] is not None and part["error"].lower() not in NO_ERROR:
            yield "error", _part(part), part["error"]
    for part in every:
        yield from (("warning", _part(part), warning) for warning in part["warnings"] or ())


def _part(part: Document) -> str:
    unit = part["unit"] or DASH
    return unit if part["battery"] is None else f"{unit} battery {part['battery']}"


def _node(node: Document) -> list[str | None]:
    metrics = node["metrics"] or {}
    temperature = metrics.get("temperature_c")
    return [
        _or_dash(node["node_id"]),
        node["model"],
        " ".join(filter(None, [node["function"], *(node["phases"] or ())])),
        _dbm(node["rssi_dbm"]),
        formatting.percent(node["packet_delivery_ratio"]),
        _power_of(metrics),
        None if temperature is None else f"{temperature:.0f} \N{DEGREE SIGN}C",
        formatting.ago(node["last_seen_s"]),
    ]


def _power_of(metrics: Document) -> str | None:
    """Return what a node gets its power from."""
    voltage = metrics.get("battery_voltage_v")
    if metrics.get("usb_powered"):
        return "USB"
    return None if voltage is None else f"{voltage:.2f} V"


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _is_number(rows: list[Document], key: str) -> bool:
    return all(isinstance(row.get(key), int | float | None) for row in rows)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone()


def _or_dash(value: object) -> str:
    return DASH if value is None else str(value)


def _yes(value: object, yes: str, no: str) -> str:
    return f"{DASH} unknown" if value is None else yes if value else no


def _dbm(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f} dBm"


def _kwh(value: float | None) -> str:
    return DASH if value is None else f"{formatting.energy(value)} kWh"


def _serial(value: str | None) -> str | None:
    return f"serial {value}" if value else None


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(filter(None, parts)) or DASH
