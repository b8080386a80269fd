"""The simulated Homevolt: a device behind a real web server on a port of its own."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from homevolt.simulator.device.device import DeviceOptions, SimulatedDevice
from homevolt.simulator.device.profiles import Profile, find_profile
from homevolt.simulator.web.addresses import reachable
from homevolt.simulator.web.faults import Fault, FaultTable
from homevolt.simulator.web.journal import Journal
from homevolt.simulator.web.server import DeviceServer
from homevolt.simulator.world.clock import ManualClock, RealClock, SimClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from types import TracebackType

    from homevolt.simulator.device.lockout import Lockout
    from homevolt.simulator.world.installation import Installation

TURNS_TO_SETTLE = 5
HANDSHAKE_S = 2.0

KNOWN_TO_ALL = "secret"
"""The password of a simulated device unless another is given."""


class Simulator:
    """A Homevolt that serves on this machine; `async with Simulator() as sim:`.

    Args:
        password: Password of the user `admin`; None or empty for a device without one.
        seed: The same seed and the same calls give the same bytes.
        units: Units of the installation, 1 or more; the first one answers.
        firmware: Name of a firmware profile: "new", "old", or another of `PROFILES`.
        profile: A profile of your own, instead of a name.
        clock: Where simulated time comes from; real time when not given.
        host: Address to bind; only this machine can reach the default.
        port: Port to bind, 0 for any free one.
        grid: Whether a sensor measures the grid connection point.
        solar: Whether one measures the solar plant.
        load: Whether the virtual load is shown.
        cloud: Whether a cloud partner plans for the battery.
        local_mode: Value of `settings_local`: True refuses the cloud's schedules.
        soc: State of charge to begin with, %.
        boot_s: Simulated seconds a restart takes, with 503 for an answer.
        faults: Faults to begin with, as `Fault` or as text.
        https: Whether to serve https with a self-signed certificate as well.
        redirect: Whether plain http is answered with a redirect to https.
        sleep: How a fault of latency waits; for tests that move time by hand.

    Attributes:
        device: The device behind the server, for tests that look inside.
        journal: Every request the device saw.
        faults: The faults in force; add to it or clear it at any time.
        bind_host: The address it binds, as it was given.
        certificate_pem: The certificate it serves https with, None before the start or without.
    """

    def __init__(
        self,
        password: str | None = KNOWN_TO_ALL,
        *,
        seed: int = 1,
        units: int = 1,
        firmware: str = "new",
        profile: Profile | None = None,
        clock: SimClock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        grid: bool = True,
        solar: bool = True,
        load: bool = True,
        cloud: bool = True,
        local_mode: bool = False,
        soc: float = 60.0,
        boot_s: float = 0.0,
        faults: Iterable[Fault | str] = (),
        https: bool = False,
        redirect: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.device = SimulatedDevice(
            DeviceOptions(
                clock=clock or RealClock(),
                profile=profile or find_profile(firmware),
                password=password or "",
                seed=seed,
                units=units,
                grid=grid,
                solar=solar,
                load=load,
                cloud=cloud,
                local_mode=local_mode,
                soc=soc,
                boot_s=boot_s,
            )
        )
        self.journal = Journal()
        self.faults = FaultTable(seed)
        for fault in faults:
            # A copy, so that the devices of a fleet do not count each other's hits.
            self.faults.add(fault if isinstance(fault, str) else replace(fault))
        if not host:
            raise ValueError("host is an address to bind, not ''; 127.0.0.1 is this machine alone")
        self.bind_host = host
        self._port = port
        self._https_port = 0
        self._https = https or redirect
        self._redirect = redirect
        self._sleep = sleep
        self._server: DeviceServer | None = None
        self._listeners: list[asyncio.Server] = []
        self.certificate_pem: bytes | None = None

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
        return self._authority(self._port)

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
        return f"https://{self._authority(self._https_port)}" if self._https else None

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
        """The world: units, house, schedule and parameters."""
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
            TypeError: When the simulator runs on another clock than a ManualClock.
        """
        clock = self.device.clock
        if not isinstance(clock, ManualClock):
            raise TypeError("only a simulator made with clock=ManualClock() can be moved by hand")
        clock.advance(seconds)
        self.device.advance()

    async def wait_for_requests(self, count: int = 1) -> None:
        """Wait until the journal holds `count` requests, answered or not.

        Raises:
            RuntimeError: When the simulator does not serve.
        """
        if self._server is None:
            raise RuntimeError("the simulator does not serve")
        await self._server.wait_for_requests(count)

    def reboot(self, boot_s: float | None = None) -> None:
        """Restart the device: what was not stored is lost.

        Args:
            boot_s: Simulated seconds it answers 503 for; None for what it was made with.
        """
        self.device.reboot(boot_s)

    async def start(self) -> None:
        """Begin to serve; after a `stop` on the same port again.

        Raises:
            RuntimeError: When it serves already.
            ValueError: When https is asked for and the package it needs is not installed.
            OSError: When the port cannot be bound.
        """
        if self._server is not None:
            raise RuntimeError("the simulator serves already")
        server = DeviceServer(self.device, self.journal, self.faults, self._sleep)
        tls = self._tls() if self._https else None
        try:
            self._port = await self._listen(server, self._port, None)
            if tls:
                self._https_port = await self._listen(server, self._https_port, tls)
        except OSError:
            await self.stop()
            raise
        server.responder.https_url = self.https_url
        server.redirect = self._redirect
        self._server = server

    async def stop(self) -> None:
        """Stop serving at once, whatever the clients are doing; the device keeps its state."""
        server, self._server = self._server, None
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.close()
        # What was accepted or broke off its handshake a moment ago takes a few turns of the loop
        # to become a connection that can be cut, or to be gone.
        for _ in range(TURNS_TO_SETTLE):
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
            self.bind_host,
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
        context, self.certificate_pem = self_signed(reachable(self.bind_host))
        return context

    def _authority(self, port: int) -> str:
        host = reachable(self.bind_host)
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
