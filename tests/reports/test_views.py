"""What a device reports comes typed: each value in its unit, what is missing or impossible None."""

from __future__ import annotations

import inspect
import json
import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import pytest

import homevolt
import homevolt.reports
from homevolt import reports
from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.report_resources import RESOURCES
from homevolt.reports.view import View
from tests.reports.documents import CASES, PLAIN_CASES, Case
from tests.support.fakes import ManualClock, PayloadServer

if TYPE_CHECKING:
    from pathlib import Path

ALL_CASES = CASES | PLAIN_CASES
UNIT = re.compile(r"_(s|w|va|v|a|c|wh|kwh|hz|mhz|dbm|deg|bytes)$")
MILLI = re.compile(r"_m(s|v|a|w)$")
WITHOUT_UNIT = {
    # Counts, and numbers of channels, blocks and errors.
    *("messages_sent", "packets_sent", "messages_received", "packets_received", "corrupt_received"),
    *("channel", "errors", "request_start", "request_end", "response_start", "response_end"),
    # Ratios, from 0 to 1 or -1 to 1, and classes.
    *("packet_delivery", "progress", "power_factor", "bit_error_class"),
    # Of a scale that is not documented.
    *("link_quality", "average_link_quality", "ping_link_quality", "pong_link_quality", "tx_power"),
    *("adc_average", "adc_max", "adc_min", "adc_noise", "adc_signal", "adc_peak_index"),
    "adc_samples",
    # Of a controller, in the unit of what it controls.
    *("gain_proportional", "gain_integral", "gain_derivative", "setpoint", "integral", "input"),
    *("filtered_input", "error", "anti_windup"),
}
"""The numbers that have no unit, or none that is known."""
NEVER_RECEIVED = {"rssi": 0, "average_rssi": 0, "lqi": 0, "average_lqi": 0}


