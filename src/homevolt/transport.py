"""HTTP to one device: one request at a time, one deadline, retried reads, writes sent once."""

from __future__ import annotations

import asyncio
import base64
import random
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from homevolt.address import base_url
from homevolt.clock import Clock, SystemClock, positive_seconds
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltRateLimitError,
    HomevoltRedirectError,
    HomevoltResponseError,
    HomevoltTimeoutError,
    HomevoltValueError,
)

if TYPE_CHECKING:
    import ssl as ssl_module
    from collections.abc import Mapping

    SslOption = bool | ssl_module.SSLContext | aiohttp.Fingerprint

USER = "admin"
MAX_BODY_BYTES = 4 * 1024 * 1024
RETRY_BACKOFF_S = (0.25, 0.5)
"""Upper bounds of the two pauses between the three attempts of a read (full jitter)."""
RETRIED_STATUS = frozenset({500, 502, 503, 504})
FREE_TRIES = 3
"""Wrong passwords sent before calls are refused here; the device locks at the fifth."""
LOCKOUT_MEMORY_S = 300.0
"""The device forgets wrong passwords after this long without one."""

_jitter = random.SystemRandom()


class Transport:
    """The requests to one device, in turn.

    Args:
        address: See `homevolt.address.base_url`.
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
        self._ssl = ssl
        self._borrowed = websession
        self._session: aiohttp.ClientSession | None = None
        self._headers = _headers(password)
        self._guard = PasswordGuard(self._clock) if password else None
        self._turn = asyncio.Lock()

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
        return await self._in_turn("GET", url, None, RETRY_BACKOFF_S)

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
        return await self._in_turn("POST", f"{self.base_url}{path}", form, ())

    async def close(self) -> None:
        """Close the connection. A session that was passed in stays open."""
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

    async def _in_turn(
        self, method: str, url: str, form: Mapping[str, str] | None, backoff: tuple[float, ...]
    ) -> bytes:
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._with_retries(method, url, form, backoff)
            except TimeoutError:
                raise HomevoltTimeoutError(
                    f"{self.base_url} gave no complete answer within {self._timeout:g} s.",
                    maybe_sent=True,
                ) from None

    async def _with_retries(
        self, method: str, url: str, form: Mapping[str, str] | None, backoff: tuple[float, ...]
    ) -> bytes:
        for pause in backoff:
            try:
                return await self._exchange(method, url, form)
            except HomevoltCertificateError:
                raise
            except HomevoltConnectionError as error:
                if error.status is not None and error.status not in RETRIED_STATUS:
                    raise
                await self._clock.sleep(_jitter.uniform(0, pause))
        return await self._exchange(method, url, form)

    async def _exchange(self, method: str, url: str, form: Mapping[str, str] | None) -> bytes:
        """Send one request and read its answer; every failure becomes an error of this library."""
        if self._guard is not None:
            self._guard.check()
        session = self._open_session()
        try:
            async with session.request(
                method,
                url,
                data=form,
                headers=self._headers,
                allow_redirects=False,
                ssl=self._ssl,
            ) as response:
                self._check_status(response)
                return await _bounded_body(response)
        except (HomevoltError, TimeoutError):
            raise
        except aiohttp.ClientConnectorCertificateError as error:
            raise HomevoltCertificateError(
                f"The certificate of {self.base_url} is not trusted ({error.certificate_error}). "
                "If it is the device's own, pass ssl=aiohttp.Fingerprint(...) to pin it.",
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise HomevoltConnectionError(f"{self.base_url} is not reached: {error}.") from error
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            reason = str(error) or type(error).__name__
            raise HomevoltConnectionError(
                f"{self.base_url} broke off: {reason}.", maybe_sent=True
            ) from error

    def _open_session(self) -> aiohttp.ClientSession:
        """Return a session of our own, on the connections of the one passed in if there is one.

        Cookies, headers and settings of somebody else's session are neither used nor changed.
        """
        if self._borrowed is not None and self._borrowed.closed:
            raise HomevoltConnectionError("The session passed as websession= is closed.")
        if self._session is None or self._session.closed:
            connector = self._borrowed.connector if self._borrowed is not None else None
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=1) if connector is None else connector,
                connector_owner=connector is None,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),  # the deadline is kept in _in_turn
                auto_decompress=False,
            )
        return self._session

    def _check_status(self, response: aiohttp.ClientResponse) -> None:
        """Turn every status that is no answer into the error that says what to do."""
        status = response.status
        if status in (401, 403):
            raise self._refused(status)
        if status == 429:  # noqa: PLR2004
            raise HomevoltRateLimitError(
                f"{self.base_url} answers 429: too many wrong passwords reached it. Wait.",
                retry_after=_seconds(response.headers.get("Retry-After")),
            )
        if self._guard is not None:
            self._guard.accepted()
        if status in (200, 204) or (status == 400 and response.method == "POST"):  # noqa: PLR2004
            return
        if 300 <= status < 400:  # noqa: PLR2004
            raise self._redirected(response)
        raise HomevoltResponseError(
            f"{self.base_url} answers {status} to {response.method} {response.url.path}"
            + (": it is busy, starting or updating." if status in RETRIED_STATUS else "."),
            maybe_sent=True,
            status=status,
        )

    def _refused(self, status: int) -> HomevoltAuthenticationError:
        if self._guard is None:
            return HomevoltAuthenticationError(
                f"{self.base_url} answers {status}: it wants a password; pass password=."
            )
        return HomevoltAuthenticationError(
            f"{self.base_url} answers {status}: the password is wrong.",
            retry_after=self._guard.refused(),
        )

    def _redirected(self, response: aiohttp.ClientResponse) -> HomevoltRedirectError:
        location = urljoin(str(response.url), response.headers.get("Location", ""))
        target = urlsplit(location)
        hint = "Redirects are not followed."
        if target.scheme == "https" and target.hostname == response.url.host:
            hint = f"Use the address https://{target.netloc} instead."
        return HomevoltRedirectError(
            f"{self.base_url} answers {response.status} and points to {location!r}. {hint}",
            location=location,
            status=response.status,
        )


class PasswordGuard:
    """Keeps a wrong password from being sent until the device locks its user out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refusals = 0
        self._last = 0.0

    def check(self) -> None:
        """Raise `HomevoltAuthenticationError` if one more wrong password could lock the device."""
        wait = self._wait()
        if wait is not None:
            raise HomevoltAuthenticationError(
                f"The password was refused {self._refusals} times; it is not sent again for "
                f"{wait:.0f} s, so that the device does not lock. Check the password.",
                retry_after=wait,
            )

    def refused(self) -> float | None:
        """Count a refusal; return the seconds until the next try, or None if it may come now."""
        if self._clock.monotonic() - self._last >= LOCKOUT_MEMORY_S:
            self._refusals = 0
        self._refusals += 1
        self._last = self._clock.monotonic()
        return self._wait()

    def accepted(self) -> None:
        """Forget the refusals."""
        self._refusals = 0

    def _wait(self) -> float | None:
        if self._refusals < FREE_TRIES:
            return None
        wait = self._last + LOCKOUT_MEMORY_S - self._clock.monotonic()
        return wait if wait > 0 else None


def _headers(password: object) -> dict[str, str]:
    # A compressed body could be a bomb; an identity body is bounded by what is read.
    headers = {"Accept-Encoding": "identity"}
    if not isinstance(password, str | None):
        raise HomevoltValueError(f"password must be text, not {type(password).__name__}.")
    if password:
        token = base64.b64encode(f"{USER}:{password}".encode()).decode("ascii")
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
