"""Prices are asked for when they can be there, kept for good, and never made up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from homevolt.exceptions import (
    HomevoltPricesError,
    HomevoltPricesNotPublishedError,
    HomevoltValueError,
)
from homevolt.planning.http import BACKOFF_S
from homevolt.planning.prices import market
from homevolt.planning.prices.market import UNREACHABLE_S, Prices
from homevolt.planning.series import HOUR, QUARTER
from tests.support.price_server import PER_EURO, SOURCES, TOKEN, PriceServer, values_of
from tests.support.raw_server import unused_port

from .conftest import NOON, TODAY, TOMORROW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.fakes import ManualClock

    from .conftest import Ask

DAY = timedelta(days=1)
FIRST, SECOND = "elprisetjustnu.se", "energidataservice.dk"
ALL_DOWN = (FIRST, SECOND)


def fail(status: int) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, text="<html>")


async def test_a_published_day_is_asked_for_once_and_kept_for_good(
    ask: Ask, server: PriceServer, tmp_path: Path
) -> None:
    first = await ask(cache=tmp_path).day(TODAY)
    server.days[TODAY] = values_of(TODAY, 9.0)
    assert await ask(cache=tmp_path).day(TODAY) == first
    assert server.asked(FIRST) == 1


async def test_a_source_that_cannot_be_reached_is_not_tried_again_for_every_day(
    now: ManualClock,
) -> None:
    nowhere = f"http://127.0.0.1:{unused_port()}"
    prices = Prices("FI", clock=now, base_urls=dict.fromkeys(SOURCES, nowhere))
    with pytest.raises(HomevoltPricesError, match="cannot be reached"):
        await prices.days(TODAY - 20 * DAY, TODAY)
    assert len(now.slept) == len(BACKOFF_S)
    with pytest.raises(HomevoltPricesError, match=r"energy-charts\.info: it could not be reached"):
        await prices.day(TODAY - 21 * DAY)
    now.advance(UNREACHABLE_S)
    with pytest.raises(HomevoltPricesError, match="cannot be reached"):
        await prices.day(TODAY - 22 * DAY)
    assert len(now.slept) == 2 * len(BACKOFF_S)


async def test_a_kept_day_needs_no_source(ask: Ask, server: PriceServer, tmp_path: Path) -> None:
    kept = await ask(cache=tmp_path).day(TODAY)
    server.faults = dict.fromkeys(ALL_DOWN, fail(503))
    again = await ask(cache=tmp_path).day(TODAY)
    assert again.fetched_at == kept.fetched_at  # its age is that of the first time


@pytest.mark.parametrize("broken", ["", "{}", "null", "[1]", '{"start": 5}', "\x00", "[" * 9000])
async def test_a_kept_file_that_cannot_be_read_is_fetched_again(
    ask: Ask, server: PriceServer, tmp_path: Path, broken: str
) -> None:
    kept = await ask(cache=tmp_path).day(TODAY)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(broken, "utf-8")
    assert await ask(cache=tmp_path).day(TODAY) == kept
    assert server.asked(FIRST) == 2
    assert json.loads(file.read_text("utf-8"))["zone"] == "SE3"


async def test_a_folder_that_cannot_be_written_to_costs_only_the_cache(
    ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert len(await ask(cache=tmp_path / "file").day(TODAY)) == 96


async def test_nothing_of_a_write_is_left_beside_the_kept_days(ask: Ask, tmp_path: Path) -> None:
    await ask(cache=tmp_path).days(TODAY - DAY, TODAY)
    assert sorted(file.name for file in (tmp_path / "SE3-SEK").iterdir()) == [
        "2026-02-02.json",
        "2026-02-03.json",
    ]


async def test_tomorrow_is_not_asked_for_before_13_o_clock(
    ask: Ask, server: PriceServer, now: ManualClock
) -> None:
    now.start = NOON.timestamp()
    server.days[TOMORROW] = values_of(TOMORROW)
    with pytest.raises(HomevoltPricesNotPublishedError, match="published on 2026-02-03") as caught:
        await ask().day(TOMORROW)
    assert server.requests == []
    assert caught.value.retry_at is not None
    published = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    assert timedelta(0) <= caught.value.retry_at - published <= timedelta(minutes=2)


async def test_not_everybody_asks_at_the_same_second(ask: Ask, now: ManualClock) -> None:
    now.start = NOON.timestamp()
    moments = set()
    for _ in range(20):
        with pytest.raises(HomevoltPricesNotPublishedError) as caught:
            await ask().day(TOMORROW)
        moments.add(caught.value.retry_at)
    assert len(moments) > 10


async def test_tomorrow_is_asked_for_from_13_o_clock(
    ask: Ask, server: PriceServer, now: ManualClock
) -> None:
    now.start = datetime(2026, 2, 3, 12, 2, 1, tzinfo=UTC).timestamp()
    server.days[TOMORROW] = values_of(TOMORROW)
    assert (await ask().day(TOMORROW)).at(NOON + DAY) is not None


async def test_in_summer_it_is_13_o_clock_of_summer_time(ask: Ask, now: ManualClock) -> None:
    now.start = datetime(2026, 7, 1, 10, 59, tzinfo=UTC).timestamp()
    with pytest.raises(HomevoltPricesNotPublishedError) as caught:
        await ask().day(date(2026, 7, 2))
    assert caught.value.retry_at is not None
    assert caught.value.retry_at.hour == 11


async def test_who_got_nothing_asks_less_and_less_often(
    ask: Ask, server: PriceServer, now: ManualClock
) -> None:
    prices = ask()
    pauses = []
    for n in range(1, 8):
        with pytest.raises(HomevoltPricesNotPublishedError) as caught:
            await prices.day(TOMORROW)
        assert server.asked(FIRST) == n
        assert caught.value.retry_at is not None
        pause = caught.value.retry_at.timestamp() - now.now()
        with pytest.raises(HomevoltPricesNotPublishedError):
            await prices.day(TOMORROW)  # at once: nobody is asked
        assert server.asked(FIRST) == n
        pauses.append(pause)
        now.advance(pause)
    bounds = [*market.BACKOFF_S, *market.BACKOFF_S[-1:] * 2]
    assert all(bound / 2 - 1 <= pause <= bound for pause, bound in zip(pauses, bounds, strict=True))
    server.days[TOMORROW] = values_of(TOMORROW)
    assert len(await prices.day(TOMORROW)) == 96


async def test_the_day_after_tomorrow_is_never_asked_for(ask: Ask, server: PriceServer) -> None:
    with pytest.raises(HomevoltPricesNotPublishedError):
        await ask().day(TOMORROW + DAY)
    assert server.requests == []


async def test_without_tomorrow_there_is_today_and_a_word_about_it(ask: Ask) -> None:
    found = await ask().days(TODAY, TOMORROW)
    assert found.prices.end == datetime(2026, 2, 3, 23, tzinfo=UTC)
    (problem,) = found.problems
    assert isinstance(problem, HomevoltPricesNotPublishedError)
    assert problem.day == TOMORROW


async def test_a_missing_day_in_between_is_a_gap(ask: Ask, server: PriceServer) -> None:
    before = TODAY - 2 * DAY
    server.days[before] = values_of(before)
    del server.days[TODAY - DAY]
    found = await ask().days(before, TODAY)
    assert len(found.prices.gaps()) == 96
    assert [error.day for error in found.problems if isinstance(error, HomevoltPricesError)] == [
        TODAY - DAY
    ]


async def test_several_days_are_as_old_as_the_oldest_of_them(
    ask: Ask, now: ManualClock, tmp_path: Path
) -> None:
    first = await ask(cache=tmp_path).day(TODAY - DAY)
    now.advance(3600)
    found = await ask(cache=tmp_path).days(TODAY - DAY, TODAY)
    assert found.prices.fetched_at == first.fetched_at


@pytest.mark.parametrize("fault", [429, 500, 503, 403, 302])
async def test_a_source_that_fails_is_replaced_by_the_other(
    ask: Ask, server: PriceServer, fault: int
) -> None:
    prices = ask()
    await prices.day(TODAY - DAY)  # brings the rate
    server.faults[FIRST] = fail(fault)
    found = await prices.day(TODAY)
    assert found.source == f"{SECOND} (at {PER_EURO:.4f} SEK per EUR of 2026-02-02)"
    assert found.currency == "SEK"
    expected = [price for price in values_of(TODAY).values() if price is not None]
    assert found.values == pytest.approx(expected)


async def test_converted_prices_are_not_kept_for_good(
    ask: Ask, server: PriceServer, now: ManualClock, tmp_path: Path
) -> None:
    prices = ask(cache=tmp_path)
    await prices.day(TODAY - DAY)
    server.faults[FIRST] = fail(503)
    await prices.day(TODAY)
    asked = server.asked(SECOND)
    await prices.day(TODAY)  # what there is, until it is time to ask again
    assert server.asked(SECOND) == asked
    del server.faults[FIRST]
    now.advance(market.BACKOFF_S[0])
    assert (await prices.day(TODAY)).source == FIRST


async def test_without_a_rate_nothing_is_converted(ask: Ask, server: PriceServer) -> None:
    server.faults[FIRST] = fail(503)
    with pytest.raises(HomevoltPricesError, match="in EUR only, and no rate to SEK"):
        await ask().day(TODAY)


async def test_a_busy_source_is_not_asked_again_at_once(ask: Ask, server: PriceServer) -> None:
    server.faults = dict.fromkeys(ALL_DOWN, fail(429))
    with pytest.raises(HomevoltPricesError, match=r"was asked too often \(status 429\)"):
        await ask().day(TODAY)
    assert server.asked(FIRST) == 1


async def test_a_source_that_stumbles_is_asked_three_times(
    ask: Ask, server: PriceServer, now: ManualClock
) -> None:
    server.faults = dict.fromkeys(ALL_DOWN, fail(503))
    with pytest.raises(HomevoltPricesError) as caught:
        await ask().day(TODAY)
    assert server.asked(FIRST) == 3
    assert len(now.slept) == 2
    assert "\n" not in str(caught.value)
    assert caught.value.day == TODAY


async def test_a_redirect_is_not_followed(ask: Ask, server: PriceServer) -> None:
    def redirect() -> web.Response:
        return web.Response(status=302, headers={"Location": "/price"})

    server.faults = dict.fromkeys(ALL_DOWN, redirect)
    with pytest.raises(HomevoltPricesError, match="status 302"):
        await ask().day(TODAY)
    assert server.asked("energy-charts.info") == 0


def as_rows(values: dict[datetime, Any]) -> Callable[[], web.Response]:
    rows = [{"time_start": k.isoformat(), "SEK_per_kWh": v} for k, v in values.items()]
    return lambda: web.json_response(rows)


async def test_a_copy_of_today_as_tomorrow_is_refused(ask: Ask, server: PriceServer) -> None:
    server.days[TOMORROW] = server.days[TODAY]
    with pytest.raises(
        HomevoltPricesError, match=r"Asked for 2026-02-04, it gives prices from 2026-02-03T00:00"
    ):
        await ask().day(TOMORROW)


async def test_a_null_is_a_gap_and_the_day_is_asked_for_again(
    ask: Ask, server: PriceServer, now: ManualClock
) -> None:
    noon = datetime(2026, 2, 3, 11, tzinfo=UTC)
    server.days[TODAY][noon] = None
    prices = ask()
    found = await prices.day(TODAY)
    assert found.gaps() == (noon,)
    (problem,) = (await prices.days(TODAY, TODAY)).problems
    assert "1 of 96 are missing, from 2026-02-03T11:00:00+00:00 on" in str(problem)
    server.days[TODAY] = values_of(TODAY)
    now.advance(market.BACKOFF_S[0])
    assert (await prices.day(TODAY)).gaps() == ()


@pytest.mark.parametrize("missing", [0, 5, 23])
async def test_an_ordinary_day_of_23_values_has_a_gap_and_is_not_kept(
    ask: Ask, server: PriceServer, tmp_path: Path, missing: int
) -> None:
    hours = values_of(TODAY, step=HOUR)
    left_out = list(hours)[missing]
    del hours[left_out]
    server.days[TODAY] = hours
    found = await ask(cache=tmp_path).day(TODAY)
    assert (len(found), found.gaps()) == (24, (left_out,))
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25)])
@pytest.mark.parametrize("step", [HOUR, QUARTER])
async def test_the_day_on_which_the_clocks_change_is_complete(
    ask: Ask, server: PriceServer, day: date, hours: int, step: timedelta
) -> None:
    server.days[day] = values_of(day, step=step)
    found = await ask().day(day)
    assert (len(found), found.gaps()) == (hours * (HOUR // step), ())


async def test_an_instant_that_comes_twice_is_refused(ask: Ask, server: PriceServer) -> None:
    values = values_of(TODAY)
    rows = [{"time_start": k.isoformat(), "SEK_per_kWh": v} for k, v in values.items()]
    server.faults = {FIRST: lambda: web.json_response([*rows, rows[5]]), SECOND: fail(503)}
    with pytest.raises(HomevoltPricesError, match="come twice: 2026-02-03T00:15:00"):
        await ask().day(TODAY)


@pytest.mark.parametrize(("factor", "unit"), [(100, "öre/kWh"), (1000, "SEK/MWh")])
async def test_prices_in_the_wrong_unit_are_noticed_and_not_used(
    ask: Ask, server: PriceServer, factor: int, unit: str
) -> None:
    wrong = {k: (v or 0) * factor for k, v in values_of(TODAY).items()}
    server.faults = {FIRST: as_rows(wrong), SECOND: fail(503)}
    with pytest.raises(HomevoltPricesError, match=f"are they in {unit}"):
        await ask().day(TODAY)


async def test_a_web_page_is_no_prices(ask: Ask, server: PriceServer) -> None:
    server.faults = dict.fromkeys(ALL_DOWN, lambda: web.Response(text="<html>Sorry</html>"))
    with pytest.raises(HomevoltPricesError, match="web page instead of data"):
        await ask().day(TODAY)


async def test_an_answer_without_end_is_cut_off(ask: Ask, server: PriceServer) -> None:
    server.faults = dict.fromkeys(ALL_DOWN, lambda: web.Response(body=b" " * (5 << 20)))
    with pytest.raises(HomevoltPricesError, match="larger than 4 MiB"):
        await ask().day(TODAY)


async def test_a_source_out_of_reach_is_named(ask: Ask) -> None:
    prices = ask()
    prices._base_urls = dict.fromkeys(prices._base_urls, "http://127.0.0.1:9")
    with pytest.raises(HomevoltPricesError, match=r"http://127.0.0.1:9/api.* cannot be reached"):
        await prices.day(TODAY)


async def test_a_slow_clock_is_noticed(ask: Ask, server: PriceServer) -> None:
    server.late_s = 7200.0
    with pytest.raises(HomevoltPricesError, match="clock of this machine is 120 min behind"):
        await ask().day(TODAY)
    server.late_s = -7200.0  # a cache on the way may be old
    assert len(await ask().day(TODAY)) == 96


async def test_tibber_has_tomorrow_once_it_is_published(ask: Ask, server: PriceServer) -> None:
    server.days[TOMORROW] = values_of(TOMORROW)
    prices = ask(source="tibber", tokens={"tibber.com": TOKEN})
    assert (await prices.day(TOMORROW)).source == "tibber.com"


async def test_a_session_that_was_passed_in_stays_open(ask: Ask) -> None:
    import aiohttp  # noqa: PLC0415 - for this test alone

    async with aiohttp.ClientSession() as session:
        await ask(session=session).day(TODAY)
        assert not session.closed


def test_wrong_arguments_are_refused(ask: Ask) -> None:
    with pytest.raises(HomevoltValueError, match="currency must be one of"):
        ask(currency="USD")
    with pytest.raises(HomevoltValueError, match="no bidding zone"):
        ask("SE9")


async def test_days_in_the_wrong_order_are_refused(ask: Ask) -> None:
    with pytest.raises(HomevoltValueError, match="is before the first"):
        await ask().days(TODAY, TODAY - DAY)


def test_today_is_the_day_of_the_market(ask: Ask, now: ManualClock) -> None:
    now.start = datetime(2026, 2, 3, 23, 30, tzinfo=UTC).timestamp()
    assert ask().today() == TOMORROW


async def test_not_one_day_is_an_error(ask: Ask) -> None:
    with pytest.raises(HomevoltPricesError):
        await ask().days(TOMORROW, TOMORROW)
