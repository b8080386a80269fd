"""The requests that the simulated device received, one record for each, without any secret."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from homevolt.simulator.device.parameters import SECRET_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MASK: Final = "***"

MAX_RECORDS: Final = 100_000
MAX_BYTES: Final = 64 * 1024 * 1024
"""Bounds of the journal; where one is passed, the oldest tenth is forgotten."""

RECORD_BYTES: Final = 400
"""Size of a record without its texts."""

_HIDING = re.compile(r'["\\]')
_AFTER_SECRET = re.compile(rf"(?is)\b({'|'.join(sorted(SECRET_NAMES))})\b.+")


def mask_secrets(text: str) -> str:
    """Replace whatever follows the name of a secret parameter by asterisks.

    Where the name comes last or is hidden by quotes or escapes, all of the text is replaced.
    """
    if text.strip() in SECRET_NAMES or not _names_secret(text):
        return text
    masked = _AFTER_SECRET.sub(rf"\1 {MASK}", text)
    return MASK if masked == text or "&" in text else masked


def mask_form(form: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a form with the values of secret parameters masked.

    Args:
        form: Names and values as they were sent, those of one name several times as well.
    """
    form = list(form)
    # A form carries name and value apart (k=..., v=...): one secret name hides all but names.
    named = any(_plain(value).strip() in SECRET_NAMES for _, value in form)
    return {
        mask_secrets(key): MASK
        if _names_secret(key) or (named and value.strip() not in SECRET_NAMES)
        else mask_secrets(value)
        for key, value in form
    }


def _plain(text: str) -> str:
    return _HIDING.sub("", unquote_plus(text))


def _names_secret(text: str) -> bool:
    plain = _plain(text)
    return any(name in plain for name in SECRET_NAMES)


@dataclass(slots=True)
class RequestRecord:
    """One request as the device received it.

    Attributes:
        time: Simulated time of arrival, epoch seconds.
        method: HTTP method.
        path: Path without the query, secrets masked.
        query: Query as sent, secrets masked.
        form: Form fields or members of a JSON body, secrets masked.
        command: The console command, secrets masked, or None.
        authenticated: Whether the credentials were right (or none were needed).
        is_write: Whether it asked for a change of plan, parameters or running state.
        in_flight: Requests being served when it arrived, itself included.
        status: Status that was answered; None when the connection was closed instead.
        effects: Changes that were made for it (0 when refused, ignored or cut off before).
        faults: Kinds of the faults that hit it.
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

    @property
    def size(self) -> int:
        """Bytes of memory that it takes, about."""
        texts = (self.path, self.query, *self.form, *self.form.values())
        return RECORD_BYTES + sum(map(sys.getsizeof, texts))

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain data, for JSON."""
        return {name: getattr(self, name) for name in _NAMES}


_NAMES: Final = tuple(each.name for each in fields(RequestRecord))


class Journal(list[RequestRecord]):
    """Every request in order of arrival, as a list that can be filtered."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = 0

    def note(self, record: RequestRecord) -> None:
        """Append a record; of a very long run the oldest are forgotten."""
        self._make_room(record.size)
        self.append(record)

    def note_body(
        self, record: RequestRecord, form: Iterable[tuple[str, str]], command: str | None
    ) -> None:
        """Add what the body of a request holds to its record.

        Args:
            record: The record, which the journal holds already.
            form: Names and values of its fields.
            command: The console command, None when it is none.
        """
        before = record.size
        record.form = mask_form(form)
        record.command = None if command is None else mask_secrets(command)
        self._make_room(record.size - before)

    @property
    def writes(self) -> list[RequestRecord]:
        """The requests that asked for a change."""
        return [record for record in self if record.is_write]

    @property
    def reads(self) -> list[RequestRecord]:
        """The requests that did not ask for a change."""
        return [record for record in self if not record.is_write]

    @property
    def commands(self) -> list[str]:
        """The console commands, in order."""
        return [record.command for record in self if record.command is not None]

    def to(self, path: str) -> list[RequestRecord]:
        """Return the requests to one path."""
        return [record for record in self if record.path == path]

    def _make_room(self, size: int) -> None:
        """Forget the oldest records where one record or `size` more bytes pass a bound."""
        self._bytes += size
        if len(self) < MAX_RECORDS and self._bytes <= MAX_BYTES:
            return
        # Counted anew, since records may have been taken out of the list by other means.
        kept, kept_bytes = 0, size
        for record in reversed(self):
            kept_bytes += record.size
            if kept >= MAX_RECORDS * 9 // 10 or kept_bytes > MAX_BYTES * 9 // 10:
                kept_bytes -= record.size
                break
            kept += 1
        del self[: len(self) - kept]
        self._bytes = kept_bytes
