"""What is shown to others holds no identifier and no secret, and still says what happened."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from homevolt import Homevolt
from homevolt.exceptions import HomevoltDataError, HomevoltError
from homevolt.protocol.decoding import parse
from homevolt.protocol.disclosable import COUNTERS, KEYS, KINDS, MEASURES, SENTENCES, SMALL_NUMBERS
from homevolt.protocol.ems import decode_ems
from homevolt.protocol.redaction import LOG_REDACTOR, Redactor
from homevolt.protocol.report_resources import RESOURCES
from homevolt.protocol.schedule_document import decode_schedule
from homevolt.schedule.entry import typed_schedule
from tests.reports.documents import CASES, PLAIN_CASES
from tests.support import secrets
from tests.support.any_json import nodes
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import cluster, ems, encoded, schedule, unit
from tests.support.raw_server import RawServer, response
from tools.drift_report import known_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARAMS = [
    {"name": "ecu_main_fuse_size_a", "type": "uint16", "value": [25], "default": [20]},
    {"name": "webserver_password", "type": "str32", "value": ["*"], "default": [""]},
    {"name": "settings_local", "type": "bool", "value": True, "help": "Use local settings"},
]
LOGS = [
    {"timestamp": 1800000000000, "level": "info", "data": "wifi connected", "tag": "wifi"},
    {"timestamp": 1800000000500, "level": "error", "data": "request failed: timeout"},
]
DOCUMENTS: dict[str, Any] = {
    **{name: case.document for name, case in (CASES | PLAIN_CASES).items()},
    "ems": cluster(),
    "schedule": schedule(),
    "params": PARAMS,
    "logs": LOGS,
}
JOINTS = [" ", "=", ": ", ":", "/", " (", ") ", '"', "'", ",", "; ", "[", "] ", " -> ", "?x="]


def redacted(documents: dict[str, Any]) -> dict[str, Any]:
    """Return documents as one report shows them."""
    redactor = Redactor()
    for document in documents.values():
        redactor.learn(document)
    return {name: redactor.payload(document) for name, document in documents.items()}


def leaks(shown: Any, secret: str) -> list[str]:
    """Return what shows a secret."""
    whole = json.dumps(shown, ensure_ascii=False)
    found = [text for text in secrets.strings_of(shown) if secret.casefold() in text.casefold()]
    return found or [whole for _ in range(secret in whole)]


def places(document: Any) -> list[tuple[Any, Any]]:
    """Return every place of a document, the document itself excepted."""
    return nodes(document)


@st.composite
def planted(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Return all documents of a device with up to five secrets in them, and the secrets."""
    documents = json.loads(encoded(DOCUMENTS))
    hidden: list[str] = []
    for _ in range(draw(st.integers(1, 5))):
        container, key = draw(
            st.sampled_from(places(documents[draw(st.sampled_from(sorted(documents)))]))
        )
        plant = draw(
            st.sampled_from([_as_text, _as_number, _under_its_name, _as_key, _within_a_text])
        )
        hidden.append(plant(draw, container, key))
    return documents, hidden


def _as_text(draw: st.DrawFn, container: Any, key: Any) -> str:
    container[key] = draw(secrets.texts())
    return str(container[key])


def _as_number(draw: st.DrawFn, container: Any, key: Any) -> str:
    container[key] = draw(st.one_of(*secrets.NUMBERS.values()))
    return str(container[key])


def _under_its_name(draw: st.DrawFn, container: Any, key: Any) -> str:
    kinds = {**secrets.TEXTS, **secrets.SHORT_NUMBERS}
    name = draw(st.sampled_from(sorted(kinds)))
    value = draw(kinds[name])
    if isinstance(container, dict):
        container[name] = value
    else:
        container[key] = {name: value}
    return str(value)


def _as_key(draw: st.DrawFn, container: Any, key: Any) -> str:
    secret = draw(secrets.texts())
    container[key] = {secret: draw(st.sampled_from([1, True, None, "ok", {"power": 5}]))}
    return secret


