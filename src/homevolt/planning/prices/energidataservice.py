"""Energi Data Service: Denmark and its neighbours, DKK and EUR, no token.

Facts (its API guide and answers of it): `GET /dataset/DayAheadPrices?start=&end=&filter=&limit=0`,
`start` and `end` in Danish time, `filter` a JSON object such as `{"PriceArea":["DK1"]}`; `records`
of `{TimeUTC, TimeDK, PriceArea, DayAheadPriceEUR, DayAheadPriceDKK}` per MWh, `TimeUTC` without an
offset. Days before 2025-10-01 are in the dataset `Elspotprices` with `HourUTC`, `SpotPriceEUR` and
`SpotPriceDKK`.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from homevolt.planning.files import read_json

from .source import PER_MWH, Answer, Query, Request, Source, instant, number, rows_of

_QUARTERS_SINCE = date(2025, 10, 1)
_UTC = timedelta(0)


def _request(query: Query) -> Request:
    dataset, column, _ = _names(query)
    return Request(
        path=f"/dataset/{dataset}",
        params={
            "start": f"{query.day}T00:00",
            "end": f"{query.day + timedelta(days=1)}T00:00",
            "filter": json.dumps({"PriceArea": [query.zone.name]}, separators=(",", ":")),
            "sort": f"{column} asc",
            "limit": "0",
        },
    )


def _parse(body: bytes, query: Query) -> Answer:
    _, column, price = _names(query)
    document = read_json(body)
    rows = rows_of(document.get("records") if isinstance(document, dict) else None, "`records`")
    return Answer(
        points=tuple(
            (instant(row.get(column), zone_if_naive=_UTC), number(row.get(price), PER_MWH))
            for row in rows
            if row.get("PriceArea", query.zone.name) == query.zone.name
        )
    )


def _names(query: Query) -> tuple[str, str, str]:
    """Return the dataset of a day, its column of instants and its column of prices."""
    if query.day >= _QUARTERS_SINCE:
        return "DayAheadPrices", "TimeUTC", f"DayAheadPrice{query.currency}"
    return "Elspotprices", "HourUTC", f"SpotPrice{query.currency}"


SOURCE = Source(
    name="energidataservice.dk",
    base_url="https://api.energidataservice.dk",
    zones=frozenset({"DK1", "DK2", "NO2", "SE3", "SE4"}),
    currencies=frozenset({"DKK", "EUR"}),
    request=_request,
    parse=_parse,
)
