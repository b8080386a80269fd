"""The bidding zones: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError

MARKET_ZONE_NAME = "Europe/Stockholm"
_LIKENESS = 0.3


@dataclass(frozen=True, slots=True)
class Zone:
    """One row of the table of bidding zones.

    Attributes:
        name: What it is called, such as `SE3`.
        place: Where it is, for people.
        currency: What is paid in there.
        eic: Its code on the Transparency Platform of ENTSO-E.
    """

    name: str
    place: str
    currency: str
    eic: str


ZONES = {
    row.name: row
    for row in (
        Zone("SE1", "Luleå", "SEK", "10Y1001A1001A44P"),
        Zone("SE2", "Sundsvall", "SEK", "10Y1001A1001A45N"),
        Zone("SE3", "Stockholm", "SEK", "10Y1001A1001A46L"),
        Zone("SE4", "Malmö", "SEK", "10Y1001A1001A47J"),
        Zone("NO1", "Oslo", "NOK", "10YNO-1--------2"),
        Zone("NO2", "Kristiansand", "NOK", "10YNO-2--------T"),
        Zone("NO3", "Trondheim", "NOK", "10YNO-3--------J"),
        Zone("NO4", "Tromsø", "NOK", "10YNO-4--------9"),
        Zone("NO5", "Bergen", "NOK", "10Y1001A1001A48H"),
        Zone("DK1", "Aarhus", "DKK", "10YDK-1--------W"),
        Zone("DK2", "København", "DKK", "10YDK-2--------M"),
        Zone("FI", "Finland", "EUR", "10YFI-1--------U"),
        Zone("EE", "Estonia", "EUR", "10Y1001A1001A39I"),
        Zone("LV", "Latvia", "EUR", "10YLV-1001A00074"),
        Zone("LT", "Lithuania", "EUR", "10YLT-1001A0008Q"),
        Zone("DE-LU", "Germany and Luxembourg", "EUR", "10Y1001A1001A82H"),
        Zone("NL", "Netherlands", "EUR", "10YNL----------L"),
    )
}
"""Every zone by its name."""


def find_zone(name: object) -> Zone:
    """Return a zone by its name; `se3` and `SE-3` are `SE3` too, and so is its place.

    Raises:
        HomevoltValueError: There is none; the nearest names are in the message.
    """
    text = str(name).strip().upper()
    for row in ZONES.values():
        if text in (row.name, row.place.upper()) or text.replace("-", "") == row.name.replace(
            "-", ""
        ):
            return row
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistake alone

    by_word = {row.name: row.name for row in ZONES.values()}
    by_word |= {row.place.upper(): row.name for row in ZONES.values()}
    near = get_close_matches(text, by_word, n=3, cutoff=_LIKENESS) or list(ZONES)
    named = ", ".join(dict.fromkeys(by_word.get(word, word) for word in near))
    raise HomevoltValueError(f"There is no bidding zone {short_repr(name)}. Nearest: {named}.")


def market_zone() -> ZoneInfo:
    """Return the time zone whose days the day-ahead market has, in all bidding zones."""
    return ZoneInfo(MARKET_ZONE_NAME)
