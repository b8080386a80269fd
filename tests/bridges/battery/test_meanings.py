"""What each word of the facade does, over an hour of changing load and sun, and what follows it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from homevolt.bridges.battery.facade import drive
from homevolt.bridges.battery.modes import MEANINGS, Request
from tests.support.bridged import bridged_battery
from tests.support.minutes import POWER_W, PROMISES, Minute, minutes

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("word", MEANINGS)
async def test_each_word_does_what_it_says_for_an_hour_of_load_and_sun(word: str) -> None:
    power = POWER_W if word in {"charge", "discharge"} else None
    async with bridged_battery() as battery:
        await drive(battery.feed, Request(word, power, ttl=3700))
        for number, minute in enumerate(await minutes(battery, 60)):
            assert PROMISES[word](minute), (number, minute)


@pytest.mark.parametrize("word", [word for word in MEANINGS if word != "normal"])
async def test_silence_falls_back_to_normal_when_the_time_is_over(word: str) -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request(word, ttl=600))
        await minutes(battery, 59)
        assert all(PROMISES["normal"](minute) for minute in await minutes(battery, 59))


@pytest.mark.parametrize(
    ("word", "limit"),
    [
        ("hold", lambda m: m.battery_w >= -501),
        ("holdcharge", lambda m: m.battery_w >= -501),
        ("normal", lambda m: abs(m.battery_w) <= 501),
    ],
)
async def test_the_power_of_a_word_that_follows_the_house_is_a_limit(
    word: str, limit: Callable[[Minute], bool]
) -> None:
    async with bridged_battery() as battery:
        await drive(battery.feed, Request(word, 500, ttl=3700))
        assert all(limit(minute) for minute in await minutes(battery, 60))


async def test_the_words_can_follow_each_other_in_any_order() -> None:
    async with bridged_battery() as battery:
        for word in itertools.chain(*itertools.permutations(MEANINGS, 2)):
            power = POWER_W if word in {"charge", "discharge"} else None
            await drive(battery.feed, Request(word, power))
            await battery.clock.sleep(60)
            world = battery.sim.installation
            load_w, sun_w = world.house.consumption_w, world.house.solar_w
            assert PROMISES[word](Minute(load_w - sun_w, world.battery_w, world.grid_w)), word
