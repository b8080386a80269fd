"""A server on loopback that speaks the formats of the sources of prices."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestServer

from homevolt.planning.series import QUARTER, day_bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt._common import Clock

MARKET = ZoneInfo("Europe/Stockholm")
PER_EURO = 11.0
TOKEN = "t0ken/with+signs="  # made up
SOURCES = (
    "elprisetjustnu.se",
    "hvakosterstrommen.no",
    "energidataservice.dk",
    "energy-charts.info",
    "entsoe.eu",
    "tibber.com",
)
DAY = timedelta(days=1)

Values = dict[datetime, float | None]


def values_of(day: date, price: float = 0.5, step: timedelta = QUARTER) -> Values:
    """Return a price in SEK for each slot of a day: it rises by a thousandth from slot to slot."""
    start, end = day_bounds(day, MARKET)
    count = (end - start) // step
    return {start + n * step: round(price + n / 1000, 5) for n in range(count)}


class PriceServer:
    """The sources of prices, all at one address.

    Args:
        clock: What its `Date` header shows.

    Attributes:
        days: The values in SEK of each published day; a day that is not here is not published.
        faults: What a source does instead of answering, by its name.
        requests: The source and the day or path of each request.
        tokens: The tokens that came, and where they were.
    """

    def __init__(self, clock: Clock) -> None:
        self.days: dict[date, Values] = {}
        self.faults: dict[str, Callable[[], web.StreamResponse]] = {}
        self.requests: list[tuple[str, str]] = []
        self.tokens: list[tuple[str, str]] = []
        self.late_s = 0.0
        self._clock = clock
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v1/prices/{year}/{name}.json", self._daily_file),
                web.get("/dataset/{name}", self._energidataservice),
                web.get("/price", self._energy_charts),
                web.get("/api", self._entsoe),
                web.post("/v1-beta/gql", self._tibber),
            ]
        )
        app.on_response_prepare.append(self._set_date)
        self._server = TestServer(app)

    @property
    def base_urls(self) -> dict[str, str]:
        """The address of every source."""
        return {name: str(self._server.make_url("/")) for name in SOURCES}

    def asked(self, source: str) -> int:
        """Return how often a source was asked."""
        return sum(1 for name, _ in self.requests if name == source)

    async def __aenter__(self) -> Self:
        await self._server.start_server(access_log=None)  # it would show tokens
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _set_date(self, _: web.Request, response: web.StreamResponse) -> None:
        shown = datetime.fromtimestamp(self._clock.now() + self.late_s, UTC)
        response.headers["Date"] = format_datetime(shown, usegmt=True)

    def _met(self, source: str, what: str) -> web.StreamResponse | None:
        """Note a request, and return what is answered instead, if anything."""
        self.requests.append((source, what))
        fault = self.faults.get(source)
        return fault() if fault else None

    async def _daily_file(self, request: web.Request) -> web.StreamResponse:
        month_day, _, zone = request.match_info["name"].partition("_")
        day = date.fromisoformat(f"{request.match_info['year']}-{month_day}")
        source = "elprisetjustnu.se" if zone.startswith("SE") else "hvakosterstrommen.no"
        if fault := self._met(source, str(day)):
            return fault
        if day not in self.days:
            return web.Response(status=404, text="<html>Not found</html>")
        key = "SEK_per_kWh" if zone.startswith("SE") else "NOK_per_kWh"
        return web.json_response(
            [
                {
                    key: price,
                    "EUR_per_kWh": None if price is None else round(price / PER_EURO, 7),
                    "EXR": PER_EURO,
                    "time_start": start.astimezone(MARKET).isoformat(),
                    "time_end": (start + QUARTER).astimezone(MARKET).isoformat(),
                }
                for start, price in self.days[day].items()
            ]
        )

    async def _energidataservice(self, request: web.Request) -> web.StreamResponse:
        day = date.fromisoformat(request.query["start"][:10])
        if fault := self._met("energidataservice.dk", str(day)):
            return fault
        (area,) = json.loads(request.query["filter"])["PriceArea"]
        new = request.match_info["name"] == "DayAheadPrices"
        column, price_name = ("TimeUTC", "DayAheadPrice") if new else ("HourUTC", "SpotPrice")
        records = [
            {
                column: f"{start:%Y-%m-%dT%H:%M:%S}",
                "PriceArea": area,
                f"{price_name}DKK": None if price is None else price * 1000,
                f"{price_name}EUR": None if price is None else price * 1000 / PER_EURO,
            }
            for start, price in self.days.get(day, {}).items()
        ]
        return web.json_response({"total": len(records), "records": records})

    async def _energy_charts(self, request: web.Request) -> web.StreamResponse:
        start = datetime.fromisoformat(request.query["start"])
        day = start.astimezone(MARKET).date()
        if fault := self._met("energy-charts.info", str(day)):
            return fault
        if day not in self.days:
            return web.json_response({"detail": "no content"}, status=404)
        values = self.days[day]
        return web.json_response(
            {
                "license_info": "made up",
                "unix_seconds": [int(instant.timestamp()) for instant in values],
                "price": [None if p is None else p * 1000 / PER_EURO for p in values.values()],
                "unit": "EUR / MWh",
                "deprecated": False,
            }
        )

    async def _entsoe(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(("query", request.query["securityToken"]))
        start = datetime.strptime(f"{request.query['periodStart']}+0000", "%Y%m%d%H%M%z")
        day = start.astimezone(MARKET).date()
        if fault := self._met("entsoe.eu", str(day)):
            return fault
        if day not in self.days:
            return web.Response(text=ACKNOWLEDGEMENT, content_type="text/xml")
        return web.Response(text=entsoe_document(self.days[day]), content_type="text/xml")

    async def _tibber(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(("header", request.headers["Authorization"]))
        if fault := self._met("tibber.com", (await request.json())["query"]):
            return fault
        today = datetime.fromtimestamp(self._clock.now(), MARKET).date()
        info = {
            name: [
                {
                    "energy": price,
                    "startsAt": start.astimezone(MARKET).isoformat(timespec="milliseconds"),
                    "currency": "SEK",
                }
                for start, price in self.days.get(day, {}).items()
            ]
            for name, day in (("today", today), ("tomorrow", today + DAY))
        }
        homes: list[Any] = [
            {"currentSubscription": None},
            {"currentSubscription": {"priceInfo": info}},
        ]
        return web.json_response({"data": {"viewer": {"homes": homes}}})


ACKNOWLEDGEMENT = """<?xml version="1.0" encoding="utf-8"?>
<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">
  <Reason><code>999</code><text>No matching data found</text></Reason>
