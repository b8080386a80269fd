"""HTTP to one device: one request at a time, one deadline, retried reads, writes sent once."""

from __future__ import annotations

import asyncio
import base64
import math
import random
import ssl as ssl_module
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp
import msgspec

from homevolt._common import Clock, SystemClock, positive_seconds
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltRateLimitError,
    HomevoltResponseError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.transport.address import base_url
from homevolt.transport.errors import NETWORK_ERRORS, network_error, redirect_error
from homevolt.transport.lockout import PasswordGuard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.connector import Connection

    SslOption = bool | ssl_module.SSLContext | aiohttp.Fingerprint

USER = "admin"
MAX_BODY_BYTES = 4 * 1024 * 1024
RETRY_BACKOFF_S = (0.25, 0.5)
"""Upper bounds of the two pauses between the three attempts of a read (full jitter)."""
ANSWERS = {"GET": frozenset({200, 204}), "POST": frozenset({200, 204, 400})}
"""The status of an answer; 400 is how the device answers a command that it does not know."""
REDIRECTS = range(300, 400)
RETRIED_STATUS = frozenset({500, 502, 503, 504})
_jitter = random.SystemRandom()


class _Request(msgspec.Struct):
    """One call of `get` or `post`.

    Attributes:
        method: GET or POST.
        url: The whole URL.
        form: What a POST sends.
        closings: How often the transport had been closed when the call came.
        sent: Whether any of it may have reached the device.
    """

    method: str
    url: str
    form: Mapping[str, str] | None
    closings: int
    sent: bool = False


_on_its_way: ContextVar[_Request] = ContextVar("_on_its_way")
"""The request of this task, for the answer that aiohttp makes for it."""


