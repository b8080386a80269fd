"""Windows that cannot be, in the words and times of the person who typed them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from homevolt.cli.errors import usage_error
from homevolt.cli.render.formatting import clock, limits, plan, window_text
from homevolt.schedule.comparing import pair_up
from homevolt.schedule.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from pathlib import Path

    from homevolt.schedule.entry import ScheduleEntry

NEW = "the new entry"
"""What an entry is called that the plan does not have yet."""


def refuse_reversed(start: datetime | None, end: datetime | None, now: datetime) -> None:
    """Refuse a window that ends before it begins.

    Args:
        start: Its start by the clock of this machine, None if it is open.
        end: Its end, likewise.
        now: The present by the same clock.

    Raises:
        ShellError: It does.
    """
    if start is not None and end is not None and end <= start:
        first, last = clock(start, now), clock(end, now)
        raise usage_error(
            f"The window ends before it begins: from {first} until {last}. Nothing was sent."
        )


def refuse_overlaps(
    named: Iterable[tuple[str, ScheduleEntry]],
    now: datetime,
    offset: timedelta,
    file: Path | None = None,
) -> None:
    """Refuse a plan in which two windows overlap; both are named.

    Args:
        named: The entries, and what each is called.
        now: The present by the clock of this machine, by which times are shown.
        offset: How far the device's clock is ahead of it.
        file: Where the plan comes from, if from a file.

    Raises:
        ShellError: Two do.
    """
    order = sorted(named, key=lambda item: item[1].from_time or EARLIEST)
    for first, second in pairwise(order):
        if first[1].overlaps(second[1]):
            text = " and ".join(_described(*each, now, offset) for each in (first, second))
            where = f"{text[:1].upper()}{text[1:]}" if file is None else f"{file}: {text}"
            raise usage_error(f"{where} overlap. Nothing was sent.")


def refuse_endless(
    named: Iterable[tuple[str, ScheduleEntry]],
    standing: Iterable[ScheduleEntry],
    now: datetime,
    offset: timedelta,
    file: Path,
) -> None:
    """Refuse entries without end, apart from those that stand on the device already.

    Args:
        named: The entries, and what each is called.
        standing: The plan on the device.
        now: As for `refuse_overlaps`.
        offset: Likewise.
        file: Where the entries come from.

    Raises:
        ShellError: There is one.
    """
    endless = [item for item in named if item[1].to_time is None]
    new = pair_up([entry for _, entry in endless], tuple(standing)).missing
    for name, entry in endless:
        if entry in new:
            text = _described(name, entry, now, offset)
            raise usage_error(
                f"{file}: {text} has no end. Give it an end, or say --forever. Nothing was sent."
            )


def named_by_id(entries: Iterable[ScheduleEntry]) -> list[tuple[str, ScheduleEntry]]:
    """Return entries with what each is called: by its id, or as the new one."""
    return [(NEW if each.id is None else f"entry {each.id}", each) for each in entries]


def _described(name: str, entry: ScheduleEntry, now: datetime, offset: timedelta) -> str:
    parts = (window_text(entry, now, offset), plan(entry), *limits(entry))
    return f"{name} ({', '.join(parts)})"
