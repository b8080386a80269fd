"""What a device reports about itself, shown by the commands for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from homevolt.cli.render import report_views
from homevolt.cli.render.report_documents import alarms_document
from homevolt.simulator import Simulator
from tests.cli.samples import cluster, drawn, house, silence
from tests.support.json_numbers import numbers

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

COMMANDS = {
    ("info",): {
        *("device_id", "model", "units", "up_time_s", "updating", "firmware", "rated", "wifi"),
        *("lte", "cloud", "inverter_serial_number", "batteries", "updates", "problems"),
    },
    ("errors",): {"checks", "total"},
    ("errors", "--every-check"): {"checks", "total"},
    ("alarms",): {"at", "parts"},
    ("nodes",): {"nodes", "problems"},
    ("logs",): {"lines"},
    ("history",): {"rows"},
    ("history", "--errors"): {"checks", "total"},
}
"""The commands, and the keys of their documents beside `url` and `simulated`."""
ENDPOINTS = {
    ("info",): "/status.json",
    ("errors",): "/error_report.json",
    ("nodes",): "/nodes.json",
    ("logs",): "/logs.json",
    ("logs", "--follow"): "/logs.json",
    ("history",): "/ems_history.json",
    ("history", "--errors"): "/error_history.json",
}
"""The commands that need an endpoint beside that of the readings."""
CHECK = ["subsystem", "name", "state", "message", "details", "at"]
ITEMS = {
    ("info", "batteries"): [
        *("number", "firmware", "serial_number", "rated_capacity_wh", "battery_type"),
    ],
    ("info", "updates"): [
        *("product_id", "current_version", "available_version", "state", "progress_ratio"),
        "up_to_date",
    ],
    ("errors", "checks"): CHECK,
    ("alarms", "parts"): ["unit", "battery", "available", "alarms", "warnings", "error"],
    ("nodes", "nodes"): [
        *("node_id", "eui", "model", "firmware", "available", "paired", "rssi_dbm"),
        *("average_rssi_dbm", "link_quality", "packet_delivery_ratio", "last_seen_s"),
        *("last_data_s", "function", "phases", "label", "metrics"),
    ],
    ("logs", "lines"): ["at", "level", "tag", "text", "task", "core"],
}
"""The keys of the items of the lists in the documents."""
UNIT = re.compile(
    r"_(w|wh|v|c|dbm|ratio|s)$"
    r"|^(node_id|product_id|number|battery|core|total|link_quality|sent_messages|received_messages)$"
)
PROFILES = ["new", "old", "old-updated"]


@pytest.mark.parametrize("firmware", PROFILES)
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_document_has_these_keys_and_every_number_its_unit(
    shell: Shell, command: tuple[str, ...], firmware: str
) -> None:
    async with Simulator(None, firmware=firmware) as simulator:
        outcome = await shell(*command, "--host", simulator.host, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    document = outcome.document
    assert document.keys() == COMMANDS[command] | {"url", "simulated"}
    assert (document["url"], document["simulated"]) == (simulator.url, False)
    if command != ("history",):
        assert [key for key in numbers(document) if not UNIT.search(key)] == []


@pytest.mark.parametrize(("command", "key"), ITEMS)
async def test_every_item_of_a_document_has_the_same_keys(
    shell: Shell, command: str, key: str
) -> None:
    async with Simulator(None) as simulator:
        outcome = await shell(command, "--host", simulator.host, "--json")
    assert outcome.document[key]
    assert {(*item,) for item in outcome.document[key]} == {(*ITEMS[command, key],)}


@pytest.mark.parametrize("firmware", PROFILES)
@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_view_fits_the_terminal(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    columns: int,
    firmware: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    async with Simulator(None, firmware=firmware) as simulator:
        outcome = await shell(*command, "--host", simulator.host)
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines
    # A line of the log is never broken.
    assert command == ("logs",) or max(map(cell_len, lines)) <= columns


@pytest.mark.parametrize("command", ENDPOINTS)
async def test_an_endpoint_that_a_firmware_lacks_is_one_sentence(
    shell: Shell, command: tuple[str, ...]
) -> None:
    path = ENDPOINTS[command]
    async with Simulator(None, faults=[f"status:status=404,path={path}"]) as simulator:
        outcome = await shell(*command, "--host", simulator.host)
        document = (await shell(*command, "--host", simulator.host, "--json")).document
    assert (outcome.code, outcome.out) == (13, "")
    sentence = f"{simulator.url} has no {path} (404): its firmware does not offer it."
    assert outcome.line == f"homevolt: {sentence}"
    error = {"type": "HomevoltNotSupportedError", "message": sentence, "exit_code": 13}
    assert document == {"error": error}


@pytest.mark.parametrize(
    ("command", "name", "key"),
    [
        ("info", "ota_manifest", "updates"),
        ("nodes", "ecu_sense", "function"),
        ("nodes", "node_metrics", "metrics"),
    ],
)
async def test_what_only_a_part_needs_is_left_out_and_named(
    shell: Shell, command: str, name: str, key: str
) -> None:
    fault = f"status:status=404,path=/{name}.json"
    async with Simulator(None, faults=[fault]) as simulator:
        outcome = await shell(command, "--host", simulator.host)
        document = (await shell(command, "--host", simulator.host, "--json")).document
    sentence = f"{simulator.url} has no /{name}.json (404): its firmware does not offer it."
    assert outcome.code == 0
    assert sentence in " ".join(outcome.out.split())
    assert document["problems"] == {name: sentence}
    holders = document.get("nodes", [document])
    assert holders
    assert [holder[key] for holder in holders] == [None] * len(holders)


async def test_info_shows_versions_uptime_in_words_and_the_network(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        outcome = await shell("info", "--host", simulator.host)
        document = (await shell("info", "--host", simulator.host, "--json")).document
        ecu_id = simulator.installation.units[0].ecu_id
    lines = outcome.out.splitlines()
    assert lines[:3] == [
        "Device          Homevolt B6",
        f"Id              {ecu_id}",
        f"Address         {simulator.url}",
    ]
    assert re.fullmatch(r"Running for     \d+ d \d+ h", lines[3])
    assert lines[4:8] == [
        "Main processor  3056-1a3446ed",
        "Radio hub       804-4190150b",
        "Energy system   v31.4",
        "Inverter        V1.10-97.0",
    ]
    assert [line.split()[0] for line in lines[8:]] == [
        *("Battery", "Battery", "Rated", "Wi-Fi", "LTE", "Cloud", "Updates"),
    ]
    assert document["firmware"]["main_processor"] == "3056-1a3446ed"
    assert [battery["number"] for battery in document["batteries"]] == [0, 1]
    assert document["cloud"] == {"connected": True, "subscribed": True}
    assert not {"imei", "imsi", "iccid"} & document["lte"].keys()


async def test_info_of_a_cluster_names_every_unit(shell: Shell) -> None:
    async with Simulator(None, units=2) as simulator:
        outcome = await shell("info", "--host", simulator.host)
        ids = [unit.ecu_id for unit in simulator.installation.units]
    assert f"Units           {', '.join(ids)}\n" in outcome.out


async def test_errors_show_problems_first_and_all_if_asked(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        some = await shell("errors", "--host", simulator.host)
        every = (
            await shell("errors", "--every-check", "--host", simulator.host, "--json")
        ).document
        problems = (await shell("errors", "--host", simulator.host, "--json")).document
    states = [check["state"] for check in every["checks"]]
    assert states == sorted(states, key=["error", "warning", "unknown", "ok"].index)
    assert every["total"] == len(every["checks"]) == problems["total"]
    assert problems["checks"] == [check for check in every["checks"] if check["state"] != "ok"]
    lines = some.out.splitlines()
    assert lines[1].split()[:3] == ["error", "EFR_HUB", "nodes_seen"]
    assert lines[-1] == f"{states.count('ok')} checks are ok; --every-check shows them."


@pytest.mark.parametrize(
    ("checks", "shown"),
    [
        ([], "The device reports no checks."),
        (["ok"], "No problems: 1 check is ok."),
        (["ok", "ok"], "No problems: 2 checks are ok."),
    ],
)
def test_without_problems_errors_are_a_sentence(checks: list[str], shown: str) -> None:
    assert drawn(report_views.errors_sheet({"checks": [], "total": len(checks)})) == shown


ALARMS = """\
Kind     Part                    Message
error    68b6b3c3f46b            Fan failure
alarm    68b6b3c3f46b battery 0  BMS_ALARM_CELL_OVER_TEMPERATURE
warning  68b6b3c3f46b            EMS_WARNING_UNDER_SOC_MIN_WARNING
warning  68b6b3c3f46b            EMS_WARNING_FAN"""

ALARMS_40 = """\
Kind     error
Part     68b6b3c3f46b
Message  Fan failure

