"""Energy-Charts (Fraunhofer ISE): most of Europe, EUR, no token.

Facts (answers of it): `GET /price?bzn=SE4&start=&end=`, ISO 8601 with offset; the answer has
`unix_seconds` and `price` of the same length and `unit` `EUR / MWh`; 404 where it has nothing. The
instants say the resolution.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError, HomevoltPriceUnitError
from homevolt.planning.files import read_json

from .source import PER_MWH, Answer, Query, Request, Source, number
from .zones import ZONES

_MINUTE = timedelta(minutes=1)
_UNIT = "EUR/MWh"


def _request(query: Query) -> Request:
    start, end = query.bounds
    return Request(
        path="/price",
        params={
            "bzn": query.zone.name,
            "start": start.isoformat(timespec="minutes"),
            "end": (end - _MINUTE).isoformat(timespec="minutes"),
        },
    )


def _parse(body: bytes, _: Query) -> Answer:
    document = read_json(body)
    if not isinstance(document, dict):
        raise HomevoltDataError("The answer is not an object.")
    seconds, prices = document.get("unix_seconds"), document.get("price")
    if not isinstance(seconds, list) or not isinstance(prices, list):
        raise HomevoltDataError("The answer has no lists `unix_seconds` and `price`.")
    if len(seconds) != len(prices):
        raise HomevoltDataError(f"It has {len(seconds)} instants and {len(prices)} prices.")
    unit = str(document.get("unit", _UNIT)).replace(" ", "")
    if unit != _UNIT:
        raise HomevoltPriceUnitError(
            f"Its prices are in {unit} and not in {_UNIT}.", probable_unit=unit
        )
    return Answer(
        points=tuple(
            (_instant(second), number(price, PER_MWH))
            for second, price in zip(seconds, prices, strict=True)
        )
    )


def _instant(second: object) -> datetime:
    try:
        return datetime.fromtimestamp(second, UTC)  # type: ignore[arg-type]  # TypeError is caught
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise HomevoltDataError(f"This is not an instant: {short_repr(second)}") from error


SOURCE = Source(
    name="energy-charts.info",
    base_url="https://api.energy-charts.info",
    zones=frozenset(ZONES),
    currencies=frozenset({"EUR"}),
    request=_request,
    parse=_parse,
)
