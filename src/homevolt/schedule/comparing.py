"""Comparing entries and plans: what was written with what was read back, one plan with another.

Two entries are equal if their mode, window and options are equal, ids aside. An option that is left
out equals only the value that its absence means. So what was not asked for must not be there, and
what was asked for must be.

Everything here takes time in proportion to the number of entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import msgspec

from homevolt.schedule.entry import BatteryMode, ScheduleEntry
from homevolt.schedule.options import BY_NAME, WINDOW
from homevolt.schedule.times import EARLIEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_Key: TypeAlias = "tuple[Any, ...]"

STAMP_SLACK: Final = timedelta(minutes=5)
"""How far the device's clock may be ahead when it writes down the start of an open window."""

_FIELDS: Final = ScheduleEntry.__struct_fields__
_ID: Final = _FIELDS.index("id")
_FROM: Final = _FIELDS.index("from_time")
_KNOWN_TO_ALL: Final = frozenset({0, 1, 2, 6, 7})
"""The modes that no firmware is known to turn into idle."""
_DEFAULTS: Final = tuple(
    (index, BY_NAME[name].default)
    for index, name in enumerate(_FIELDS)
    if name in BY_NAME and BY_NAME[name].default is not None
)


class Difference(NamedTuple):
    """One field that was read back with another value than it was written with."""

    name: str
    expected: Any
    actual: Any


class Pairs(NamedTuple):
    """How two plans compare.

    Attributes:
        matched: The entries that are in both plans, each as the one and as the other has it.
        missing: The entries of the first plan that are not in the second one.
        unexpected: The entries of the second plan that are not in the first one.
    """

    matched: list[tuple[ScheduleEntry, ScheduleEntry]]
    missing: list[ScheduleEntry]
    unexpected: list[ScheduleEntry]

    @property
    def kept(self) -> list[ScheduleEntry]:
        """The entries of the second plan that are in the first one."""
        return [actual for _, actual in self.matched]


def differences(
    expected: ScheduleEntry, actual: ScheduleEntry, stamped_before: datetime = EARLIEST
) -> list[Difference]:
    """Compare an entry that was written with the one that was read back, their ids aside.

    Args:
        expected: What was written.
        actual: What was read back.
        stamped_before: A start that was left open may come back as a time before this one, for
            the device writes down when it started.

    Returns:
        What differs, empty if nothing does.
    """
    expected_key, actual_key = _key(expected), _key(actual)
    if expected_key == actual_key:
        return []
    return [
        _difference(name, expected, actual)
        for name, value, other in zip(_FIELDS, expected_key, actual_key, strict=True)
        if value != other
        and not (name == "from_time" and _is_stamp(expected, actual, stamped_before))
    ]


def is_reduced(expected: ScheduleEntry, found: Iterable[Difference]) -> bool:
    """Return whether firmware that does not keep all it is given can have made these differences.

    Such firmware keeps the window, turns a mode that it does not know into idle, drops options and
    limits numbers. A number alone may as well come from another client that uses the same mode; so
    it counts only in an entry with a window of its own, start and end.

    Args:
        expected: What was written.
        found: The differences of what was read back.
    """
    has_window = expected.from_time is not None and expected.to_time is not None
    return all(
        _is_idle_instead(expected, item) or is_dropped(item) or (has_window and _is_limited(item))
        for item in found
    )


def is_dropped(item: Difference) -> bool:
    """Return whether a difference is an option that was given and did not come back."""
    option = BY_NAME.get(item.name)
    if option is None or option in WINDOW or item.expected is None:
        return False
    return item.actual is None or bool(item.actual == option.default)


def added_entries(
    before: Iterable[ScheduleEntry], after: Iterable[ScheduleEntry]
) -> list[ScheduleEntry]:
    """Return the entries of `after` that are not in `before`, counting equal ones.

    An entry that kept its id is recognised first; the device may also renumber its entries.
    """
    gone = Counter(before)
    unmatched = [entry for entry in after if not _take(gone, entry)]
    gone = Counter(without_id(entry) for entry in gone.elements())
    return [entry for entry in unmatched if not _take(gone, without_id(entry))]


def without_id(entry: ScheduleEntry) -> ScheduleEntry:
    """Return an entry without its id."""
    return msgspec.structs.replace(entry, id=None)


