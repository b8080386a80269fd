"""Schedule entries on their way to the device: checked, rendered, and compared when read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from homevolt.console import command_line
from homevolt.exceptions import HomevoltValueError
from homevolt.options import (
    BY_NAME,
    OPTIONS,
    WINDOW,
    Kind,
    check_names,
    check_option,
    nearest,
    whole_number,
)
from homevolt.quoting import brief
from homevolt.schedule import SETPOINT_MODES, BatteryMode, ScheduleEntry
from homevolt.times import EARLIEST, render_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime, tzinfo

_LONGEST_NAME = 60
_LISTED = 3
_MODES: Final = {mode.slug: mode for mode in BatteryMode}

STAMP_SLACK: Final = timedelta(minutes=5)
"""How far the device's clock may be ahead when it writes down the start of an open window."""


class Difference(NamedTuple):
    """One thing that was read back otherwise than it was written."""

    name: str
    wanted: Any
    seen: Any


def new_entry(
    mode: object, options: Mapping[str, object], now: datetime, *, windowed: bool = True
) -> ScheduleEntry:
    """Make an entry of what a caller gave, with every check that needs no device.

    Args:
        mode: A mode as number, `BatteryMode` or name.
        options: Options by their long name, and `from_time` and `to_time`; None is not given.
        now: The present, which the end of the window must lie after.
        windowed: False for an entry that starts now and stays, which has no window.

    Returns:
        The entry, without an id.

    Raises:
        HomevoltValueError: A name is unknown or a value is wrong; the message says which.
    """
    known = check_mode(mode)
    if not windowed:
        for option in WINDOW:
            if options.get(option.name) is not None:
                raise HomevoltValueError(
                    f"{option.name} makes no sense for a mode that is set now and stays; "
                    "add_schedule() takes a window"
                )
    check_names(options, BY_NAME)
    values: dict[str, Any] = {
        name: check_option(BY_NAME[name], value)
        for name, value in options.items()
        if value is not None
    }
    entry = ScheduleEntry(mode=known, **values)
    for is_wrong, message in _RULES:
        if is_wrong(entry, now):
            raise HomevoltValueError(message.format(entry=entry, mode=entry.mode_slug))
    return entry


def checked_entry(given: object, now: datetime) -> ScheduleEntry:
    """Check an entry that a caller made, read from a device, or wrote as a mapping.

    Args:
        given: A `ScheduleEntry`, or a mapping of its fields; its id is disregarded.
        now: The present, which the end of the window must lie after.

    Returns:
        The entry as the device would take it, without an id.

    Raises:
        HomevoltValueError: It is neither, or something about it is wrong.
    """
    if isinstance(given, ScheduleEntry):
        fields: dict[str, Any] = msgspec.structs.asdict(given)
    elif isinstance(given, Mapping):
        fields = dict(given)
    else:
        raise HomevoltValueError(f"an entry is a ScheduleEntry or a mapping, not {brief(given)}")
    fields.pop("id", None)
    if "mode" not in fields:
        raise HomevoltValueError(f"an entry needs a mode: {brief(given)}")
    return new_entry(fields.pop("mode"), fields, now)


def check_mode(mode: object) -> BatteryMode:
    """Return a mode given as number, `BatteryMode` or name (`grid_charge`, `Grid Charge`).

    Raises:
        HomevoltValueError: There is no such mode.
    """
    if isinstance(mode, str):
        slug = mode[:_LONGEST_NAME].strip().lower().replace(" ", "_").replace("-", "_")
        if slug in _MODES:
            return _MODES[slug]
        raise HomevoltValueError(f"there is no mode {brief(mode)}{nearest(slug, _MODES)}")
    number = whole_number("mode", mode)
    if 0 <= number < len(BatteryMode):
        return BatteryMode(number)
    raise HomevoltValueError(f"mode must be 0 to {len(BatteryMode) - 1}, not {brief(number)}")


def _reversed(start: str, end: str) -> Callable[[ScheduleEntry, datetime], bool]:
    def is_wrong(entry: ScheduleEntry, _now: datetime) -> bool:
        first, last = getattr(entry, start), getattr(entry, end)
        return first is not None and last is not None and first >= last

    return is_wrong


def _reversed_soc(entry: ScheduleEntry, _now: datetime) -> bool:
    return entry.min_soc is not None and entry.max_soc is not None and entry.min_soc > entry.max_soc


