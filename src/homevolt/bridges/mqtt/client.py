"""The connection to a broker, which also says what the broker does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiomqtt

if TYPE_CHECKING:
    from types import TracebackType

    from paho.mqtt.client import Client as PahoClient
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode


class BrokerClient(aiomqtt.Client):
    """A client that keeps why the broker refused a message; aiomqtt itself passes that over.

    Attributes:
        refusal: Why the last message that was refused was so, empty if none was.
    """

    refusal = ""

    def _on_publish(
        self,
        client: PahoClient,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.is_failure:
            self.refusal = str(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect; why the connection was lost is known by now, and not logged once more."""
        try:
            await super().__aexit__(kind, error, traceback)
        finally:
            if self._disconnected.done() and not self._disconnected.cancelled():
                self._disconnected.exception()  # asyncio logs an error that nobody looked at
