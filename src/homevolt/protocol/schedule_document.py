"""`GET /schedule.json`: the plan of the battery, and who controls it."""

import json
from contextlib import suppress
from typing import Any

import msgspec

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.decoding import NOT_AS_DECLARED, Wire, parse, salvage
from homevolt.protocol.entry_params import EntryParams


class EntryData(Wire, frozen=True, rename={"from_": "from"}):
    """`schedule[]`: one entry; a missing `from` or `to` is an open end."""

    id: int | None = None
    from_: float | None = None
    to: float | None = None
    type: int | None = None
    min: float | None = None
    max: float | None = None
    params: EntryParams = EntryParams()


class PartialEntry(EntryData, frozen=True):
    """An entry with something in it that could not be read.

    Attributes:
        lost: The keys that could not be read, such as `to` or `params.setpoint`. Their None does
            not mean that they were not given.
    """

    lost: tuple[str, ...] = ()


class ScheduleData(Wire, frozen=True):
    """The whole answer."""

    local_mode: bool | None = None
    schedule_id: str | None = None
    schedule: tuple[EntryData, ...] | None = None


class PartialSchedule(ScheduleData, frozen=True):
    """An answer with something besides its entries that could not be read.

    Attributes:
        lost: The keys that could not be read, such as `local_mode`.
    """

    lost: tuple[str, ...] = ()


_DECODER = msgspec.json.Decoder(ScheduleData)
_SOURCE = "/schedule.json"


def decode_schedule(data: bytes) -> ScheduleData:
    """Return the answer of `GET /schedule.json`.

    What is malformed in part is a `PartialSchedule`, and an entry of it a `PartialEntry`.

    Raises:
        HomevoltDataError: It is not a JSON object, or has none of the keys of a schedule.
    """
    document: ScheduleData | None = None
    with suppress(*NOT_AS_DECLARED):
        document = _DECODER.decode(data)
    if document is None:
        document = _salvaged(data)
    if document.schedule is None and document.local_mode is None and document.schedule_id is None:
        raise HomevoltDataError(
            "/schedule.json holds no schedule: $.schedule is missing.",
            path="$.schedule",
        )
    return document


def unknown_keys(data: bytes) -> list[str]:
    """Return what the entries of a schedule hold that no struct knows.

    Args:
        data: An answer of `GET /schedule.json` that `decode_schedule` has read.

    Returns:
        Names such as `boost` or `params.eco_limit`, each once, in order.
    """
    listed = parse(data, _SOURCE)["schedule"]
    entries = [entry for entry in listed if isinstance(entry, dict)]
    own = {key for entry in entries for key in _unknown(entry, EntryData)}
    params = {key for entry in entries for key in _unknown(entry.get("params"), EntryParams)}
    return sorted(own | {f"params.{key}" for key in params})


def _unknown(values: Any, struct: type[Wire]) -> set[str]:
    if not isinstance(values, dict):
        return set()
    given = {key for key, value in values.items() if value is not None}
    return given.difference(struct.__struct_encode_fields__)


def _salvaged(data: bytes) -> ScheduleData:
    """Return what can be read, and of each entry what was lost.

    Elsewhere a malformed field may become None. Here a None has a meaning: a window without an end
    is open, and an option that is missing was not given.
    """
    document: ScheduleData = salvage(
        parse(data, _SOURCE), ScheduleData, _SOURCE, numbers_as_text=True
    )
    # Parsed again: parse() has turned numbers that no double holds into None.
    given = json.loads(data.decode("utf-8-sig", "replace"), strict=False, parse_int=float)
    if lost := _lost(document, given):
        document = PartialSchedule(**msgspec.structs.asdict(document), lost=lost)
    if document.schedule is None:
        return document
    pairs = zip(document.schedule, given["schedule"], strict=True)
    entries = tuple(_marked(entry, _lost(entry, values)) for entry, values in pairs)
    return msgspec.structs.replace(document, schedule=entries)


def _marked(entry: EntryData, lost: tuple[str, ...]) -> EntryData:
    return PartialEntry(**msgspec.structs.asdict(entry), lost=lost) if lost else entry


def _lost(read: Wire, given: Any) -> tuple[str, ...]:
    """Return the keys that were given and are None in what was read."""
    if not isinstance(given, dict):
        return ()
    lost: list[str] = []
    for field in msgspec.structs.fields(read):
        name, there = field.encode_name, given.get(field.encode_name)
        value = getattr(read, field.name)
        if isinstance(value, Wire) and isinstance(there, dict):
            lost += [f"{name}.{key}" for key in _lost(value, there)]
        elif there is not None and (value is None or (there and isinstance(value, Wire))):
            lost.append(name)
    return tuple(lost)
