"""What the faults do to a request: delay it, replace its answer, or corrupt it on the way out."""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from aiohttp import web

from homevolt.simulator.endpoints.answers import JSON, Answer, Call, redirect_answer, text_answer

if TYPE_CHECKING:
    from homevolt.simulator.web.faults import Fault
    from homevolt.simulator.web.journal import RequestRecord
    from homevolt.simulator.web.responder import Responder

_Wordless = Callable[["Responder", web.BaseRequest], Awaitable[web.StreamResponse]]
_Answering = Callable[["Responder", web.BaseRequest, "Fault"], Answer]

HTML_PAGE: Final = b"<!DOCTYPE html><html><body><h1>Homevolt</h1><p>Please wait</p></body></html>"
NO_LINGER: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
GARBAGE_BYTES: Final = 512


def prepare(call: Call, fault: Fault) -> None:
    """Do what a fault does before anything else: move the clock, or change the call."""
    if fault.kind in _SETTERS:
        _SETTERS[fault.kind](call, fault)


async def delay(responder: Responder, faults: list[Fault]) -> None:
    """Wait as long as the faults of latency among these say."""
    seconds = sum(fault.seconds for fault in faults if fault.kind == "latency")
    if seconds:
        await responder.sleep(seconds)


async def replace(
    responder: Responder, request: web.BaseRequest, record: RequestRecord, fault: Fault
) -> web.StreamResponse:
    """Answer with the fault alone."""
    if fault.kind in _WORDLESS:
        return await _WORDLESS[fault.kind](responder, request)
    return responder.respond(record, _ANSWERS[fault.kind](responder, request, fault))


async def corrupt(
    responder: Responder,
    request: web.BaseRequest,
    record: RequestRecord,
    fault: Fault,
    answer: Answer,
) -> web.StreamResponse:
    """Send the honest answer, but not as it should be."""
    if fault.kind == "content_type":
        return responder.respond(record, Answer(answer.body, answer.status, fault.text))
    record.status = answer.status
    response = web.StreamResponse(status=answer.status, headers=responder.headers(answer))
    response.content_length = len(answer.body)
    with suppress(ConnectionError):  # a client may have left; that is what the fault is for
        await response.prepare(request)
        await response.write(answer.body[: fault.size])
    if fault.kind == "stall":
        await responder.stopping.wait()
    if request.transport is not None:
        request.transport.close()
    return response


def _skew(call: Call, fault: Fault) -> None:
    call.device.skew_s = fault.seconds


def _drop_peers(call: Call, _fault: Fault) -> None:
    call.without_peers = True


def _hide_sensors(call: Call, _fault: Fault) -> None:
    call.without_sensors = True


def _ignore(call: Call, _fault: Fault) -> None:
    call.control.ignored = True


def _normalise(call: Call, fault: Fault) -> None:
    call.control.limits[fault.key] = fault.limit


async def _silence(responder: Responder, request: web.BaseRequest) -> web.StreamResponse:
    await responder.stopping.wait()
    return await _reset(responder, request)


async def _reset(_responder: Responder, request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        # Without lingering the system sends a reset rather than an orderly end.
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
    return web.Response()


def _status(_responder: Responder, _request: web.BaseRequest, fault: Fault) -> Answer:
    return text_answer(f"status {fault.status}", fault.status)


def _garbage(responder: Responder, _request: web.BaseRequest, fault: Fault) -> Answer:
    source = random.Random(f"garbage {responder.device.seed} {fault.id} {fault.hits}")
    return Answer(source.randbytes(GARBAGE_BYTES), 200, JSON)


def _html(_responder: Responder, _request: web.BaseRequest, _fault: Fault) -> Answer:
    return Answer(HTML_PAGE, 200, "text/html")


def _redirect(responder: Responder, request: web.BaseRequest, _fault: Fault) -> Answer:
    base = responder.https_url or f"https://{request.host}"
    return redirect_answer(base + request.path_qs)


def _reboot(responder: Responder, _request: web.BaseRequest, fault: Fault) -> Answer:
    responder.device.reboot(fault.seconds)
    return text_answer("Service unavailable: starting", 503)


_SETTERS: Final[Mapping[str, Callable[[Call, Fault], None]]] = {
    "skew": _skew,
    "dropout": _drop_peers,
    "unavailable": _hide_sensors,
    "ignore": _ignore,
    "normalise": _normalise,
}

_WORDLESS: Final[Mapping[str, _Wordless]] = {"silence": _silence, "reset": _reset}

_ANSWERS: Final[Mapping[str, _Answering]] = {
    "status": _status,
    "garbage": _garbage,
    "html": _html,
    "redirect": _redirect,
    "reboot": _reboot,
}

REPLACING: Final = frozenset(_WORDLESS) | frozenset(_ANSWERS)
CORRUPTING: Final = frozenset({"stall", "truncate", "content_type"})
