"""What is on a real broker while the bridge runs, and what becomes of it when something fails."""

from __future__ import annotations

import asyncio
import gc
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.bridges.config import DeviceConfig
from homevolt.bridges.feed import Feed
from homevolt.bridges.feeds import Feeds
from homevolt.bridges.mqtt.bridge import MqttOutput
from homevolt.bridges.mqtt.client import BrokerClient
from homevolt.bridges.mqtt.discovery import identifier
from homevolt.bridges.mqtt.publishing import RETAINED, RetainedDiscovery
from homevolt.bridges.mqtt.topics import Topics
from homevolt.bridges.output import OutputError, OutputStatus
from homevolt.readings.snapshot import Update
from tests.support.bridged import (
    DEADLINE_S,
    bridged_battery,
    observing,
    restarted,
    running_output,
)
from tests.support.certificates import certificates
from tests.support.home_assistant import document_mistakes, state_mistake
from tests.support.mosquitto import PASSWORD, Mosquitto

if TYPE_CHECKING:
    import logging
    from collections.abc import Awaitable
    from pathlib import Path

    from tests.bridges.mqtt.conftest import OnBroker
    from tests.support.bridged import Observer

TOPICS = Topics()
BRIDGE = "homevolt/bridge/state"


def discovery(observer: Observer) -> dict[str, Any]:
    return {
        topic: message.json
        for topic, message in observer.latest.items()
        if topic.startswith("homeassistant/device/") and message.payload
    }


async def failure(run: Awaitable[None]) -> str:
    """Return how an output that cannot go on says so."""
    with pytest.raises(OutputError) as caught:
        await asyncio.wait_for(run, DEADLINE_S)
    return str(caught.value)


async def test_state_availability_plan_and_discovery_are_retained(on_broker: OnBroker) -> None:
    battery, _, broker = on_broker
    async with observing(broker) as late:
        state = (await late.wait(battery.topic("state"))).json
        for name in RETAINED:
            message = await late.wait(battery.topic(name))
            assert message.retain, name
        assert (await late.wait(BRIDGE)).payload == b"online"
        assert late.latest[battery.topic("availability")].payload == b"online"
        assert battery.feed.snapshot is not None
        parts = battery.feed.snapshot.parts
        assert state[f"{next(iter(parts))}.power_w"] == battery.feed.snapshot.unit.power_w
        for key in parts:
            assert (await late.wait(TOPICS.config(identifier(key)))).retain


async def test_home_assistant_accepts_every_entity_and_its_state_controls_included(
    on_broker: OnBroker,
) -> None:
    battery, observer, _ = on_broker
    state = observer.latest[battery.topic("state")].json
    platforms: dict[str, int] = {}
    for topic, document in discovery(observer).items():
        assert document_mistakes(topic, document) == []
        assert document["state_topic"] == battery.topic("state")
        for component in document["components"].values():
            platform = component["platform"]
            platforms[platform] = platforms.get(platform, 0) + 1
            if platform != "button":
                key = component["value_template"].split("'")[1]
                assert state_mistake(component, state[key]) is None
                assert key in state
    assert platforms.keys() == {"sensor", "select", "number", "switch", "button"}


async def test_everything_is_sent_again_when_home_assistant_comes_online(
    on_broker: OnBroker,
) -> None:
    battery, observer, _ = on_broker
    before = list(discovery(observer))
    await observer.send("homeassistant/status", "offline")
    since = await observer.send("homeassistant/status", "online")
    await observer.wait(battery.topic("state"), since=since)
    await observer.wait(battery.topic("availability"), since=since)
    for topic in before:
        await observer.wait(topic, since=since)


async def test_at_the_end_the_bridge_is_offline_and_the_state_stays(broker: Mosquitto) -> None:
    async with observing(broker) as observer, bridged_battery() as battery:
        async with running_output(broker.config(), battery.feeds):
            await observer.wait(battery.topic("availability"))
        await observer.wait(BRIDGE, lambda m: m.payload == b"offline")
        async with observing(broker) as late:
            assert (await late.wait(BRIDGE)).payload == b"offline"
            assert (await late.wait(battery.topic("state"))).json


