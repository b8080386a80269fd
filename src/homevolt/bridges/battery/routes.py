"""The facade over HTTP: `GET /battery` and `PUT /battery/mode`, with a bearer token."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from homevolt.bridges.battery.facade import battery_document, drive
from homevolt.bridges.battery.modes import request_of
from homevolt.bridges.override import NotOursError
from homevolt.exceptions import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltConnectionError,
    HomevoltError,
    HomevoltLocalModeError,
    HomevoltNotReadyError,
    HomevoltValueError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.bridges.config import RunConfig
    from homevolt.bridges.feed import Feed
    from homevolt.bridges.feeds import Feeds

BATTERY_PATH, MODE_PATH = "/battery", "/battery/mode"
LONGEST_BODY = 4096

STATUSES: tuple[tuple[type[HomevoltError], HTTPStatus], ...] = (
    (HomevoltValueError, HTTPStatus.BAD_REQUEST),
    (HomevoltLocalModeError, HTTPStatus.CONFLICT),
    (NotOursError, HTTPStatus.CONFLICT),
    (HomevoltCommandOutcomeUnknownError, HTTPStatus.GATEWAY_TIMEOUT),
    (HomevoltCommandRejectedError, HTTPStatus.CONFLICT),
    (HomevoltNotReadyError, HTTPStatus.SERVICE_UNAVAILABLE),
    (HomevoltConnectionError, HTTPStatus.BAD_GATEWAY),
    (HomevoltError, HTTPStatus.BAD_GATEWAY),
)
"""The status that tells of an error, the first row that fits."""


class BatteryRoutes:
    """The paths of the facade; they are served only where a token is configured.

    Args:
        config: The configuration.
    """

    def __init__(self, config: RunConfig) -> None:
        self._token = (config.http and config.http.token) or ""

    def add_to(self, app: web.Application, feeds: Feeds) -> None:
        """Add the paths."""

        async def battery(request: web.Request) -> web.Response:
            return web.json_response(battery_document(_feed(request, feeds)))

        async def mode(request: web.Request) -> web.Response:
            feed = _feed(request, feeds)
            try:
                warning = await drive(feed, request_of(await _body(request)))
            except HomevoltError as error:
                status = next(code for kind, code in STATUSES if isinstance(error, kind))
                raise _refusal(status, str(error)) from error
            more = {"warning": warning} if warning else {}
            return web.json_response({**battery_document(feed), **more})

        app.router.add_get(BATTERY_PATH, self._guarded(battery))
        app.router.add_put(MODE_PATH, self._guarded(mode))

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a handler that wants the token first."""

        async def guarded(request: web.Request) -> web.Response:
            scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
            is_right = hmac.compare_digest(
                shown.strip().encode("utf-8", "surrogateescape"), self._token.encode()
            )
            if not self._token or scheme.lower() != "bearer" or not is_right:
                raise _refusal(
                    HTTPStatus.UNAUTHORIZED, "Show the token: `Authorization: Bearer TOKEN`."
                )
            return await handler(request)

        return guarded


def _feed(request: web.Request, feeds: Feeds) -> Feed:
    """Return the device that a request names; it need not name the only one."""
    name = request.query.get("device")
    if name is None and len(feeds) == 1:
        return next(iter(feeds.values()))
    feed = feeds.get(name or "")
    if feed is None:
        known = ", ".join(feeds) or "none"
        asked = "name one" if name is None else f"there is no device {name!r}"
        raise _refusal(HTTPStatus.NOT_FOUND, f"?device=NAME: {asked}. Known: {known}.")
    return feed


async def _body(request: web.Request) -> Any:
    """Return a body as JSON, or as the word that it is.

    Raises:
        HomevoltValueError: It is neither.
    """
    body = await request.content.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        raise HomevoltValueError(f"the body has more than {LONGEST_BODY} bytes")
    try:
        text = body.decode().strip()
        return msgspec.json.decode(text) if text[:1] in {"{", '"'} else text
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise HomevoltValueError(f"the body cannot be read: {error}") from error


def _refusal(status: HTTPStatus, message: str) -> web.HTTPException:
    kinds = {
        kind.status_code: kind
        for kind in (
            *(web.HTTPBadRequest, web.HTTPUnauthorized, web.HTTPNotFound, web.HTTPConflict),
            *(web.HTTPBadGateway, web.HTTPServiceUnavailable, web.HTTPGatewayTimeout),
        )
    }
    text = msgspec.json.encode({"error": message}).decode()
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return kinds[status](text=text, content_type="application/json", headers=headers)