Kind     alarm
Part     68b6b3c3f46b battery 0
Message  BMS_ALARM_CELL_OVER_TEMPERATURE

Kind     warning
Part     68b6b3c3f46b
Message  EMS_WARNING_UNDER_SOC_MIN_WARNI
         NG

Kind     warning
Part     68b6b3c3f46b
Message  EMS_WARNING_FAN
"""


def test_alarms_are_listed_by_part_the_worst_first() -> None:
    document = alarms_document(cluster())
    assert drawn(report_views.alarms_sheet(document)) == ALARMS
    assert drawn(report_views.alarms_sheet(document), 40) == ALARMS_40
    assert document["parts"][3]["warnings"] == [
        "EMS_WARNING_UNDER_SOC_MIN_WARNING",
        "EMS_WARNING_FAN",
    ]


def test_no_alarms_is_not_the_same_as_unknown_alarms() -> None:
    assert (
        drawn(report_views.alarms_sheet(alarms_document(house()))) == "No alarms and no warnings."
    )
    assert drawn(report_views.alarms_sheet(alarms_document(silence()))) == "\nNot known: —."


def node(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(ITEMS["nodes", "nodes"]) | values


def test_a_node_says_when_it_was_seen_last_in_words() -> None:
    metrics = {"battery_voltage_v": 2.963, "usb_powered": False, "temperature_c": 12.59}
    nodes = [
        node(node_id=1, function="grid", phases=["L1"], last_seen_s=7384.0, metrics=metrics),
        node(node_id=2),
    ]
    shown = drawn(report_views.nodes_sheet({"nodes": nodes, "problems": {}}))
    first, second = (re.split(r" {2,}", line.strip()) for line in shown.splitlines()[1:])
    assert first == ["1", "—", "grid L1", "—", "—", "2.96 V", "13 °C", "2 h 3 min ago"]
    assert second == ["2", *["—"] * 6, "never"]
    assert drawn(report_views.nodes_sheet({"nodes": [], "problems": {}})) == (
        "The device has no radio nodes."
    )


async def test_logs_can_be_limited_by_level_and_number(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        for number in range(5):
            simulator.device.log.add("warning", "test", f"line {number}")
            simulator.device.log.add("debug", "test", "chatter")
        arguments = ("logs", "--host", simulator.host, "--level", "warning", "--limit", "3")
        outcome = await shell(*arguments)
        document = (await shell(*arguments, "--json")).document
        nothing = await shell("logs", "--host", simulator.host, "--level", "error")
    assert [line.partition("  ")[2] for line in outcome.out.splitlines()] == [
        f"warning  test: line {number}" for number in (2, 3, 4)
    ]
    assert [line["text"] for line in document["lines"]] == ["line 2", "line 3", "line 4"]
    assert document["lines"][0]["at"].endswith("+00:00")
    assert (nothing.code, nothing.out, nothing.line) == (0, "", "The log has no such lines.")


async def test_a_log_cannot_control_the_terminal(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        simulator.device.log.add("info", "t", "\x1b]0;title\x07 \x9b31m red \u202e back\nline")
        outcome = await shell("logs", "--host", simulator.host, "--limit", "1")
    assert outcome.out.count("\n") == 1
    assert outcome.out.removesuffix("\n").isprintable()


async def test_history_shows_a_column_for_each_key_and_starts_when_asked(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        at = ("--host", simulator.host)
        outcome = await shell("history", *at)
        document = (await shell("history", *at, "--json")).document
        later = await shell("history", *at, "--since", "2199-01-01T00:00:00Z")
        assert simulator.journal[-1].path == "/ems_history.json"
    assert outcome.out.split()[:4] == ["ts", "power", "soc_avg", "frequency"]
    assert [*document["rows"][0]] == ["ts", "power", "soc_avg", "frequency"]
    assert later.out == "The device recorded nothing.\n"


async def test_earlier_errors_have_their_time(shell: Shell) -> None:
    async with Simulator(None) as simulator:
        before = await shell("history", "--errors", "--host", simulator.host)
        simulator.device.log.add("warning", "fan", "too slow")
        simulator.device.log.add("error", "fan", "stopped")
        arguments = ("history", "--errors", "--host", simulator.host, "--limit", "1")
        outcome = await shell(*arguments)
        document = (await shell(*arguments, "--json")).document
    assert before.out == "No errors are recorded.\n"
    heading, line = outcome.out.splitlines()
    assert heading.split() == ["Time", "State", "Part", "Check", "Message"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  error  ECU   fan    stopped", line)
    assert [check["at"][-6:] for check in document["checks"]] == ["+00:00"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("history", "--errors", "--since", "2026-01-01"),
            "--since and --errors exclude each other.",
        ),
        (("history", "--since", "soon"), "--since is not an ISO date and time"),
        (("logs", "--level", "loud"), "Invalid value for '--level'"),
        (("logs", "--limit", "0"), "'0' is not a whole number from 1 to 1000"),
    ],
)
async def test_wrong_options_are_usage_errors(
    shell: Shell, arguments: tuple[str, ...], message: str
) -> None:
    outcome = await shell(*arguments, "--simulate")
    assert outcome.code == 2
    assert message in outcome.line


def test_an_update_that_is_offered_says_from_what_to_what() -> None:
    update = {
        "product_id": 1,
        "current_version": "3056",
        "available_version": "3060",
        "state": "DOWNLOADING",
        "progress_ratio": 0.25,
        "up_to_date": False,
    }
    lines = dict(report_views._updates({"updates": [update, update | {"up_to_date": True}]}))
    assert lines == {"Updates": "product 1: 3056 to 3060, downloading, 25 %"}


def test_a_record_may_hold_anything() -> None:
    rows = [{"ts": 1, "a": [1, 2], "\x1bb": None}, {"a": {"c": "d"}, "e": "\x1b[1m"}]
    shown = drawn(report_views.record_sheet({"rows": rows}))
    assert "\x1b" not in shown
    assert '{"c": "d"}' in shown