async def test_a_bridge_that_dies_is_offline_by_its_last_will(broker: Mosquitto) -> None:
    async with observing(broker) as observer, bridged_battery() as battery:
        output = MqttOutput(broker.config())
        async with output._client() as client:
            await client.publish(BRIDGE, "online", qos=1, retain=True)
            await observer.wait(BRIDGE, lambda m: m.payload == b"online")
            socket = client._client.socket()
            assert socket is not None
            socket.close()  # as when its process is killed
            client._disconnected.set_result(None)
        await observer.wait(BRIDGE, lambda m: m.payload == b"offline")
        assert battery.feed.snapshot is not None


async def test_a_device_that_is_away_is_unavailable_and_keeps_its_state(
    on_broker: OnBroker,
) -> None:
    battery, observer, broker = on_broker
    state = observer.latest[battery.topic("state")].payload
    battery.clock.advance(3600)  # nothing was read for an hour
    battery.feed._publish(battery.feed.last)  # type: ignore[arg-type]  # it was read once
    await observer.wait(battery.topic("availability"), lambda m: m.payload == b"offline")
    async with observing(broker) as late:
        assert (await late.wait(battery.topic("state"))).payload == state
    since = len(observer.messages)
    await battery.read()
    await observer.wait(
        battery.topic("availability"), lambda m: m.payload == b"online", since=since
    )


async def test_the_last_will_of_another_process_does_not_leave_the_bridge_offline(
    on_broker: OnBroker,
) -> None:
    _, observer, _ = on_broker
    since = await observer.send(BRIDGE, "offline", retain=True)
    await observer.wait(BRIDGE, lambda m: m.payload == b"online", since=since)


async def test_tls_and_password_are_used(tmp_path: Path) -> None:
    tls = certificates(tmp_path / "certificates")
    async with (
        Mosquitto(tmp_path / "broker", tls=tls) as broker,
        observing(broker) as observer,
        bridged_battery() as battery,
        running_output(broker.config(), battery.feeds),
    ):
        await observer.wait(battery.topic("state"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ca_file": None}, "certificate verify failed"),
        ({"password": "wrong-secret"}, "Not authorized"),
    ],
)
async def test_a_broker_that_is_not_trusted_or_refuses_is_an_error_without_secrets(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    tls = certificates(tmp_path / "certificates")
    async with Mosquitto(tmp_path / "broker", tls=tls) as broker:
        output = MqttOutput(broker.config(**changes))
        with warnings.catch_warnings():  # paho leaves the socket of a failed handshake open
            warnings.simplefilter("ignore", ResourceWarning)
            said = await failure(output.run(Feeds(), OutputStatus()))
            gc.collect()
    assert words.lower() in said.lower()
    assert str(broker.port) in said
    assert "secret" not in said
    assert PASSWORD not in said


async def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    output = MqttOutput(Mosquitto(tmp_path).config(tls=True, ca_file=tmp_path / "none.pem"))
    assert "none.pem" in await failure(output.run(Feeds(), OutputStatus()))


async def test_a_broker_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    output = MqttOutput(Mosquitto(tmp_path).config())
    assert "is away" in await failure(output.run(Feeds(), OutputStatus()))


async def test_a_broker_that_goes_and_comes_back_has_everything_again(broker: Mosquitto) -> None:
    async with bridged_battery() as battery:
        output, is_up = MqttOutput(broker.config()), asyncio.Event()
        running = asyncio.create_task(output.run(battery.feeds, OutputStatus(is_up.set)))
        await asyncio.wait_for(is_up.wait(), DEADLINE_S)
        async with observing(broker) as observer:
            await observer.wait(battery.topic("state"))
            await observer.send(battery.topic("set/setpoint"), "1234")
            await observer.wait(battery.topic("result/setpoint"))
        await broker.stop()
        assert "is away" in await failure(running)
        await broker.start()
        status = OutputStatus()
        running = asyncio.create_task(output.run(battery.feeds, status))
        async with observing(broker) as observer:
            state = await observer.wait(battery.topic("state"))
            assert state.json["control.setpoint"] == 1234
            await observer.wait(battery.topic("availability"))
            assert len(discovery(observer)) == len(battery.feed.snapshot.parts)  # type: ignore[union-attr]  # it was read
        status.stopping.set()
        await asyncio.wait_for(running, DEADLINE_S)


async def test_a_command_under_way_is_brought_to_its_end_and_answered_later(
    broker: Mosquitto,
) -> None:
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: float) -> None:
        has_begun.set()
        await may_go_on.wait()

    async with bridged_battery(sleep=wait) as battery:
        output = MqttOutput(broker.config())
        running = asyncio.create_task(output.run(battery.feeds, OutputStatus()))
        async with observing(broker) as observer:
            await observer.wait(battery.topic("availability"))
            battery.sim.faults.add("latency", seconds=1, write=True, count=1)
            await observer.send(battery.topic("set/mode"), "idle")
            await observer.send(battery.topic("set/clear"), "PRESS")
            await asyncio.wait_for(has_begun.wait(), DEADLINE_S)
        await broker.stop()
        may_go_on.set()
        await failure(running)
        assert [entry.type for entry in battery.entries] == [0]
        await broker.start()
        async with (
            observing(broker) as observer,
            running_output(broker.config(), battery.feeds, output=output),
        ):
            mode = await observer.wait(battery.topic("result/mode"))
            clear = await observer.wait(battery.topic("result/clear"))
        assert mode.json["outcome"] == "verified"
        assert clear.json["outcome"] == "refused"
        assert "sched_clear" not in battery.commands[1:]


