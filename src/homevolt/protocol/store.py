"""What was last read from a device: for each resource its document, time and error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
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
    """

    value: T
    body: bytes
    read_at_s: float


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
        """The error of each resource whose last read failed, by its name."""
        return dict(self._errors)

    def last(self, resource: Resource[T]) -> Record[T] | None:
        """Return the last record of a resource, or None."""
        return self._records.get(resource.name)

    def forget(self, resource: Resource[Any], error: HomevoltError) -> None:
        """Drop the record of a resource that is no longer valid, because of an error."""
        self._records.pop(resource.name, None)
        self._errors[resource.name] = error

    async def read(self, resource: Resource[T]) -> Record[T]:
        """Read a resource and keep the record; after a failure the previous record stays.

        Args:
            resource: The resource.

        Returns:
            The new record. A body that is the same as before has the same `value` object.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The answer is not such a document.
        """
        try:
            body = await self._transport.get(resource.path)
            previous = self.last(resource)
            if previous is not None and previous.body == body:
                value = previous.value
            else:
                value = resource.decode(body)
        except HomevoltError as error:
            self._errors[resource.name] = error
            raise
        self._errors.pop(resource.name, None)
        record = Record(value, body, self._clock.now())
        self._records[resource.name] = record
        return record
