"""Comparing what was written with what was read back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from homevolt.schedule.entry import option_values
from homevolt.schedule.options import OPTIONS
from homevolt.schedule.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from homevolt.schedule.entry import ScheduleEntry

STAMP_SLACK: Final = timedelta(minutes=5)
"""How far the device's clock may be ahead when it writes down the start of an open window."""


class Difference(NamedTuple):
    """One thing that was read back otherwise than it was written."""

    name: str
    wanted: Any
    seen: Any


def differences(
    wanted: ScheduleEntry,
    seen: ScheduleEntry,
    stamped_before: datetime = EARLIEST,
    *,
    stood: bool = False,
) -> list[Difference]:
    """Compare an entry that was written with the one that was read back.

    What was not asked for may come back as the device's default, switches aside: nobody gets one
    that was not asked for. But in an entry that stood before the write it is no default of this
    one: it is what the write should have removed. What was asked for may be left out only where
    that means the same.

    Args:
        wanted: What was written.
        seen: What was read back.
        stamped_before: A start that was left open may come back as a time before this one, for
            the device writes down when it started.
        stood: Whether the entry that was read back stood before anything was written.

    Returns:
        What differs, empty if nothing does.
    """
    found = []
    if wanted.mode != seen.mode:
        found.append(Difference("mode", wanted.mode_slug, seen.mode_slug))
    stamped = (
        wanted.from_time is None and seen.from_time is not None and seen.from_time < stamped_before
    )
    if not stamped and wanted.from_time != seen.from_time:
        found.append(Difference("from_time", wanted.from_time, seen.from_time))
    if wanted.to_time != seen.to_time:
        found.append(Difference("to_time", wanted.to_time, seen.to_time))
    for option, ours, theirs in zip(
        OPTIONS, option_values(wanted), option_values(seen), strict=True
    ):
        if ours is None:
            same = theirs in (None, option.default) if stood else theirs is not True
        else:
            same = ours == (option.default if theirs is None else theirs)
        if not same:
            found.append(Difference(option.name, ours, theirs))
    return found


def without_id(entry: ScheduleEntry) -> ScheduleEntry:
    """Return an entry without its id, to compare what two of them say."""
    return msgspec.structs.replace(entry, id=None)


def added_entries(
    before: Sequence[ScheduleEntry], after: Sequence[ScheduleEntry]
) -> list[ScheduleEntry]:
    """Return the entries of `after` that are not in `before`, counting equal ones.

    An entry that kept its id is recognised first; the device may also number its entries anew.
    """
    rest, gone = list(after), []
    for entry in before:
        if entry in rest:
            rest.remove(entry)
        else:
            gone.append(without_id(entry))
    new = []
    for entry in rest:
        if without_id(entry) in gone:
            gone.remove(without_id(entry))
        else:
            new.append(entry)
    return new


def pair_up(
    wanted: Sequence[ScheduleEntry],
    seen: Sequence[ScheduleEntry],
    stamped_before: datetime = EARLIEST,
    *,
    stood: bool = False,
) -> tuple[list[ScheduleEntry], list[ScheduleEntry], list[ScheduleEntry]]:
    """Find for each wanted entry one that was read back and says the same.

    Args:
        wanted: The wanted entries.
        seen: Those that were read back.
        stamped_before: As for `differences`.
        stood: As for `differences`, for all that were read back.

    Returns:
        Three lists: the read-back entries that are wanted, the wanted ones that are missing, and
        the read-back ones that nobody wanted.
    """
    kept, missing, rest = [], [], list(seen)
    for entry in wanted:
        # The end is never tolerated to differ, so it rules out most of them cheaply.
        likely = (other for other in rest if other.to_time == entry.to_time)
        found = next(
            (o for o in likely if not differences(entry, o, stamped_before, stood=stood)), None
        )
        if found is None:
            missing.append(entry)
        else:
            rest.remove(found)
            kept.append(found)
    return kept, missing, rest
