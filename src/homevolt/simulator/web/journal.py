"""What the simulated device saw: one record per request, without any secret."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from homevolt.simulator.device.parameters import SECRET_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "***"

CAPACITY = 100_000
"""Records kept."""

_HIDING = re.compile(r'["\\]')
_AFTER_SECRET = re.compile(rf"(?is)\b({'|'.join(sorted(SECRET_NAMES))})\b.+")


def mask_secrets(text: str) -> str:
    """Replace whatever follows the name of a secret parameter by asterisks.

    Where the name comes last or hides behind quotes or escapes, all of the text is replaced.
    """
    plain = _HIDING.sub("", unquote_plus(text))
    if text.strip() in SECRET_NAMES or not any(name in plain for name in SECRET_NAMES):
        return text
    masked = _AFTER_SECRET.sub(rf"\1 {MASK}", text)
    return MASK if masked == text or "&" in text else masked


def mask_form(form: Mapping[str, str]) -> dict[str, str]:
    """Return the form with the value of a secret parameter masked."""
    # A form carries name and value apart (k=..., v=...): one secret name hides all but names.
    named = any(value.strip() in SECRET_NAMES for value in form.values())
    return {
        key: MASK
        if key in SECRET_NAMES or (named and value.strip() not in SECRET_NAMES)
        else mask_secrets(value)
        for key, value in form.items()
    }


@dataclass(slots=True)
class RequestRecord:
    """One request as the device saw it.

    Attributes:
        time: Simulated time of arrival, epoch seconds.
        method: HTTP method.
        path: Path without the query.
        query: Query as sent, secrets masked.
        form: Form fields or members of a JSON body, secrets masked.
        command: The console command, secrets masked, or None.
        authenticated: Whether the credentials were right (or none were needed).
        is_write: Whether it asked for a change of plan, parameters or running state.
        in_flight: Requests being served when it arrived, itself included.
        status: Status that was answered; None when the connection was cut instead.
        effects: Times a change was carried out for it (0 when refused, ignored or cut off before).
        faults: Names of the faults that hit it.
    """

    time: float
    method: str
    path: str
    query: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    command: str | None = None
    authenticated: bool = False
    is_write: bool = False
    in_flight: int = 1
    status: int | None = None
    effects: int = 0
    faults: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain data, for JSON."""
        return asdict(self)


class Journal(list[RequestRecord]):
    """Every request in order of arrival; a list with a few questions to ask of it."""

    def note(self, record: RequestRecord) -> None:
        """Append a record; of a very long run the oldest are forgotten."""
        if len(self) >= CAPACITY:
            del self[: CAPACITY // 10]
        self.append(record)

    @property
    def writes(self) -> list[RequestRecord]:
        """The requests that asked for a change."""
        return [record for record in self if record.is_write]

    @property
    def reads(self) -> list[RequestRecord]:
        """The requests that did not."""
        return [record for record in self if not record.is_write]

    @property
    def commands(self) -> list[str]:
        """The console commands, in order."""
        return [record.command for record in self if record.command is not None]

    def to(self, path: str) -> list[RequestRecord]:
        """Return the requests to one path."""
        return [record for record in self if record.path == path]
