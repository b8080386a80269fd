"""What the faults do to a request: delay it, replace its answer, or spoil it on the way out."""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from aiohttp import web

from homevolt.simulator.answers import JSON, Answer, Call, redirect_answer, text_answer

if TYPE_CHECKING:
    from homevolt.simulator.faults import Fault
    from homevolt.simulator.journal import RequestRecord
    from homevolt.simulator.server import DeviceServer

_Wordless = Callable[["DeviceServer", web.BaseRequest], Awaitable[web.StreamResponse]]
_Answering = Callable[["DeviceServer", web.BaseRequest, "Fault"], Answer]

HTML_PAGE: Final = b"<!DOCTYPE html><html><body><h1>Homevolt</h1><p>Please wait</p></body></html>"
NO_LINGER: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
GARBAGE_BYTES: Final = 512


def prepare(call: Call, fault: Fault) -> None:
    """Do what a fault does before anything else: move the clock, or change the call."""
    if fault.kind in _SETTERS:
        _SETTERS[fault.kind](call, fault)


async def delay(server: DeviceServer, faults: list[Fault]) -> None:
    """Wait as long as the faults of latency among these say."""
    seconds = sum(fault.seconds for fault in faults if fault.kind == "latency")
    if seconds:
        await server.sleep(seconds)


async def replace(
    server: DeviceServer, request: web.BaseRequest, record: RequestRecord, fault: Fault
) -> web.StreamResponse:
    """Answer with the fault alone."""
    if fault.kind in _WORDLESS:
        return await _WORDLESS[fault.kind](server, request)
    return server.respond(record, _ANSWERS[fault.kind](server, request, fault))


async def spoil(
    server: DeviceServer,
    request: web.BaseRequest,
    record: RequestRecord,
    fault: Fault,
    answer: Answer,
) -> web.StreamResponse:
    """Send the honest answer, but not as it should be."""
    if fault.kind == "content_type":
        return server.respond(record, Answer(answer.body, answer.status, fault.text))
    record.status = answer.status
    response = web.StreamResponse(status=answer.status, headers=server.headers(answer))
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: fault.size])
    if fault.kind == "stall":
        await server.stopping.wait()
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


async def _silence(server: DeviceServer, request: web.BaseRequest) -> web.StreamResponse:
    await server.stopping.wait()
    return await _reset(server, request)


async def _reset(_server: DeviceServer, request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        # Without lingering the system sends a reset rather than an orderly end.
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
    return web.Response()


def _status(_server: DeviceServer, _request: web.BaseRequest, fault: Fault) -> Answer:
    return text_answer(f"status {fault.status}", fault.status)


def _garbage(server: DeviceServer, _request: web.BaseRequest, fault: Fault) -> Answer:
    source = random.Random(f"garbage {server.device.seed} {fault.id} {fault.hits}")
    return Answer(source.randbytes(GARBAGE_BYTES), 200, JSON)


def _html(_server: DeviceServer, _request: web.BaseRequest, _fault: Fault) -> Answer:
    return Answer(HTML_PAGE, 200, "text/html")


def _redirect(server: DeviceServer, request: web.BaseRequest, _fault: Fault) -> Answer:
    base = server.https_url or f"https://{request.host}"
    return redirect_answer(base + request.path_qs)


def _reboot(server: DeviceServer, _request: web.BaseRequest, fault: Fault) -> Answer:
    server.device.reboot(fault.seconds)
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
SPOILING: Final = frozenset({"stall", "truncate", "content_type"})
