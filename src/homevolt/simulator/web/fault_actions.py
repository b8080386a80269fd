"""What the faults do: change the device or the call, delay or replace the answer, corrupt it."""

from __future__ import annotations

import random
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import hdrs, web

from homevolt.simulator.console import commands
from homevolt.simulator.device.cloud import BLOCK_S, plan_day
from homevolt.simulator.device.device import WriteControl
from homevolt.simulator.endpoints.answers import (
    JSON,
    Answer,
    Call,
    redirect_answer,
    text_answer,
    to_json,
)
from homevolt.simulator.web.connection import DeviceConnection, reset
from homevolt.simulator.world.installation import UPTIME_WRAP_MS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from homevolt.simulator.web.faults import Fault
    from homevolt.simulator.web.journal import RequestRecord
    from homevolt.simulator.web.responder import Responder

HTML_PAGE: Final = b"<!DOCTYPE html><html><body><h1>Homevolt</h1><p>Please wait</p></body></html>"
GARBAGE_BYTES: Final = 512
EMS_PATH: Final = "/ems.json"
NOT_MEASURED: Final = frozenset({"ts", "ecu_id", "id", "interface", "node_id", "protocol_version"})
"""Keys of /ems.json with numbers that are known before anything is measured."""


NO_ANSWER: Final = Answer(b"", 0)


@dataclass(slots=True)
class Exchange:
    """One request on its way to its answer.

    Attributes:
        responder: Turns answers into responses.
        request: The request as it arrived.
        record: Its record in the journal.
        call: What the endpoint is asked.
        answer: The device's own answer; `NO_ANSWER` until the request has taken effect.
    """

    responder: Responder
    request: web.BaseRequest
    record: RequestRecord
    call: Call
    answer: Answer = NO_ANSWER


async def apply(exchange: Exchange, faults: Sequence[Fault]) -> web.StreamResponse | None:
    """Apply the faults that come before a request takes effect, or those that come after it.

    Args:
        exchange: The request, with its answer if it has taken effect.
        faults: The faults of this moment.

    Returns:
        The response of the first fault that has one, None when none has.
    """
    for fault in faults:
        if fault.kind in CHANGES:
            CHANGES[fault.kind](exchange, fault)
    delay_s = sum(fault.seconds for fault in faults if fault.kind == LATENCY)
    if delay_s:
        await exchange.responder.sleep(delay_s)
    for fault in faults:
        if fault.kind in ANSWERS:
            return exchange.responder.respond(exchange.record, ANSWERS[fault.kind](exchange, fault))
        if fault.kind in RESPONSES:
            return await RESPONSES[fault.kind](exchange, fault)
    return None


async def follow(
    exchange: Exchange, faults: Sequence[Fault], response: web.StreamResponse
) -> web.StreamResponse:
    """Do what faults do once a response is sent; where there are such faults, send it for that."""
    late = [fault for fault in faults if fault.kind in AFTERWARDS]
    transport = exchange.request.transport
    if late and isinstance(response, web.Response) and transport and not transport.is_closing():
        with suppress(ConnectionError):  # the client may have left
            await response.prepare(exchange.request)
            await response.write_eof()
            for fault in late:
                await AFTERWARDS[fault.kind](exchange, response, fault)
    return response


# Changes of the device, of the call, or of the answer.


def _skew(exchange: Exchange, fault: Fault) -> None:
    exchange.call.device.skew_s = fault.seconds


def _unset_clock(exchange: Exchange, _fault: Fault) -> None:
    exchange.call.device.unset_clock()


def _wrap_uptime(exchange: Exchange, fault: Fault) -> None:
    if fault.hits == 1:
        left_ms = round(fault.seconds * 1000)
        exchange.call.device.installation.uptime_ms = UPTIME_WRAP_MS - left_ms


def _drop_peers(exchange: Exchange, _fault: Fault) -> None:
    exchange.call.without_peers = True


def _hide_sensors(exchange: Exchange, _fault: Fault) -> None:
    exchange.call.without_sensors = True


def _ignore(exchange: Exchange, _fault: Fault) -> None:
    exchange.call.control.ignored = True


def _normalise(exchange: Exchange, fault: Fault) -> None:
    exchange.call.control.limits[fault.key] = fault.limit


def _lock_out(exchange: Exchange, fault: Fault) -> None:
    device = exchange.call.device
    if device.password:
        for _ in range(fault.tries):
            device.lockout.record_failure(device.clock.now())
        device.log.add("warning", "httpd", f"{fault.tries} wrong passwords")


def _run_commands(exchange: Exchange, fault: Fault) -> None:
    device = exchange.call.device
    device.advance()
    for text in fault.commands:
        commands.run(device, text, WriteControl())


