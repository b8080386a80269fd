"""What a command is made of and how it is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from homevolt._common import short_repr
from homevolt.exceptions import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltError,
    HomevoltValueError,
)
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from homevolt.bridges.battery.modes import Request

LONGEST_PAYLOAD = 65_536
_ENVELOPE = ("value", "id", "at")

VERIFIED, REFUSED, UNKNOWN = "verified", "refused", "unknown"
"""The outcomes: it was read back; nothing has changed; it may have been carried out."""


class Command(NamedTuple):
    """A command.

    Attributes:
        thing: What it is for, the last level of its topic.
        value: What is asked for: text, or a value of JSON.
        id: The sender's own id of it, which comes back with the answer; None without one.
        at: When it was sent, None if it does not say.
    """

    thing: str
    value: Any
    id: str | None = None
    at: datetime | None = None


class Answer(NamedTuple):
    """How a command ended.

    Attributes:
        outcome: One of the outcomes.
        message: What happened, for people; if it was done, what cannot be promised of it.
        reply: The device's own words where it refused.
    """

    outcome: str
    message: str = ""
    reply: str = ""


SET, BATTERY, BATCONTROL = "set", "battery", "batcontrol"
"""Whose command it is: of the controls, of the facade, of batcontrol."""


class Job(NamedTuple):
    """A command that is to be done.

    Attributes:
        kind: Whose command it is.
        command: The command.
        answer: What is told how it ended.
        request: What it asks of the battery, None where that is still to be read from the command.
        also: What is answered as this is: the mode of batcontrol that waited for this power.
    """

    kind: str
    command: Command
    answer: Callable[[Command, Answer], None]
    request: Request | None = None
    also: tuple[Job, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from other commands, empty if it has no id of its own."""
        identity = self.command.id
        return () if identity is None else (self.kind, self.command.thing, identity)

    def end(self, answer: Answer) -> None:
        """Answer it, and what is answered with it."""
        for job in (self, *self.also):
            job.answer(job.command, answer)


def command_of(thing: str, payload: bytes) -> Command:
    """Return the command that a message holds.

    Args:
        thing: The last level of its topic.
        payload: A bare value, or a JSON object with `value`, and with `id` and `at` if need be; a
            JSON object or list without `value` is itself the value.

    Raises:
        HomevoltValueError: It cannot be read.
    """
    if len(payload) > LONGEST_PAYLOAD:
        raise HomevoltValueError(
            f"a command has at most {LONGEST_PAYLOAD} bytes, not {len(payload)}"
        )
    try:
        text = payload.decode().strip()
        document = msgspec.json.decode(text) if text[:1] in {"{", "["} else text
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise HomevoltValueError(f"the command cannot be read: {error}") from error
    if not isinstance(document, dict):
        return Command(thing, document)
    identity, moment = document.pop("id", None), document.pop("at", None)
    value = document.pop("value") if document.keys() == {"value"} else document
    return Command(
        thing,
        value,
        None if identity is None else str(identity)[:100],
        None if moment is None else parse_time("at", moment),
    )


def outcome_of(error: HomevoltError) -> Answer:
    """Return the answer to a command that raised an error."""
    if isinstance(error, HomevoltCommandOutcomeUnknownError):
        return Answer(UNKNOWN, str(error))
    if isinstance(error, HomevoltCommandRejectedError):
        return Answer(REFUSED, str(error), error.reply)
    return Answer(REFUSED, str(error))


def answer_document(command: Command, answer: Answer, at_s: float) -> Mapping[str, Any]:
    """Return what is published on the topic of results.

    Args:
        command: The command.
        answer: How it ended.
        at_s: When it ended, in epoch seconds.
    """
    value = command.value
    return {
        "thing": command.thing,
        "outcome": answer.outcome,
        "message": answer.message,
        "reply": answer.reply,
        "value": value if isinstance(value, int | float | str) else None,
        "id": command.id,
        "at": f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def whole(command: Command, low: int, high: int) -> int:
    """Return the whole number of a command.

    Raises:
        HomevoltValueError: It is none, or out of range.
    """
    value = command.value
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        number = None
    if isinstance(value, bool) or number is None or not number.is_integer():
        raise HomevoltValueError(f"{command.thing} is a whole number, not {short_repr(value)}")
    if not low <= number <= high:
        raise HomevoltValueError(f"{command.thing} is {low} to {high}, not {short_repr(value)}")
    return int(number)


def choice(command: Command, options: tuple[str, ...]) -> str:
    """Return the choice of a command.

    Raises:
        HomevoltValueError: It is not one of the options.
    """
    if command.value not in options:
        raise HomevoltValueError(
            f"{command.thing} is one of {', '.join(options)}, not {short_repr(command.value)}"
        )
    return str(command.value)