</Acknowledgement_MarketDocument>"""


def entsoe_document(values: Values, *, leave_out: frozenset[int] = frozenset()) -> str:
    """Return a document of quarters, without the positions that are left out, and of hours too."""
    start, end = min(values), max(values) + QUARTER
    points = [
        f"<Point><position>{n}</position>"
        f"<price.amount>{price * 1000 / PER_EURO}</price.amount></Point>"
        for n, price in enumerate(values.values(), start=1)
        if n not in leave_out and price is not None
    ]
    hours = "<Point><position>1</position><price.amount>1</price.amount></Point>"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">
  {_series("PT60M", start, end, hours)}
  {_series("PT15M", start, end, "".join(points))}
</Publication_MarketDocument>"""


def _series(resolution: str, start: datetime, end: datetime, points: str) -> str:
    return f"""<TimeSeries>
    <currency_Unit.name>EUR</currency_Unit.name>
    <price_Measure_Unit.name>MWH</price_Measure_Unit.name>
    <curveType>A03</curveType>
    <Period>
      <timeInterval><start>{start:%Y-%m-%dT%H:%MZ}</start><end>{end:%Y-%m-%dT%H:%MZ}</end></timeInterval>
      <resolution>{resolution}</resolution>
      {points}
    </Period>
  </TimeSeries>"""
