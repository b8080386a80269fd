"""What one process of bridges is told to do: its devices, its intervals and its outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_INTERVAL_S = 10.0
DEFAULT_TIMEOUT_S = 30.0
MQTT_PORT, MQTT_TLS_PORT = 1883, 8883
HTTP_PORT = 9776
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """A device to read.

    Attributes:
        name: Its name.
        host: Its address.
        password: Its password, None for none.
        interval_s: Seconds from one read to the next.
        timeout_s: Seconds for one request.
        fingerprint: SHA-256 of the certificate to trust in hex, None to trust the system's.
    """

    name: str
    host: str
    password: str | None = field(default=None, repr=False)
    interval_s: float = DEFAULT_INTERVAL_S
    timeout_s: float = DEFAULT_TIMEOUT_S
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class MqttConfig:
    """The broker, and how topics begin.

    Attributes:
        host: Its address, without a port.
        port: Its port.
        username: The user name, None to connect without one.
        password: The password for that, None for none.
        tls: Whether to connect by TLS.
        ca_file: Certificates to trust instead of the system's.
        cert_file: The certificate to show, None for none.
        key_file: Its key, None if `cert_file` holds it.
        client_id: What the broker knows this process as, None to let the broker choose.
        topic_prefix: How the topics begin.
        discovery_prefix: How the topics begin where Home Assistant looks for devices.
    """

    host: str = LOOPBACK
    port: int = MQTT_PORT
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    client_id: str | None = None
    topic_prefix: str = "homevolt"
    discovery_prefix: str = "homeassistant"


@dataclass(frozen=True, slots=True)
class PrometheusConfig:
    """What Prometheus may scrape; it is served by the HTTP server.

    Attributes:
        probe: Whether `/probe` is served besides `/metrics`.
    """

    probe: bool = True


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """The HTTP server.

    Attributes:
        host: The address to listen on.
        port: The port, 0 for any free one.
        token: What a client shows to control a battery (`Authorization: Bearer`);
            None refuses every client.
    """

    host: str = LOOPBACK
    port: int = HTTP_PORT
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Everything that one process does.

    Attributes:
        devices: The devices, in the order of the file.
        interval_s: Seconds from one read to the next, unless a device has its own.
        mqtt: The broker, None for none.
        prometheus: What Prometheus may scrape, None for nothing.
        http: The HTTP server, None for none.
        state_folder: Where it is noted what was started on a device, so that it can be ended after
            a restart; None where nothing can have been started before, as on a simulated battery.
    """

    devices: tuple[DeviceConfig, ...] = ()
    interval_s: float = DEFAULT_INTERVAL_S
    mqtt: MqttConfig | None = None
    prometheus: PrometheusConfig | None = None
    http: HttpConfig | None = None
    state_folder: Path | None = None
