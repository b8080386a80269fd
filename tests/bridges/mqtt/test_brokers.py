"""A broker that refuses, or is none: one line says what it is, and nothing hangs."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.bridges.config import MqttConfig
from homevolt.bridges.feeds import Feeds
from homevolt.bridges.mqtt import bridge, session
from homevolt.bridges.mqtt.bridge import MqttOutput
from homevolt.bridges.output import OutputError, OutputStatus
from tests.support.bridged import DEADLINE_S, bridged_battery, observing, running_output
from tests.support.mosquitto import Mosquitto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CONNECT, SUBSCRIBE, SUBACK = 1, 8, 0x90
ACCEPTED = bytes([0x20, 3, 0, 0, 0])
NOT_AUTHORIZED = 0x87


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "TIMEOUT_S", 1.0)


def refusal(code: int) -> bytes:
    """Return the answer to a connection that is refused."""
    return bytes([0x20, 3, 0, code, 0])


async def packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return the kind and the rest of the next packet of a client."""
    kind = (await reader.readexactly(1))[0] >> 4
    size = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            return kind, await reader.readexactly(size)


@asynccontextmanager
async def raw_broker(
    answer: bytes, code: int | None = None, then: bytes = b"", *, stays: bool = False
) -> AsyncIterator[MqttConfig]:
    """Serve a broker that answers a connection and, with a code, its subscription."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await packet(reader)
            writer.write(answer)
            while code is not None:
                kind, body = await packet(reader)
                if kind == SUBSCRIBE:
                    codes = [code] * 7  # one for each topic
                    writer.write(bytes([SUBACK, 3 + len(codes), *body[:2], 0, *codes]) + then)
                    break
            while stays and await reader.read(1000):
                pass
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield MqttConfig("127.0.0.1", server.sockets[0].getsockname()[1])
        for writer in writers:  # newer interpreters wait for the connections too
            writer.transport.abort()


async def said(config: MqttConfig) -> str:
    """Return how the output says that it cannot go on."""
    running = MqttOutput(config).run(Feeds(), OutputStatus())
    with pytest.raises(OutputError) as caught:
        await asyncio.wait_for(running, DEADLINE_S)
    text = str(caught.value)
    assert "\n" not in text
    assert str(config.port) in text or "refuses" in text
    return text


def unretrieved() -> list[asyncio.Future[Any]]:
    """Return the futures with an error that nobody looked at, which asyncio will log."""
    futures = [each for each in gc.get_objects() if issubclass(type(each), asyncio.Future)]
    return [each for each in futures if each._log_traceback]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "is away: "),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is away: "),
        (b"\xff" * 64, "is away: "),
        (refusal(0x86), "Bad user name or password"),
        (refusal(NOT_AUTHORIZED), "Not authorized"),
        (refusal(0x88), "Server unavailable"),
        (refusal(0x89), "Server busy"),
        (refusal(0x8A), "Banned"),
        (refusal(0x01), "is away: "),
        (ACCEPTED + b"\xf0\xff\xff\xff\xff\xff", "is away: "),
        (ACCEPTED + bytes([0xE0, 2, 0x8B, 0]), "is away: "),
    ],
)
async def test_what_is_no_broker_or_refuses_is_an_error_in_one_line(
    answer: bytes, words: str
) -> None:
    async with raw_broker(answer) as config:
        assert words in await said(config)


@pytest.mark.parametrize(
    "then",
    [
        b"\xff\xff\xff\xff\xff\xff",
        b"\x32\x07\x00\x02\xff\xfe\x00\x01\x00",  # a topic that is no text
        b"\x40\x02\xff\xff",  # the acknowledgement of what was never sent
    ],
)
async def test_a_broker_that_sends_nonsense_later_is_an_error_that_is_said_once(
    then: bytes,
) -> None:
    others = unretrieved()
    async with raw_broker(ACCEPTED, 1, then) as config:
        await said(config)
    assert [each for each in unretrieved() if each not in others] == []


async def test_a_broker_that_says_nothing_is_an_error() -> None:
    async with raw_broker(b"", 1, stays=True) as config:
        assert "is away: " in await said(config)


async def test_a_subscription_that_is_refused_is_named_with_what_to_allow() -> None:
    async with raw_broker(ACCEPTED, NOT_AUTHORIZED, stays=True) as config:
        assert await said(config) == (
            "The broker refuses to send homevolt/+/set/+: Not authorized. Allow everybody to read "
            "and write what is below homevolt/ and homeassistant/."
        )


async def test_a_broker_that_does_not_let_the_bridge_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LONGEST_ECHO_S", 0.2)
    async with Mosquitto(tmp_path / "broker", allowed=("write #",)) as broker:
        is_up: list[bool] = []
        status = OutputStatus(lambda: is_up.append(True))
        with pytest.raises(OutputError) as caught:
            await asyncio.wait_for(MqttOutput(broker.config()).run(Feeds(), status), DEADLINE_S)
        assert str(caught.value) == (
            f"The broker 127.0.0.1:{broker.port} does not deliver homevolt/bridge/info. Allow "
            "bridge to read and write what is below homevolt/ and homeassistant/."
        )
        assert is_up == []


async def test_a_broker_that_does_not_take_discovery_is_said_once_and_the_rest_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = ("readwrite homevolt/#",)
    async with (
        Mosquitto(tmp_path / "broker", allowed=allowed) as broker,
        observing(broker) as observer,
        bridged_battery() as battery,
        running_output(broker.config(), battery.feeds),
    ):
        await observer.wait(battery.topic("availability"))
        await observer.send(battery.topic("set/duration"), "5")
        await observer.wait(battery.topic("result/duration"))
    (line,) = [line for line in caplog.messages if "refuses" in line]
    assert line.startswith("The broker refuses to take homeassistant/device/homevolt_ems_")
    assert line.endswith(
        ": Not authorized. Allow bridge to read and write what is below homevolt/ and "
        "homeassistant/."
    )
