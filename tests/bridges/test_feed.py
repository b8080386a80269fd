"""One device is read again and again; an outage costs one line, and old readings are not shown."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from homevolt.bridges.config import DeviceConfig
from homevolt.bridges.feed import Feed
from homevolt.bridges.feeds import Feeds
from homevolt.exceptions import HomevoltNotReadyError
from tests.bridges.support import SteppedClock, until
from tests.support.fakes import PayloadServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt.readings.snapshot import Update


@pytest.fixture
async def server() -> AsyncIterator[PayloadServer]:
    async with PayloadServer() as server:
        yield server


@pytest.fixture
def stepped() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def feed(server: PayloadServer, stepped: SteppedClock) -> AsyncIterator[Feed]:
    """Return a feed that is running."""
    feed = Feed(DeviceConfig("home", server.host), clock=stepped)
    task = asyncio.create_task(feed.run())
    yield feed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def read(feed: Feed, clock: SteppedClock, times: int = 1) -> None:
    """Let time pass until the device was tried once more."""
    for _ in range(times):
        before = feed.last
        for _ in range(400):
            await clock.pass_time(1.0)
            await asyncio.sleep(0.01)
            if feed.last is not before:
                break
        assert feed.last is not before


async def test_a_device_that_was_never_read_is_neither_shown_nor_controlled() -> None:
    feed = Feed(DeviceConfig("home", "127.0.0.1:9"))
    assert (feed.device, feed.device_id, feed.snapshot, feed.age_s) == (None, None, None, None)
    with pytest.raises(HomevoltNotReadyError, match="home has not answered yet; nothing was sent"):
        async with feed.command():
            pass


async def test_an_outage_is_one_line_when_it_begins_and_one_when_it_ends(
    feed: Feed, server: PayloadServer, stepped: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "homevolt.bridges")
    await until(lambda: feed.reads == 1)
    server.answers["/ems.json"] = 404
    await read(feed, stepped, 4)
    server.answers["/ems.json"] = PayloadServer().answers["/ems.json"]
    await read(feed, stepped)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert lines[0] == f"home is read from http://{server.host}."
    assert lines[1].startswith("home is away: ")
    assert lines[2].startswith("home is back after ")
    assert feed.errors["response"] >= 3
    assert feed.error is None


async def test_old_readings_are_not_shown_even_while_a_read_hangs(
    feed: Feed, stepped: SteppedClock
) -> None:
    await until(lambda: feed.snapshot is not None)
    assert feed.device_id is not None
    stepped.elapsed += 59.0  # nobody is woken: the feed does not get to read
    assert feed.snapshot is not None
    assert feed.age_s == pytest.approx(59.0)
    stepped.elapsed += 1.0
    assert not feed.is_read
    assert feed.age_s is None


async def test_a_clock_that_is_set_back_does_not_keep_old_readings(
    feed: Feed, stepped: SteppedClock
) -> None:
    await until(lambda: feed.snapshot is not None)
    stepped.start -= 3600.0
    stepped.elapsed += 61.0
    assert feed.snapshot is None


async def test_a_feed_that_no_longer_tries_is_not_alive(feed: Feed, stepped: SteppedClock) -> None:
    await until(lambda: feed.reads == 1)
    stepped.elapsed += 590.0
    assert feed.is_alive
    stepped.elapsed += 20.0
    assert not feed.is_alive


async def test_a_refused_password_is_sent_no_more(
    stepped: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with PayloadServer() as server:
        server.answers["/ems.json"] = 401
        feed = Feed(DeviceConfig("home", server.host, "wrong-secret"), clock=stepped)
        await asyncio.wait_for(feed.run(), 10)
        asked = len(server.requests)
        await stepped.pass_time(3600)
        assert len(server.requests) == asked
    assert feed.is_refused
    assert feed.is_alive
    assert feed.errors == {"authentication": 1}
    assert caplog.messages[-1] == (
        "home refuses the password and is no longer read. Correct it and reload."
    )
    assert "wrong-secret" not in caplog.text + repr(feed) + repr(feed.config)


async def test_a_subscriber_that_fails_costs_the_others_nothing(
    feed: Feed, stepped: SteppedClock
) -> None:
    heard: list[Update] = []

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    feed.subscribe(fail)
    end = feed.subscribe(lambda _, update: heard.append(update))
    await read(feed, stepped, 2)
    assert len(heard) >= 2
    end()
    count = len(heard)
    await read(feed, stepped)
    assert len(heard) == count


async def test_who_falls_behind_gets_the_latest_outcome(feed: Feed, stepped: SteppedClock) -> None:
    updates = feed.updates()
    waiting = asyncio.ensure_future(anext(updates))
    await until(lambda: feed.reads == 1)
    first = await waiting
    await read(feed, stepped, 3)
    assert await anext(updates) is feed.last
    assert feed.last is not first
    await updates.aclose()  # type: ignore[attr-defined] # it is a generator


async def test_a_connection_stays_open_until_its_commands_have_ended(
    server: PayloadServer, stepped: SteppedClock
) -> None:
    feed = Feed(DeviceConfig("home", server.host), clock=stepped)
    task = asyncio.create_task(feed.run())
    await until(lambda: feed.device is not None)
    async with feed.command() as device:
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        await device.update_info()
        with pytest.raises(HomevoltNotReadyError, match="home is not read any more; nothing was"):
            async with feed.command():
                pass
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()


async def test_after_a_command_the_outputs_hear_what_was_read_back(
    feed: Feed,
) -> None:
    heard: list[Update] = []
    await until(lambda: feed.reads == 1)
    feed.subscribe(lambda _, update: heard.append(update))
    async with feed.command() as device:
        await device.update_info()
    feed.announce()
    assert [update.snapshot for update in heard] == [feed.snapshot]
    assert feed.age_s == 0


async def test_listeners_hear_of_every_feed_that_comes_and_goes(stepped: SteppedClock) -> None:
    heard: list[tuple[str, str]] = []

    class Listener:
        def added(self, feed: Feed) -> None:
            heard.append(("added", feed.name))

        def updated(self, feed: Feed, _: Update) -> None:
            heard.append(("updated", feed.name))

        def removed(self, feed: Feed) -> None:
            heard.append(("removed", feed.name))

    feeds = Feeds()
    first, second = (Feed(DeviceConfig(name, "127.0.0.1:9"), clock=stepped) for name in "ab")
    feeds.add(first)
    end = feeds.listen(Listener())
    feeds.add(second)
    feeds.reorder(["b", "a"])
    feeds.remove(first)
    end()
    feeds.remove(second)
    assert heard == [("added", "a"), ("added", "b"), ("removed", "a")]
    assert [*feeds] == []
