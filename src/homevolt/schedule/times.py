"""Times as people give them and as the device wants them.

The rules, from the way in to the way out:

* Text is parsed as ISO 8601 and never passed through.
* A time without a zone is local time of this machine, a time with one is taken as stated.
* Where the clocks go forward and the local time does not exist, it is read as if they had not yet
  been moved (02:30 becomes 03:30). Where they go back and it exists twice, the first one is meant,
  unless the `datetime` says `fold=1`.
* Fractions of a second are dropped: the device knows whole seconds.
* Inside the library a time is an aware `datetime` in UTC. On the command line it is
  `YYYY-MM-DDTHH:MM:SS` in the zone in which the device reads such text.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One day from each end of the calendar, so that no zone's offset can push a time out of range.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
_ON_THE_WIRE = "%Y-%m-%dT%H:%M:%S"


def parse_time(name: str, value: object) -> datetime:
    """Turn what a caller gave for a time into whole seconds of UTC.

    Args:
        name: What the argument is called, for the error message.
        value: A `datetime` or ISO 8601 text, with or without a zone.

    Returns:
        An aware datetime in UTC without a fraction.

    Raises:
        HomevoltValueError: It is neither, no such date exists, or it is out of range.
    """
    moment = _as_datetime(name, value).replace(microsecond=0)
    try:
        # timestamp() and not astimezone(), which Python 3.11 gets wrong in a gap of local time.
        # Offsets may have fractions too, and so have the datetimes of some libraries.
        utc = datetime.fromtimestamp(math.floor(moment.timestamp()), UTC)
    except Exception as error:  # the methods of a foreign zone may raise anything
        raise HomevoltValueError(f"{name} is out of range: {short_repr(value)}") from error
    if not _EPOCH <= utc <= LATEST:
        raise HomevoltValueError(f"{name} is out of range: {short_repr(value)}")
    return utc


def _as_datetime(name: str, value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise HomevoltValueError(
            f"{name} must be a datetime or ISO text such as 2026-01-31T23:00:00, not "
            f"{short_repr(value)}"
        )
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise HomevoltValueError(
            f"{name} is not an ISO date and time such as 2026-01-31T23:00:00: {short_repr(value)}"
        ) from error


def render_time(name: str, moment: datetime, zone: tzinfo = UTC) -> str:
    """Write a time the way the console reads it: no fraction, no zone.

    Args:
        name: What the time is called, for the error message.
        moment: An aware datetime.
        zone: The zone in which the device reads the text.

    Returns:
        `YYYY-MM-DDTHH:MM:SS`.

    Raises:
        HomevoltValueError: The clocks of `zone` show this text twice, and the text means the other
            time.
    """
    local = moment.astimezone(zone)
    if local.replace(fold=0).astimezone(UTC) != moment:
        raise HomevoltValueError(
            f"{name} cannot be written: the clocks of {zone} show "
            f"{local.strftime(_ON_THE_WIRE)} twice that day and this is the second time"
        )
    # strftime does not pad the year on every platform; isoformat does.
    return local.replace(tzinfo=None, microsecond=0).isoformat()


def from_epoch(seconds: float | None) -> datetime | None:
    """Turn the device's epoch seconds into UTC; absent stays None, one out of range is clamped."""
    if seconds is None:
        return None
    if seconds >= LATEST.timestamp():
        return LATEST
    return datetime.fromtimestamp(max(seconds, 0), UTC)


AUTO_ZONE = timezone(timedelta(0), "auto")
"""UTC, until a device shows that it reads times in another zone."""


def as_zone(value: tzinfo | str) -> tzinfo:
    """Turn a zone or its name into a zone.

    Args:
        value: A `tzinfo`, an IANA name such as `Europe/Stockholm`, or `auto`.

    Returns:
        The zone; `AUTO_ZONE` for `auto`.

    Raises:
        HomevoltValueError: It is neither, or this machine has no zone of that name.
    """
    if isinstance(value, tzinfo):
        return value
    if value == "auto":
        return AUTO_ZONE
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few need it, and all would wait for it

    try:
        return ZoneInfo(value)
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise HomevoltValueError(
            f"schedule_timezone is not a time zone that this machine knows: {short_repr(value)}"
        ) from error


def offset_text(offset: timedelta) -> str:
    """Write an offset from UTC for people, such as `UTC+01:00`."""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
