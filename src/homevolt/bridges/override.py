"""A window that a bridge wrote over the plan of a device, and the plan that goes on without it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from homevolt.bridges.notes import Note, NoteFile, Window
from homevolt.control.overlay import overlay_plan
from homevolt.exceptions import HomevoltDataError, HomevoltError, HomevoltValueError
from homevolt.schedule.comparing import differences, pair_up, without_id
from homevolt.schedule.entry import end_of, start_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from homevolt.bridges.notes import Entries
    from homevolt.device import Device
    from homevolt.schedule.entry import ScheduleEntry

KEPT_SHARE = 0.1
"""An extension by less than this share of the duration is not worth a write to the flash."""
LONGEST_WINDOW = timedelta(days=1)
"""No window of a bridge ends later than this."""
MOST_EARLIER = 3
"""How many windows before the last one are noted."""


class NotOursError(HomevoltError):
    """What goes on may be of a bridge or of somebody else, so it was left as it is."""


class Started(NamedTuple):
    """What was started.

    Attributes:
        window: The window that stands.
        warning: What cannot be promised of it, empty if nothing.
    """

    window: ScheduleEntry
    warning: str


class Override:
    """The windows of one device, which all bridges share.

    Args:
        folder: Where it is noted what was started; None as for `NoteFile`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = asyncio.Lock()
        self._files: dict[str, NoteFile] = {}

    async def start(
        self,
        device: Device,
        wanted: ScheduleEntry,
        duration_s: float,
        *,
        otherwise: ScheduleEntry | None = None,
        label: str = "",
    ) -> Started:
        """Write a window that begins now, or extend the one that stands if it does the same.

        Args:
            device: The device, held for a command.
            wanted: What to do; its window is disregarded.
            duration_s: When the window ends, in seconds from now.
            otherwise: What to do after it if the plan has nothing, now or later.
            label: What the caller calls it, for `label`.

        Returns:
            The window that stands.

        Raises:
            HomevoltError: As `Device.replace_schedule`.
        """
        file = self._file(device)
        async with self._lock, file.alone():
            now, actual = await _read(device)
            note = _known(file, actual, now)
            last, previous = _without_ours(note, actual, now)
            end = now + timedelta(seconds=round(duration_s))
            start = now
            if last is not None and last.entry.holds(now) and _does(last.entry) == _does(wanted):
                extended_s = (end - end_of(last.entry)).total_seconds()
                if 0 <= extended_s < duration_s * KEPT_SHARE and last.label == label:
                    await asyncio.to_thread(file.keep, note, note, now)
                    return _started(last.entry, file)
                start = start_of(last.entry)
            window = msgspec.structs.replace(wanted, id=None, from_time=start, to_time=end)
            below = _with_fallback(previous, otherwise, now)
            plan = overlay_plan(below, [window], now)
            # It is noted first: if the outcome stays unknown, either plan may stand. So may a
            # earlier one that somebody else restores, because a write of theirs was disturbed.
            earlier = sorted(note.windows, key=lambda each: each != last)[:MOST_EARLIER]
            new = Note((Window(window, below, plan, label), *earlier), note.doubtful)
            await asyncio.to_thread(file.keep, new, note, now)
            await device.replace_schedule(plan)
            file.planned |= {without_id(entry) for entry in plan if entry is not window}
            return _started(window, file)

    async def end(self, device: Device, *, otherwise: ScheduleEntry | None = None) -> None:
        """Restore the plan that goes on without the window; nothing is sent if it stands.

        Args:
            device: The device, held for a command.
            otherwise: What to do if that plan has nothing, now or later.

        Raises:
            HomevoltValueError: No window of a bridge stands, and nothing is to be done then.
            NotOursError: Something goes on of which it is not known who started it.
            HomevoltError: As `Device.replace_schedule`.
        """
        file = self._file(device)
        async with self._lock, file.alone():
            now, actual = await _read(device)
            note = _known(file, actual, now)
            last, below = _without_ours(note, actual, now)
            left = _in_doubt(note, last, below, now)
            if last is None and left is not None:
                await asyncio.to_thread(file.keep, note, note, now)
                raise _not_ours(left)
            if last is None and otherwise is None:
                raise HomevoltValueError(
                    "nothing that this bridge started stands in the plan, so there is nothing to "
                    "end; nothing was sent"
                )
            goes_on = _with_fallback(below, otherwise, now)
            if last is not None or goes_on is not actual:
                plan = overlay_plan(goes_on, [], now)
                await device.replace_schedule(plan)
                file.planned |= {without_id(entry) for entry in plan}
            absent = tuple(each for each in note.windows if not _stands(each, actual))
            await asyncio.to_thread(file.keep, Note(absent, note.doubtful), note, now)
            if left is not None:
                raise _not_ours(left)

    def active(
        self, device: Device, entries: Entries, now: datetime
    ) -> tuple[ScheduleEntry, str] | None:
        """Return what holds now and is not of the plan, None without such an entry.

        Returns:
            The window of a bridge and its label; or an entry of which it is not known who started
            it, and no label.
        """
        note = _known(self._file(device), entries, now)
        for window in note.windows:
            if window.entry.holds(now) and _stands(window, entries):
                return window.entry, window.label
        left = _in_doubt(note, None, entries, now)
        return (left, "") if left is not None and left.holds(now) else None

    def _file(self, device: Device) -> NoteFile:
        name = device.device_id
        if name not in self._files:
            self._files[name] = NoteFile(self._folder, name)
        return self._files[name]


