"""What is malformed costs itself: a library error for the whole, None for a field, never more."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltDataError,
)
from homevolt.protocol.decoding import salvage
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import NOW, ems, encoded, load, point, schedule, unit

if TYPE_CHECKING:
    from collections.abc import Callable

HOLE = "a value that cannot be"
NO_NUMBERS = [
    b'"50012"',
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e400",
    b"1" + b"0" * 400,
    b"-1" + b"0" * 5000,
    b"true",
    b"null",
    b"{}",
    b"[1]",
    b'"\\ud800"',
    b'"\xff"',
]
BLADE_0 = "Homevolt battery 0"


async def read(ems_answer: Any, schedule_answer: Any = None) -> Homevolt:
    """Return a connection that has read these answers once, and is closed."""
    answers = {} if schedule_answer is None else {"schedule": schedule_answer}
    async with (
        PayloadServer(ems=ems_answer, **answers) as server,
        Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
    return connection


def values_of(connection: Homevolt) -> dict[str, Any]:
    """Return the readings by name."""
    return {name: each.value for name, each in connection.get_device().sensors.items()}


def lost_of(values: dict[str, Any], whole: dict[str, Any]) -> set[str]:
    """Return the readings that became None, having checked that all others are as they were."""
    lost = {name for name in whole if values[name] is None and whole[name] is not None}
    assert {name: value for name, value in values.items() if name not in lost} == {
        name: value for name, value in whole.items() if name not in lost
    }
    return lost


def with_hole(document: Any, raw: bytes) -> bytes:
    """Return a payload with raw bytes in place of the hole."""
    return encoded(document).replace(json.dumps(HOLE).encode(), raw)


def damaged(where: tuple[str | int, ...]) -> Any:
    """Return an answer of `/ems.json` with a hole at a JSON path."""
    document = json.loads(encoded(ems()))
    node = document
    for step in where[:-1]:
        node = node[step]
    node[where[-1]] = HOLE
    return document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"true",
        b"NaN",
        b"<!DOCTYPE html><html><body>Please wait</body></html>",
        encoded(ems())[:-1],
        encoded(ems())[: len(encoded(ems())) // 2],
        encoded(ems()) + b"}",
        b"{}",
        b'{"ems": []}',
        b'{"ems": {}}',
        b'{"ems": {"ecu_id": "a1"}}',
        b'{"ems": null}',
        b'{"ems": "none"}',
        b'{"sensors": []}',
        b"\x00" * 99,
        b"\xff\xfe" + '{"ems": []}'.encode("utf-16-le"),
        b"[" * 100_000,
        b'{"ems":' * 100_000,
        b'{"x":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b'{"ems": [' + b"9" * 100_000 + b"",
        b"\x1f\x8b\x08\x00compressed",
    ],
    ids=range(26),
)
async def test_what_is_not_an_ems_document_is_a_data_error(body: bytes) -> None:
    with pytest.raises(HomevoltDataError) as caught:
        await read(body)
    assert len(str(caught.value)) < 500, "the message shows how it begins, not all of it"
    assert caught.value.path in (None, "$", "$.ems")


@pytest.mark.parametrize("raw", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
@pytest.mark.parametrize(
    ("where", "lost"),
    [
        (("ems", 0, "ems_data", "frequency"), {"Frequency"}),
        (("ems", 0, "ems_data", "power"), {"Power"}),
        (("ems", 0, "ems_data", "soc_avg"), {"Battery State of Charge"}),
        (("ems", 0, "ems_voltage", "l1"), {"L1 Voltage"}),
        (("ems", 0, "ems_aggregate", "imported_kwh"), {"Imported Energy"}),
        (("ems", 0, "bms_data", 0, "soc"), {BLADE_0}),
        (("ems", 0, "bms_data", 1, "tmin"), {"Homevolt battery 1 tmin"}),
        (("sensors", 0, "total_power"), {"Power grid"}),
        (("sensors", 1, "phase", 1, "voltage"), {"L2 Voltage solar"}),
        (("sensors", 2, "total_power"), {"Power load"}),
    ],
)
async def test_what_is_not_a_number_costs_its_reading_alone(
    where: tuple[str | int, ...], lost: set[str], raw: bytes
) -> None:
    whole = values_of(await read(ems()))
    assert lost_of(values_of(await read(with_hole(damaged(where), raw))), whole) == lost


@pytest.mark.parametrize("raw", [b"null", b"5", b'"x"', b"[[]]", b"[5]", b"NaN"])
@pytest.mark.parametrize(
    ("where", "lost"),
    [
        (("ems", 0, "ems_voltage"), r"L\d(_L\d)? Voltage"),
        (("ems", 0, "ems_current"), r"L\d Current"),
        (("ems", 0, "bms_data", 0), r"Homevolt battery 0( .*)?"),
        (("sensors", 0, "phase", 0), r"L1 \w+ grid"),
        (("aggregated",), "nothing"),
    ],
)
async def test_what_is_not_a_block_costs_its_readings_alone(
    where: tuple[str | int, ...], lost: str, raw: bytes
) -> None:
    whole = values_of(await read(ems()))
    gone = lost_of(values_of(await read(with_hole(damaged(where), raw))), whole)
    assert gone == {name for name in whole if re.fullmatch(lost, name) and whole[name] is not None}
    assert bool(gone) == (lost != "nothing")


async def test_an_object_where_a_list_belongs_is_not_a_list() -> None:
    whole = values_of(await read(ems()))
    document = ems(unit(bms_data={"soc": 5000}, bms_info={"id": 1}))
    values = values_of(await read(document))
    assert values == {name: whole[name] for name in values}
    assert not any(name.startswith("Homevolt battery") for name in values)
    phase_object = ems(sensors=[point("grid", 5, phase={"voltage": 230}), load(-5)])
    assert values_of(await read(phase_object))["Power grid"] == 5
    assert values_of(await read(phase_object))["L1 Voltage grid"] is None


async def test_an_alarm_that_cannot_be_read_does_not_look_like_none() -> None:
    data = {**unit()["ems_data"], "alarm_str": ["HOT", 5], "warning_str": [None]}
    values = values_of(await read(ems(unit(ems_data=data))))
    assert values["Alarms"] == "HOT, \ufffd"
    assert values["Warnings"] == "\ufffd"


async def test_a_broken_character_costs_no_more_than_itself() -> None:
    whole = values_of(await read(ems()))
    for raw in (b'"id\xffle"', b'"id\\ud800le"', b'"id\\udc00le"', b'"id\xed\xa0\x80le"'):
        values = values_of(await read(with_hole(damaged(("ems", 0, "op_state_str")), raw)))
        (changed,) = (name for name in whole if values[name] != whole[name])
        assert values[changed].strip("idle") == "\ufffd" * len(values[changed].strip("idle"))
        json.dumps(values, ensure_ascii=False).encode()


async def test_broken_characters_in_keys_and_strange_keys_are_passed_over() -> None:
    whole = values_of(await read(ems()))
    document = ems(**{"\ud800": ["\udfff", {"\udfff": "\ud800"}], "\U0001f50b": "\U0001f50b"})
    assert values_of(await read(document)) == whole
    assert values_of(await read(b"\xef\xbb\xbf" + encoded(ems()))) == whole
    assert values_of(await read(with_hole(ems(x=HOLE), b"[" * 300 + b"]" * 300))) == whole


async def test_numbers_of_64_bits_survive_a_neighbour_that_is_malformed() -> None:
    number = 2**64 - 1
    document = ems(unit(number, ems_data={"frequency": "none", "power": -2500}))
    connection = await read(document)
    assert connection.get_device().device_id == str(number)
    assert values_of(connection)["Power"] == -2500


async def test_duplicate_euids_overwrite_nothing() -> None:
    twins = [point("grid", float(power), "00000000000000aa") for power in (1, 2, 3)]
    values = values_of(await read(ems(sensors=[*twins, point("solar", 9, "00000000000000aa")])))
    powers = [values[name] for name in values if name.startswith("Power grid")]
    assert sorted(powers) == [1, 2, 3]
    assert values["Power solar"] == 9


async def test_ten_phases_are_three_phases() -> None:
    phases = [{"voltage": 230.0 + n} for n in range(10)]
    values = values_of(await read(ems(sensors=[point("grid", 5, phase=phases)])))
    voltages = {name: values[name] for name in values if name.endswith("Voltage grid")}
    assert voltages == {
        "L1 Voltage grid": 230.0,
        "L2 Voltage grid": 231.0,
        "L3 Voltage grid": 232.0,
    }


async def test_an_unknown_mode_keeps_its_number() -> None:
    entry = {"id": 1, "type": 42, "params": {"setpoint": 700}}
    connection = await read(ems(), schedule(entry))
    values = values_of(connection)
    assert (values["Schedule Type"], values["Schedule Power Setpoint"]) == ("42", 700)
    assert connection.get_device().current_schedule["schedule"] == [entry]


@pytest.mark.parametrize(
    "window",
    [
        {},
        {"from": NOW - 1},
        {"to": NOW + 1},
        {"from": None, "to": None},
    ],
)
async def test_an_end_that_is_missing_is_open(window: dict[str, Any]) -> None:
    values = values_of(await read(ems(), schedule({"id": 7, "type": 1, "params": {}, **window})))
    assert values["Schedule Type"] == "inverter_charge"


async def read_entries(end: str, raw: bytes) -> list[int | None]:
    """Return the ids of a plan whose first entry has raw bytes for an end, the second none."""
    malformed = {"id": 1, end: HOLE, "type": 3, "params": {"setpoint": 5}}
    good = {"id": 2, "from": NOW - 5, "type": 1, "params": {}}
    connection = await read(ems(), with_hole(schedule(malformed, good), raw))
    device = connection.get_device()
    assert device.schedule is not None
    assert device.schedule.upcoming(datetime.fromtimestamp(NOW, UTC)) is not None
    assert values_of(connection)["Local Mode"] is not None
    return [entry.id for entry in device.schedule.entries]


@pytest.mark.parametrize("end", ["from", "to"])
@pytest.mark.parametrize("raw", [raw for raw in NO_NUMBERS if raw not in (b"null", b'"50012"')])
async def test_an_entry_whose_window_cannot_be_read_costs_no_other(end: str, raw: bytes) -> None:
    assert await read_entries(end, raw) == [2]


@pytest.mark.parametrize("end", ["from", "to"])
@pytest.mark.parametrize("raw", [b"null", b"1e300", b"-1e18", b"99999999999999999999"])
async def test_a_time_beyond_the_calendar_costs_no_entry(end: str, raw: bytes) -> None:
    assert await read_entries(end, raw) == [1, 2]


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"schedule": {"type": 1}}', b"<html>", b"[" * 9999]
)
async def test_a_schedule_that_is_none_costs_no_reading_of_the_device(body: bytes) -> None:
    whole = values_of(await read(ems()))
    connection = await read(ems(), body)
    gone = lost_of(values_of(connection), whole)
    assert gone
    assert all(name.startswith(("Schedule", "Local")) for name in gone)
    assert isinstance(connection.get_device().problems["schedule"], HomevoltDataError)
    assert connection.get_device().current_schedule == {}


def test_a_malformed_field_is_logged_once_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "homevolt")
    kinds: list[tuple[Any, type, Callable[[Any], bool]]] = [
        ({"a": 1}, dict[str, int], lambda value: value == {"a": 1}),
        ([1, 2], list[int], lambda value: value == [1, 2]),
    ]
    for value, kind, holds in kinds:
        assert holds(salvage(value, kind, "a test"))
    assert caplog.records == []
    with pytest.raises(HomevoltDataError, match="wrong kind") as caught:
        salvage([1.5, "x"], list[float], "a test")
    assert caught.value.path == "$"
    assert [record.levelno for record in caplog.records] == [logging.DEBUG]
    assert "$[1]" in caplog.text


@pytest.mark.parametrize("key", ["op_state_str", "an unknown key"])
async def test_a_raw_control_character_costs_nothing(key: str) -> None:
    whole = values_of(await read(ems()))
    body = with_hole(ems(unit(**{key: HOLE})), b'"id\x01\x1f\ttle"')
    values = values_of(await read(body))
    whole_ = whole | ({"Operating State": "id\x01\x1f\ttle"} if key == "op_state_str" else {})
    assert values == whole_


ENTRY = {"id": 7, "from": NOW - 60, "to": NOW + 60, "type": 5, "params": {"setpoint": 700}}


@pytest.mark.parametrize(
    "changes",
    [
        {"type": 5.0},
        {"type": "5"},
        {"from": str(NOW - 60), "to": f"{NOW + 60}.0"},
        {"params": {"setpoint": "700"}},
        {"params": {"setpoint": 700.0}},
    ],
)
async def test_whole_floats_and_digits_in_a_plan_are_numbers(changes: dict[str, Any]) -> None:
    connection = await read(ems(), schedule(ENTRY | changes))
    values = values_of(connection)
    assert values["Schedule Type"] == "grid_charge_discharge"
    assert values["Schedule Power Setpoint"] == 700
    device = connection.get_device()
    assert device.active_entry is not None
    assert (device.active_entry.id, device.active_entry.setpoint) == (7, 700)
    assert device.problems == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"type": None},
        {"type": "grid"},
        {"type": 5.5},
        {"type": "nan"},
        {"type": True},
        {"from": "2026-01-01T00:00:00"},
        {"to": "inf"},
        {"to": [NOW]},
        {"to": "null"},
    ],
)
async def test_an_entry_that_cannot_be_read_makes_the_plan_unknown(
    changes: dict[str, Any],
) -> None:
    connection = await read(ems(), schedule(ENTRY | changes))
    values = values_of(connection)
    assert {values[name] for name in values if name.startswith("Schedule ")} == {
        None,
        "Manual Schedule",
    }
    assert values["Local Mode"] == "on"
    device = connection.get_device()
    (key,) = changes
    problem = device.problems["schedule"]
    assert isinstance(problem, HomevoltDataError)
    assert problem.path == f"$.schedule[0].{key}"
    assert device.active_entry is None
    assert device.snapshot.active_entry is None
    assert device.snapshot.problems.keys() == {"schedule"}


@pytest.mark.parametrize(
    "document",
    [
        {"schedule": None},
        {},
        {"schedules": [ENTRY]},
        {"schedule": {"0": ENTRY}},
        {"schedule": "none"},
    ],
)
async def test_a_plan_that_is_missing_is_not_nothing_planned(document: dict[str, Any]) -> None:
    connection = await read(ems(), {"local_mode": True, "schedule_id": "x", **document})
    values = values_of(connection)
    assert (values["Schedule Type"], values["Local Mode"]) == (None, "on")
    problem = connection.get_device().problems["schedule"]
    assert isinstance(problem, HomevoltDataError)
    assert problem.path == "$.schedule"


async def test_an_unreadable_entry_that_cannot_be_active_leaves_the_active_one_known() -> None:
    later = {"id": 8, "from": NOW + 600, "to": NOW + 900, "type": "later", "params": {}}
    connection = await read(ems(), schedule(ENTRY, later))
    assert values_of(connection)["Schedule Type"] == "grid_charge_discharge"
    assert connection.get_device().problems.keys() == {"schedule"}
    overlapping: dict[str, Any] = {"id": 8, "from": NOW - 600, "type": None, "params": {}}
    connection = await read(ems(), schedule(ENTRY, overlapping))
    assert values_of(connection)["Schedule Type"] is None
    assert connection.get_device().active_entry is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"params": {"setpoint": "much"}}, "params.setpoint"),
        ({"params": {"setpoint": [700]}}, "params.setpoint"),
        ({"params": {"max_discharge": "1e400"}}, "params.max_discharge"),
        ({"params": {"offline": "perhaps"}}, "params.offline"),
        ({"params": "none"}, "params"),
        ({"max": "full"}, "max"),
        ({"id": 7.5}, "id"),
    ],
)
async def test_an_option_that_cannot_be_read_is_unknown_and_a_problem(
    changes: dict[str, Any], key: str
) -> None:
    connection = await read(ems(), schedule(ENTRY | changes))
    values = values_of(connection)
    assert values["Schedule Type"] == "grid_charge_discharge"
    assert values["Schedule Max Discharge"] is values["Schedule Max State of Charge"] is None
    problem = connection.get_device().problems["schedule"]
    assert isinstance(problem, HomevoltDataError)
    assert problem.path == f"$.schedule[0].{key}"


@pytest.mark.parametrize("window", [{"from": NOW + 0.5}, {"from": NOW - 60, "to": NOW + 0.5}])
async def test_the_active_entry_is_the_one_whose_readings_are_shown(
    window: dict[str, float],
) -> None:
    always = {"id": 8, "type": 1, "params": {}}
    connection = await read(ems(), schedule({"id": 7, "type": 2, "params": {}} | window, always))
    active = connection.get_device().active_entry
    assert active is not None
    assert active.mode_slug == values_of(connection)["Schedule Type"]


async def test_a_body_that_is_not_json_is_never_repeated() -> None:
    with pytest.raises(HomevoltDataError) as caught:
        await read(b'{"ems_psk": "hunter2", ')
    assert "hunter2" not in str(caught.value)
    assert "23 bytes" in str(caught.value)