async def test_an_answer_that_is_published_when_told_to_stop_is_published_once(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, status = BrokerClient.publish, OutputStatus()

    async def publish_and_be_stopped(self: BrokerClient, topic: str, *args: Any, **kw: Any) -> None:
        await publish(self, topic, *args, **kw)
        if topic.endswith("result/duration"):
            status.stopping.set()
            for _ in range(20):  # the end begins before this one knows that it was delivered
                await asyncio.sleep(0)

    monkeypatch.setattr(BrokerClient, "publish", publish_and_be_stopped)
    async with observing(broker) as observer, bridged_battery() as battery:
        running = asyncio.create_task(MqttOutput(broker.config()).run(battery.feeds, status))
        await observer.wait(battery.topic("availability"))
        since = await observer.send(battery.topic("set/duration"), "10")
        await observer.wait(BRIDGE, lambda m: m.payload == b"offline", since=since)
        await asyncio.wait_for(running, DEADLINE_S)
    answers = [each for each in observer.messages if each.topic.endswith("result/duration")]
    assert len(answers) == 1


async def test_two_bridges_with_one_client_id_are_noticed(
    broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    config = broker.config(client_id="homevolt-1")
    noticed = asyncio.Event()

    def look(record: logging.LogRecord) -> bool:
        if "a client_id of its own" in record.getMessage():
            noticed.set()
        return True

    caplog.handler.addFilter(look)
    async with observing(broker) as observer, bridged_battery() as battery:
        first = MqttOutput(config)
        running = asyncio.create_task(first.run(battery.feeds, OutputStatus()))
        await observer.wait(battery.topic("availability"))
        await observer.wait(TOPICS.bridge_info)
        since = len(observer.messages)
        second = asyncio.create_task(MqttOutput(config).run(Feeds(), OutputStatus()))
        await observer.wait(TOPICS.bridge_info, since=since)
        assert "is away" in await failure(running)
        since = len(observer.messages)
        async with running_output(config, battery.feeds, output=first):
            await asyncio.wait_for(noticed.wait(), DEADLINE_S)
            await failure(second)
    caplog.handler.removeFilter(look)


async def test_two_bridges_with_one_prefix_are_noticed(
    on_broker: OnBroker, caplog: pytest.LogCaptureFixture
) -> None:
    battery, observer, broker = on_broker
    async with running_output(broker.config(), Feeds()):
        await observer.wait(BRIDGE, lambda m: m.payload == b"online")
        since = await observer.send(battery.topic("set/duration"), "10")
        await observer.wait(battery.topic("result/duration"), since=since)
    assert "Give each a topic_prefix" in caplog.text


async def test_what_is_retained_of_a_device_that_is_gone_is_cleared(broker: Mosquitto) -> None:
    async with observing(broker) as observer:
        async with (
            bridged_battery(seed=1) as old,
            running_output(broker.config(), old.feeds),
        ):
            await observer.wait(old.topic("availability"))
            gone = set(discovery(observer))
        other = {"origin": {"name": "other"}, "state_topic": "homevolt/x/state"}
        kept = "homeassistant/device/homevolt_not_ours/config"
        await observer.send(kept, other, retain=True)
        async with (
            bridged_battery(seed=2) as new,
            running_output(broker.config(), new.feeds),
        ):
            for topic in gone:
                await observer.wait(topic, lambda m: not m.payload)
            await observer.wait(old.topic("state"), lambda m: not m.payload)
            await observer.wait(new.topic("availability"))
            since = await observer.send("homeassistant/status", "online")
            await observer.wait(new.topic("state"), since=since)
    async with observing(broker) as late:
        await late.wait(new.topic("state"))
        await late.wait(kept)
        assert not gone & set(discovery(late))
        assert not [topic for topic in late.latest if topic.startswith(old.topic(""))]


async def test_nothing_is_cleared_before_every_device_was_read(broker: Mosquitto) -> None:
    async with observing(broker) as observer, bridged_battery() as battery:
        async with running_output(broker.config(), battery.feeds):
            await observer.wait(battery.topic("availability"))
        since = len(observer.messages)
        feeds = Feeds()
        feeds.add(Feed(DeviceConfig("away", "127.0.0.1:9")))
        async with running_output(broker.config(), feeds):
            await observer.wait(BRIDGE, lambda m: m.payload == b"online", since=since)
            since = await observer.send("homevolt/x/set/mode", "idle")
            await observer.wait("homevolt/x/result/mode", since=since)
        assert [m.topic for m in observer.messages if not m.payload] == []


async def test_a_device_that_a_reload_removes_is_cleared(on_broker: OnBroker) -> None:
    battery, observer, _ = on_broker
    topics = set(discovery(observer))
    battery.feeds.remove(battery.feed)
    for topic in topics:
        await observer.wait(topic, lambda m: not m.payload)
    await observer.wait(battery.topic("state"), lambda m: not m.payload)


async def test_a_component_that_is_gone_is_removed(broker: Mosquitto) -> None:
    async with observing(broker) as observer, bridged_battery() as battery:
        async with running_output(broker.config(), battery.feeds):
            await observer.wait(battery.topic("availability"))
        topic, document = next(iter(discovery(observer).items()))
        extra = {"platform": "sensor", "unique_id": "x", "value_template": "{{ 1 }}"}
        document["components"]["of_an_older_version"] = extra
        await observer.send(topic, document, retain=True)
        since = len(observer.messages)
        async with running_output(broker.config(), battery.feeds):
            message = await observer.wait(
                topic,
                lambda m: m.json["components"].get("of_an_older_version") == {"platform": "sensor"},
                since=since,
            )
    assert document_mistakes(topic, message.json) == []


async def test_a_device_that_is_configured_twice_is_published_once_and_said(
    broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        observing(broker) as observer,
        bridged_battery() as first,
        restarted(first) as second,
    ):
        second.feed.name = "again"
        first.feeds.add(second.feed)
        async with running_output(broker.config(), first.feeds):
            await observer.wait(first.topic("availability"))
            since = len(observer.messages)
            second.feed._publish(Update(None, None, first.feed.snapshot.at))  # type: ignore[union-attr] # it was read
            await observer.send(first.topic("set/duration"), "5")
            await observer.wait(first.topic("result/duration"))
            states = [m for m in observer.messages[since:] if m.topic == first.topic("state")]
            durations = [state.json["control.duration"] for state in states]
            assert durations[-1] == 5
            assert durations == sorted(durations, reverse=True), "only those of one feed"
            availability = [m.payload for m in observer.messages if m.topic.endswith("ability")]
            assert availability == [b"online"]
            since = len(observer.messages)
            first.feeds.remove(first.feed)  # the other one takes its place
            await second.read()
            await observer.wait(first.topic("state"), lambda m: m.payload, since=since)
            assert not [m for m in observer.messages[since:] if not m.payload]
    said = [line for line in caplog.messages if "the same device" in line]
    assert said == [
        f"home and again are the same device, {first.ecu_id}; only home is published. Remove one."
    ]


def test_a_part_that_two_devices_report_belongs_to_the_one_that_it_is_of() -> None:
    retained = RetainedDiscovery(TOPICS)
    a, b = (Feed(DeviceConfig(name, f"{name}.invalid")) for name in "ab")
    both = [a, b]
    assert retained.claim("homevolt_ems_b", a, both, "homevolt_ems_a")
    assert retained.claim("homevolt_grid_1", a, both, "homevolt_ems_a")
    assert retained.claim("homevolt_ems_b", b, both, "homevolt_ems_b")
    assert retained.claim("homevolt_ems_b_battery_0", b, both, "homevolt_ems_b")
    assert not retained.claim("homevolt_grid_1", b, both, "homevolt_ems_b")
    assert not retained.claim("homevolt_ems_b", a, both, "homevolt_ems_a")
    assert retained.claim("homevolt_grid_1", b, [b], "homevolt_ems_b")
