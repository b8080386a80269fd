"""How a typed view is made from what stands on the wire: one table in each view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

import msgspec

from homevolt.schedule.times import LATEST

NEVER_MS = 2_147_483_647
"""The age in ms by which firmware says "never"."""
TICKS_PER_S = 32_768
"""The radio hub counts time with a clock crystal; see `HubView.at`."""
_LATEST_S = LATEST.timestamp()


class Source(NamedTuple):
    """Where an attribute of a view comes from.

    Attributes:
        field: The field of the wire struct, with a dot between if it is one of an inner struct.
        convert: Turns a value that is not None into that of the attribute.
    """

    field: str
    convert: Callable[[Any], Any] | None = None

    def read(self, wire: object) -> Any:
        """Return the value of the attribute."""
        value = attrgetter(self.field)(wire)
        return value if value is None or self.convert is None else self.convert(value)


class Combined(NamedTuple):
    """What an attribute of a view is where it takes several fields of the wire struct.

    Attributes:
        convert: Turns the wire struct into the value of the attribute.
    """

    convert: Callable[[Any], Any]

    def read(self, wire: object) -> Any:
        """Return the value of the attribute."""
        return self.convert(wire)


Sources = Mapping[str, Source | Combined]


class View(msgspec.Struct, frozen=True):
    """Base of the views: frozen, every attribute with a default, units in the names.

    What the device did not give, or what cannot be, is None; states and texts are as it sent them.
    """

    sources: ClassVar[Sources] = {}
    """Of the attributes that are not a field of the same name on the wire."""

    @classmethod
    def of(cls, wire: object) -> Self:
        """Return the view of a wire struct."""
        sources = cls.sources
        return cls(
            **{name: sources.get(name, Source(name)).read(wire) for name in cls.__struct_fields__}
        )


V = TypeVar("V", bound=View)


def each(view: type[V]) -> Callable[[tuple[object, ...]], tuple[V, ...]]:
    """Return what makes a view of each item."""
    return lambda items: tuple(map(view.of, items))


def percent(value: float) -> float:
    """Return a percentage as a ratio."""
    return value / 100


def milliseconds(value: float) -> float | None:
    """Return a duration in ms in seconds, None for "never" and for what is not a duration."""
    return value / 1000 if 0 <= value != NEVER_MS else None


def ticks(value: float) -> float | None:
    """Return ticks of the radio hub in seconds, None if they are negative."""
    return value / TICKS_PER_S if value >= 0 else None


def epoch_s(value: float) -> datetime | None:
    """Return epoch seconds as a time in UTC, None for 0 ("never") and impossible times."""
    return datetime.fromtimestamp(value, UTC) if 0 < value < _LATEST_S else None


def epoch_ms(value: float) -> datetime | None:
    """Return epoch milliseconds as a time in UTC, None for 0 ("never") and impossible times."""
    return epoch_s(value / 1000)


def received(value: float) -> float | None:
    """Return signal strength or link quality; 0 is what firmware says where it received nothing."""
    return value or None


def flag(value: float) -> bool:
    """Return a flag that is a number on the wire."""
    return bool(value)


def unquoted(value: str) -> str:
    """Return a text of the modem, which may have quotation marks as a part of it."""
    return value.strip('"')