class Transport:
    """The requests to one device, in turn.

    Args:
        address: See `homevolt.transport.address.base_url`.
        password: The password of the device's user `admin`, or None where it has none.
        websession: A session whose connections are used; it is never closed or changed. Without
            one, a session is made at the first request and closed by `close()`.
        timeout: Seconds for a whole call: connecting, headers, body and the retries of a read.
        ssl: As aiohttp takes it: True, False, an `SSLContext` or an `aiohttp.Fingerprint`.
        clock: The time to go by.
    """

    def __init__(
        self,
        address: str,
        password: str | None = None,
        websession: aiohttp.ClientSession | None = None,
        *,
        timeout: float = 10.0,
        ssl: SslOption = True,
        clock: Clock | None = None,
    ) -> None:
        self.base_url = base_url(address)
        self._clock: Clock = clock or SystemClock()
        self._timeout = positive_seconds("timeout", timeout)
        self._ssl = _ssl_option(ssl)
        self._borrowed = websession
        self._session: aiohttp.ClientSession | None = None
        self._headers = _headers(password)
        self._guard = PasswordGuard(self._clock)
        self._turns: tuple[object, asyncio.Lock] = (None, asyncio.Lock())
        self._closings = 0

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a GET, tried up to three times within the deadline.

        Args:
            path: The path on the device, such as `/ems.json`.
            params: The query, as names and texts.

        Raises:
            HomevoltConnectionError: The device was not reached or failed each time.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The body is larger than 4 MiB or is compressed.
        """
        url = f"{self.base_url}{path}" + (f"?{urlencode(params)}" if params else "")
        return await self._in_turn(_Request("GET", url, None, self._closings), RETRY_BACKOFF_S)

    async def post(self, path: str, form: Mapping[str, str]) -> bytes:
        """Send a form once, whatever happens, and return the body of the answer.

        A status 400 is an answer too: the device gives it for a command that it does not know.

        Args:
            path: The path on the device, such as `/console.json`.
            form: The form's fields as names and texts.

        Raises:
            HomevoltConnectionError: As for `get`; `maybe_sent` tells whether the form may have
                arrived.
            HomevoltAuthenticationError: It refused the password.
            HomevoltDataError: The body is larger than 4 MiB or is compressed.
        """
        url = f"{self.base_url}{path}"
        return await self._in_turn(_Request("POST", url, form, self._closings), ())

    async def close(self) -> None:
        """Close the connection. A session that was passed in stays open.

        Calls that wait for their turn or their answer fail; a later call connects anew.
        """
        self._closings += 1
        session, self._session = self._session, None
        if session is None:
            return
        if self._borrowed is not None:
            session.detach()
        else:
            await session.close()

    def __del__(self) -> None:
        """Let go of a borrowed connector, which somebody else closes."""
        session = getattr(self, "_session", None)
        if session is not None and self._borrowed is not None:
            session.detach()

    async def _in_turn(self, request: _Request, backoff_s: tuple[float, ...]) -> bytes:
        async with self._turn():
            try:
                return await self._with_retries(request, backoff_s)
            except TimeoutError:
                raise HomevoltTimeoutError(
                    f"{self.base_url} gave no complete answer within {self._timeout:g} s.",
                    maybe_sent=request.sent,
                ) from None

    def _turn(self) -> asyncio.Lock:
        """Return the lock that gives one call after another its turn."""
        loop = asyncio.get_running_loop()
        if self._turns[0] is not loop:  # a lock serves one event loop; a script may run several
            if self._session is not None and not self._session.closed:
                raise HomevoltConnectionError(
                    f"The connection to {self.base_url} was opened in another event loop and left "
                    "open; call 'await close_connection()' before a loop ends."
                )
            self._turns = (loop, asyncio.Lock())
        return self._turns[1]

    async def _with_retries(self, request: _Request, backoff_s: tuple[float, ...]) -> bytes:
        deadline_s = asyncio.get_running_loop().time() + self._timeout
        try:
            # The session's own timer ends it in time; a second one would cost every request.
            return await self._exchange(request)
        except HomevoltConnectionError as error:
            if not backoff_s or self._is_final(error, request):
                raise
        async with asyncio.timeout_at(deadline_s):
            for pause_s in backoff_s[:-1]:
                await self._clock.sleep(_jitter.uniform(0, pause_s))
                try:
                    return await self._exchange(request)
                except HomevoltConnectionError as error:
                    if self._is_final(error, request):
                        raise
            await self._clock.sleep(_jitter.uniform(0, backoff_s[-1]))
            return await self._exchange(request)

    def _is_final(self, error: HomevoltConnectionError, request: _Request) -> bool:
        """Tell whether the same request would fail the same way again."""
        return (
            isinstance(error, HomevoltCertificateError)
            or (error.status is not None and error.status not in RETRIED_STATUS)
            or self._is_closed_for(request)
        )

    async def _exchange(self, request: _Request) -> bytes:
        """Send one request and read its answer; every failure becomes an error of this library."""
        self._guard.check()
        session = self._open_session(request)
        _on_its_way.set(request)
        try:
            async with session.request(
                request.method,
                request.url,
                data=request.form,
                allow_redirects=False,
                ssl=self._ssl,
            ) as response:
                self._check_status(response)
                return await _bounded_body(response)
        except (HomevoltError, TimeoutError):
            raise
        except aiohttp.ClientResponseError as error:
            # Not chained: it holds the headers of the request, and these the password.
            raise network_error(error, self.base_url, sent=request.sent) from None
        except NETWORK_ERRORS as error:
            raise network_error(error, self.base_url, sent=request.sent) from error

    def _is_closed_for(self, request: _Request) -> bool:
        lent = self._borrowed
        return self._closings != request.closings or (lent is not None and lent.closed)

    def _open_session(self, request: _Request) -> aiohttp.ClientSession:
        """Return a session of our own, on the connections of the one passed in if there is one.

        Cookies, headers and settings of somebody else's session are neither used nor changed.
        """
        if self._borrowed is not None and self._borrowed.closed:
            raise HomevoltConnectionError("The session passed as websession= is closed.")
        if self._is_closed_for(request):
            raise HomevoltConnectionError(f"The connection to {self.base_url} was closed.")
        if self._session is None or self._session.closed:
            connector = self._borrowed.connector if self._borrowed is not None else None
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1) if connector is None else connector,
                connector_owner=connector is None,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(self._timeout, ceil_threshold=math.inf),
                auto_decompress=False,
                response_class=_Response,
            )
        return self._session

    def _check_status(self, response: aiohttp.ClientResponse) -> None:
        """Turn every status that is no answer into the error that says what to do."""
        status = response.status
        if status in ANSWERS[response.method]:
            # No other status tells that the password was right: a busy device does not look at it.
            self._guard.accepted()
            return
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._refused(status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise HomevoltRateLimitError(
                f"{self.base_url} answers 429: too many wrong passwords reached it. Wait.",
                retry_after=self._guard.locked(_seconds(response.headers.get("Retry-After"))),
            )
        if status in REDIRECTS:
            raise redirect_error(response, self.base_url)
        raise HomevoltResponseError(
            f"{self.base_url} answers {status} to {response.method} {response.url.path}"
            + (": it is busy, starting or updating." if status in RETRIED_STATUS else "."),
            maybe_sent=True,
            status=status,
        )

    def _refused(self, status: int) -> HomevoltAuthenticationError:
        if "Authorization" not in self._headers:
            return HomevoltAuthenticationError(
                f"{self.base_url} answers {status}: it wants a password; pass password=."
            )
        return HomevoltAuthenticationError(
            f"{self.base_url} answers {status}: the password is wrong.",
            retry_after=self._guard.refused(),
        )


class _Response(aiohttp.ClientResponse):
    """An answer to a request that is noted as sent, and not sent again unasked."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Wait for the headers; the request is on its way by now."""
        _on_its_way.get().sent = True
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            # At either of these aiohttp itself would send a GET once more.
            raise aiohttp.ClientPayloadError(str(error) or type(error).__name__) from error


def _ssl_option(option: object) -> SslOption:
    if isinstance(option, bool | ssl_module.SSLContext | aiohttp.Fingerprint):
        return option
    raise HomevoltValueError(
        "ssl must be True, False, an ssl.SSLContext or an aiohttp.Fingerprint, "
        f"not {type(option).__name__}."
    )


def _headers(password: object) -> dict[str, str]:
    # A compressed body could be a bomb; an identity body is bounded by what is read.
    headers = {"Accept-Encoding": "identity"}
    if not isinstance(password, str | None):
        raise HomevoltValueError(f"password must be text, not {type(password).__name__}.")
    if password:
        try:
            token = base64.b64encode(f"{USER}:{password}".encode()).decode("ascii")
        except UnicodeEncodeError:
            raise HomevoltValueError("password holds something that is no character.") from None
        headers["Authorization"] = f"Basic {token}"
    return headers


async def _bounded_body(response: aiohttp.ClientResponse) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise HomevoltDataError(
            f"{response.url.path} came compressed ({encoding}), which was not asked for."
        )
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise HomevoltDataError(
                f"{response.url.path} is larger than {MAX_BODY_BYTES} bytes; the rest is not read."
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
