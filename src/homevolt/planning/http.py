"""HTTP to the sources of prices and of weather: one bounded answer, and no secret in any error."""

from __future__ import annotations

import asyncio
import random
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from homevolt.exceptions import (
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltResponseError,
    HomevoltTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp

    from homevolt._common import Clock

TIMEOUT_S = 20.0
MOST_BYTES = 4 * 1024 * 1024
BACKOFF_S = (0.5, 2.0)
"""Upper bounds of the pauses between the three attempts (full jitter)."""
_RETRIED = frozenset({500, 502, 503, 504})
_LARGEST_OFFSET_S = 600.0
_HIDDEN = "***"
_REASONS = {
    401: "refused the token: check it",
    403: "refused the request: is the token right?",
    404: "has nothing there",
    429: "was asked too often",
}
_jitter = random.SystemRandom()


class HttpFetcher:
    """Fetches documents from public services.

    Args:
        session: A session whose connections are used; it is never closed. Without one, a session
            is made for each document.
        clock: The time to go by.
        timeout_s: Seconds for one attempt, from connecting to the last byte.
    """

    def __init__(
        self, session: aiohttp.ClientSession | None, clock: Clock, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._session = session
        self._clock = clock
        self._timeout_s = timeout_s

    async def fetch(
        self,
        url: str,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        json: object = None,
        secret: str | None = None,
    ) -> bytes:
        """Return the body of an answer, tried up to three times.

        Args:
            url: The address, without its query.
            params: The query.
            headers: Headers of its own.
            json: The document to post; None for a GET.
            secret: What no error may contain.

        Raises:
            HomevoltConnectionError: No usable answer came.
            HomevoltDataError: The answer is too large, or this machine's clock is wrong.
        """
        import aiohttp  # noqa: PLC0415 - what was kept does without

        for bound_s in (*BACKOFF_S, None):
            try:
                return await self._attempt(url, params, headers or {}, json)
            except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
                failure = _failure(url, error, secret, self._timeout_s)
            except HomevoltResponseError as error:
                failure = error
                if error.status not in _RETRIED:
                    raise
            if bound_s is None:
                # The cause may have the address with its query, and that may have the secret.
                raise failure from None
            await self._clock.sleep(_jitter.uniform(0.0, bound_s))
        raise AssertionError  # the last round raises

    async def _attempt(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str], json: object
    ) -> bytes:
        import aiohttp  # noqa: PLC0415 - likewise

        async with asyncio.timeout(self._timeout_s):
            if self._session is not None:
                return await self._ask(self._session, url, params, headers, json)
            async with aiohttp.ClientSession() as session:
                return await self._ask(session, url, params, headers, json)

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        url: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        json: object,
    ) -> bytes:
        method = "GET" if json is None else "POST"
        # Redirects are not followed: what they point to must not get the token.
        async with session.request(
            method, url, params=params, headers=headers, json=json, allow_redirects=False
        ) as answer:
            if answer.status != HTTPStatus.OK:
                reason = _REASONS.get(answer.status, "failed")
                raise HomevoltResponseError(
                    f"{url} {reason} (status {answer.status}).", status=answer.status
                )
            self._check_clock(url, answer.headers.get("Date"))
            body = bytearray()
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise HomevoltDataError(f"The answer of {url} is larger than 4 MiB.")
            return bytes(body)

    def _check_clock(self, url: str, date_header: str | None) -> None:
        """Refuse to go by a clock that is slow.

        A `Date` can be old where a cache answers, but it is never too new: only that is certain.
        """
        try:
            theirs_s = parsedate_to_datetime(date_header or "").timestamp()
        except ValueError:
            return
        late_s = theirs_s - self._clock.now()
        if late_s > _LARGEST_OFFSET_S:
            raise HomevoltDataError(
                f"The clock of this machine is {late_s / 60:.0f} min behind that of {url}: set it."
            )


def _failure(
    url: str, error: Exception, secret: str | None, timeout_s: float
) -> HomevoltConnectionError:
    if isinstance(error, TimeoutError):
        return HomevoltTimeoutError(f"{url} did not answer within {timeout_s:g} s.")
    return HomevoltConnectionError(
        redacted(f"{url} cannot be reached: {str(error) or type(error).__name__}.", secret)
    )


def redacted(text: str, secret: str | None) -> str:
    """Return a text without a secret, however it was quoted in it."""
    if secret:
        for each in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(each, _HIDDEN)
    return text
