"""Whatever comes over the broker, the bridge goes on and sends the device nothing wrong."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.bridges.battery.batcontrol import MODES as BATCONTROL_MODES
from homevolt.bridges.battery.modes import MEANINGS
from homevolt.bridges.mqtt.controls import THINGS
from tests.support.bridged import bridged_battery, observing, running_output
from tests.support.mosquitto import Mosquitto

if TYPE_CHECKING:
    from tests.bridges.mqtt.conftest import OnBroker

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries({"value": JSON}, optional={"id": JSON, "at": JSON, "mode": JSON})
WORDS = st.sampled_from([*BATCONTROL_MODES, *MEANINGS, "PRESS", "ON", "OFF", "2000", "none"])
PAYLOADS = (
    WORDS | st.binary(min_size=1, max_size=60) | st.text(min_size=1, max_size=40) | JSON | ENVELOPES
)
LEVELS = st.text(
    st.characters(blacklist_characters="+#/\0", blacklist_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=12,
).filter(lambda level: level != "reboot")  # which hypothesis finds in the code
TOPICS = st.one_of(
    st.sampled_from([f"homevolt/ECU/set/{thing}" for thing in THINGS if thing != "reboot"]),
    st.sampled_from(["homevolt/ECU/battery/mode", "homevolt/ECU/batcontrol/command/mode"]),
    st.sampled_from(["homevolt/bridge/info", "homevolt/bridge/state", "homeassistant/status"]),
    st.builds("homevolt/ECU/set/{}".format, LEVELS),
    st.builds("homevolt/{}/set/{}".format, LEVELS, LEVELS),
    st.builds("homevolt/ECU/batcontrol/command/{}".format, LEVELS | st.just("charge_rate")),
    st.builds("homeassistant/device/{}/config".format, LEVELS),
)
MESSAGES = st.lists(st.tuples(TOPICS, PAYLOADS, st.booleans()), min_size=5, max_size=25)


def is_command(topic: str) -> bool:
    """Tell whether a topic is one of commands."""
    _, *levels = topic.split("/")
    return (
        (len(levels) == 3 and (levels[1] == "set" or levels[1:] == ["battery", "mode"]))
        or (len(levels) == 4 and levels[1:3] == ["batcontrol", "command"])
    ) and topic.startswith("homevolt/")


def is_answer(topic: str) -> bool:
    """Tell whether a topic is one of answers."""
    return "result" in topic.split("/")[2:]


async def throw(messages: list[tuple[str, Any, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Mosquitto(Path(folder) / "broker") as broker,
            observing(broker) as observer,
            bridged_battery() as battery,
        ):
            async with running_output(broker.config(), battery.feeds):
                await observer.wait(battery.topic("availability"))
                for topic, payload, is_retained in messages:
                    sent = payload if payload != "" else " "
                    aimed = topic.replace("ECU", battery.ecu_id)
                    await observer.send(aimed, sent, retain=is_retained)
                # The bridge still does what it is told, and what it shows is still true.
                last = {"value": {"mode": "idle", "duration": 1}, "id": "last"}
                since = await observer.send(battery.topic("set/mode"), last)
                answer = await observer.wait(
                    battery.topic("result/mode"), lambda m: m.json["id"] == "last", since=since
                )
                verified = answer.json["outcome"] == "verified"
                assert verified or "local mode" in answer.json["message"]
            await observer.send("the/end", "x")
            await observer.wait("the/end")
            known = {"sched_add", "sched_clear", "sched_del"}
            assert {line.split()[0] for line in battery.commands} <= known
            commands = [topic for topic, *_ in messages if is_command(topic)]
            answers = [m for m in observer.messages if is_answer(m.topic)]
            assert len(answers) == len(commands) + 1, "each command is answered, and once"
            assert not [m for m in answers if m.retain]


@settings(max_examples=15)
@given(messages=MESSAGES)
def test_any_payload_on_any_topic_costs_nothing_but_itself(
    messages: list[tuple[str, Any, bool]],
) -> None:
    asyncio.run(throw(messages))


async def test_a_document_that_is_nested_too_deeply_costs_nothing_but_itself() -> None:
    nested = "[" * 5000
    topics = ("bridge/info", "ECU/set/mode", "ECU/battery/mode")
    await throw([(f"homevolt/{topic}", nested, False) for topic in topics])


async def test_a_storm_of_retained_commands_is_refused_and_answered(on_broker: OnBroker) -> None:
    battery, observer, broker = on_broker
    for number in range(600):
        await observer.send(battery.topic(f"set/thing{number}"), "x", retain=True)
    await observer.wait(battery.topic("result/thing599"))
    async with bridged_battery() as again, running_output(broker.config(), again.feeds):
        since = len(observer.messages)
        await observer.send(again.topic("set/duration"), "5")
        await observer.wait(
            again.topic("result/duration"), lambda m: m.json["outcome"] == "verified", since=since
        )
    assert battery.commands == []
