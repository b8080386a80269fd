"""A day of a bridge whose broker and devices go away at random: nothing is lost, nothing grows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from benchmarks.endurance import Endurance, held
from homevolt.bridges.mqtt import bridged
from homevolt.bridges.mqtt.discovery import identifier
from homevolt.bridges.mqtt.topics import Topics
from tests.bridges.support import until
from tests.support.bridged import observing
from tests.support.home_assistant import document_mistakes
from tests.support.mosquitto import Mosquitto

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


TOPICS = Topics()
MAY_GROW_BLOCKS = 2000
"""Five for each read of a device; what is read and published of one needs some hundred."""


async def test_a_day_in_which_everything_goes_away_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "homevolt")  # pytest would keep every line
    monkeypatch.setattr(bridged, "MOST_REMEMBERED", 4)  # so that they are as many at both times
    async with (
        Mosquitto(tmp_path / "broker") as broker,
        Endurance(broker, devices=2, interval_s=300, seed=1) as day,
    ):
        await day.hours(2)
        early = held()
        await day.hours(22)
        await until(lambda: held().tasks == early.tasks)
        late = held()
        assert late.other_tasks <= early.other_tasks + 2  # of the clients, from time to time
        assert late.descriptors == early.descriptors
        assert late.blocks - early.blocks <= MAY_GROW_BLOCKS
        assert min(day.events.values()) >= 3, day.events
        assert max(times for _, times in day.outcomes) == 1, day.outcomes
        verified = {
            times: n for (outcome, times), n in day.outcomes.items() if outcome == "verified"
        }
        assert verified.keys() == {1}
        assert 10 <= verified[1] < day.outcomes.total()
        async with observing(broker) as observer:
            for feed in day.service.feeds.values():
                assert feed.snapshot is not None
                for part in feed.snapshot.parts:
                    topic = TOPICS.config(identifier(part))
                    message = await observer.wait(topic)
                    assert document_mistakes(topic, message.json) == []
                device_id = feed.device_id or ""
                topic = TOPICS.of(device_id, "availability")
                await observer.wait(topic, lambda message: message.payload == b"online")
                assert (await observer.wait(TOPICS.of(device_id, "state"))).json["at"]