async def _read(device: Device) -> tuple[datetime, Entries]:
    """Return the current time by the device's clock in whole seconds, and the current plan."""
    if not device.is_now_certain:
        await device.fetch_ems_data()
    await device.fetch_schedule_data()
    schedule = device.schedule
    if schedule is None:
        raise HomevoltDataError("The plan on the device cannot be read; nothing was sent.")
    return device.now().replace(microsecond=0), schedule.entries


def _known(file: NoteFile, entries: Entries, now: datetime) -> Note:
    """Return what may still stand of what bridges started."""
    note = file.load()
    if note is None:
        # A window of a bridge begins when it is written, so only what holds now can be one.
        known = {*file.planned, *(window.entry for window in file.memory.windows)}
        suspects = [e for e in entries if e.holds(now) and _could_be_ours(e, now)]
        unknown = [e for e in suspects if without_id(e) not in known]
        doubtful = dict.fromkeys((*file.memory.doubtful, *map(without_id, unknown)))
        note = file.memory = Note(file.memory.windows, tuple(doubtful))
    file.planned |= {without_id(e) for e in entries if start_of(e) > now}
    file.planned = {e for e in file.planned if _lasts(e, now)}
    return Note(
        tuple(window for window in note.windows if window.lasts(now)),
        tuple(e for e in note.doubtful if _lasts(e, now)),
    )


def _could_be_ours(entry: ScheduleEntry, now: datetime) -> bool:
    is_window = entry.from_time is not None and entry.to_time is not None
    return is_window and end_of(entry) <= now + LONGEST_WINDOW


def _without_ours(note: Note, actual: Entries, now: datetime) -> tuple[Window | None, Entries]:
    """Return the window that stands, and the plan that goes on without it."""
    for window in note.windows:
        if _same(window.plan, actual, now):
            return window, window.previous
    # Somebody else has changed the plan since: what is theirs stays.
    standing = [window for window in note.windows if _stands(window, actual)]
    if not standing:
        return None, actual
    ours = [window.entry for window in standing]
    others = [e for e in actual if all(differences(entry, e) for entry in ours)]
    for window in standing:
        others += _within(window.previous, window.entry)
    return standing[0], overlay_plan(others, [], now)


def _stands(window: Window, entries: Entries) -> bool:
    return any(not differences(window.entry, entry) for entry in entries)


def _within(entries: Entries, window: ScheduleEntry) -> Iterator[ScheduleEntry]:
    """Yield what a plan has in a window."""
    for entry in entries:
        if entry.overlaps(window):
            yield msgspec.structs.replace(
                entry,
                id=None,
                from_time=max(start_of(entry), start_of(window)),
                to_time=min(end_of(entry), end_of(window)),
            )


def _in_doubt(
    note: Note, last: Window | None, entries: Entries, now: datetime
) -> ScheduleEntry | None:
    """Return an entry that may be of a bridge or of somebody else, None without one."""
    windows = [window for window in note.windows if window != last]
    of_plans = [entry for window in note.windows for entry in window.previous]
    suspects = [*note.doubtful, *(window.entry for window in windows)]
    return next(
        (
            entry
            for entry in entries
            if _lasts(entry, now)
            and any(_is_part(entry, suspect) for suspect in suspects)
            and (
                any(_is_part(entry, suspect) for suspect in note.doubtful)
                or not any(_is_part(entry, other) for other in of_plans)
            )
        ),
        None,
    )


def _is_part(entry: ScheduleEntry, of: ScheduleEntry) -> bool:
    """Tell whether an entry does the same as another one, in a part of its window."""
    is_inside = start_of(of) <= start_of(entry) and end_of(entry) <= end_of(of)
    return is_inside and _does(entry) == _does(of)


def _not_ours(entry: ScheduleEntry) -> NotOursError:
    return NotOursError(
        f"{without_id(entry)} stands in the plan, and it is not known whether a bridge started it "
        "or somebody else, so it was left as it is. It ends by itself; clear the plan to end it "
        "now."
    )


def _started(window: ScheduleEntry, file: NoteFile) -> Started:
    if not file.problem:
        return Started(window, "")
    return Started(
        window,
        f"{file.problem}, so after a restart of the bridge it cannot be ended before "
        f"{end_of(window):%Y-%m-%dT%H:%M:%SZ}",
    )


def _with_fallback(
    entries: Entries, otherwise: ScheduleEntry | None, now: datetime
) -> tuple[ScheduleEntry, ...]:
    """Return a plan, with an entry from now on if it has nothing, now or later."""
    if otherwise is None or any(_lasts(entry, now) for entry in entries):
        return entries
    return (msgspec.structs.replace(otherwise, from_time=now, to_time=None),)


def _same(one: Iterable[ScheduleEntry], other: Iterable[ScheduleEntry], now: datetime) -> bool:
    """Tell whether two plans do the same from now on."""
    first, second = ([e for e in plan if _lasts(e, now)] for plan in (one, other))
    pairs = pair_up(first, second)
    return not pairs.missing and not pairs.unexpected


def _lasts(entry: ScheduleEntry, now: datetime) -> bool:
    return end_of(entry) > now


def _does(entry: ScheduleEntry) -> tuple[int, dict[str, object]]:
    """Return what an entry does, its window aside."""
    return int(entry.mode), entry.options()
