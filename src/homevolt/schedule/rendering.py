"""Entries as command lines for the device, and as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        HomevoltValueError: A time is ambiguous in `zone`.
    """
    flags: list[tuple[str, int | str | None]] = []
    values = (entry.from_time, entry.to_time, *option_values(entry))
    for option, value in zip(BY_NAME.values(), values, strict=True):
        if value is None or value is False:
            continue
        if option.kind is Kind.TIME:
            flags.append((option.flag, render_time(option.name, value, zone)))
        else:
            flags.append((option.flag, None if option.kind is Kind.FLAG else value))
    return command_line(command, int(entry.mode), flags=flags)


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


def _plain(value: object) -> str:
    return "none" if value is None else str(value)
