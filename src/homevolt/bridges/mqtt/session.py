"""One connection to a broker: what is published while it lasts, and what comes in."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from paho.mqtt.subscribeoptions import SubscribeOptions

import homevolt
from homevolt.bridges.mqtt.commands import (
    BATCONTROL,
    BATTERY,
    REFUSED,
    SET,
    Answer,
    Command,
    Job,
    answer_document,
    command_of,
)
from homevolt.bridges.mqtt.publishing import (
    UNLESS_CHANGED,
    RetainedDiscovery,
    discovery_of,
    payloads,
)
from homevolt.bridges.mqtt.state import encoded
from homevolt.bridges.mqtt.topics import OFFLINE, ONLINE, level
from homevolt.bridges.output import OutputError
from homevolt.exceptions import HomevoltError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from homevolt.bridges.feed import Feed
    from homevolt.bridges.feeds import Feeds
    from homevolt.bridges.mqtt.bridged import BridgedDevice
    from homevolt.bridges.mqtt.client import BrokerClient
    from homevolt.bridges.mqtt.process_state import ProcessState
    from homevolt.bridges.output import OutputStatus
    from homevolt.readings.snapshot import Update

_LOGGER = logging.getLogger(__name__)

QOS = 1
_HIDDEN = ("hidden",)
"""The signature of a device that another feed publishes."""
LONGEST_ECHO_S = 20.0
"""How long the broker may take to deliver what the bridge has published itself."""
COMMANDS = {
    "{base}/+/set/+": SET,
    "{base}/+/battery/mode": BATTERY,
    "{base}/+/batcontrol/command/+": BATCONTROL,
}
"""The topics of commands, and whose they are."""
RESULTS = {
    SET: "result/{thing}",
    BATTERY: "battery/result",
    BATCONTROL: "batcontrol/result/{thing}",
}
"""Where each hears how a command ended: nobody reads the answers of another one."""


class MqttSession:
    """One connection.

    Args:
        state: What outlives the connection.
        client: The connection, which is open.
        feeds: The devices.
        status: Tells when to stop.
    """

    def __init__(
        self, state: ProcessState, client: BrokerClient, feeds: Feeds, status: OutputStatus
    ) -> None:
        self._state, self._topics = state, state.topics
        self._client, self._feeds, self._status = client, feeds, status
        self._clock = state.clock
        self._started_s = state.clock.monotonic()
        self._retained = RetainedDiscovery(state.topics)
        self._devices: dict[Feed, BridgedDevice] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._dirty: dict[Feed, None] = {}
        self._wake = asyncio.Event()
        self._parts_changed = True
        self._has_echo = asyncio.Event()
        self._is_ending = False
        self._refused: set[str] = set()
        self._published: dict[str, Feed] = {}

    async def run(self) -> None:
        """Serve until told to stop, or until the connection is lost.

        Raises:
            aiomqtt.MqttError: The connection is lost.
            OutputError: The broker refuses a subscription.
            TimeoutError: The broker does not deliver what is published.
        """
        tasks: list[asyncio.Task[Any]] = []
        stop_listening = None
        try:
            await self._subscribe()
            stop_listening = self._feeds.listen(self)
            work: list[Coroutine[Any, Any, Any]] = [
                self._publish(),
                self._receive(),
                self._status.stopping.wait(),
                self._report_up_after_echo(),
            ]
            tasks = [asyncio.create_task(part) for part in work]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            if stop_listening is not None:
                stop_listening()
            # A cancellation that comes together with an acknowledgement can be lost on the way, so
            # the loops also look whether they are to end.
            self._is_ending = True
            self._wake.set()
            # What is being published when told to stop is published to its end: after a
            # cancellation nobody would know whether it was, and an answer would be sent twice.
            for task in tasks[1:] if self._status.stopping.is_set() else tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end_commands()
        await self._say_goodbye()

    def added(self, feed: Feed) -> None:
        """Hear of a device."""
        device = self._state.bridged(feed)
        device.forget()
        self._devices[feed] = device
        worker = asyncio.create_task(device.work())
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        self.updated(feed)

    def updated(self, feed: Feed, _: Update | None = None) -> None:
        """Hear of an outcome."""
        self._dirty[feed] = None
        self._wake.set()

    def removed(self, feed: Feed) -> None:
        """Hear that a device is no longer configured."""
        self._dirty.pop(feed, None)
        device = self._devices.pop(feed)
        device.close("the device is no longer configured")
        self._state.drop(feed)
        self._parts_changed = True
        device_id = feed.device_id
        if device_id is not None and self._published.get(device_id) is feed:
            del self._published[device_id]
            self._publish_again(device_id)  # one that was hidden behind it takes its place
        self._wake.set()

    async def _subscribe(self) -> None:
        base = self._topics.base
        options = SubscribeOptions(qos=QOS, retainAsPublished=True)
        topics = [
            *(topic.format(base=base) for topic in COMMANDS),
            self._topics.home_assistant,
            self._topics.config("+"),
            self._topics.bridge_info,
            self._topics.bridge_state,
        ]
        codes = await self._client.subscribe([(topic, options) for topic in topics])
        for topic, code in zip(topics, codes, strict=False):
            if getattr(code, "is_failure", False):
                raise OutputError(self._state.refused(f"to send {topic}", str(code)))
        await self._send(self._topics.bridge_state, ONLINE.encode())
        # It comes back after everything that is retained, and so marks the end of that.
        info = {"instance": self._state.instance, "version": homevolt.__version__}
        await self._send(self._topics.bridge_info, encoded(info))

    async def _report_up_after_echo(self) -> None:
        """Say that the bridge is up once what it published came back; then wait for ever."""
        async with asyncio.timeout(LONGEST_ECHO_S):
            await self._has_echo.wait()
        self._status.up()
        await asyncio.Future()

    async def _receive(self) -> None:
        async for message in self._client.messages:
            self._take(str(message.topic), message.payload, is_retained=bool(message.retain))

    def _take(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """Take a message; whatever it is, it costs nothing but itself."""
        if topic == self._topics.home_assistant:
            if payload == ONLINE.encode():
                self._publish_again()
        elif topic == self._topics.bridge_info:
            self._take_info(payload)
        elif topic == self._topics.bridge_state:
            if payload != ONLINE.encode():  # the last will of a process that had these topics
                self._state.answers.append((topic, ONLINE.encode()))
                self._wake.set()
        elif topic.startswith(f"{self._topics.discovery}/"):
            self._retained.take(topic, payload)
        elif payload:  # an empty one only clears what was retained
            self._take_command(topic, payload, is_retained=is_retained)

    def _take_info(self, payload: bytes) -> None:
        with suppress(msgspec.DecodeError, RecursionError):
            document = msgspec.json.decode(payload)
            instance = document.get("instance") if isinstance(document, dict) else None
            if instance == self._state.instance:
                self._retained.is_complete = self._state.was_connected = True
                self._has_echo.set()
                self._wake.set()
            elif self._state.was_connected and instance is not None:
                _LOGGER.warning(
                    "Another bridge publishes below %s/ too. Give each a topic_prefix and a "
                    "client_id of its own.",
                    self._topics.base,
                )

    def _take_command(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        ecu, kind, *_, thing = topic.removeprefix(f"{self._topics.base}/").split("/")
        if kind == BATTERY:
            thing = BATTERY
        result = self._topics.of(ecu, RESULTS[kind].format(thing=level(thing)))

        def answer(command: Command, answer: Answer) -> None:
            document = encoded(answer_document(command, answer, self._clock.now()))
            self._state.answers.append((result, document))
            self._wake.set()

        try:
            command = command_of(thing, payload)
        except HomevoltValueError as error:
            answer(Command(thing, None), Answer(REFUSED, str(error)))
            return
        if why := self._why_not(command, is_retained=is_retained):
            answer(command, Answer(REFUSED, why))
            return
        for device in self._devices.values():
            if level(device.feed.device_id or "") == ecu:
                device.submit(Job(kind, command, answer))
                return
        answer(command, Answer(REFUSED, f"there is no device {ecu!r} here, or it has not answered"))

    def _why_not(self, command: Command, *, is_retained: bool) -> str:
        if is_retained:
            return "a retained command is not carried out, since it would be again and again"
        lasted_s = self._clock.monotonic() - self._started_s
        if command.at is not None and self._clock.now() - command.at.timestamp() > lasted_s:
            return "the command is older than the connection of this bridge"
        return ""

    def _publish_again(self, device_id: str | None = None) -> None:
        """Publish everything of one device again, or of all."""
        for feed, device in self._devices.items():
            if device_id in (None, feed.device_id):
                device.forget()
                self.updated(feed)

    async def _publish(self) -> None:
        while not self._is_ending:
            await self._wake.wait()
            self._wake.clear()
            while self._dirty and self._retained.is_complete and not self._is_ending:
                feed = next(iter(self._dirty))
                del self._dirty[feed]
                await self._publish_device(self._devices[feed])
            await self._send_answers()
            await self._clear_gone()

    async def _publish_device(self, device: BridgedDevice) -> None:
        feed, snapshot = device.feed, device.feed.snapshot
        if self._is_hidden(device):
            return
        if snapshot is not None and device.wants_parameters(self._clock.monotonic()):
            self._read_parameters(device)
        if snapshot is not None:
            for identifier, document in discovery_of(device, snapshot, self._topics).items():
                self._parts_changed = True
                if self._retained.claim(identifier, feed, self._devices, device.local):
                    topic, payload = self._retained.updated(identifier, document)
                    await self._send(topic, payload)
        for topic, payload in payloads(device, self._topics).items():
            if not topic.endswith(UNLESS_CHANGED) or device.published.get(topic) != payload:
                await self._send(topic, payload)
                device.published[topic] = payload

    def _is_hidden(self, device: BridgedDevice) -> bool:
        """Tell whether a device is published by another feed, which was read before it."""
        feed, device_id = device.feed, device.feed.device_id
        first = feed if device_id is None else self._published.setdefault(device_id, feed)
        if first is feed:
            return False
        if device.signature != _HIDDEN:
            device.signature, device.identifiers = _HIDDEN, frozenset()
            _LOGGER.warning(
                "%s and %s are the same device, %s; only %s is published. Remove one.",
                *(first.name, feed.name, device_id, first.name),
            )
        return True

    def _read_parameters(self, device: BridgedDevice) -> None:
        async def read() -> None:
            try:
                await device.controls.read_parameters()
            except HomevoltError as error:
                _LOGGER.debug("The parameters of %s were not read: %s", device.feed.name, error)
            else:
                self.updated(device.feed)

        device.aside(read)

    async def _clear_gone(self) -> None:
        """Clear what is retained of devices that are gone, once all that there are were read."""
        if not self._parts_changed or not self._retained.is_complete or self._dirty:
            return
        devices = self._devices.values()
        if all(device.signature is not None for device in devices):
            self._parts_changed = False
            current = {name for device in devices for name in device.identifiers}
            levels = {level(device.feed.device_id or "") for device in devices}
            for topic in self._retained.gone(current, levels):
                await self._send(topic, b"")

    async def _send_answers(self) -> None:
        answers = self._state.answers
        while answers:
            topic, payload = answers[0]
            await self._send(topic, payload, retain=topic == self._topics.bridge_state)
            with suppress(IndexError):
                answers.remove((topic, payload))

    async def _send(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        await self._client.publish(topic, payload, qos=QOS, retain=retain)
        why, self._client.refusal = self._client.refusal, ""
        prefix = topic.split("/", maxsplit=1)[0]
        if why and prefix not in self._refused:
            self._refused.add(prefix)
            _LOGGER.warning("%s", self._state.refused(f"to take {topic}", why))

    async def _end_commands(self) -> None:
        """Bring the command under way of each device to its end, and refuse those that wait."""
        for device in self._devices.values():
            device.close("the bridge has lost the broker or ends, so it was not begun")
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _say_goodbye(self) -> None:
        await self._send_answers()
        await self._send(self._topics.bridge_state, OFFLINE.encode())