def _replace_plan(exchange: Exchange, fault: Fault) -> None:
    device = exchange.call.device
    device.advance()
    if not device.local_mode:
        source = random.Random(f"cloud {device.seed} {fault.id} {fault.hits}")
        schedule_id = uuid.UUID(int=source.getrandbits(128), version=4)
        device.plan.replace(plan_day(int(device.now() // BLOCK_S)), str(schedule_id))


def _measure_zeros(exchange: Exchange, _fault: Fault) -> None:
    answer = exchange.answer
    if exchange.record.path == EMS_PATH and answer.status == HTTPStatus.OK:
        body = to_json(_with_zeros(msgspec.json.decode(answer.body)))
        exchange.answer = replace(answer, body=body)


def _with_zeros(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: member if key in NOT_MEASURED else _with_zeros(member)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_with_zeros(element) for element in value]
    return value if isinstance(value, str | bool) or value is None else 0


def _set_content_type(exchange: Exchange, fault: Fault) -> None:
    exchange.answer = replace(exchange.answer, content_type=fault.text)


# Answers instead of the device's own.


def _status(_exchange: Exchange, fault: Fault) -> Answer:
    return text_answer(f"status {fault.status}", fault.status)


def _garbage(exchange: Exchange, fault: Fault) -> Answer:
    source = random.Random(f"garbage {exchange.call.device.seed} {fault.id} {fault.hits}")
    return Answer(source.randbytes(GARBAGE_BYTES), 200, JSON)


def _html(_exchange: Exchange, _fault: Fault) -> Answer:
    return Answer(HTML_PAGE, 200, "text/html")


def _redirect(exchange: Exchange, _fault: Fault) -> Answer:
    base = exchange.responder.https_url or f"https://{exchange.request.host}"
    return redirect_answer(base + exchange.request.path_qs)


def _reboot(exchange: Exchange, fault: Fault) -> Answer:
    exchange.call.device.reboot(fault.seconds)
    return text_answer("Service unavailable: starting", 503)


# What is sent instead of an answer.


async def _silence(exchange: Exchange, fault: Fault) -> web.StreamResponse:
    await exchange.responder.stopping.wait()
    return await _reset(exchange, fault)


async def _reset(exchange: Exchange, _fault: Fault) -> web.StreamResponse:
    reset(exchange.request.transport)
    return web.Response()


async def _stall(exchange: Exchange, fault: Fault) -> web.StreamResponse:
    response = await _send_part(exchange, fault.size)
    await exchange.responder.stopping.wait()
    return response


async def _truncate(exchange: Exchange, fault: Fault) -> web.StreamResponse:
    response = await _send_part(exchange, fault.size)
    if exchange.request.transport is not None:
        exchange.request.transport.close()
    return response


async def _send_part(exchange: Exchange, size: int) -> web.StreamResponse:
    answer, request = exchange.answer, exchange.request
    exchange.record.status = answer.status
    response = web.StreamResponse(status=answer.status, headers=exchange.responder.headers(answer))
    response.content_length = len(answer.body)
    with suppress(ConnectionError):  # the client may have left
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            await response.write(answer.body[:size])
    return response


# What happens once an answer is sent.


async def _answer_again(exchange: Exchange, response: web.Response, fault: Fault) -> None:
    if fault.seconds:
        await exchange.responder.sleep(fault.seconds)
    head = [f"HTTP/1.1 {response.status} {response.reason}"]
    head += [f"{name}: {value}" for name, value in response.headers.items()]
    answer = "\r\n".join([*head, "", ""]).encode()
    if exchange.request.method != hdrs.METH_HEAD and isinstance(response.body, bytes):
        answer += response.body
    if exchange.request.transport is not None:
        exchange.request.transport.write(answer)


async def _end_when_idle(exchange: Exchange, _response: web.Response, fault: Fault) -> None:
    connection = exchange.request.protocol
    if isinstance(connection, DeviceConnection):
        end = connection.drop if fault.kind == "idle_drop" else connection.force_close
        sleep, bursts = exchange.responder.sleep, connection.bursts

        async def wait_and_end() -> None:
            if fault.seconds:
                await sleep(fault.seconds)
            if connection.bursts == bursts:
                end()

        exchange.responder.start(wait_and_end())


LATENCY: Final = "latency"

CHANGES: Final[Mapping[str, Callable[[Exchange, Fault], None]]] = {
    "skew": _skew,
    "clock_unset": _unset_clock,
    "uptime_wrap": _wrap_uptime,
    "dropout": _drop_peers,
    "unavailable": _hide_sensors,
    "ignore": _ignore,
    "normalise": _normalise,
    "lockout": _lock_out,
    "other_client": _run_commands,
    "cloud_visit": _replace_plan,
    "zeros": _measure_zeros,
    "content_type": _set_content_type,
}

ANSWERS: Final[Mapping[str, Callable[[Exchange, Fault], Answer]]] = {
    "status": _status,
    "garbage": _garbage,
    "html": _html,
    "redirect": _redirect,
    "reboot": _reboot,
}

RESPONSES: Final[Mapping[str, Callable[[Exchange, Fault], Awaitable[web.StreamResponse]]]] = {
    "silence": _silence,
    "reset": _reset,
    "stall": _stall,
    "truncate": _truncate,
}

AFTERWARDS: Final[Mapping[str, Callable[[Exchange, web.Response, Fault], Awaitable[None]]]] = {
    "double_answer": _answer_again,
    "idle_close": _end_when_idle,
    "idle_drop": _end_when_idle,
}
