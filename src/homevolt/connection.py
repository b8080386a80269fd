"""The connection to a Homevolt: its address, its session and their lifetime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from homevolt._common import SYSTEM_CLOCK, Clock
from homevolt.device import DEFAULT_INTERVAL_S, Device
from homevolt.exceptions import HomevoltNotReadyError
from homevolt.transport.client import DEFAULT_TIMEOUT_S, Transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import tzinfo
    from types import TracebackType

    import aiohttp

    from homevolt.readings.snapshot import Update
    from homevolt.transport.session import SslOption


class Homevolt:
    """A connection to one Homevolt.

    Use it as an async context manager, or call `close_connection()` at the end.

    Args:
        ip_address: An IPv4 or IPv6 address, a host name, `host:port` or an http or https URL.
        password: The password of the device's web server, or None where it has none.
        websession: A session whose connections are used; its cookies and headers are not touched
            and it is never closed. Without one, a session is made when it is first needed. A
            session has 100 connections by default. If many devices share one, and some may not
            answer, pass `aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))`.
        timeout: Seconds for one call, from connecting to the last byte, with all its retries. Of
            these, connecting takes at most 5 s (and at most half), and one attempt at most 20 s.
        ssl: As aiohttp takes it: True, False, an `ssl.SSLContext`, or an `aiohttp.Fingerprint` to
            pin the device's own certificate.
        schedule_timezone: The zone in which the device reads the times of a schedule command, or
            its IANA name. By default it is UTC until an entry that is read back shows another
            zone; the entry is then undone, written once more and the zone remembered. Where a zone
            is named, a device in another one is an error that names the offset.
        clock: The source of time; tests pass their own.

    Raises:
        HomevoltValueError: An argument is wrong.
    """

    def __init__(
        self,
        ip_address: str,
        password: str | None = None,
        websession: aiohttp.ClientSession | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT_S,
        ssl: SslOption = True,
        schedule_timezone: tzinfo | str = "auto",
        clock: Clock | None = None,
    ) -> None:
        clock = clock or SYSTEM_CLOCK
        self._transport = Transport(
            ip_address, password, websession, timeout=timeout, ssl=ssl, clock=clock
        )
        self._device = Device(self._transport, clock, schedule_timezone)

    @property
    def base_url(self) -> str:
        """The address of the device as a URL, without a trailing slash."""
        return self._transport.base_url

    async def update_info(self) -> None:
        """Read everything again; see `Device.update_info`.

        Raises:
            HomevoltConnectionError: The device could not be reached, or `/ems.json` failed.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: `/ems.json` is not valid.
        """
        await self._device.update_info()

    def get_device(self, *, allow_unread: bool = False) -> Device:
        """Return the device; it is the same object each time.

        Args:
            allow_unread: Whether to return it before `update_info()` has succeeded, as for
                `homevolt.diagnostics` of a device whose readings cannot be read.

        Returns:
            The device, with the readings that were read last.

        Raises:
            HomevoltNotReadyError: `update_info()` has not succeeded yet.
        """
        if not allow_unread and self._device.ems_at is None:
            raise HomevoltNotReadyError(
                "There is no device yet: call 'await homevolt_connection.update_info()' first."
            )
        return self._device

    def updates(
        self, interval_s: float = DEFAULT_INTERVAL_S, *, max_age_s: float | None = None
    ) -> AsyncIterator[Update]:
        """Read at a fixed interval; see `Device.updates`.

        Here the first read may fail too: a program may start before its device.

        Args:
            interval_s: Seconds from one read to the next, at least 1.
            max_age_s: Seconds after which readings are too old to be shown; by default three
                intervals, at least 60 s.

        Raises:
            HomevoltAuthenticationError: The password is certainly wrong; the updates end.
            HomevoltValueError: A duration is not a positive number, or the interval is too short.
        """
        return self._device.updates(interval_s, max_age_s=max_age_s)

    async def close_connection(self) -> None:
        """Close the connection; a session that was passed in stays open.

        Calls that wait for an answer fail with `HomevoltConnectionError`; a write that has begun
        is read back first. A later call connects anew.
        """
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close_connection()

    def __repr__(self) -> str:
        return f"<Homevolt at {self.base_url}>"
