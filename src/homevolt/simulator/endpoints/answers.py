"""What an endpoint is asked and what it answers, free of any HTTP library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.write_control import WriteControl
from homevolt.simulator.endpoints.encode import to_json

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice

JSON: Final = "application/json"
TEXT: Final = "text/plain"

DIGITS: Final = 15


@dataclass(slots=True)
class Call:
    """One request as an endpoint sees it.

    Attributes:
        device: The device asked.
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
        """Return a query parameter as a whole number, 0 or more; `default` when it is none."""
        text = self.query.get(name, "")
        # Longer digits than any number the device can hold are no number to it either.
        return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else default


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, body, its type, and where a redirect leads."""

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
