"""Entries as command lines for the device, and as text for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from homevolt.exceptions import HomevoltValueError
from homevolt.protocol.console import command_line
from homevolt.schedule.entry import option_values
from homevolt.schedule.options import BY_NAME, Kind
from homevolt.schedule.times import render_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from homevolt.schedule.comparing import Difference
    from homevolt.schedule.entry import ScheduleEntry

_MOST_SHOWN = 3


def render_entry(command: str, entry: ScheduleEntry, zone: tzinfo) -> str:
    """Write the command line that gives an entry to the device.

    Args:
        command: `sched_set` or `sched_add`.
        entry: A checked entry, or one that the device gave.
        zone: The zone in which the device reads times.

    Returns:
        The command line.

    Raises:
        HomevoltValueError: A time is ambiguous in `zone`, or a value has a fraction.
    """
    flags: list[tuple[str, int | str | None]] = []
    values = (entry.from_time, entry.to_time, *option_values(entry))
    for option, value in zip(BY_NAME.values(), values, strict=True):
        if value is None or value is False:
            continue
        if value != _whole(value):
            raise HomevoltValueError(
                f"{option.name} {value} cannot be written: the console takes whole "
                + ("seconds only" if option.kind is Kind.TIME else "numbers only")
            )
        if option.kind is Kind.TIME:
            flags.append((option.flag, render_time(option.name, value, zone)))
        else:
            flags.append((option.flag, None if option.kind is Kind.FLAG else value))
    return command_line(command, int(entry.mode), flags=flags)


def without_fractions(entry: ScheduleEntry) -> tuple[ScheduleEntry, list[str]]:
    """Return the entry nearest to one of the device that its console takes.

    Returns:
        The entry, and the names of the fields that had a fraction.
    """
    whole = {name: _whole(getattr(entry, name)) for name in BY_NAME}
    names = [name for name, value in whole.items() if value != getattr(entry, name)]
    return msgspec.structs.replace(entry, **whole) if names else entry, names


def describe(found: Iterable[Difference]) -> str:
    """Write differences for people."""
    return "; ".join(
        f"{item.name}: expected {_plain(item.expected)}, actual {_plain(item.actual)}"
        for item in found
    )


def summarise(entries: Sequence[ScheduleEntry]) -> str:
    """Count entries for people, and write down the first few."""
    if not entries:
        return "no entries"
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    shown = " | ".join(str(entry) for entry in entries[:_MOST_SHOWN])
    return f"{count} ({shown}{' | ...' if len(entries) > _MOST_SHOWN else ''})"


def _whole(value: Any) -> Any:
    """Return a value without its fraction: a whole number, or a time in whole seconds."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return round(value) if isinstance(value, float) else value


def _plain(value: object) -> str:
    return "none" if value is None else str(value)
