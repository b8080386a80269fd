"""Every field of `/schedule.json`: it is read as it is, or it is unknown and a problem."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.entry_fields import OPTIONS, WINDOW, Kind, Option
from homevolt.protocol.schedule_document import EntryData, ScheduleData
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import NOW, ems, schedule

if TYPE_CHECKING:
    from homevolt import Device, ScheduleEntry

FIELDS = (*WINDOW, *OPTIONS)
NUMBERS = [option for option in FIELDS if option.kind is Kind.WHOLE]
TIMES = [option for option in FIELDS if option.kind is Kind.TIME]
FLAGS = [option for option in FIELDS if option.kind is Kind.FLAG]
MALFORMED: dict[object, tuple[object, ...]] = {
    "id": (7.5, "one", True, [7], {}),
    "type": (5.5, "charge", True, [5], {}),
    Kind.WHOLE: ("much", True, [700], {}, "1e400", "nan"),
    Kind.TIME: ("2026-01-01T00:00:00", True, [NOW], {}, "inf"),
    Kind.FLAG: ("perhaps", [True], {}, 0.5, 2, -1, "0.5", "2"),
    "params": ("none", 5, True, [{"setpoint": 1}]),
    "local_mode": ("perhaps", 2, 0.5, [True], {}),
    "schedule_id": (7, True, ["x"], {}, 1.5),
    "schedule": ("none", 5, True, {"0": {}}),
}
"""Values of the wrong type or without a meaning, by the field or the kind of option."""


async def read(document: dict[str, Any]) -> Device:
    """Return a device that has read a schedule, whose connection is closed."""
    async with (
        PayloadServer(ems=ems(), schedule=document) as server,
        Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
    return connection.get_device()


def planned(option: Option, value: object) -> dict[str, Any]:
    """Return a schedule whose only entry has a value for a field."""
    entry: dict[str, Any] = {"id": 1, "type": 1, "params": {}}
    (entry["params"] if option.in_params else entry)[option.key] = value
    return schedule(entry)


async def entry_of(document: dict[str, Any]) -> ScheduleEntry:
    """Return the only entry of a schedule, all of which can be read."""
    device = await read(document)
    assert device.problems == {}
    assert device.schedule is not None
    (entry,) = device.schedule.entries
    return entry


async def problem_of(document: dict[str, Any]) -> str | None:
    """Return the path of what cannot be read of a schedule."""
    device = await read(document)
    assert device.snapshot.problems.keys() == device.problems.keys() == {"schedule"}
    problem = device.problems["schedule"]
    assert isinstance(problem, HomevoltDataError)
    assert str(problem.path) in str(problem)
    return problem.path


def test_every_field_of_the_document_is_tried_here() -> None:
    keys = {option.key for option in FIELDS if not option.in_params}
    assert {*EntryData.__struct_encode_fields__} - keys <= MALFORMED.keys()
    assert {*ScheduleData.__struct_encode_fields__} <= MALFORMED.keys()


@pytest.mark.parametrize("fraction", [0.5, 99.5])
@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
async def test_a_fraction_is_kept(option: Option, fraction: float) -> None:
    entry = await entry_of(planned(option, fraction))
    assert getattr(entry, option.name) == fraction
    assert f"{option.name} {fraction}" in str(entry)


async def test_sensors_and_entry_say_the_same_fraction() -> None:
    device = await read(schedule({"id": 1, "type": 1, "max": 99.5, "params": {"setpoint": 0.5}}))
    entry = device.active_entry
    assert entry is not None
    assert device.sensors["Schedule Power Setpoint"].value == entry.setpoint == 0.5
    assert device.snapshot.active_entry == entry
    assert entry.max_soc == 99.5


@pytest.mark.parametrize("value", [70, 70.0, "70", "70.0"])
@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
async def test_a_whole_number_is_an_int(option: Option, value: object) -> None:
    number = getattr(await entry_of(planned(option, value)), option.name)
    assert (number, type(number)) == (70, int)


@pytest.mark.parametrize("option", TIMES, ids=lambda option: option.name)
async def test_the_fraction_of_a_time_is_kept(option: Option) -> None:
    entry = await entry_of(planned(option, NOW + 0.5))
    at = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=0.5)
    assert getattr(entry, option.name) == at


@pytest.mark.parametrize("value", [True, False, 1, 0, 1.0, 0.0, "1", "true"])
@pytest.mark.parametrize("option", FLAGS, ids=lambda option: option.name)
async def test_a_flag_is_true_or_false(option: Option, value: object) -> None:
    expected = value not in (False, 0)
    assert getattr(await entry_of(planned(option, value)), option.name) is expected


@pytest.mark.parametrize(
    ("option", "value"),
    [(option, value) for option in FIELDS for value in MALFORMED[option.kind]],
    ids=lambda value: value.name if isinstance(value, Option) else repr(value),
)
async def test_an_option_that_cannot_be_read_is_a_problem(option: Option, value: object) -> None:
    path = f"$.schedule[0].{'params.' if option.in_params else ''}{option.key}"
    assert await problem_of(planned(option, value)) == path


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key in ("id", "type", "params") for value in MALFORMED[key]],
)
async def test_a_part_of_an_entry_that_cannot_be_read_is_a_problem(key: str, value: object) -> None:
    entry = {"id": 1, "type": 1, "params": {}}
    assert await problem_of(schedule(entry | {key: value})) == f"$.schedule[0].{key}"


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key in ("local_mode", "schedule_id", "schedule") for value in MALFORMED[key]],
)
async def test_a_part_of_the_schedule_that_cannot_be_read_is_a_problem(
    key: str, value: object
) -> None:
    document = schedule() | {key: value}
    assert await problem_of(document) == f"$.{key}"
    device = await read(document)
    assert device.schedule is not None
    read_as = device.schedule.entries if key == "schedule" else getattr(device.schedule, key)
    assert read_as in (None, ())


@pytest.mark.parametrize("key", ["local_mode", "schedule_id"])
async def test_what_is_not_said_of_the_schedule_is_no_problem(key: str) -> None:
    silent = schedule()
    del silent[key]
    for document in (silent, schedule() | {key: None}):
        device = await read(document)
        assert device.problems == {}
        assert device.schedule is not None
        assert getattr(device.schedule, key) is None
