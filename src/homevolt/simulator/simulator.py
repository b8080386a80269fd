"""The simulated Homevolt: a device behind a real web server on a port of its own."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from homevolt.simulator.device.device import SimulatedDevice
from homevolt.simulator.options import SimulatorOptions, takes_options
from homevolt.simulator.web.addresses import authority, reachable
from homevolt.simulator.web.faults import FaultTable
from homevolt.simulator.web.journal import Journal
from homevolt.simulator.web.server import DeviceServer
from homevolt.simulator.world.clock import ManualClock

if TYPE_CHECKING:
    from types import TracebackType

    from homevolt.simulator.device.lockout import Lockout
    from homevolt.simulator.world.installation import Installation

SETTLING_ITERATIONS: Final = 5
HANDSHAKE_S: Final = 2.0


class Simulator:
    """A Homevolt that serves on this machine; `async with Simulator() as simulator:`.

    It takes the options of `SimulatorOptions` as keywords, the password by position as well.

    Attributes:
        options: The options it was made with.
        device: The device behind the server, for tests that look inside.
        journal: Every request the device received.
        faults: The faults in force; add to it or clear it at any time.
        certificate_pem: The certificate it serves https with; None without https or before start.

    Raises:
        ValueError: An option is out of its range, or a fault or firmware profile is unknown.
    """

    @takes_options(SimulatorOptions)
    def __init__(self, options: SimulatorOptions) -> None:
        self.options = options
        self.device = SimulatedDevice(options)
        self.journal = Journal()
        self.faults = FaultTable(options.seed)
        for fault in options.faults:
            # A copy, so that the devices of a fleet do not count each other's hits.
            self.faults.add(fault if isinstance(fault, str) else replace(fault))
        self.certificate_pem: bytes | None = None
        self._port = options.port
        self._https_port = 0
        self._serves_https = options.https or options.redirect
        self._server: DeviceServer | None = None
        self._listeners: list[asyncio.Server] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def host(self) -> str:
        """Address and port, as in "127.0.0.1:40123"."""
        return authority(self.options.host, self._port)

    @property
    def port(self) -> int:
        """Port of plain http; 0 before the start when any free one was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """Where it serves plain http, without a slash at the end."""
        return f"http://{self.host}"

    @property
    def https_url(self) -> str | None:
        """Where it serves https, None when it does not."""
        if not self._serves_https:
            return None
        return f"https://{authority(self.options.host, self._https_port)}"

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the certificate it serves https with, in hex, for clients that pin it."""
        if self.certificate_pem is None:
            return None
        der = ssl.PEM_cert_to_DER_cert(self.certificate_pem.decode("ascii"))
        return hashlib.sha256(der).hexdigest()

    @property
    def password(self) -> str | None:
        """The password in force, None for none; a write to `webserver_password` changes it."""
        return self.device.password or None

    @property
    def installation(self) -> Installation:
        """The simulated world: units, house, schedule and parameters."""
        return self.device.installation

    @property
    def lockout(self) -> Lockout:
        """The count of wrong passwords."""
        return self.device.lockout

    def advance(self, seconds: float) -> None:
        """Move simulated time forward, and the world with it.

        Args:
            seconds: How far, 0 or more.

        Raises:
            TypeError: The simulator runs on another clock than a ManualClock.
        """
        clock = self.device.clock
        if not isinstance(clock, ManualClock):
            raise TypeError("only a simulator made with clock=ManualClock() can be moved by hand")
        clock.advance(seconds)
        self.device.advance()

    async def wait_for_requests(self, count: int = 1) -> None:
        """Wait until the journal holds `count` requests, answered or not.

        Args:
            count: How many, since the journal was last cleared.

        Raises:
            RuntimeError: The simulator does not serve.
        """
        if self._server is None:
            raise RuntimeError("the simulator does not serve")
        await self._server.wait_for_requests(count)

    def reboot(self, boot_s: float | None = None) -> None:
        """Restart the device: what was not stored is lost.

        Args:
            boot_s: Simulated seconds it answers 503 for; None for the option `boot_s`.
        """
        self.device.reboot(boot_s)
        if self._server is not None:
            self._server.close_connections()

    async def start(self) -> None:
        """Begin to serve; after a `stop` on the same port again.

        Raises:
            RuntimeError: It serves already.
            ValueError: https is asked for and the package it needs is not installed.
            OSError: The port cannot be bound.
        """
        if self._server is not None:
            raise RuntimeError("the simulator serves already")
        sleep = self.options.sleep or asyncio.sleep
        server = DeviceServer(self.device, self.journal, self.faults, sleep)
        tls = self._tls() if self._serves_https else None
        try:
            self._port = await self._listen(server, self._port, None)
            if tls:
                self._https_port = await self._listen(server, self._https_port, tls)
        except OSError:
            await self.stop()
            raise
        server.responder.https_url = self.https_url
        server.redirect = self.options.redirect
        self._server = server

    async def stop(self) -> None:
        """Stop serving at once, whatever the clients are doing; the device keeps its state."""
        server, self._server = self._server, None
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()
        # A connection that was accepted or lost a moment ago takes a few iterations of the loop
        # until it can be closed, or is gone.
        for _ in range(SETTLING_ITERATIONS):
            await asyncio.sleep(0)
        if server is not None:
            await server.close()
        for listener in listeners:
            if sys.version_info >= (3, 13):
                listener.abort_clients()
            await listener.wait_closed()

    async def _listen(self, server: DeviceServer, port: int, tls: ssl.SSLContext | None) -> int:
        listener = await asyncio.get_running_loop().create_server(
            server.connection,
            self.options.host,
            port,
            ssl=tls,
            ssl_handshake_timeout=HANDSHAKE_S if tls else None,
        )
        self._listeners.append(listener)
        bound: int = listener.sockets[0].getsockname()[1]
        return bound

    def _tls(self) -> ssl.SSLContext:
        try:
            from homevolt.simulator.web.certificate import self_signed  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ValueError(
                "https needs the package cryptography: pip install cryptography"
            ) from error
        context, self.certificate_pem = self_signed(reachable(self.options.host))
        return context
