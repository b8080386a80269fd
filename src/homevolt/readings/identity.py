"""Which part of an installation is which: identities made of what never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.quantities import COUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homevolt.protocol.ems import MeasuringPoint, Unit

UNKNOWN = "unknown"
NO_EUID = "0" * 16
_MAC_BYTES = 6


class PointId(NamedTuple):
    """What a measuring point is, in the order in which points own the plain names.

    Attributes:
        function: What it measures: `grid`, `solar`, `load` or another word of the device.
        is_calculated: Whether it has no EUID, as virtual sums have none.
        euid: The EUID of its clamp, empty if it has none.
        sensor_type: Of a point without an EUID, the device's word for what it is; else empty.
    """

    function: str
    is_calculated: bool
    euid: str
    sensor_type: str


def unit_id(unit: Unit) -> str:
    """Return a unit's id as hexadecimal text, `unknown` if it gives none or zeros.

    Old firmware gives the MAC address as an integer with its bytes reversed, newer firmware as
    hexadecimal text; both are the same id, so that an update loses no history.
    """
    raw = unit.ecu_id or ""
    if isinstance(raw, int) and 0 < raw < 256**_MAC_BYTES:
        return raw.to_bytes(_MAC_BYTES, "little").hex()
    text = str(raw).lower()
    return text if text.strip("0") else UNKNOWN


def local_unit(units: Sequence[Unit], ids: Sequence[str], known: str) -> int | None:
    """Return the index of the unit that answers, None if it is not among the units.

    It is the one without a host (`ecu_host` is empty); peers have theirs. Once its id is known, it
    is known by its id, unless it has a host now and another unit has none.

    Args:
        units: The units of one answer.
        ids: The id of each.
        known: The id of the unit that answers, empty if it is not known yet.

    Raises:
        HomevoltDataError: It is not known yet, and cannot be derived from this answer.
    """
    hosts_own = [i for i, unit in enumerate(units) if unit.ecu_host == ""]
    if known:
        may_answer = [i for i, unit in enumerate(units) if not (unit.ecu_host and hosts_own)]
        return next((i for i in may_answer if ids[i] == known), next(iter(hosts_own), None))
    without_host = [i for i, unit in enumerate(units) if unit.ecu_host is None]
    if hosts_own:
        return min(hosts_own, key=ids.__getitem__)
    if len(without_host) == 1:
        return without_host[0]
    raise HomevoltDataError(
        "/ems.json does not say which of its units answers: none has an empty $.ems[].ecu_host.",
        path="$.ems",
    )


def point_id(point: MeasuringPoint) -> PointId:
    """Return the identity of a measuring point; old firmware gives the function as `type`."""
    function = (point.function or point.type or UNKNOWN).lower()
    euid = "" if point.euid in (None, NO_EUID) else str(point.euid).lower()
    return PointId(function, not euid, euid, "" if euid else point.sensor_type or "")


def blade_numbers(unit: Unit, known: Iterable[int]) -> list[int | None]:
    """Return the number of each blade in `bms_data`, counted from 0 as on the device.

    By `bms_info[].id` where each blade has one, else by position. Where a blade is missing and the
    others have no id, it is unknown which one is missing: then no number is known.

    Args:
        unit: The unit.
        known: The numbers of the blades that it had before.
    """
    count = len(unit.bms_data)
    numbers = {info.id for info in unit.bms_info if info.id is not None and COUNT.holds(info.id)}
    if len(numbers) == len(unit.bms_info) == count:
        return [info.id for info in unit.bms_info]
    before = sorted(known)
    if len(before) == count:
        return [*before]
    positions = range(count)
    return [*positions] if before == [*positions[: len(before)]] else [None] * count
