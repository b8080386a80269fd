"""What was last read from a device: for each resource its document, time and error."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from homevolt.exceptions import (
    HomevoltError,
    HomevoltNotSupportedError,
    HomevoltResponseError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt._common import Clock
    from homevolt.protocol.resources import Resource
    from homevolt.transport.client import Transport

T = TypeVar("T")


class Record(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """A resource as it was read.

    Attributes:
        value: The decoded document.
        body: The body of the answer.
        read_at_s: When it was read, in epoch seconds of this machine.
        read_s: The same by the monotonic clock, in seconds.
    """

    value: T
    body: bytes
    read_at_s: float
    read_s: float = 0.0


class ResourceStore:
    """Reads the resources of one device and keeps the last record of each.

    Everything that reads a device goes through here, writes that read back included, so the
    device's readings are as fresh as the last answer.

    Args:
        transport: The requests to the device.
        clock: The source of time.
    """

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._records: dict[str, Record[Any]] = {}
        self._errors: dict[str, HomevoltError] = {}

    @property
    def errors(self) -> dict[str, HomevoltError]:
        """The error of each kept resource whose last read failed, by its name."""
        return dict(self._errors)

    def last(self, resource: Resource[T]) -> Record[T] | None:
        """Return the last record of a resource, or None."""
        return self._records.get(resource.name)

    def forget(self, resource: Resource[Any], error: HomevoltError) -> None:
        """Drop the record of a resource that is no longer valid, because of an error."""
        self._records.pop(resource.name, None)
        self._errors[resource.name] = error

    async def read(
        self, resource: Resource[T], query: Mapping[str, object] | None = None
    ) -> Record[T]:
        """Read a resource and, if it is one that is kept, keep the record.

        After a failure the previous record stays.

        Args:
            resource: The resource.
            query: The values of its query by name; None leaves one out.

        Returns:
            The new record. Of a kept resource a body that is the same as before has the same
            `value` object.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltNotSupportedError: It has no such endpoint (404), and it is not a kept one.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not such a document.
            HomevoltValueError: The query is wrong; nothing was sent.
        """
        asked = resource.query_text(query or {})
        try:
            body = await self._get(resource, asked)
            previous = self.last(resource) if resource.kept else None
            if previous is not None and previous.body == body:
                value = previous.value
            else:
                value = resource.decode(body)
        except HomevoltError as error:
            if resource.kept:
                self._errors[resource.name] = error
            raise
        record = Record(value, body, self._clock.now(), self._clock.monotonic())
        if resource.kept:
            self._errors.pop(resource.name, None)
            self._records[resource.name] = record
        return record

    async def _get(self, resource: Resource[Any], query: Mapping[str, str]) -> bytes:
        try:
            return await self._transport.get(resource.path, query)
        except HomevoltResponseError as error:
            if resource.kept or error.status != HTTPStatus.NOT_FOUND:
                raise  # without readings it is probably no Homevolt
            raise HomevoltNotSupportedError(
                f"{self._transport.base_url} has no {resource.path} (404): its firmware does not "
                "offer it.",
                maybe_sent=error.maybe_sent,
                status=error.status,
            ) from None
