"""How a document of a device is read, and the documents that are read at every update.

`report_resources` has the others, and the table of all of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from homevolt.protocol.decoding import decode, parse
from homevolt.protocol.ems import EmsDocument, decode_ems
from homevolt.protocol.schedule_document import ScheduleData, decode_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from homevolt.protocol.queries import Query

T = TypeVar("T")


class Resource(msgspec.Struct, Generic[T], frozen=True):
    """One row of the table.

    Attributes:
        name: What errors and `Device.problems` call it.
        type: The type of its decoded document.
        decoder: Turns the body of an answer into that type; None for the general one, in which
            a field that is missing or malformed becomes its default.
        kept: Whether its last document and its last error are kept. What a device reports only
            when it is asked is not, so that its failures are no problem of the readings.
        query: The parameters that its query takes.
    """

    name: str
    type: type[T]
    decoder: Callable[[bytes], T] | None = None
    kept: bool = False
    query: tuple[Query, ...] = ()

    @property
    def path(self) -> str:
        """The path on the device."""
        return f"/{self.name}.json"

    def decode(self, body: bytes) -> T:
        """Return the document of an answer.

        Raises:
            HomevoltDataError: The body is not such a document.
        """
        if self.decoder is not None:
            return self.decoder(body)
        return decode(body, msgspec.json.Decoder(self.type), self.path)

    def plain(self) -> Resource[Any]:
        """Return the same resource with plain JSON values for a document; it is not kept."""
        return Resource(self.name, Any, partial(parse, source=self.path), query=self.query)

    def query_text(self, given: Mapping[str, object]) -> dict[str, str]:
        """Return the query of a request as names and texts; a value of None is left out.

        Raises:
            HomevoltValueError: See `homevolt.protocol.queries.query_text`.
        """
        if not given and not self.query:
            return {}
        from homevolt.protocol.queries import query_text  # noqa: PLC0415 - few resources take any

        return query_text(self.path, self.query, given)


EMS = Resource("ems", EmsDocument, decode_ems, kept=True)
SCHEDULE = Resource("schedule", ScheduleData, decode_schedule, kept=True)
