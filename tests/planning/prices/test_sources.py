"""Every source is read as it writes; what it should not write is refused, and no token is shown."""

from __future__ import annotations

import json
import logging
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from homevolt.exceptions import (
    HomevoltDataError,
    HomevoltPricesError,
    HomevoltPriceUnitError,
    HomevoltValueError,
)
from homevolt.planning.prices.source import Query
from homevolt.planning.prices.table import SOURCES, find_source, sources_for
from homevolt.planning.prices.zones import ZONES, find_zone
from homevolt.planning.series import HOUR, QUARTER
from tests.support.price_server import (
    PER_EURO,
    TOKEN,
    PriceServer,
    entsoe_document,
    values_of,
)

from .conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Ask

# Source, a zone it has, a currency it has, and what a SEK of the server is in it.
WAYS = [
    ("elprisetjustnu.se", "SE3", "SEK", 1.0),
    ("elprisetjustnu.se", "SE1", "EUR", PER_EURO),
    ("hvakosterstrommen.no", "NO5", "NOK", 1.0),
    ("energidataservice.dk", "DK1", "DKK", 1.0),
    ("energidataservice.dk", "SE4", "EUR", PER_EURO),
    ("energy-charts.info", "FI", "EUR", PER_EURO),
    ("entsoe.eu", "DE-LU", "EUR", PER_EURO),
    ("tibber.com", "SE3", "SEK", 1.0),
]


@pytest.mark.parametrize(("source", "zone", "currency", "divisor"), WAYS)
async def test_a_source_is_read_as_it_writes(
    ask: Ask, source: str, zone: str, currency: str, divisor: float
) -> None:
    prices = ask(zone, currency=currency, source=source, tokens={source: TOKEN})
    found = await prices.day(TODAY)
    expected = [price / divisor for price in values_of(TODAY).values() if price is not None]
    assert found.values == pytest.approx(expected, abs=1e-6)
    assert (found.resolution, found.currency, found.zone) == (QUARTER, currency, zone)
    assert found.source == source
    assert found.start == datetime(2026, 2, 2, 23, tzinfo=UTC)


async def test_old_days_of_energi_data_service_are_in_its_old_dataset(
    ask: Ask, server: PriceServer
) -> None:
    server.days[date(2025, 9, 30)] = values_of(date(2025, 9, 30), step=HOUR)
    found = await ask("DK1", source="energidataservice.dk").day(date(2025, 9, 30))
    assert (found.resolution, len(found), found.gaps()) == (HOUR, 24, ())


def test_a_position_that_entsoe_leaves_out_repeats_the_one_before() -> None:
    values = values_of(TODAY)
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="EUR")
    whole = SOURCES["entsoe.eu"].parse(entsoe_document(values).encode(), query)
    sparse = SOURCES["entsoe.eu"].parse(
        entsoe_document(values, leave_out=frozenset({2, 96})).encode(), query
    )
    assert [price for _, price in sparse.points[:3]] == pytest.approx(
        [0.5 / PER_EURO, 0.5 / PER_EURO, 0.502 / PER_EURO]
    )
    assert len(sparse.points) == len(whole.points) == 96
    assert sparse.points[95][1] == sparse.points[94][1]


def test_only_the_first_auction_of_entsoe_counts() -> None:
    position = "<classificationSequence_AttributeInstanceComponent.position>2</"
    second = entsoe_document(values_of(TODAY, 9.0)).replace(
        "<curveType>",
        f"{position}classificationSequence_AttributeInstanceComponent.position><curveType>",
    )
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="EUR")
    assert SOURCES["entsoe.eu"].parse(second.encode(), query).points == ()


