"""Faults to inject: which requests they hit, how often, and the table that picks them."""

from __future__ import annotations

import math
import random
from dataclasses import MISSING, asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.console.commandline import CommandLineError
from homevolt.simulator.console.commands import COMMANDS, parse_command
from homevolt.simulator.web.fault_kinds import FAULT_KINDS, MOST_SECONDS, FaultKind, Range, When

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from homevolt.simulator.web.journal import RequestRecord

CHOOSING: Final = ("path", "method", "command", "write", "nth", "count", "rate", "when")
"""The settings that every kind takes: they choose the requests and the moment."""

COUNTED: Final = ("id", "matched", "hits")

_RANGES: Final[Mapping[str, Range]] = {
    "nth": (1, math.inf),
    "count": (0, math.inf),
    "rate": (0, 1),
    "seconds": (0, MOST_SECONDS),
    "status": (200, 599),
    "size": (0, math.inf),
    "limit": (0, math.inf),
    "tries": (1, 1000),
}


class FaultError(ValueError):
    """A fault whose kind or settings are invalid."""


@dataclass(slots=True)
class Fault:
    """One fault: what happens, and to which requests.

    Attributes:
        kind: One of `FAULT_KINDS`.
        path: Path to hit; `*` and `?` as in file names.
        method: HTTP method to hit, or `*`.
        command: Console command to hit, as a pattern; `*` hits every request.
        write: True hits only writes, False only reads, None both.
        nth: Begin with the nth matching request, counted from 1 (and hit one, unless `count`).
        count: Hit at most this many requests.
        rate: Share of the matching requests to hit, 0..1, drawn from the simulator's seed.
        when: Before or after the request took effect; None for the kind's own.
        seconds: A duration, or the offset of the clock.
        status: HTTP status to answer with.
        size: Bytes of the body that are sent.
        text: A content type.
        key: Option or parameter that a normalised write changes.
        limit: Largest magnitude of it that is kept.
        tries: Number of wrong passwords.
        run: Console commands of another client, separated by semicolons.
        id: Number in the table.
        matched: Requests that matched so far.
        hits: Requests hit so far.

    Raises:
        FaultError: The kind is unknown, does not take a setting, or a value is out of its range.
    """

    kind: str
    path: str = "*"
    method: str = "*"
    command: str = "*"
    write: bool | None = None
    nth: int | None = None
    count: int | None = None
    rate: float = 1.0
    when: When | None = None
    seconds: float = 0.0
    status: int = 500
    size: int = 1
    text: str = "text/plain"
    key: str = "setpoint"
    limit: int = 0
    tries: int = 8
    run: str = ""
    id: int = field(default=0, init=False)
    matched: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise FaultError(f"no fault '{self.kind}'; known: {', '.join(FAULT_KINDS)}")
        _check_names(
            self.kind, (name for name in _DEFAULTS if getattr(self, name) != _DEFAULTS[name])
        )
        self._check_choice()
        ranges = {**_RANGES, **self.row.ranges}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                span = f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"
                raise FaultError(f"{name} is {span}, not {value}")
        if not self.text.isprintable():
            raise FaultError(f"text is printable, not {self.text!r}")
        self._check_commands()

    def _check_choice(self) -> None:
        row = self.row
        if self.when not in (None, "before", "after"):
            raise FaultError(f"when is 'before' or 'after', not '{self.when}'")
        if self.when not in (None, *row.moments):
            raise FaultError(
                f"'{self.kind}' always comes {row.moments[0]} the request took effect, "
                f"not {self.when}"
            )
        if row.only_writes and self.write is False:
            raise FaultError(f"'{self.kind}' hits writes alone; leave write=false out")

    def _check_commands(self) -> None:
        if "run" in self.row.settings and not self.commands:
            raise FaultError(f"'{self.kind}' needs run=COMMAND, or several separated by semicolons")
        for text in self.commands:
            try:
                name = parse_command(text).name
            except CommandLineError as error:
                raise FaultError(f"the console refuses '{text}': {error}") from None
            if name not in COMMANDS:
                raise FaultError(f"the console has no command '{name}'")

    @property
    def row(self) -> FaultKind:
        """Its row in the table of kinds."""
        return FAULT_KINDS[self.kind]

    @property
    def is_before(self) -> bool:
        """Whether it comes before the request takes effect."""
        return (self.when or self.row.moments[0]) == "before"

    @property
    def commands(self) -> list[str]:
        """The console commands of another client."""
        return [text.strip() for text in self.run.split(";") if text.strip()]

    @property
    def first(self) -> int:
        """The first matching request it may hit, counted from 1."""
        return self.nth or 1

    @property
    def times(self) -> float:
        """How many requests it may hit."""
        if self.count is not None:
            return self.count
        return math.inf if self.nth is None else 1

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as plain data, for JSON, with the settings that its kind takes."""
        shown = {"kind", *_settings_of(self.kind), *COUNTED}
        return {name: value for name, value in asdict(self).items() if name in shown}

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault from text such as `stall:path=/ems.json,nth=3`.

        Args:
            text: The kind, then after a colon settings `name=value` separated by commas.

        Returns:
            The fault.

        Raises:
            FaultError: The text names an unknown kind or setting, or a value is wrong.
        """
        kind, _, rest = text.strip().partition(":")
        settings: dict[str, str] = {}
        for part in filter(None, rest.split(",")):
            name, equals, value = part.partition("=")
            if not equals:
                raise FaultError(f"'{part}' in '{text}' is not name=value")
            settings[name.strip()] = value.strip()
        return cls.from_mapping({"kind": kind, **settings})

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> Fault:
        """Make a fault from names and values, the values as text or in their own type.

        Raises:
            FaultError: A name is unknown or a value wrong.
        """
        if "kind" not in settings:
            raise FaultError("a fault needs a kind")
        kind = str(settings["kind"])
        if kind in FAULT_KINDS:
            _check_names(kind, settings.keys() - {"kind"})
        try:
            values = {
                name: _CONVERTERS[name](value)
                for name, value in settings.items()
                if name in _CONVERTERS
            }
        except (TypeError, ValueError, OverflowError) as error:
            raise FaultError(f"wrong value in fault: {error}") from None
        return cls(**values)