def _past(entry: ScheduleEntry, now: datetime) -> bool:
    return entry.to_time is not None and entry.to_time <= now


_RULES: Final[tuple[tuple[Callable[[ScheduleEntry, datetime], bool], str], ...]] = (
    (_reversed_soc, "min_soc {entry.min_soc} % is above max_soc {entry.max_soc} %"),
    (
        lambda entry, _: entry.mode in SETPOINT_MODES and entry.setpoint is None,
        "mode {mode} needs a setpoint in W",
    ),
    (
        lambda entry, _: (
            entry.mode is not BatteryMode.GRID_CHARGE_DISCHARGE and (entry.setpoint or 0) < 0
        ),
        "setpoint {entry.setpoint} W: only mode grid_charge_discharge takes a negative one",
    ),
    (
        lambda entry, _: entry.mode is not BatteryMode.IDLE and bool(entry.offline),
        "offline goes with mode idle only, not with {mode}",
    ),
    (
        _reversed("from_time", "to_time"),
        "the window ends before it begins: {entry.from_time} to {entry.to_time}",
    ),
    (_past, "the window has ended already: to_time is {entry.to_time}"),
    *(
        (
            _reversed(f"{limit}_from", f"{limit}_to"),
            f"the window of {limit} is reversed: {{entry.{limit}_from}} to {{entry.{limit}_to}}",
        )
        for limit in ("import_energy_limit", "export_energy_limit")
    ),
)


def render_entry(command: str, entry: ScheduleEntry, zone: tzinfo) -> str:
    """Write the command line that gives an entry to the device.

    Args:
        command: `sched_set` or `sched_add`.
        entry: A checked entry, or one that the device gave.
        zone: The zone in which the device reads times.

    Returns:
        The command line.

    Raises:
        HomevoltValueError: A time cannot be said in `zone`.
    """
    flags: list[tuple[str, int | str | None]] = []
    values = (entry.from_time, entry.to_time, *entry.option_values())
    for option, value in zip(BY_NAME.values(), values, strict=True):
        if value is None or value is False:
            continue
        if option.kind is Kind.TIME:
            flags.append((option.flag, render_time(option.name, value, zone)))
        else:
            flags.append((option.flag, None if option.kind is Kind.FLAG else value))
    return command_line(command, int(entry.mode), flags=flags)


def check_overlaps(entries: Sequence[ScheduleEntry]) -> None:
    """Refuse a plan in which two entries claim the same moment.

    Raises:
        HomevoltValueError: Two do; both are named.
    """
    order = sorted(enumerate(entries, 1), key=lambda item: item[1].from_time or EARLIEST)
    for (at, entry), (next_at, following) in pairwise(order):
        if entry.overlaps(following):
            raise HomevoltValueError(
                f"entry {at} ({entry}) and entry {next_at} ({following}) overlap"
            )


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
        OPTIONS, wanted.option_values(), seen.option_values(), strict=True
    ):
        if ours is None:
            same = theirs in (None, option.default) if stood else theirs is not True
        else:
            same = ours == (option.default if theirs is None else theirs)
        if not same:
            found.append(Difference(option.name, ours, theirs))
    return found


def describe(found: Iterable[Difference]) -> str:
    """Write differences for people."""
    return "; ".join(
        f"{item.name}: wanted {_plain(item.wanted)}, seen {_plain(item.seen)}" for item in found
    )


def listed(entries: Sequence[ScheduleEntry]) -> str:
    """Count entries for people, and write down the first few."""
    if not entries:
        return "no entries"
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    shown = " | ".join(str(entry) for entry in entries[:_LISTED])
    return f"{count} ({shown}{' | ...' if len(entries) > _LISTED else ''})"


def content(entry: ScheduleEntry) -> ScheduleEntry:
    """Return an entry without its id, to compare what two of them say."""
    return msgspec.structs.replace(entry, id=None)


def came_in(before: Sequence[ScheduleEntry], after: Sequence[ScheduleEntry]) -> list[ScheduleEntry]:
    """Return the entries of `after` that are not in `before`, counting equal ones.

    An entry that kept its id is recognised first; the device may also number its entries anew.
    """
    rest, gone = list(after), []
    for entry in before:
        if entry in rest:
            rest.remove(entry)
        else:
            gone.append(content(entry))
    new = []
    for entry in rest:
        if content(entry) in gone:
            gone.remove(content(entry))
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


def _plain(value: object) -> str:
    return "nothing" if value is None else str(value)