REFUSAL = (
    "<Acknowledgement_MarketDocument><Reason><code>5</code>{}</Reason>"
    "</Acknowledgement_MarketDocument>"
)
ONE = "2026-02-03T00:00:00+01:00"
WRONG: list[tuple[str, object, str]] = [
    ("elprisetjustnu.se", b"<!doctype html><p>Hello", "web page instead of data"),
    ("elprisetjustnu.se", b"prices", "not JSON"),
    ("elprisetjustnu.se", b"\xff\xfe", "not JSON"),
    ("elprisetjustnu.se", {"error": 1}, "is not a list of objects"),
    ("elprisetjustnu.se", [1, 2], "is not a list of objects"),
    ("elprisetjustnu.se", [{"SEK_per_kWh": 1.0}], "not an instant: None"),
    ("elprisetjustnu.se", [{"SEK_per_kWh": "1", "time_start": ONE}], "not a price: '1'"),
    ("elprisetjustnu.se", [{"SEK_per_kWh": True, "time_start": ONE}], "not a price: True"),
    ("elprisetjustnu.se", [{"SEK_per_kWh": 1, "time_start": ONE[:19]}], "no offset from UTC"),
    ("energidataservice.dk", [], "`records` is not a list"),
    ("energidataservice.dk", {"records": None}, "`records` is not a list"),
    ("energy-charts.info", [], "not an object"),
    ("energy-charts.info", {"price": [1.0]}, "no lists `unix_seconds` and `price`"),
    ("energy-charts.info", {"unix_seconds": [0], "price": []}, "1 instants and 0 prices"),
    ("energy-charts.info", {"unix_seconds": ["a"], "price": [1]}, "not an instant: 'a'"),
    ("energy-charts.info", {"unix_seconds": [1e300], "price": [1]}, "not an instant"),
    ("entsoe.eu", b"{}", "not XML"),
    ("entsoe.eu", b"<html/>", "answers with a html"),
    ("tibber.com", {"errors": [{"message": "invalid token"}]}, "is the token right"),
    ("tibber.com", {"data": None}, "no `data.viewer.homes`"),
    ("tibber.com", {"data": {"viewer": {"homes": []}}}, "No home of this token"),
]


@pytest.mark.parametrize(("source", "answer", "message"), WRONG)
def test_an_answer_of_another_shape_is_refused(source: str, answer: object, message: str) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="SEK")
    with pytest.raises(HomevoltDataError, match=message):
        SOURCES[source].parse(body, query)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PT15M", "P1D", "resolution is 'P1D'"),
        ("<position>7</position>", "<position>6</position>", "position 6 comes twice"),
        ("<position>7</position>", "", "no position or no price"),
        ("2026-02-03T23:00Z</end>", "2036-02-03T23:00Z</end>", "A period has"),
        ("2026-02-02T23:00Z</start>", "soon</start>", "not an instant: 'soon'"),
        ("No matching", "x", "refuses the request"),
    ],
)
def test_an_entsoe_document_that_cannot_be_is_refused(old: str, new: str, message: str) -> None:
    text = entsoe_document(values_of(TODAY)).replace(old, new)
    if old == "No matching":
        text = REFUSAL.format("")
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="EUR")
    with pytest.raises(HomevoltDataError, match=message):
        SOURCES["entsoe.eu"].parse(text.encode(), query)


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("energy-charts.info", json.dumps({"unix_seconds": [0], "price": [1], "unit": "ct/kWh"})),
        ("entsoe.eu", entsoe_document(values_of(TODAY)).replace(">MWH<", ">KWH<")),
        ("entsoe.eu", entsoe_document(values_of(TODAY)).replace(">EUR<", ">RON<")),
    ],
)
def test_a_unit_that_is_not_the_source_s_own_is_noticed(source: str, body: str) -> None:
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="EUR")
    with pytest.raises(HomevoltPriceUnitError, match="and not in"):
        SOURCES[source].parse(body.encode(), query)


async def test_a_home_that_pays_in_another_currency_is_refused(
    ask: Ask, server: PriceServer
) -> None:
    server.faults["hvakosterstrommen.no"] = lambda: web.Response(status=503)
    with pytest.raises(HomevoltPricesError, match="The home pays in 'SEK' and not in NOK"):
        await ask("NO1", source="tibber", tokens={"tibber.com": TOKEN}).day(TODAY)


FAULTS: dict[str, Callable[[], web.Response]] = {
    "status": lambda: web.Response(status=401, text=TOKEN),
    "reset": lambda: web.Response(status=503, text=TOKEN),
    "echo": lambda: web.Response(text=REFUSAL.format(f"<text>{TOKEN}</text>")),
    "page": lambda: web.Response(text=f"<html>{TOKEN}</html>"),
}


