"""The device's web server: one request from the socket to the answer, with its faults."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http import HttpProcessingError

from homevolt.simulator.console import commands
from homevolt.simulator.endpoints.answers import Answer, Call, redirect_answer, text_answer
from homevolt.simulator.endpoints.routes import ROUTES, file_endpoint
from homevolt.simulator.web import fault_actions
from homevolt.simulator.web.auth import credentials_match
from homevolt.simulator.web.journal import Journal, RequestRecord, mask_form, mask_secrets
from homevolt.simulator.web.responder import Responder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.web.faults import Fault, FaultTable

LOGGER: Final = logging.getLogger("homevolt.simulator")
ACCESS_LOG: Final = logging.getLogger("homevolt.simulator.access")
"""Silent unless somebody turns it on at level INFO."""

MAX_FIELDS: Final = 64
MAX_BODY_BYTES: Final = 16_384
"""More than any command or parameter needs, and no burden to parse."""
LOGGED_PATH: Final = 64
WRITE_PATHS: Final = frozenset({"/params.json"})
CONSOLE_PATH: Final = "/console.json"

NOT_FOUND: Final = "Nothing matches the given URI"
WRONG_METHOD: Final = "Request method for this URI is not handled by server"
TOO_LARGE: Final = "Content is too large"
BAD_REQUEST: Final = "Bad request syntax"
BUSY: Final = "Service unavailable: starting"
UNAUTHORIZED: Final = "Unauthorized"
LOCKED: Final = "Too many wrong passwords"


class DeviceServer:
    """Serves one device; every connection of every listener ends here.

    Attributes:
        device: The device behind it.
        journal: Every request it saw.
        faults: The faults in force.
        responder: Turns what it answers into responses.
        redirect: Whether plain http is answered with a redirect to https.
    """

    def __init__(
        self,
        device: SimulatedDevice,
        journal: Journal,
        faults: FaultTable,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.device = device
        self.journal = journal
        self.faults = faults
        self.responder = Responder(device, sleep)
        self.redirect = False
        self._in_flight = 0
        self._noted = asyncio.Event()
        self._web = web.Server(self._handle, handler_cancellation=True)

    def connection(self) -> web.RequestHandler:
        """Return the protocol of a new connection; a factory for `loop.create_server`."""
        return DeviceConnection(self, self._web)

    async def close(self) -> None:
        """Cut every connection and end every request, at once."""
        self.responder.stopping.set()
        for connection in self._web.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
        await self._web.shutdown(1.0)

    def note_malformed(self, status: int) -> None:
        """Journal what was no HTTP request at all."""
        self._note(RequestRecord(self.device.now(), "", "", status=status))
        self.device.log.add("warning", "httpd", f"malformed request, answered {status}")

    async def wait_for_requests(self, count: int) -> None:
        """Return when the journal holds `count` requests."""
        while len(self.journal) < count:
            self._noted.clear()
            await self._noted.wait()

    def _note(self, record: RequestRecord) -> None:
        self.journal.note(record)
        self._noted.set()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._in_flight += 1
        try:
            return await self._answer(request)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        device = self.device
        record = RequestRecord(
            time=device.now(),
            method=request.method,
            path=request.path,
            query=mask_secrets(request.query_string),
            authenticated=credentials_match(request.headers.get("Authorization"), device.password),
            in_flight=self._in_flight,
        )
        self._note(record)
        try:
            body = await request.read() if request.body_exists else b""
        except web.HTTPRequestEntityTooLarge:
            return self.responder.respond(record, text_answer(TOO_LARGE, 413), close=True)
        except (HttpProcessingError, web.RequestPayloadError):
            return self.responder.respond(record, text_answer(BAD_REQUEST, 400), close=True)
        if len(body) > MAX_BODY_BYTES:
            return self.responder.respond(record, text_answer(TOO_LARGE, 413), close=True)
        call = Call(device, query=dict(request.query))
        self._read_body(request, body, call, record)
        hits = self.faults.select(record) if len(self.faults) else []
        if request.secure:  # where a redirect leads to
            hits = [fault for fault in hits if fault.kind != "redirect"]
        record.faults = tuple(fault.kind for fault in hits)
        return await self._serve(request, record, call, hits)

    async def _serve(
        self, request: web.BaseRequest, record: RequestRecord, call: Call, hits: list[Fault]
    ) -> web.StreamResponse:
        for fault in hits:
            fault_actions.prepare(call, fault)
        await fault_actions.delay(self.responder, [fault for fault in hits if fault.comes_before])
        for fault in hits:
            if fault.comes_before and fault.kind in fault_actions.REPLACING:
                return await fault_actions.replace(self.responder, request, record, fault)
        reboots = self.device.reboots
        answer = self._decide(request, record, call)
        if answer.status >= HTTPStatus.BAD_REQUEST and answer.status != HTTPStatus.UNAUTHORIZED:
            asked = f"{record.method} {record.path[:LOGGED_PATH]}"
            self.device.log.add("warning", "httpd", f"{asked} answered {answer.status}")
        record.effects = call.control.effects
        await fault_actions.delay(
            self.responder, [fault for fault in hits if not fault.comes_before]
        )
        for fault in hits:
            if fault.kind in fault_actions.CORRUPTING:
                return await fault_actions.corrupt(self.responder, request, record, fault, answer)
            if not fault.comes_before and fault.kind in fault_actions.REPLACING:
                return await fault_actions.replace(self.responder, request, record, fault)
        return self.responder.respond(record, answer, close=self.device.reboots != reboots)

    def _decide(self, request: web.BaseRequest, record: RequestRecord, call: Call) -> Answer:
        """Return the honest answer: redirect, busy, lockout, password, then the endpoint."""
        device = self.device
        if self.redirect and self.responder.https_url and not request.secure:
            return redirect_answer(self.responder.https_url + request.path_qs)
        if device.busy:
            return text_answer(BUSY, 503)
        now = device.clock.now()
        if device.password:
            if device.lockout.remaining_s(now) > 0:
                return text_answer(LOCKED, device.profile.locked_status)
            if not record.authenticated:
                if "Authorization" in request.headers:
                    device.lockout.record_failure(now)
                    device.log.add("warning", "httpd", "wrong password")
                return text_answer(UNAUTHORIZED, 401)
            device.lockout.record_success()
        device.advance()
        methods = ROUTES.get(record.path) or file_endpoint(device, record.path)
        if methods is None:
            return text_answer(NOT_FOUND, 404)
        endpoint = methods.get(record.method)
        return text_answer(WRONG_METHOD, 405) if endpoint is None else endpoint(call)

    def _read_body(
        self, request: web.BaseRequest, body: bytes, call: Call, record: RequestRecord
    ) -> None:
        """Read form or JSON, and note in the record what it asks for."""
        if body:
            if request.content_type == "application/json":
                call.form = read_document(body)
                call.is_document = True
            else:
                call.form = read_form(body)
        record.form = mask_form(call.form)
        if record.method != "POST":
            return
        if record.path == CONSOLE_PATH and "cmd" in call.form:
            record.command = mask_secrets(call.form["cmd"])
            record.is_write = commands.is_write(call.form["cmd"])
        elif record.path in WRITE_PATHS:
            record.is_write = True


class DeviceConnection(web.RequestHandler):
    """One connection; it differs from aiohttp's in noting what is no HTTP at all."""

    def __init__(self, server: DeviceServer, manager: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(manager, loop=loop, access_log=ACCESS_LOG)
        self._device_server = server

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Note what a client sent that cannot be read at debug: it has its answer already."""
        if isinstance(sys.exc_info()[1], HttpProcessingError | web.RequestPayloadError):
            LOGGER.debug(*args, **options)
        else:
            super().log_exception(*args, **options)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read as a request, and end the connection."""
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            LOGGER.error("the simulator itself failed: %s", message, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer is out already")
        self._device_server.note_malformed(status)
        return self._device_server.responder.response(text_answer(BAD_REQUEST, status), close=True)


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of an urlencoded body; too many fields or nonsense give none."""
    try:
        text = body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


def read_document(body: bytes) -> dict[str, str]:
    """Return the members of a JSON object as the texts a form would carry; nonsense gives none."""
    try:
        document = json.loads(body)
        members = document.items() if isinstance(document, dict) else ()
        form = {key: as_text(value) for key, value in members}
        "".join((*form, *form.values())).encode()  # an escape can bring what no text can hold
    except (ValueError, RecursionError):
        return {}
    return form


def as_text(value: object) -> str:
    """Return a member of a JSON body as text; the elements of an array between commas.

    Raises:
        ValueError: It is no value of a parameter, such as null or an object.
    """
    if value is None or isinstance(value, dict):
        raise ValueError("no value of a parameter")
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    return value if isinstance(value, str) else json.dumps(value)
