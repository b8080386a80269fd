"""The Transparency Platform of ENTSO-E: all of Europe, EUR, with a token.

Facts (its API guide and answers of it): `GET /api?documentType=A44&in_Domain=&out_Domain=&
periodStart=&periodEnd=&securityToken=`, times as `yyyyMMddHHmm` in UTC; a GET takes the token in
the query only. The answer is a `Publication_MarketDocument`: `TimeSeries/Period` with
`timeInterval`, `resolution` and `Point`s of `position` and `price.amount` per MWh. With `curveType`
A03 a position that is left out has the price of the one before. There may be a series for each
resolution, and for each auction (`classificationSequence...position`; 1 is the day-ahead coupling).
Nothing to give is an `Acknowledgement_MarketDocument` with the code 999.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError, HomevoltPriceUnitError

from .source import PER_MWH, Answer, Query, Request, Source, instant
from .zones import ZONES

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Iterator

_RESOLUTIONS = {
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT60M": timedelta(hours=1),
}
_NO_DATA = "999"
_SEQUENCE = "classificationSequence_AttributeInstanceComponent.position"
_FIRST_AUCTION = "1"
_MOST_SLOTS = 4 * 24 * 8


@dataclass(frozen=True, slots=True)
class _Period:
    start: datetime
    end: datetime
    resolution: timedelta
    prices: dict[int, float]
    repeats: bool

    def points(self) -> Iterator[tuple[datetime, float | None]]:
        count = (self.end - self.start) // self.resolution
        if not 0 < count <= _MOST_SLOTS:
            raise HomevoltDataError(f"A period has {count} slots.")
        last: float | None = None
        for n in range(count):
            price = self.prices.get(n + 1, last if self.repeats else None)
            yield self.start + n * self.resolution, price
            last = price


def _request(query: Query) -> Request:
    start, end = (f"{each:%Y%m%d%H%M}" for each in query.bounds)
    return Request(
        path="/api",
        params={
            "documentType": "A44",
            "in_Domain": query.zone.eic,
            "out_Domain": query.zone.eic,
            "periodStart": start,
            "periodEnd": end,
            "securityToken": query.token or "",
        },
    )


def _parse(body: bytes, _: Query) -> Answer:
    root = _root(body)
    if root.tag == "Acknowledgement_MarketDocument":
        code = root.findtext("Reason/code", "")
        if code == _NO_DATA:
            return Answer(points=())
        text = root.findtext("Reason/text", "no reason")
        raise HomevoltDataError(f"It refuses the request: {text[:200]} ({code}).")
    if root.tag != "Publication_MarketDocument":
        raise HomevoltDataError(f"It answers with a {root.tag[:40]} instead of prices.")
    periods = [each for series in root.iter("TimeSeries") for each in _periods(series)]
    if not periods:
        return Answer(points=())
    finest = min(each.resolution for each in periods)
    points = [point for each in periods if each.resolution == finest for point in each.points()]
    return Answer(points=tuple(points), resolution=finest)


def _periods(series: ET.Element) -> Iterator[_Period]:
    if series.findtext(_SEQUENCE, _FIRST_AUCTION) != _FIRST_AUCTION:
        return
    unit = (
        f"{series.findtext('currency_Unit.name', 'EUR')}/"
        f"{series.findtext('price_Measure_Unit.name', 'MWH')}"
    )
    if unit != "EUR/MWH":
        raise HomevoltPriceUnitError(
            f"Its prices are in {unit} and not in EUR/MWh.", probable_unit=unit
        )
    repeats = series.findtext("curveType", "A03") == "A03"
    for period in series.iter("Period"):
        name = period.findtext("resolution", "")
        if name not in _RESOLUTIONS:
            raise HomevoltDataError(f"The resolution is {short_repr(name)}.")
        yield _Period(
            start=instant(period.findtext("timeInterval/start")),
            end=instant(period.findtext("timeInterval/end")),
            resolution=_RESOLUTIONS[name],
            prices=_prices(period),
            repeats=repeats,
        )


def _prices(period: ET.Element) -> dict[int, float]:
    found: dict[int, float] = {}
    for point in period.iter("Point"):
        try:
            position = int(point.findtext("position", ""))
            price = float(point.findtext("price.amount", ""))
        except ValueError as error:
            raise HomevoltDataError("A point has no position or no price.") from error
        if position in found:
            raise HomevoltDataError(f"The position {position} comes twice.")
        found[position] = price / PER_MWH
    return found


def _root(body: bytes) -> ET.Element:
    """Return the document without its namespaces, which change with the version."""
    import xml.etree.ElementTree as ET  # noqa: PLC0415 - no other source needs it

    try:
        # The size of the body is bounded, and expat refuses entities that grow.
        root = ET.fromstring(body)  # noqa: S314 - see above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise HomevoltDataError("It answers with something that is not XML.") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


SOURCE = Source(
    name="entsoe.eu",
    base_url="https://web-api.tp.entsoe.eu",
    zones=frozenset(ZONES),
    currencies=frozenset({"EUR"}),
    needs_token=True,
    request=_request,
    parse=_parse,
)
