"""Tibber: the prices of the customer's own home, with a token.

Facts (its GraphQL reference and answers of it): `POST /v1-beta/gql` with `Authorization: Bearer`;
`viewer.homes[].currentSubscription.priceInfo(resolution: QUARTER_HOURLY)` has `today` and
`tomorrow`, each a list of `{energy, tax, total, startsAt, currency}` per kWh; `energy` is the price
of the exchange. `tomorrow` is empty until it is published. A home without a subscription has null.
A refused token is an `errors` list with status 200 or 400, or a status 401. Other days than these
two are not given.
"""

from __future__ import annotations

from typing import Any

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltDataError
from homevolt.planning.files import read_json

from .source import Answer, Query, Request, Source, instant, number, rows_of
from .zones import ZONES

_PRICES = "energy startsAt currency"
_QUERY = (
    "{viewer{homes{currentSubscription{priceInfo(resolution: QUARTER_HOURLY)"
    f"{{today{{{_PRICES}}} tomorrow{{{_PRICES}}}}}}}}}}}}}"
)


def _request(query: Query) -> Request:
    return Request(
        path="/v1-beta/gql",
        headers={"Authorization": f"Bearer {query.token}"},
        json={"query": _QUERY},
    )


def _parse(body: bytes, query: Query) -> Answer:
    document = read_json(body)
    info = _price_info(document)
    start, end = query.bounds
    points = []
    rows = [row for day in ("today", "tomorrow") for row in rows_of(info.get(day), f"`{day}`")]
    for row in rows:
        moment = instant(row.get("startsAt"))
        if not start <= moment < end:
            continue
        if row.get("currency", query.currency) != query.currency:
            raise HomevoltDataError(
                f"The home pays in {short_repr(row['currency'])} and not in {query.currency}."
            )
        points.append((moment, number(row.get("energy"))))
    return Answer(points=tuple(points))


def _price_info(document: Any) -> dict[str, Any]:
    if isinstance(document, dict) and document.get("errors"):
        raise HomevoltDataError("It refuses the request: is the token right?")
    try:
        homes = document["data"]["viewer"]["homes"]
        subscriptions = [home["currentSubscription"] for home in homes]
        found = [each["priceInfo"] for each in subscriptions if each]
    except (KeyError, TypeError) as error:
        raise HomevoltDataError("The answer has no `data.viewer.homes`.") from error
    if not found or not isinstance(found[0], dict):
        raise HomevoltDataError("No home of this token has a subscription.")
    return found[0]


SOURCE = Source(
    name="tibber.com",
    base_url="https://api.tibber.com",
    zones=frozenset(ZONES),
    needs_token=True,
    request=_request,
    parse=_parse,
)