def _within_a_text(draw: st.DrawFn, container: Any, key: Any) -> str:
    secret = draw(secrets.texts())
    before = draw(st.sampled_from(["", "connected to", "wifi password", "peer", "power 300 W"]))
    after = draw(st.sampled_from(["", "failed", "-43 dBm", "timeout", "ok"]))
    text = before + draw(st.sampled_from(JOINTS)) + secret + draw(st.sampled_from(JOINTS)) + after
    name = draw(st.sampled_from(["data", "message", "details", "state_str", "help", "name"]))
    if isinstance(container, dict):
        container[name] = text
    else:
        container[key] = {name: [text]}
    return secret


@pytest.mark.unmeasured
@settings(max_examples=400)
@given(planted())
def test_no_secret_is_shown_wherever_it_stands(planted: tuple[dict[str, Any], list[str]]) -> None:
    documents, hidden = planted
    shown = redacted(documents)
    for secret in hidden:
        assert leaks(shown, secret) == []


@given(secrets.texts(), st.sampled_from(sorted(KEYS)))
def test_no_secret_is_shown_in_the_debug_log(secret: str, name: str) -> None:
    assert leaks(LOG_REDACTOR.shown(name, secret), secret) == []
    assert leaks(LOG_REDACTOR.shown(name, [{secret: 1}]), secret) == []


@given(st.lists(secrets.texts(), min_size=2, max_size=6, unique_by=str.casefold))
@example(hidden=["Qx000 ß", "7000000000"])
def test_the_same_secret_is_the_same_word_everywhere(hidden: list[str]) -> None:
    first, second, *_ = hidden
    documents = {
        "a": {"serial_number": first, "new": second},
        "b": [{"x": first}, {"ssid": second}, {first: 1}],
        "c": {"data": f"lost {first}"},
    }
    shown = redacted(documents)
    word, other = shown["a"].values()
    assert word != other
    assert shown["b"] == [{next(iter(shown["b"][0])): word}, {"ssid": other}, {word: "number-1"}]
    assert shown["c"] == {"data": f"lost {word}"}