def without_repeats(entries: Sequence[ScheduleEntry]) -> tuple[ScheduleEntry, ...]:
    """Return a plan in which an entry that is listed twice under one id is there once."""
    known: set[ScheduleEntry] = set()
    once = []
    for entry in entries:
        if entry.id is None or entry not in known:
            once.append(entry)
            known.add(entry)
    return tuple(once)


def pair_up(
    expected: Sequence[ScheduleEntry],
    actual: Sequence[ScheduleEntry],
    stamped_before: datetime = EARLIEST,
) -> Pairs:
    """Find for each expected entry an equal one that was read back.

    Args:
        expected: The expected entries.
        actual: Those that were read back.
        stamped_before: As for `differences`.
    """
    unused = _Unused(actual)
    found = [unused.take(_key(entry)) for entry in expected]
    for index, entry in enumerate(expected):
        if found[index] is None and entry.from_time is None:
            found[index] = unused.take_stamped(_key(entry), stamped_before)
    pairs = list(zip(expected, found, strict=True))
    return Pairs(
        [(entry, other) for entry, other in pairs if other is not None],
        [entry for entry, other in pairs if other is None],
        unused.remaining(),
    )


class _Unused:
    """The entries of a plan that have not been paired yet, looked up by their content."""

    def __init__(self, entries: Sequence[ScheduleEntry]) -> None:
        self._entries: dict[int, ScheduleEntry] = dict(enumerate(entries))
        self._by_key: defaultdict[_Key, list[int]] = defaultdict(list)
        for index in reversed(self._entries):
            self._by_key[_key(entries[index])].append(index)
        self._by_open_key: defaultdict[_Key, list[int]] | None = None

    def take(self, key: _Key) -> ScheduleEntry | None:
        """Take out the first entry with this key."""
        return self._pop(self._by_key.get(key, []))

    def take_stamped(self, key: _Key, before: datetime) -> ScheduleEntry | None:
        """Take out the first entry with this key apart from a start before a time."""
        if self._by_open_key is None:
            self._by_open_key = defaultdict(list)
            for index in reversed(self._entries):
                entry = self._entries[index]
                if entry.from_time is not None and entry.from_time < before:
                    self._by_open_key[_with_open_start(_key(entry))].append(index)
        return self._pop(self._by_open_key.get(key, []))

    def remaining(self) -> list[ScheduleEntry]:
        """Return the entries that were not taken out."""
        return list(self._entries.values())

    def _pop(self, indices: list[int]) -> ScheduleEntry | None:
        while indices:
            entry = self._entries.pop(indices.pop(), None)
            if entry is not None:
                return entry
        return None


def _key(entry: ScheduleEntry) -> _Key:
    """Return the content of an entry; the keys of equal entries are equal."""
    values = list(msgspec.structs.astuple(entry))
    values[_ID] = None
    for index, default in _DEFAULTS:
        if values[index] == default:
            values[index] = None
    return tuple(values)


def _with_open_start(key: _Key) -> _Key:
    return (*key[:_FROM], None, *key[_FROM + 1 :])


def _difference(name: str, expected: ScheduleEntry, actual: ScheduleEntry) -> Difference:
    if name == "mode":
        return Difference(name, expected.mode_slug, actual.mode_slug)
    return Difference(name, getattr(expected, name), getattr(actual, name))


def _is_stamp(expected: ScheduleEntry, actual: ScheduleEntry, before: datetime) -> bool:
    return expected.from_time is None and actual.from_time is not None and actual.from_time < before


def _is_idle_instead(expected: ScheduleEntry, item: Difference) -> bool:
    is_unknown = item.name == "mode" and expected.mode not in _KNOWN_TO_ALL
    return is_unknown and bool(item.actual == BatteryMode.IDLE.slug)


def _is_limited(item: Difference) -> bool:
    return (
        isinstance(item.expected, int | float)
        and isinstance(item.actual, int | float)
        and abs(item.actual) < abs(item.expected)
        and item.actual * item.expected >= 0
    )


def _take(counts: Counter[ScheduleEntry], entry: ScheduleEntry) -> bool:
    if counts[entry] <= 0:
        return False
    counts[entry] -= 1
    return True
