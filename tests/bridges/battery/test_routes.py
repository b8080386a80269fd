"""The facade over HTTP: on loopback, with a token, in JSON."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from homevolt.bridges.battery.modes import MEANINGS
from tests.support.bridged import bridged_battery
from tests.support.served import TOKEN, Served, served_battery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def served(token: str | None = TOKEN, **simulated: Any) -> AsyncIterator[Served]:
    """Serve the facade of a simulated battery."""
    async with bridged_battery(**simulated) as battery, served_battery(battery, token) as served_:
        yield served_


async def test_the_battery_is_read() -> None:
    async with served() as (battery, session), session.get("/battery") as response:
        document = await response.json()
        assert response.status == 200
        snapshot = battery.feed.snapshot
        assert snapshot is not None
        assert document["power_w"] == snapshot.unit.power_w
        assert document["mode"] == "normal"


async def test_a_mode_is_put_and_comes_back_when_it_was_read_back() -> None:
    async with served() as served_:
        status, document = await served_.put({"mode": "charge", "power": 2500, "ttl": 600})
        assert (status, document["mode"]) == (200, "charge")
        entry = served_.battery.entries[0]
        assert (entry.type, entry.options["setpoint"]) == (1, 2500)
        assert entry.to_time - entry.from_time == 600


@pytest.mark.parametrize(("number", "word"), [*enumerate(MEANINGS, 1)])
async def test_a_bare_word_or_the_number_of_evcc_will_do(number: int, word: str) -> None:
    async with served() as served_:
        for body in (word, f'"{word}"', str(number)):
            status, document = await served_.put(body)
            assert (status, document["mode"]) == (200, word)


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ä"]
)
async def test_without_the_token_nothing_is_shown_and_nothing_done(shown: str | None) -> None:
    headers = {} if shown is None else {"Authorization": shown}
    async with served() as (battery, session):
        url = session._base_url
        assert url is not None
        async with aiohttp.ClientSession(url, headers=headers) as other:
            async with other.get("/battery") as response:
                assert response.status == 401
                assert TOKEN not in await response.text()
            async with other.put("/battery/mode", data="charge") as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"] == "Bearer"
        assert battery.sim.journal.writes == []


async def test_without_a_configured_token_there_is_no_facade() -> None:
    async with served(token=None) as (_, session), session.get("/battery") as response:
        assert response.status == 404


NESTED = '{"mode":' + "[" * 4000
"""As deep as a body may be long."""


@pytest.mark.parametrize(
    "body",
    ["fast", "", "{", b"\xff", {"mode": "hold", "x": 1}, [1], "x" * 5000, {"mode": None}, NESTED],
)
async def test_a_request_that_is_none_is_refused_with_a_reason(body: Any) -> None:
    async with served() as served_:
        status, answer = await served_.put(body)
        assert status == 400
        assert answer["error"]
        assert served_.battery.sim.journal.writes == []


async def test_a_device_is_chosen_by_its_name() -> None:
    async with served() as served_:
        status, _ = await served_.put("hold", "/battery/mode?device=home")
        assert status == 200
        status, answer = await served_.put("hold", "/battery/mode?device=away")
        assert status == 404
        assert "Known: home" in answer["error"]


async def test_local_mode_off_is_a_conflict() -> None:
    async with served(local_mode=False) as served_:
        status, answer = await served_.put("hold")
        assert status == 409
        assert "local mode" in answer["error"].lower()


async def test_a_device_that_does_not_answer_is_a_bad_gateway() -> None:
    async with served() as served_:
        await served_.battery.sim.stop()
        status, _ = await served_.put("hold")
        assert status == 502
