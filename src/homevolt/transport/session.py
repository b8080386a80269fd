"""The HTTP library, set up for one device: its session, its requests and its answers."""

from __future__ import annotations

import asyncio
import base64
import ssl as ssl_module
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec

from homevolt.exceptions import HomevoltDataError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection

SslOption: TypeAlias = bool | ssl_module.SSLContext | aiohttp.Fingerprint
"""What `ssl=` takes, as aiohttp does: whether to check certificates, how, or the one to accept."""

USER = "admin"
MAX_BODY_BYTES = 4 * 1024 * 1024
READ_BYTES = 64 * 1024
"""The most that is read from a socket at once.

asyncio allocates this much for each read, by default 256 KiB, which C libraries map each time.
"""


class Call(msgspec.Struct):
    """One call of `Transport.get` or `Transport.post`.

    Attributes:
        method: GET or POST.
        url: The whole URL.
        form: What a POST sends, None for a GET.
        closings: How often the transport had been closed when the call came.
        before_send: Called right before the request is sent; if it raises, nothing is sent.
        sent: Whether any of it may have reached the device.
        answers: The answers that arrived over its connection and were not read yet.
        transport: What its connection goes through.
    """

    method: str
    url: str
    form: aiohttp.Payload | None
    closings: int
    before_send: Callable[[], None] = lambda: None
    sent: bool = False
    answers: ResponseHandler | None = None
    transport: asyncio.Transport | None = None

    def end(self) -> None:
        """End the connection at once if it is being closed.

        A graceful TLS shutdown waits for the device; if the event loop ends before, the connection
        is left open.
        """
        if self.transport is not None and self.transport.is_closing():
            self.transport.abort()


def encoded(form: Mapping[str, str]) -> aiohttp.Payload:
    """Return a form as a request sends it."""
    return aiohttp.BytesPayload(
        urlencode(form).encode(), content_type="application/x-www-form-urlencoded"
    )


current_call: ContextVar[Call] = ContextVar("current_call")
"""The call of this task, for the answer that aiohttp makes for it."""


class SurplusError(aiohttp.ClientError):
    """The device sent data that no request asked for.

    It is unknown to which request a later answer on this connection belongs, so it is closed.
    """


class Request(aiohttp.ClientRequest):
    """A request that gets a connection of its own if it is a write.

    A device may have closed a kept-alive connection without notice. A read that fails for this is
    tried again; for a write it would be unknown whether it arrived.
    """

    @property
    def connection_key(self) -> ConnectionKey:
        """The key of the kept-alive connections that may serve this request."""
        key = super().connection_key
        return key if self.method == "GET" else key._replace(proxy_headers_hash=id(self))

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send the request over a connection."""
        current_call.get().before_send()
        return await super().send(conn)


class Response(aiohttp.ClientResponse):
    """An answer to a request that is noted as sent and that aiohttp does not send again."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Wait for the headers; by now the request is on its way."""
        call = current_call.get()
        call.sent = True
        call.answers = connection.protocol
        call.transport = transport = connection.transport
        if getattr(transport, "max_size", 0) > READ_BYTES:  # that of another event loop has none
            transport.max_size = READ_BYTES  # type: ignore[union-attr]  # not declared
        if call.answers:
            raise SurplusError
        if call.answers is not None and self.method != "GET":
            call.answers.force_close()  # nothing else may use it, see `Request`
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            # At either of these aiohttp itself would send a GET once more.
            raise aiohttp.ClientPayloadError(str(error) or type(error).__name__) from error


class PinnedCertificate(aiohttp.Fingerprint):
    """A fingerprint whose connection ends at once where the device has another one."""

    def __init__(self, pinned: aiohttp.Fingerprint) -> None:
        super().__init__(pinned.fingerprint)
        self._pinned = pinned

    def check(self, transport: asyncio.Transport) -> None:
        """Compare the certificate of a connection."""
        try:
            self._pinned.check(transport)
        except aiohttp.ServerFingerprintMismatch:
            # Not before aiohttp has asked the transport for its address.
            asyncio.get_running_loop().call_soon(transport.abort)
            raise


def new_session(
    headers: Mapping[str, str], connector: aiohttp.BaseConnector | None
) -> aiohttp.ClientSession:
    """Return a session on the connections of a given connector, or on one of its own.

    Args:
        headers: The headers of every request.
        connector: The connector of a session that was passed in, whose cookies, headers and other
            settings are neither used nor changed.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=1) if connector is None else connector,
        connector_owner=connector is None,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        auto_decompress=False,
        request_class=Request,
        response_class=Response,
    )


def checked_ssl(option: object) -> SslOption:
    """Return an argument `ssl=` for requests.

    Raises:
        HomevoltValueError: aiohttp does not take it.
    """
    if isinstance(option, aiohttp.Fingerprint):
        return PinnedCertificate(option)
    if isinstance(option, bool | ssl_module.SSLContext):
        return option
    raise HomevoltValueError(
        "ssl must be True, False, an ssl.SSLContext or an aiohttp.Fingerprint, "
        f"not {type(option).__name__}."
    )


def request_headers(base_url: str, password: object) -> dict[str, str]:
    """Return the headers of every request to a device.

    Raises:
        HomevoltValueError: The password is not a string, or cannot be encoded.
    """
    # A compressed body could be a bomb; an identity body is bounded by what is read.
    headers = {"Accept-Encoding": "identity"}
    host, zone, port = urlsplit(base_url).netloc.partition("%")
    if zone:  # it means something on this machine alone
        headers["Host"] = f"{host}]{port.partition(']')[2]}"
    if not isinstance(password, str | None):
        raise HomevoltValueError(f"password must be a string, not {type(password).__name__}.")
    if password:
        try:
            token = base64.b64encode(f"{USER}:{password}".encode()).decode("ascii")
        except UnicodeEncodeError:
            raise HomevoltValueError(
                "password contains a character that cannot be encoded as UTF-8."
            ) from None
        headers["Authorization"] = f"Basic {token}"
    return headers


async def read_body(response: aiohttp.ClientResponse, call: Call) -> bytes:
    """Read the body of the answer to a call.

    Raises:
        HomevoltDataError: It is larger than 4 MiB or compressed.
        SurplusError: More than the answer arrived.
    """
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise HomevoltDataError(
            f"{response.url.path} is compressed ({encoding}), which was not asked for."
        )
    content = response.content
    # What arrived unread is less than the bound: aiohttp pauses the connection before.
    body = content.read_nowait() if content.is_eof() else await _remaining(response)
    if call.answers:
        call.answers.close()
        raise SurplusError
    return body


async def _remaining(response: aiohttp.ClientResponse) -> bytes:
    """Return a body of which not all has arrived yet."""
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
