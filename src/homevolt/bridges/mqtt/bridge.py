"""The output `mqtt`: a connection to a broker, and the devices that are on it."""

from __future__ import annotations

import logging
import socket
import ssl
from typing import TYPE_CHECKING

import aiomqtt

from homevolt._common import SYSTEM_CLOCK
from homevolt.bridges.mqtt.client import BrokerClient
from homevolt.bridges.mqtt.process_state import ProcessState
from homevolt.bridges.mqtt.session import MqttSession
from homevolt.bridges.mqtt.tls import context_of
from homevolt.bridges.mqtt.topics import OFFLINE
from homevolt.bridges.output import OutputError

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.bridges.config import MqttConfig, RunConfig
    from homevolt.bridges.feeds import Feeds
    from homevolt.bridges.health import Health
    from homevolt.bridges.output import OutputStatus

# What the client has to say comes as an error too, and the service tells of that once.
_SILENT = logging.getLogger(f"{__name__}.client")
_SILENT.setLevel(logging.CRITICAL + 1)

# Small messages that wait for an acknowledgement each would otherwise wait 40 ms too.
NO_DELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
TIMEOUT_S = 10.0
KEEPALIVE_S = 30


class MqttOutput:
    """Readings and commands of all devices over one broker.

    Args:
        config: The broker and the topics.
        clock: The source of time.
    """

    name = "mqtt"

    def __init__(self, config: MqttConfig, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._state = ProcessState(config, clock)
        self._config = config

    async def run(self, feeds: Feeds, status: OutputStatus) -> None:
        """Serve until told to stop; see `Output.run`.

        Raises:
            OutputError: The broker cannot be reached, refuses, or has gone.
        """
        try:
            async with self._client() as client:
                await MqttSession(self._state, client, feeds, status).run()
        except TimeoutError as error:
            raise OutputError(
                f"The broker {self._config.host}:{self._config.port} does not deliver "
                f"{self._state.topics.bridge_info}. {self._state.permission}"
            ) from error
        except (aiomqtt.MqttError, ssl.SSLError, ValueError) as error:
            raise OutputError(self._sentence(error)) from error

    def _client(self) -> BrokerClient:
        config = self._config
        return BrokerClient(
            config.host,
            config.port,
            username=config.username,
            password=config.password,
            identifier=config.client_id,
            # Its disconnect says why, and a subscriber sees whether a live message is retained.
            protocol=aiomqtt.ProtocolVersion.V5,
            # Nothing that was sent while this process was away is ever delivered.
            clean_start=True,
            will=aiomqtt.Will(self._state.topics.bridge_state, OFFLINE, qos=1, retain=True),
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            tls_context=self._tls(),
            logger=_SILENT,
            socket_options=NO_DELAY,
        )

    def _tls(self) -> ssl.SSLContext | None:
        config = self._config
        if not config.tls:
            return None
        try:
            return context_of(config.ca_file, config.cert_file, config.key_file)
        except OSError as error:
            files = [config.ca_file, config.cert_file, config.key_file]
            named = ", ".join(str(file) for file in files if file is not None)
            raise OutputError(f"The certificates ({named}) cannot be read: {error}.") from error

    def _sentence(self, error: Exception) -> str:
        reasons = [str(reason) for reason in (error, error.__cause__) if reason is not None]
        why = reasons[-1].rstrip(".") or type(error).__name__
        return f"The broker {self._config.host}:{self._config.port} is away: {why}."


def mqtt_output(config: RunConfig, _: Health) -> MqttOutput:
    """Return the output that a configuration asks for.

    Raises:
        ValueError: It asks for none.
    """
    if config.mqtt is None:
        raise ValueError("the configuration has no broker")
    return MqttOutput(config.mqtt)