async def fetch(endpoint: str, answer: Any) -> Any:
    """Return what the method of an endpoint makes of an answer."""
    case = ALL_CASES[endpoint]
    async with (
        PayloadServer(**{endpoint: answer}) as server,
        homevolt.Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        return await getattr(device, case.method)(**case.arguments)


def attribute(view: Any, path: str) -> Any:
    """Return an attribute of a view, or of the first item of a list of views."""
    value = view[0] if isinstance(view, tuple) else view
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else attrgetter(step)(value)
    return value


VIEWS: list[type[View]] = [
    getattr(reports, name) for name in reports.__all__ if name.endswith("View")
]


@pytest.mark.parametrize("endpoint", CASES)
async def test_each_value_comes_under_its_name_and_in_its_unit(endpoint: str) -> None:
    case: Case = CASES[endpoint]
    view = await fetch(endpoint, case.document)
    assert {path: attribute(view, path) for path in case.expected} == case.expected


@pytest.mark.parametrize("endpoint", PLAIN_CASES)
async def test_what_is_not_documented_comes_as_it_was_sent(endpoint: str) -> None:
    case = PLAIN_CASES[endpoint]
    assert await fetch(endpoint, case.document) == case.document
    doc = inspect.getdoc(getattr(homevolt.Device, case.method))
    assert "their shape and units are not documented" in str(doc)


@pytest.mark.parametrize("endpoint", CASES)
async def test_an_empty_document_is_a_view_that_knows_nothing(endpoint: str) -> None:
    is_list = isinstance(CASES[endpoint].document, list)
    view = await fetch(endpoint, [{}] if is_list else {})
    view = view[0] if is_list else view
    assert view == type(view)()


@pytest.mark.parametrize("endpoint", ALL_CASES)
@pytest.mark.parametrize("body", [b"", b"null", b"5", b'"x"', b"<html>", b"[", b"[5, 6]", b"[[]]"])
async def test_another_kind_of_document_is_a_data_error_or_unknown(
    endpoint: str, body: bytes
) -> None:
    is_list = isinstance(ALL_CASES[endpoint].document, list)
    if is_list and endpoint in CASES and body.endswith(b"]"):
        found = await fetch(endpoint, body)
        assert all(item == type(item)() for item in found), "an item that is not one is unknown"
    else:
        with pytest.raises(HomevoltDataError, match=f"/{endpoint}.json"):
            await fetch(endpoint, body)


@pytest.mark.parametrize(
    ("endpoint", "changes", "lost"),
    [
        ("nodes", NEVER_RECEIVED, ("rssi_dbm", "average_rssi_dbm", "link_quality")),
        ("nodes", {"last_seen_ms": -5, "pdr": 655, "rssi": 900}, ("last_seen_s", "rssi_dbm")),
        ("nodes", {"last_seen_ms": "4908"}, ("last_seen_s",)),
        ("wifiscan", {"bw": "twenty", "rssi": None, "11g": "yes"}, ("bandwidth_mhz", "has_11g")),
        ("mains_data", {"timestamp": -1, "frequency": 0}, ("hub_time_s", "frequency_hz")),
        ("mains_data", {"mains_adc_buffer": {"0": 1}}, ("adc_samples",)),
        ("logs", {"timestamp": 0}, ("at",)),
        ("logs", {"timestamp": 1e300}, ("at",)),
        ("ems_pid_history", {"from": 0}, ("start",)),
        ("efr_hub_status", {"ts_offset": None}, ("at",)),
        ("efr_hub_status", {"timesync_ts_ticks": 1e300}, ("at",)),
        ("ota_manifest", {"timestamp": -7}, ("at",)),
    ],
)
async def test_what_is_malformed_or_impossible_costs_itself_alone(
    endpoint: str, changes: dict[str, Any], lost: tuple[str, ...]
) -> None:
    case = CASES[endpoint]
    document = case.document
    is_list = isinstance(document, list)
    changed = [document[0] | changes] if is_list else document | changes
    view = await fetch(endpoint, changed)
    assert {attribute(view, path) for path in lost} <= {None, ()}
    untouched = {path for path in case.expected if path not in lost}
    kept = {path for path in untouched if attribute(view, path) == case.expected[path]}
    assert len(untouched - kept) <= len(changes) - 1


async def test_unknown_keys_and_broken_characters_cost_nothing() -> None:
    document = {**CASES["pid"].document, "\ud800": {"new": [1]}, "ems_pid2": None}
    view = await fetch("pid", document)
    assert view == await fetch("pid", CASES["pid"].document)


async def test_the_clock_of_the_hub_needs_both_its_fields() -> None:
    assert (await fetch("efr_hub_status", {"ts_offset": 1})).at is None
    assert (await fetch("efr_hub_status", {"timesync_ts_ticks": 1})).at is None


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_every_attribute_is_documented_and_has_a_default(view: type[View]) -> None:
    inherited = {name for base in view.__mro__[1:] for name in getattr(base, "__annotations__", {})}
    documented = re.findall(r"^    (\w+):", str(inspect.getdoc(view)), re.MULTILINE)
    assert documented == [name for name in view.__struct_fields__ if name not in inherited]
    assert view() == view()
    scalars = [value for value in msgspec.structs.astuple(view()) if not isinstance(value, View)]
    assert set(scalars) <= {None, ()}
    assert set(view.sources) <= set(view.__struct_fields__)


def test_every_number_has_its_unit_in_its_name_and_none_is_in_milliseconds() -> None:
    numbers = {
        name
        for view in VIEWS
        for name, kind in get_type_hints(view).items()
        if "float" in str(kind) and name in view.__struct_fields__
    }
    assert {name for name in numbers if not UNIT.search(name)} == WITHOUT_UNIT
    assert [name for view in VIEWS for name in view.__struct_fields__ if MILLI.search(name)] == []


def test_every_view_is_one_of_these() -> None:
    found = list(View.__subclasses__())
    for view in found:
        found += view.__subclasses__()
    assert set(found) == set(VIEWS)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_a_view_is_frozen_and_public(view: type[View]) -> None:
    assert getattr(homevolt.reports, view.__name__) is view
    with pytest.raises(AttributeError):
        setattr(view(), view.__struct_fields__[0], 1)


def test_every_capture_fills_its_view(captures: Path) -> None:
    for file in sorted(captures.glob("*.json")):
        case = CASES.get(file.stem)
        if case is None:
            continue
        wire = RESOURCES[file.stem].decode(file.read_bytes())
        view = _view_of(case)
        found = [view.of(item) for item in wire] if isinstance(wire, tuple) else [view.of(wire)]
        assert all(item != view() for item in found), file.name
        json.loads(msgspec.json.encode(found))


def _view_of(case: Case) -> type[View]:
    returns = str(inspect.signature(getattr(homevolt.Device, case.method)).return_annotation)
    name = re.search(r"\w+View", returns)
    assert name is not None
    view = getattr(homevolt.reports, name[0])
    assert isinstance(view, type)
    assert issubclass(view, View)
    return view
