"""Requests and answers of an endpoint, without any HTTP library, and how the device writes numbers.

Encoded answers that change seldom are kept on the device by `cached`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from homevolt.simulator.device.device import WriteControl

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice

T = TypeVar("T")

JSON: Final = "application/json"
TEXT: Final = "text/plain"

MAX_DIGITS: Final = 15

DISPLAY_ZONE: Final = timezone(timedelta(hours=1))
"""Times as text are local times, an hour ahead of the epochs beside them, as in captures."""

NEVER_MS: Final = 2_147_483_647
"""Age of a node that was never seen."""

to_json: Final = msgspec.json.Encoder().encode
"""Return a payload as JSON text."""


@dataclass(slots=True)
class Call:
    """One request to an endpoint.

    Attributes:
        device: The device.
        query: Query parameters; of repeated ones the last.
        form: Form fields, or the members of a JSON body as text.
        is_document: Whether the body was JSON.
        control: How writes are carried out.
        without_peers: Whether the peers of a cluster have dropped out.
        without_sensors: Whether the measuring points are not available.
    """

    device: SimulatedDevice
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    is_document: bool = False
    control: WriteControl = field(default_factory=WriteControl)
    without_peers: bool = False
    without_sensors: bool = False

    def integer(self, name: str, default: int) -> int:
        """Return a query parameter as a whole number, 0 or more; `default` if it is not one."""
        text = self.query.get(name, "")
        valid = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
        return int(text) if valid else default


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: body, status, content type, and the target of a redirect."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    location: str = ""


Endpoint = Callable[[Call], Answer]


def json_answer(payload: Any) -> Answer:
    """Return a payload as a JSON answer."""
    return Answer(to_json(payload))


def text_answer(text: str, status: int = 200) -> Answer:
    """Return plain text."""
    return Answer(text.encode("utf-8", "replace"), status, TEXT)


def redirect_answer(location: str) -> Answer:
    """Return a redirect."""
    return Answer(b"", HTTPStatus.FOUND, TEXT, location)


def cached(device: SimulatedDevice, name: str, key: object, build: Callable[[], T]) -> T:
    """Return what `build` returned for the same key before, or build it anew.

    Args:
        device: The device that keeps it.
        name: Name under which it is kept; only the latest value of a name is.
        key: Everything that the value depends on.
        build: Makes the value.
    """
    kept = device.cache.get(name)
    if kept is None or kept[0] != key:
        kept = device.cache[name] = (key, build())
    value: T = kept[1]
    return value


def number(value: float, digits: int = 2) -> float | int:
    """Return a number rounded and without a zero fraction, as the device prints it."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def hub_ticks(uptime_ms: int) -> int:
    """Return a time since the start as the radio hub counts it, with a clock of 32,768 Hz.

    In captures `ts_offset` and this many ticks lead to the epoch that `/ct.json` and the log give.
    """
    return uptime_ms * 32_768 // 1000


def time_text(epoch_s: float) -> str:
    """Return a time in the form of `timestamp_str`: local, with milliseconds."""
    local = datetime.fromtimestamp(epoch_s, UTC).astimezone(DISPLAY_ZONE)
    return local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}"