def test_an_identifier_is_the_same_word_in_any_spelling_and_within_a_text() -> None:
    documents = {
        "status": {"bssid": "0a0b0c0d0e0f", "ssid": "Free solar power", "imei": 356938035643809},
        "logs": [
            {"data": "bssid 0A:0B:0C:0D:0E:0F lost"},
            {"data": "connected to Free Solar Power at -43 dBm"},
            {"data": "imei=356938035643809, ok"},
        ],
    }
    shown = redacted(documents)
    assert [row["data"] for row in shown["logs"]] == [
        "bssid mac-1 lost",
        "connected to ssid-1 at -43 dBm",
        "imei=imei-1, ok",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "idle",
        "EMS_WARNING_UNDER_SOC_MIN_WARNING",
        "No error",
        "Rev:off (461 mV)",
        "Battery is empty",
        "wifi: connection lost, reconnect in 5 s",
        "tmax 21.2 C at 91.7% and 10A",
        "Manual Schedule",
        "NMC 210 10A",
    ],
)
def test_what_says_what_happened_stays(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("wifi password: solar battery", "wifi password: text-1"),
        ("ssid=power grid", "ssid=text-1 text-2"),
        ("peer fe80::1 lost", "peer text-1 lost"),
        ("GET https://a.invalid/x?token=1", "text-1 text-2"),
        ("code 4711", "code number-1"),
        ("heap: 128344 bytes free", "heap: 128344 bytes free"),
        ("#!#!#!#", "text-1"),
        ("a" * 300, "text-1"),
        ("", ""),
    ],
)
def test_what_may_be_a_secret_goes(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


def test_numbers_stay_within_their_size_and_under_their_name_alone() -> None:
    document = {
        "power": -3000,
        "frequency": 49998,
        "soc": 9170.5,
        "connected": True,
        "ssid": None,
        "up_time": 335974780,
        "ts_offset": 1766059191140,
        "ecu_id": 17,
        "pan_id": 4711,
        "boost": 5,
        "node_id": 123456,
        "rssi": [1, -2],
    }
    shown = Redactor().payload(document)
    kept = {k: v for k, v in document.items() if shown.get(k) == v}
    assert kept.keys() == document.keys() - {"ecu_id", "pan_id", "boost", "node_id"}
    assert (shown["ecu_id"], shown["pan_id"], shown["node_id"]) == ("unit-1", "place-1", "number-2")


def test_versions_and_times_stay_if_they_look_like_that() -> None:
    versions = ["v31.4", "V1.10-97.0", "3056-1a3446ed", "v4-44-g1413a7d", "1.2.3"]
    assert Redactor().payload([{"fw_version": text} for text in versions]) == [
        {"fw_version": text} for text in versions
    ]
    others = ["192.168.1.5", "80000274069924350025", "0a0b0c0d0e0f", "hunter2"]
    shown = Redactor().payload([{"fw_version": text} for text in others])
    assert [row["fw_version"] for row in shown] == ["text-1", "text-2", "text-3", "text-4"]
    at = {"timestamp_str": "2025-12-19 08:53:00.000"}
    assert Redactor().payload(at) == at


def test_the_value_of_a_parameter_is_judged_by_its_name() -> None:
    document = [
        {"name": "ecu_main_fuse_size_a", "value": [25], "default": 20},
        {"name": "wifi_pin", "value": [1234]},
        {"name": "ems_psk", "value": ["idle"]},
        {"name": "ledstrip_mode", "value": "soc"},
        {"name": ["power"], "value": 5},
    ]
    values = [row["value"] for row in Redactor().payload(document)]
    assert values == [[25], ["number-1"], ["text-1"], "soc", "number-2"]
    nested = {"ecu_main_fuse_size_a": {"value": 25}, "webserver_password": {"value": "grid"}}
    shown = Redactor().payload(nested)
    assert shown["ecu_main_fuse_size_a"] == {"value": 25}
    assert "grid" not in json.dumps(shown)


def test_what_is_nested_too_deeply_is_not_followed() -> None:
    value: Any = "x"
    for _ in range(900):
        value = [value]
    assert "nested too deeply" in json.dumps(Redactor().payload(value))


@pytest.mark.unmeasured
@pytest.mark.parametrize("text", ["ok:", "ok=", "ok ", "x ", "(", "ssid: ", "12 ", "a_", "\n"])
def test_a_long_text_takes_no_more_than_its_length(text: str) -> None:
    assert len(Redactor().text(text * 200_000)) <= 10 * 200_000 * len(text)


def test_a_name_that_is_a_word_of_the_device_is_closed_but_keys_stay() -> None:
    document = {"ssid": "power", "power": 5, "state_str": "power ok", "data": ["power on"]}
    redactor = Redactor()
    redactor.learn(document)
    assert redactor.payload(document) == {
        "ssid": "ssid-1",
        "power": 5,
        "state_str": "ssid-1 ok",
        "data": ["ssid-1 on"],
    }


def test_pseudonyms_are_bounded() -> None:
    redactor = Redactor(most_words=2)
    assert redactor.payload([f"id{n}" for n in range(4)]) == [
        "text-1",
        "text-2",
        "text-n",
        "text-n",
    ]


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line without its bound, which may hold the digits of a secret by chance."""
        self.lines.append(re.sub(r"([<>]=) [-+.\de]+", r"\1", record.getMessage()))


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect whatever the library logs, the debug log included."""
    logger, kept = logging.getLogger("homevolt"), Kept()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.DEBUG)
    try:
        yield kept.lines
    finally:
        logger.setLevel(level)
        logger.removeHandler(kept)