@pytest.mark.parametrize(
    ("source", "sent"),
    [("entsoe.eu", ("query", TOKEN)), ("tibber.com", ("header", f"Bearer {TOKEN}"))],
)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_token_is_sent_and_never_shown(
    ask: Ask,
    server: PriceServer,
    source: str,
    sent: tuple[str, str],
    fault: Callable[[], web.Response],
    *,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults = dict.fromkeys(SOURCES, fault)
    prices = ask("DE-LU", currency="EUR", source=source, tokens={source: TOKEN})
    with pytest.raises(HomevoltPricesError) as caught:
        await prices.day(TODAY)
    assert set(server.tokens) == {sent}
    assert_hidden(caught.value, caplog.text)


@pytest.mark.parametrize("source", ["entsoe.eu", "tibber.com"])
async def test_a_token_is_not_shown_where_nobody_listens(ask: Ask, source: str) -> None:
    prices = ask("DE-LU", source=source, tokens={source: TOKEN})
    prices._base_urls = dict.fromkeys(prices._base_urls, "http://127.0.0.1:9/")
    with pytest.raises(HomevoltPricesError) as caught:
        await prices.day(TODAY)
    assert_hidden(caught.value)


def assert_hidden(error: BaseException | None, *texts: str) -> None:
    """Assert that neither texts nor an error with its causes show the token, or half of it."""
    seen = list(texts)
    while error is not None:
        seen += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert not [text for text in seen if "t0ken" in text]


def test_a_query_does_not_show_its_token() -> None:
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="EUR", token=TOKEN)
    assert TOKEN not in repr(query) + repr(SOURCES["entsoe.eu"].request(query))
    assert TOKEN not in repr(SOURCES["tibber.com"].request(query))


@pytest.mark.parametrize(
    ("name", "zone"),
    [("SE3", "SE3"), (" se3 ", "SE3"), ("se-3", "SE3"), ("stockholm", "SE3"), ("DELU", "DE-LU")],
)
def test_a_zone_has_its_name_and_its_place(name: str, zone: str) -> None:
    assert find_zone(name).name == zone


@pytest.mark.parametrize(
    ("name", "near"), [("SE5", "SE"), ("Stokholm", "SE3"), ("N02", "NO2"), ("", "SE1"), (3, "SE3")]
)
def test_an_unknown_zone_is_answered_with_the_nearest_names(name: object, near: str) -> None:
    with pytest.raises(HomevoltValueError, match=f"no bidding zone .*Nearest: .*{near}"):
        find_zone(name)


def test_every_zone_has_a_source_without_a_token() -> None:
    for zone in ZONES.values():
        first, *_ = sources_for(zone, zone.currency)
        assert not first.needs_token


@pytest.mark.parametrize(
    ("zone", "currency", "tokens", "names"),
    [
        ("SE3", "SEK", (), ["elprisetjustnu.se", "energidataservice.dk"]),
        ("SE3", "SEK", ("tibber.com",), ["elprisetjustnu.se", "tibber.com"]),
        ("NO5", "NOK", (), ["hvakosterstrommen.no", "energy-charts.info"]),
        ("DK1", "DKK", (), ["energidataservice.dk", "energy-charts.info"]),
        ("FI", "EUR", (), ["energy-charts.info"]),
        ("FI", "EUR", ("entsoe.eu",), ["energy-charts.info", "entsoe.eu"]),
    ],
)
def test_one_source_is_asked_and_one_is_fallen_back_to(
    zone: str, currency: str, tokens: tuple[str, ...], names: list[str]
) -> None:
    assert [each.name for each in sources_for(ZONES[zone], currency, tokens=tokens)] == names


@pytest.mark.parametrize(
    ("zone", "currency", "first", "message"),
    [
        ("SE3", "SEK", "entsoe.eu", "needs a token"),
        ("SE3", "SEK", "hvakoster", "has no prices of SE3 in SEK"),
        ("SE3", "SEK", "nordpool", "no source of prices 'nordpool'. Nearest: "),
        ("SE3", "SEK", "", "no source of prices ''"),
        ("SE3", "SEK", "en", "no source of prices 'en'"),
    ],
)
def test_a_source_that_cannot_be_asked_is_refused(
    zone: str, currency: str, first: str, message: str
) -> None:
    with pytest.raises(HomevoltValueError, match=message):
        sources_for(ZONES[zone], currency, first=first)


def test_a_source_is_found_by_the_beginning_of_its_name() -> None:
    assert find_source("tibber").name == "tibber.com"
    assert find_source("energy-").name == "energy-charts.info"


def test_a_nan_is_no_price(ask: Ask) -> None:
    body = json.dumps([{"SEK_per_kWh": math.nan, "time_start": ONE}]).encode()
    answer = SOURCES["elprisetjustnu.se"].parse(
        body, Query(zone=ZONES["SE3"], day=TODAY, currency="SEK")
    )
    prices = ask()
    query = Query(zone=ZONES["SE3"], day=TODAY, currency="SEK")
    with pytest.raises(HomevoltDataError, match="is not a number: nan"):
        prices._series(prices.sources[0], query, answer)
