"""What bridges started on a device, noted in a file so that it outlasts the process.

Each device has one file, which all bridges of this machine share. A file that is missing or cannot
be read says nothing: whether something was started is unknown then, and not that nothing was.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from homevolt import _files
from homevolt.protocol.entry_fields import EntryFields
from homevolt.schedule.entry import ScheduleEntry, known_mode

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Entries = tuple[ScheduleEntry, ...]

_LOGGER = logging.getLogger(__name__)

VERSION = 1
MOST_WINDOWS = 8
"""How many windows are noted: those that may stand after writes of unknown outcome."""
LONGEST_NOTE = 4_000_000


class Window(NamedTuple):
    """A window that was written.

    Attributes:
        entry: The window.
        previous: The plan that it was written over.
        plan: The plan that came of it.
        label: What its caller calls it.
    """

    entry: ScheduleEntry
    previous: Entries
    plan: Entries
    label: str

    def lasts(self, now: datetime) -> bool:
        """Tell whether it has not ended."""
        return self.entry.to_time is None or self.entry.to_time > now


class Note(NamedTuple):
    """What is known of the windows of one device.

    Attributes:
        windows: Those that may stand, the last one first.
        doubtful: Entries found when there was no note: a bridge may have started them.
    """

    windows: tuple[Window, ...] = ()
    doubtful: Entries = ()


class NoteFile:
    """The note of one device.

    Args:
        folder: The folder of the notes; None to keep them in memory alone, where no process before
            this one can have started anything.
        device_id: The device.

    Attributes:
        path: The file, None for none.
        problem: Why the note could not be kept, empty while it is.
        memory: What this process itself knows; others may have started more.
        planned: Entries that no bridge started, since they were in the plan before they began.
    """

    def __init__(self, folder: Path | None, device_id: str) -> None:
        digest = hashlib.sha256(device_id.encode()).hexdigest()[:16]
        self.path = None if folder is None else folder / f"started-{digest}.json"
        self.problem = ""
        self._device_id = device_id
        self.memory = Note()
        self.planned: set[ScheduleEntry] = set()
        self._seen: tuple[tuple[int, ...], Note | None] | None = None

    def load(self) -> Note | None:
        """Return the note, None if there is none that can be read."""
        if self.path is None:
            return self.memory
        return None if self.problem else self._load()

    def keep(self, note: Note, previous: Note, now: datetime) -> None:
        """Keep a note for the next process; where that is not possible `problem` says why.

        Args:
            note: The note.
            previous: The one that it was made from. What another process noted meanwhile stays.
            now: The present by the device's clock.
        """
        self.memory = note
        if self.path is None or (not self.problem and self._load() == note):
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _files.locked(self.path):
                found = self._load() or Note()
                known = (*previous.windows, *note.windows)
                theirs = [w for w in found.windows if w not in known and w.lasts(now)]
                self.memory = Note((*note.windows, *theirs)[:MOST_WINDOWS], note.doubtful)
                _files.replace(self.path, _encoded(self._device_id, self.memory))
        except OSError as error:
            self._failed(self.path, error.strerror or str(error))
        else:
            self.problem = ""

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Let no other process of this machine start or end anything on the device meanwhile."""
        async with AsyncExitStack() as stack:
            if self.path is not None:
                with suppress(OSError):  # `keep` says it
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    lock = _files.locked_meanwhile(self.path.with_suffix(".device"))
                    await stack.enter_async_context(lock)
            yield

    def _failed(self, path: Path, reason: str) -> None:
        # What it says is no longer true, and a note that is missing says nothing.
        with suppress(OSError):
            path.unlink(missing_ok=True)
        problem = f"{path} cannot be written: {reason}"
        if problem != self.problem:
            _LOGGER.warning(
                "%s. What is started is then unknown after a restart. HOMEVOLT_STATE names another "
                "folder.",
                problem,
            )
        self.problem = problem

    def _load(self) -> Note | None:
        """Return what the file holds, None if it is missing or cannot be read."""
        if self.path is None:
            return None
        try:
            status = self.path.stat()
            version = (status.st_ino, status.st_mtime_ns, status.st_size)
            if self._seen is None or self._seen[0] != version:
                self._seen = (version, self._read(self.path, status.st_size))
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOGGER.debug("%s cannot be read: %s", self.path, error)
            return None
        return self._seen[1]

    def _read(self, path: Path, size: int) -> Note | None:
        if size <= LONGEST_NOTE:
            with suppress(msgspec.DecodeError, ValueError, TypeError, RecursionError):
                return _decoded(self._device_id, path.read_bytes())
        _LOGGER.warning("%s is not a note of this program and is ignored.", path)
        return None


class _Entry(EntryFields, frozen=True, kw_only=True):
    """An entry in the file."""

    def typed(self) -> ScheduleEntry:
        """Return the entry.

        Raises:
            ValueError: A time has no zone.
        """
        values = msgspec.structs.asdict(self)
        if any(isinstance(v, datetime) and v.tzinfo is None for v in values.values()):
            raise ValueError(self)
        whole = {
            name: int(value)
            for name, value in values.items()
            if isinstance(value, float) and value.is_integer()
        }
        return ScheduleEntry(**{**values, **whole, "mode": known_mode(self.mode)})


class _Window(msgspec.Struct, frozen=True):
    entry: _Entry
    previous: tuple[_Entry, ...]
    plan: tuple[_Entry, ...]
    label: str

    def typed(self) -> Window:
        """Return the window."""
        return Window(self.entry.typed(), _typed(self.previous), _typed(self.plan), self.label)


class _Document(msgspec.Struct, frozen=True):
    version: int
    device: str
    windows: tuple[_Window, ...]
    doubtful: tuple[_Entry, ...]


def _encoded(device_id: str, note: Note) -> str:
    document = {
        "version": VERSION,
        "device": device_id,
        "windows": [window._asdict() for window in note.windows],
        "doubtful": note.doubtful,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _decoded(device_id: str, body: bytes) -> Note:
    """Return the note of a file.

    Raises:
        ValueError: It is no such note, or one of another device.
    """
    document = msgspec.json.decode(body, type=_Document)
    if (document.version, document.device) != (VERSION, device_id):
        raise ValueError(document.device)
    return Note(tuple(w.typed() for w in document.windows), _typed(document.doubtful))


def _typed(entries: tuple[_Entry, ...]) -> Entries:
    return tuple(entry.typed() for entry in entries)
