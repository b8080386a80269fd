"""Faults to inject: which requests they hit, how often, and the table that picks them."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from homevolt.simulator.web.journal import RequestRecord

When = Literal["before", "after"]

FAULT_KINDS: Final[dict[str, str]] = {
    "latency": "answer after `seconds`",
    "silence": "take the request and never answer",
    "stall": "send `size` bytes of the body, then nothing more",
    "truncate": "send `size` bytes of the body, then close",
    "reset": "reset the connection without an answer",
    "status": "answer with `status`",
    "garbage": "answer with random bytes that call themselves JSON",
    "html": "answer 200 with a page of HTML",
    "content_type": "answer with `text` as Content-Type",
    "redirect": "answer 302 to the same path over https",
    "reboot": "restart, and answer 503 for `seconds` of simulated time",
    "skew": "set the device's clock `seconds` ahead (negative: behind)",
    "dropout": "leave the peers of a cluster out of the answer",
    "unavailable": "show the measuring points as not available",
    "ignore": "confirm a write and do nothing",
    "normalise": "carry a write out with option or parameter `key` limited to `limit`",
}

FINAL_STATUSES: Final = range(200, 600)
MOST_SECONDS: Final = 1e9
ONLY_AFTER: Final = frozenset({"stall", "truncate", "content_type"})
ONLY_WRITES: Final = frozenset({"ignore", "normalise"})


class FaultError(ValueError):
    """A description of a fault that makes no sense."""


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
        when: Before or after a write took effect.
        seconds: Duration of latency or reboot, or offset of the clock.
        status: HTTP status to answer with.
        size: Bytes of the body that still get through.
        text: Text of the fault, such as a content type.
        key: Option or parameter that a normalised write changes.
        limit: Largest magnitude left of it.
        id: Number in the table.
        matched: Requests that matched so far.
        hits: Requests hit so far.
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
    id: int = field(default=0, init=False)
    matched: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise FaultError(f"no fault '{self.kind}'; known: {', '.join(FAULT_KINDS)}")
        if self.when not in (None, "before", "after"):
            raise FaultError(f"when is 'before' or 'after', not '{self.when}'")
        if self.when == "before" and self.kind in ONLY_AFTER:
            raise FaultError(f"'{self.kind}' needs an answer to spoil: it cannot come before")
        if not 0 <= self.rate <= 1:
            raise FaultError(f"rate is a share from 0 to 1, not {self.rate}")
        least = -MOST_SECONDS if self.kind == "skew" else 0
        if not least <= self.seconds <= MOST_SECONDS:
            raise FaultError(f"seconds is from {least:g} to {MOST_SECONDS:g}, not {self.seconds}")
        if self.nth is not None and self.nth < 1:
            raise FaultError(f"nth counts from 1, not {self.nth}")
        if self.status not in FINAL_STATUSES:
            raise FaultError(f"no HTTP status {self.status}")
        self._check_amounts()

    def _check_amounts(self) -> None:
        for name in ("count", "size", "limit"):
            if (getattr(self, name) or 0) < 0:
                raise FaultError(f"{name} is 0 or more, not {getattr(self, name)}")
        if not self.text.isprintable():
            raise FaultError(f"text is printable, not {self.text!r}")

    @property
    def comes_before(self) -> bool:
        """Whether it strikes before the request takes effect."""
        return self.when != "after" and self.kind not in ONLY_AFTER

    @property
    def first(self) -> int:
        """The first matching request it may hit, counted from 1."""
        return self.nth or 1

    @property
    def times(self) -> float:
        """How many requests it may hit."""
        if self.count is not None:
            return self.count
        return float("inf") if self.nth is None else 1

    def matches(self, record: RequestRecord) -> bool:
        """Tell whether this request is one of those it is meant for."""
        if self.kind in ONLY_WRITES and not record.is_write:
            return False
        if self.write is not None and self.write != record.is_write:
            return False
        return (
            self.method in ("*", record.method)
            and fnmatchcase(record.path, self.path)
            and (self.command == "*" or fnmatchcase(record.command or "", self.command))
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as plain data, for JSON."""
        return asdict(self)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault from text such as `stall:path=/ems.json,nth=3`.

        Args:
            text: The kind, then after a colon settings `name=value` separated by commas.

        Returns:
            The fault.

        Raises:
            FaultError: When the text names an unknown kind or setting, or a value is wrong.
        """
        kind, _, rest = text.strip().partition(":")
        settings: dict[str, str] = {}
        for part in filter(None, rest.split(",")):
            name, equals, value = part.partition("=")
            if not equals:
                raise FaultError(f"'{part}' in '{text}' is no name=value")
            settings[name.strip()] = value.strip()
        return cls.from_mapping({"kind": kind, **settings})

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> Fault:
        """Make a fault from names and values, the values as text or in their own type.

        Raises:
            FaultError: When a name is unknown or a value wrong.
        """
        unknown = settings.keys() - _CONVERTERS.keys()
        if unknown:
            raise FaultError(f"no setting '{min(unknown)}'; known: {', '.join(_CONVERTERS)}")
        if "kind" not in settings:
            raise FaultError("a fault needs a kind")
        try:
            values = {name: _CONVERTERS[name](value) for name, value in settings.items()}
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
            The fault, whose `hits` tells later how often it struck.

        Raises:
            FaultError: When the description makes no sense.
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
            FaultError: When the description makes no sense.
        """
        return self.add(Fault.from_mapping(settings))

    def remove(self, fault_id: int) -> bool:
        """Take a fault out by its number; tell whether it was there."""
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
        if not fault.matches(record):
            return False
        fault.matched += 1
        if fault.matched < fault.first or fault.hits >= fault.times:
            return False
        if fault.rate < 1 and self._random.random() >= fault.rate:
            return False
        fault.hits += 1
        return True
