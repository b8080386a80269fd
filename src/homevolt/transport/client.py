"""HTTP to one device: one request at a time, one deadline, retried reads, writes sent once."""

from __future__ import annotations

import asyncio
import math
import random
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from homevolt._common import SYSTEM_CLOCK, LoopLock, positive_seconds
from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltResponseError,
    HomevoltTimeoutError,
)
from homevolt.transport.address import base_url
from homevolt.transport.errors import NETWORK_ERRORS, network_error, redirect_error, timeout_error
from homevolt.transport.lockout import PasswordGuard
from homevolt.transport.session import (
    Call,
    checked_ssl,
    current_call,
    encoded,
    new_session,
    read_body,
    request_headers,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from homevolt._common import Clock
    from homevolt.transport.session import SslOption

DEFAULT_TIMEOUT_S = 30.0
"""Seconds for a whole call, retries included."""
ANSWER_TIMEOUT_S = 20.0
"""Seconds for one attempt, from connecting to the last byte; at most those of the whole call."""
CONNECT_TIMEOUT_S = 5.0
"""Seconds to connect; at most half of those of the whole call."""
SHORTEST_S = 0.001
RETRY_BACKOFF_S = (0.25, 0.5)
"""Upper bounds of the two pauses between the three attempts of a read (full jitter)."""
ANSWERS = {"GET": frozenset({200, 204}), "POST": frozenset({200, 204, 400})}
"""The status of an answer; 400 is how the device answers a command that it does not know."""
REDIRECTS = range(300, 400)
RETRIED_STATUS = frozenset({500, 502, 503, 504})
_jitter = random.SystemRandom()


class Transport:
    """The requests to one device, one after the other.

    Args:
        address: See `homevolt.transport.address.base_url`.
        password: The password of the device's user `admin`, or None where it has none.
        websession: A session whose connections are used; it is never closed or changed. Without
            one, a session is made at the first request and closed by `close()`.
        timeout: Seconds for a whole call: connecting, headers, body and the retries of a read.
            Connecting takes at most 5 s of it, and at most half of it; one attempt at most 20 s.
        ssl: As aiohttp takes it: True, False, an `SSLContext` or an `aiohttp.Fingerprint`.
        clock: The time to go by.

    Raises:
        HomevoltValueError: An argument is wrong.
    """

    def __init__(
        self,
        address: str,
        password: str | None = None,
        websession: aiohttp.ClientSession | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT_S,
        ssl: SslOption = True,
        clock: Clock | None = None,
    ) -> None:
        self.base_url = base_url(address)
        self._clock: Clock = clock or SYSTEM_CLOCK
        self._timeout_s = positive_seconds("timeout", timeout)
        self._ssl = checked_ssl(ssl)
        self._borrowed = websession
        self._session: aiohttp.ClientSession | None = None
        self._session_loop: object = None
        self._headers = request_headers(self.base_url, password)
        self._guard = PasswordGuard(self._clock, self.base_url, password)
        self._limits = self._limits_of(self._timeout_s)
        self._lock = LoopLock()
        self._closings = 0
        self._running: asyncio.Task[object] | None = None

    @property
    def closings(self) -> int:
        """How often it was closed; a later call connects anew."""
        return self._closings

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a GET, tried up to three times within the deadline.

        Args:
            path: The path on the device, such as `/ems.json`.
            params: The query, as names and texts.

        Raises:
            HomevoltConnectionError: The device could not be reached or failed each time.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The body is larger than 4 MiB or is compressed.
        """
        url = f"{self.base_url}{path}" + (f"?{urlencode(params)}" if params else "")
        return await self._perform(Call("GET", url, None, self._closings), RETRY_BACKOFF_S)

    async def post(
        self, path: str, form: Mapping[str, str], *, before_send: Callable[[], None] = lambda: None
    ) -> bytes:
        """Send a form exactly once, and return the body of the answer.

        It is sent over a connection of its own, since the device may have closed the kept-alive
        one. A status 400 is an answer too: the device gives it for a command that it does not know.

        Args:
            path: The path on the device, such as `/console.json`.
            form: The form's fields as names and texts.
            before_send: Called right before the form is sent; if it raises, nothing is sent.

        Raises:
            HomevoltConnectionError: As for `get`; `maybe_sent` says whether the form may have
                arrived.
            HomevoltAuthenticationError: The device refused the password and did nothing.
            HomevoltDataError: The body is larger than 4 MiB or is compressed.
        """
        url = f"{self.base_url}{path}"
        call = Call("POST", url, encoded(form), self._closings, before_send)
        return await self._perform(call, ())

    async def close(self) -> None:
        """Close the connection. A session that was passed in stays open.

        Calls that wait for the lock or for their answer fail; a later call connects anew.
        """
        self._closings += 1
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
        session, self._session = self._session, None
        if session is None:
            return
        if self._borrowed is not None:
            session.detach()
        else:
            await session.close()

    @asynccontextmanager
    async def operation(self, lock: asyncio.Lock) -> AsyncIterator[None]:
        """Hold a lock during calls that belong together, such as a write and its read-back.

        Those that have begun finish even if the connection is closed meanwhile. What they open
        then is closed at the end, since the caller will not close it again.

        Args:
            lock: What lets one operation after the other begin.

        Raises:
            HomevoltConnectionError: The connection was closed while the lock was waited for.
        """
        closings = self._closings
        async with lock:
            if self._closings != closings:
                raise self._closed_error()
            try:
                yield
            finally:
                if self._closings != closings:
                    await self.close()

    def __del__(self) -> None:
        """Let go of the connector of a session that was passed in; its owner closes it."""
        session = getattr(self, "_session", None)
        if session is not None and self._borrowed is not None:
            session.detach()

    async def _perform(self, call: Call, backoff_s: tuple[float, ...]) -> bytes:
        """Perform a call once those before it are done."""
        async with self._lock.get():
            if self._guard.is_proven:
                return await self._attempt(call, backoff_s)
            async with self._guard.lock:
                return await self._attempt(call, backoff_s)

    async def _attempt(self, call: Call, backoff_s: tuple[float, ...]) -> bytes:
        """Perform a call, with one more attempt after each pause of at most `backoff_s` seconds."""
        now_s = asyncio.get_running_loop().time
        deadline_s = now_s() + self._timeout_s
        pauses_s = iter(backoff_s)
        limits = self._limits
        while True:
            try:
                return await self._exchange(call, limits)
            except HomevoltConnectionError as error:
                pause_s = next(pauses_s, None)
                if pause_s is None or self._is_final(error, call):
                    raise
            await self._pause(_jitter.uniform(0, pause_s), deadline_s)
            limits = self._limits_of(deadline_s - now_s())

    async def _pause(self, pause_s: float, deadline_s: float) -> None:
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._clock.sleep(pause_s)
                return
        except TimeoutError:
            pass
        raise HomevoltTimeoutError(
            f"{self.base_url} did not send a complete answer within {self._timeout_s:g} s.",
            maybe_sent=True,
        )

    def _limits_of(self, remaining_s: float) -> aiohttp.ClientTimeout:
        """Return the deadlines of one attempt.

        Args:
            remaining_s: The seconds that are left of the call.
        """
        connect_s = min(CONNECT_TIMEOUT_S, self._timeout_s / 2)
        return aiohttp.ClientTimeout(
            total=max(min(remaining_s, ANSWER_TIMEOUT_S), SHORTEST_S),  # 0 would be no limit
            # Of a session that was passed in, other requests may hold all connections for long.
            connect=connect_s if self._borrowed is None else None,
            sock_connect=connect_s,
            ceil_threshold=math.inf,
        )

    def _is_final(self, error: HomevoltConnectionError, call: Call) -> bool:
        """Return whether the same request would fail the same way again."""
        return (
            isinstance(error, HomevoltTimeoutError | HomevoltCertificateError)
            or (error.status is not None and error.status not in RETRIED_STATUS)
            or self._is_closed_for(call)
        )

    async def _exchange(self, call: Call, limits: aiohttp.ClientTimeout) -> bytes:
        """Send one request and read its answer; every failure becomes an error of this library."""
        self._guard.check()
        session = self._open_session(call)
        current_call.set(call)
        failure: HomevoltConnectionError
        self._running = task = asyncio.current_task()
        try:
            response = await session.request(
                call.method,
                call.url,
                data=call.form,
                allow_redirects=False,
                ssl=self._ssl,
                timeout=limits,
            )
            try:
                self._check_status(response)
                return await read_body(response, call)
            finally:
                if not response.closed:  # it is when its body was read
                    response.release()
        except asyncio.CancelledError:
            # `close` cancels it once; any other cancellation comes from the caller.
            if self._closings == call.closings or task is None or task.uncancel():
                raise
            failure = self._closed_error(maybe_sent=call.sent)
        except NETWORK_ERRORS as error:
            failure = self._failure(error, call, limits)
        finally:
            self._running = None
            call.end()
        raise failure  # from outside of the handlers: see `homevolt.transport.errors`

    def _failure(
        self, error: Exception, call: Call, limits: aiohttp.ClientTimeout
    ) -> HomevoltConnectionError:
        """Return what aiohttp raised as an error of this library."""
        if self._is_closed_for(call):
            return self._closed_error(maybe_sent=call.sent)
        if not isinstance(error, TimeoutError):
            return network_error(error, self.base_url, sent=call.sent)
        # Other requests may hold all connections that a session allows.
        connector = None if self._borrowed is None else self._borrowed.connector
        is_pooled = connector is not None and bool(connector.limit or connector.limit_per_host)
        return timeout_error(error, self.base_url, limits, sent=call.sent, is_pooled=is_pooled)

    def _closed_error(self, *, maybe_sent: bool = False) -> HomevoltConnectionError:
        is_ours = self._borrowed is None or not self._borrowed.closed
        closed = f"connection to {self.base_url}" if is_ours else "session passed as websession="
        return HomevoltConnectionError(f"The {closed} is closed.", maybe_sent=maybe_sent)

    def _is_closed_for(self, call: Call) -> bool:
        borrowed = self._borrowed
        return self._closings != call.closings or (borrowed is not None and borrowed.closed)

    def _open_session(self, call: Call) -> aiohttp.ClientSession:
        """Return a session of our own, on the connections of the one passed in if there is one."""
        if self._is_closed_for(call):
            raise self._closed_error(maybe_sent=call.sent)
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed:
            connector = None if self._borrowed is None else self._borrowed.connector
            self._session = new_session(self._headers, connector)
            self._session_loop = loop
        elif self._session_loop is not loop:
            raise HomevoltConnectionError(
                f"The connection to {self.base_url} was opened in another event loop and left "
                "open; call 'await close_connection()' before a loop ends."
            )
        return self._session

    def _check_status(self, response: aiohttp.ClientResponse) -> None:
        """Raise the error that fits every status that is not an answer."""
        status = response.status
        if status in ANSWERS[response.method]:
            # No other status proves the password: a busy device does not check it.
            self._guard.accepted()
            return
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._guard.refused(status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._guard.locked(_seconds(response.headers.get("Retry-After")))
        if status in REDIRECTS:
            raise redirect_error(response, self.base_url)
        raise HomevoltResponseError(
            f"{self.base_url} answered {status} to {response.method} {response.url.path}"
            + (": it is busy, starting or updating." if status in RETRIED_STATUS else "."),
            maybe_sent=True,
            status=status,
        )


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