@pytest.mark.unmeasured
@settings(max_examples=200)
@given(planted())
def test_no_secret_is_logged_by_reading_the_documents_of_a_device(
    planted: tuple[dict[str, Any], list[str]],
) -> None:
    documents, hidden = planted
    with logged() as lines:
        for name, document in documents.items():
            with suppress(HomevoltDataError):
                read = RESOURCES[name].decode(encoded(document))
                if name == "schedule":
                    typed_schedule(read)
    for secret in hidden:
        assert leaks(lines, secret) == []


@given(st.one_of(*secrets.NUMBERS.values()), st.sampled_from(["from", "to", "id"]))
def test_no_identifier_is_logged_in_place_of_a_number_of_an_entry(number: int, key: str) -> None:
    entry = {"id": 1, "type": "charge", key: number}
    with logged() as lines:
        typed_schedule(decode_schedule(encoded(schedule(entry))))
    assert lines
    assert leaks(lines, str(number)) == []


async def test_why_the_plan_cannot_be_read_is_logged_without_address_and_token() -> None:
    token = "https://192.0.2.7/a?token=f00baa"
    answer = response(b"", "302 Found", f"Location: {token}")
    async with PayloadServer(schedule=404) as server, RawServer(answer) as other:
        for host in (server.host, other.host):
            with logged() as lines, suppress(HomevoltError):
                async with Homevolt(host, "hunter2", clock=ManualClock()) as connection:
                    await connection.update_info()
            assert any("schedule" in line for line in lines)
            for secret in (host, host.partition(":")[0], "hunter2", "f00baa", "192.0.2.7"):
                assert leaks(lines, secret) == []


def test_a_malformed_value_is_logged_without_what_it_may_hold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "homevolt")
    data = {"power": "hunter2", "frequency": "idle", "sys_temp": [205], "alarm_str": [7]}
    decode_ems(encoded(ems(unit(ems_data=data, bms_info=["80000274069924350025"]))))
    assert "hunter2" not in caplog.text
    assert "80000274069924350025" not in caplog.text
    assert (
        "$.ems[0].ems_data.sys_temp: Expected `float | null`, got `array` It is [205]"
        in caplog.text.replace(". It", " It")
    )


def test_the_allow_list_names_what_the_structs_know_and_no_identifier() -> None:
    numbers = [SMALL_NUMBERS, MEASURES, COUNTERS]
    assert sum(map(len, numbers)) == len(frozenset().union(*numbers)), "each number has one bound"
    assert not KINDS.keys() & frozenset().union(*numbers), "an identifier is never shown"
    assert KINDS.keys() & SENTENCES <= {"schedule_id"}
    fields = {
        path.rpartition(".")[2].removesuffix("[]")
        for name in RESOURCES
        for path in known_paths(name)
    }
    assert fields - {"$"} <= KEYS


def test_a_capture_keeps_its_readings_and_loses_its_identifiers(captures: Path) -> None:
    documents = {
        file.stem: parse(file.read_bytes(), file.name) for file in sorted(captures.glob("*.json"))
    }
    shown = redacted(documents)
    for name in ("ct", "mains_data", "pid", "warp_ping", "ecu_sense", "nodes", "wifiscan"):
        kept = sum(
            a == b
            for a, b in zip(*map(secrets.strings_of, (documents[name], shown[name])), strict=True)
        )
        assert kept / len(secrets.strings_of(documents[name])) > 0.9, name
    identifiers = [
        text
        for name in ("nodes", "status", "ems_two_units", "ecu_sense")
        for block in _blocks(documents[name])
        for key, text in block.items()
        if key in KINDS and isinstance(text, str) and len(text) > 5 and key != "schedule_id"
    ]
    assert identifiers
    for identifier in identifiers:
        assert leaks(shown, identifier) == []


def _blocks(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [block for item in value for block in _blocks(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(block for item in value.values() for block in _blocks(item))]