def _boolean(value: object) -> bool | None:
    table = {"true": True, "1": True, "false": False, "0": False, "none": None}
    text = str(value).lower()
    if text not in table:
        raise ValueError(f"'{value}' is neither true nor false")
    return table[text]


_BY_TYPE: Final[dict[str, Callable[[Any], Any]]] = {
    "str": str,
    "int": int,
    "float": float,
    "int | None": int,
    "bool | None": _boolean,
    "When | None": str,
}
_CONVERTERS: Final = {
    entry.name: _BY_TYPE[str(entry.type)] for entry in fields(Fault) if entry.init
}
_DEFAULTS: Final = {
    entry.name: entry.default
    for entry in fields(Fault)
    if entry.init and entry.default is not MISSING
}


def _settings_of(kind: str) -> tuple[str, ...]:
    """Return the settings that a kind takes, its own first."""
    return (*FAULT_KINDS[kind].settings, *CHOOSING)


def _check_names(kind: str, names: Iterable[str]) -> None:
    known = _settings_of(kind)
    for name in names:
        if name not in known:
            raise FaultError(f"'{kind}' does not take '{name}'; it takes {', '.join(known)}")


class FaultTable:
    """The faults in force."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"faults {seed}")
        self._faults: list[Fault] = []
        self._next_id = 1

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, fault: Fault | str, **settings: Any) -> Fault:
        """Put a fault in force.

        Args:
            fault: A Fault, its kind (with settings as keywords), or text as `Fault.parse` reads it.
            **settings: Attributes of the fault when `fault` is a kind.

        Returns:
            The fault, whose `hits` counts the requests that it has hit.

        Raises:
            FaultError: The kind or a setting is invalid.
        """
        if isinstance(fault, str):
            if settings:
                return self.add_settings({"kind": fault, **settings})
            fault = Fault.parse(fault)
        fault.id = self._next_id
        self._next_id += 1
        self._faults.append(fault)
        return fault

    def add_settings(self, settings: Mapping[str, Any]) -> Fault:
        """Put a fault in force that is described by names and values.

        Raises:
            FaultError: The kind or a setting is invalid.
        """
        return self.add(Fault.from_mapping(settings))

    def remove(self, fault_id: int) -> bool:
        """Take a fault out by its number; return whether it was there."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault.id != fault_id]
        return len(self._faults) < before

    def clear(self) -> None:
        """Take every fault out."""
        self._faults.clear()

    def select(self, record: RequestRecord) -> list[Fault]:
        """Return the faults that hit this request, and count the hit."""
        return [fault for fault in self._faults if self._hits(fault, record)]

    def _hits(self, fault: Fault, record: RequestRecord) -> bool:
        if not _matches(fault, record):
            return False
        fault.matched += 1
        if fault.matched < fault.first or fault.hits >= fault.times:
            return False
        if fault.rate < 1 and self._random.random() >= fault.rate:
            return False
        fault.hits += 1
        return True


def _matches(fault: Fault, record: RequestRecord) -> bool:
    """Return whether a request is one of those that a fault is meant for."""
    if fault.row.only_writes and not record.is_write:
        return False
    if fault.write is not None and fault.write != record.is_write:
        return False
    return (
        fault.method in ("*", record.method)
        and fnmatchcase(record.path, fault.path)
        and (fault.command == "*" or fnmatchcase(record.command or "", fault.command))
    )
