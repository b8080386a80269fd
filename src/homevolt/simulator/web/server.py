"""The device's web server: one request from the socket to the answer, with its faults."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from homevolt.simulator.console import commands
from homevolt.simulator.endpoints.answers import JSON, Answer, Call, redirect_answer, text_answer
from homevolt.simulator.endpoints.routes import ROUTES, file_endpoint
from homevolt.simulator.web import fault_actions
from homevolt.simulator.web.auth import credentials_match
from homevolt.simulator.web.connection import DeviceConnection
from homevolt.simulator.web.fault_actions import Exchange
from homevolt.simulator.web.forms import read_fields
from homevolt.simulator.web.journal import Journal, RequestRecord, mask_secrets
from homevolt.simulator.web.responder import Responder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.web.faults import Fault, FaultTable

MAX_BODY_BYTES: Final = 16_384
"""More than any command or parameter needs, and quick to parse."""
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
    """Serves one device, for the connections of all its listeners.

    Attributes:
        device: The device behind it.
        journal: Every request it received.
        faults: The faults in force.
        responder: Turns its answers into responses.
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
        self._serving: list[object] = []
        self._noted = asyncio.Event()
        self._web = web.Server(self._handle, handler_cancellation=True)

    def connection(self) -> web.RequestHandler:
        """Return the protocol of a new connection; a factory for `loop.create_server`."""
        return DeviceConnection(self._web, self._refuse)

    async def close(self) -> None:
        """Close every connection and end every request, at once."""
        self.responder.stop()
        for connection in self._web.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
        await self._web.shutdown(1.0)

    def close_connections(self) -> None:
        """Close every connection, as a restart does; those with a request after its answer."""
        for connection in self._web.connections:
            if connection in self._serving:
                connection.close()
            else:
                connection.force_close()

    async def wait_for_requests(self, count: int) -> None:
        """Return when the journal holds `count` requests."""
        while len(self.journal) < count:
            self._noted.clear()
            await self._noted.wait()

    def _refuse(self, status: int) -> web.Response:
        """Note a request that is not valid HTTP, and return the answer to it."""
        self._note(RequestRecord(self.device.now(), "", "", status=status))
        self.device.log.add("warning", "httpd", f"malformed request, answered {status}")
        return self.responder.response(text_answer(BAD_REQUEST, status), close=True)

    def _note(self, record: RequestRecord) -> None:
        self.journal.note(record)
        self._noted.set()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._serving.append(request.protocol)
        try:
            return await self._answer(request)
        finally:
            self._serving.remove(request.protocol)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        device = self.device
        record = RequestRecord(
            time=device.now(),
            method=request.method,
            path=request.path if request.path in ROUTES else mask_secrets(request.path),
            query=mask_secrets(request.query_string),
            authenticated=credentials_match(request.headers.get("Authorization"), device.password),
            in_flight=len(self._serving),
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
        exchange = Exchange(self.responder, request, record, call)
        reboots = device.reboots
        response = await self._respond(exchange, hits)
        if device.reboots != reboots:
            self.close_connections()
            response.force_close()
        return await fault_actions.follow(exchange, hits, response) if hits else response

    async def _respond(self, exchange: Exchange, hits: list[Fault]) -> web.StreamResponse:
        """Return the response to a request, with the faults before and after it takes effect."""
        record = exchange.record
        if hits:
            early = [fault for fault in hits if fault.is_before]
            response = await fault_actions.apply(exchange, early)
            if response is not None:
                return response
        exchange.answer = self._decide(exchange.request, record, exchange.call)
        status = exchange.answer.status
        if status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.UNAUTHORIZED:
            asked = f"{record.method} {record.path[:LOGGED_PATH]}"
            self.device.log.add("warning", "httpd", f"{asked} answered {status}")
        record.effects = exchange.call.control.effects
        if hits:
            late = [fault for fault in hits if not fault.is_before]
            response = await fault_actions.apply(exchange, late)
            if response is not None:
                return response
        return self.responder.respond(record, exchange.answer)

    def _decide(self, request: web.BaseRequest, record: RequestRecord, call: Call) -> Answer:
        """Return the device's own answer: redirect, busy, lockout, password, then the endpoint."""
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
        command = None
        if body:
            header = request.headers.get("Content-Type", "")
            fields = read_fields(request.content_type, header, body)
            call.form = dict(fields)
            call.is_document = request.content_type == JSON
            if record.method == "POST" and record.path == CONSOLE_PATH:
                command = call.form.get("cmd")
            self.journal.note_body(record, fields, command)
        if command is not None:
            record.is_write = commands.is_write(command)
        elif record.method == "POST" and record.path in WRITE_PATHS:
            record.is_write = True
