"""What the library makes of an answer, without a device behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.protocol.ems import decode_ems
from homevolt.protocol.schedule_document import decode_schedule
from homevolt.readings.installation import Walk, walk
from homevolt.readings.inventory import Inventory
from homevolt.readings.schedule_follower import ScheduleFollower
from tests.support.payloads import NOW, encoded, schedule

if TYPE_CHECKING:
    from homevolt.protocol.ems import EmsDocument
    from homevolt.readings.models import Sensor


class Reader:
    """Reads one answer after the other, as a device does."""

    def __init__(self) -> None:
        self.inventory = Inventory()

    def decode(self, document: dict[str, Any]) -> EmsDocument:
        """Return an answer as the library reads it."""
        return decode_ems(encoded(document))

    def walk(self, document: dict[str, Any], plan: dict[str, Any] | None = None) -> Walk:
        """Return every value of an answer."""
        ems = self.decode(document)
        values = ScheduleFollower().values(decode_schedule(encoded(plan or schedule())), NOW)
        return walk(ems, self.inventory.arrange(ems), 0.0, values)

    def sensors(
        self, document: dict[str, Any], plan: dict[str, Any] | None = None
    ) -> dict[str, Sensor]:
        """Return the sensors of an answer."""
        found = self.walk(document, plan)
        return found.layout.sensors(found.values)


def sensors_of(document: dict[str, Any], plan: dict[str, Any] | None = None) -> dict[str, Sensor]:
    """Return the sensors of an answer read for the first time."""
    return Reader().sensors(document, plan)


def metadata_of(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return name and model of each part."""
    metadata = Reader().walk(document).layout.metadata
    return {identifier: (part.name, part.model) for identifier, part in metadata.items()}
