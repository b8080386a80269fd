"""The format that elprisetjustnu.se and hvakosterstrommen.no share: one JSON file for each day."""

from __future__ import annotations

from homevolt.planning.files import read_json

from .source import Answer, Query, Request, Source, instant, number, rows_of


def daily_file_source(*, name: str, base_url: str, zones: frozenset[str], currency: str) -> Source:
    """Return a source of that format."""
    return Source(
        name=name,
        base_url=base_url,
        zones=zones,
        currencies=frozenset({currency, "EUR"}),
        request=_request,
        parse=_parse,
    )


def _request(query: Query) -> Request:
    day = query.day
    return Request(
        path=f"/api/v1/prices/{day.year:04}/{day.month:02}-{day.day:02}_{query.zone.name}.json"
    )


def _parse(body: bytes, query: Query) -> Answer:
    key = f"{query.currency}_per_kWh"
    rows = rows_of(read_json(body), "The answer")
    return Answer(
        points=tuple((instant(row.get("time_start")), number(row.get(key))) for row in rows),
        per_euro=number(rows[0].get("EXR")) if rows else None,
    )
