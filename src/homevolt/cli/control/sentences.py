"""What a command will do, and what the battery does now and until when, in one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homevolt.cli.render.formatting import clock, plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.schedule.entry import ScheduleEntry

_DOING = {
    "charge": "charging",
    "discharge": "discharging",
    "export": "exporting",
    "hold": "holding",
    "provide": "providing",
}
_VERB = re.compile(rf"(?<!of )\b({'|'.join(_DOING)})\b")
_CHARGING = ("inverter_charge", "grid_charge", "solar_charge")
_DISCHARGING = ("inverter_discharge", "grid_discharge")


def will_do(
    entry: ScheduleEntry, merged: Iterable[ScheduleEntry], now: datetime, offset: timedelta
) -> str:
    """Return what an entry will make the battery do, and what comes then.

    Args:
        entry: The entry.
        merged: The plan that it is a part of.
        now: The present by the clock of this machine.
        offset: How far the device's clock, which the times go by, is ahead of it.
    """
    return f"Will {_what(entry)}{_end(entry, merged, now, offset)}"


def is_doing(
    entry: ScheduleEntry | None,
    merged: Iterable[ScheduleEntry],
    now: datetime,
    offset: timedelta,
) -> str:
    """Return what the battery does now; the arguments are those of `will_do`."""
    if entry is None:
        return "Nothing is planned now."
    doing = _VERB.sub(lambda verb: _DOING[verb[1]], _what(entry))
    return f"{doing[:1].upper()}{doing[1:]}{_end(entry, merged, now, offset)}"


def summary_of(diff: ScheduleDiff) -> str:
    """Return how many entries a change adds, removes and keeps."""
    return f"{len(diff.added)} added, {len(diff.removed)} removed, {len(diff.kept)} unchanged."


def _what(entry: ScheduleEntry) -> str:
    text = plan(entry)
    return f"provide {text}" if text.startswith("frequency") else text


def _end(
    entry: ScheduleEntry, merged: Iterable[ScheduleEntry], now: datetime, offset: timedelta
) -> str:
    soc = {**dict.fromkeys(_CHARGING, entry.max_soc), **dict.fromkeys(_DISCHARGING, entry.min_soc)}
    level = soc.get(entry.mode_slug)
    ends = [] if level is None else [f"{level} %"]
    if entry.to_time is None:
        until = f" until {ends[0]}," if ends else ""
        return f"{until} until something else is written."
    ends.append(clock(entry.to_time - offset, now))
    follows = any(other.to_time is None or other.to_time > entry.to_time for other in merged)
    return f" until {' or '.join(ends)}, then {'the previous plan' if follows else 'no plan'}."
