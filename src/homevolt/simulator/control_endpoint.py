"""The control endpoint: faults, journal and restarts over HTTP, for this machine only.

It has a port of its own, bound to 127.0.0.1 whatever the device itself is bound to:

    GET    /faults            the faults in force
    POST   /faults            {"fault": "stall:nth=3"} or {"kind": "stall", "nth": 3}
    DELETE /faults            take all of them out
    DELETE /faults/{id}       take one out
    GET    /journal           every request the device received
    DELETE /journal           forget them
    POST   /reboot            restart the device; {"boot_s": 5} keeps it busy for so long

Of a fleet, `?device=N` names the device, counted from 0.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final, Self

from aiohttp import web

from homevolt.simulator.web.faults import FaultError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from homevolt.simulator.simulator import Simulator

JSON: Final = "application/json"
LOOPBACK: Final = "127.0.0.1"
LOCAL_NAMES: Final = frozenset({LOOPBACK, "localhost"})
SHUTDOWN_S: Final = 0.2
RECORDS_AT_ONCE: Final = 100
"""Records of the journal that are sent before the devices get a turn again."""


class ControlServer:
    """Serves the control endpoint of one or more simulators.

    Args:
        devices: The simulators to control.
        port: Port on 127.0.0.1, 0 for any free one.
    """

    def __init__(self, devices: Sequence[Simulator], port: int = 0) -> None:
        self._devices = devices
        self.port = port
        app = web.Application(middlewares=[_only_this_machine])
        app.add_routes(
            [
                web.get("/faults", self._list_faults),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
                web.delete(r"/faults/{id:\d{1,9}}", self._remove_fault),
                web.get("/journal", self._send_journal, allow_head=False),
                web.delete("/journal", self._clear_journal),
                web.post("/reboot", self._reboot),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _list_faults(self, request: web.Request) -> web.Response:
        return web.json_response([fault.as_dict() for fault in self._device(request).faults])

    async def _add_fault(self, request: web.Request) -> web.Response:
        settings = await _read_object(request)
        table = self._device(request).faults
        try:
            if settings.keys() == {"fault"}:
                fault = table.add(str(settings["fault"]))
            else:
                fault = table.add_settings(settings)
        except FaultError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(fault.as_dict(), status=201)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._device(request).faults.clear()
        return web.Response(status=204)

    async def _remove_fault(self, request: web.Request) -> web.Response:
        if not self._device(request).faults.remove(int(request.match_info["id"])):
            raise web.HTTPNotFound(text="there is no fault with that number")
        return web.Response(status=204)

    async def _send_journal(self, request: web.Request) -> web.StreamResponse:
        records = list(self._device(request).journal)
        response = web.StreamResponse()
        response.content_type = JSON
        await response.prepare(request)
        separator = "["
        for start in range(0, len(records), RECORDS_AT_ONCE):
            part = [json.dumps(each.as_dict()) for each in records[start : start + RECORDS_AT_ONCE]]
            await response.write((separator + ",".join(part)).encode())
            separator = ","
            await asyncio.sleep(0)
        await response.write(b"]" if records else b"[]")
        return response

    async def _clear_journal(self, request: web.Request) -> web.Response:
        self._device(request).journal.clear()
        return web.Response(status=204)

    async def _reboot(self, request: web.Request) -> web.Response:
        settings = await _read_object(request) if request.can_read_body else {}
        boot_s = settings.get("boot_s")
        if not (boot_s is None or (isinstance(boot_s, int | float) and 0 <= boot_s < float("inf"))):
            raise web.HTTPBadRequest(text="boot_s is a number of seconds, 0 or more")
        self._device(request).reboot(boot_s)
        return web.Response(status=204)

    def _device(self, request: web.Request) -> Simulator:
        name = request.query.get("device", "0")
        by_name = {str(number): device for number, device in enumerate(self._devices)}
        if name not in by_name:
            raise web.HTTPNotFound(
                text=f"there is no device '{name}'; they are 0 to {len(by_name) - 1}"
            )
        return by_name[name]


@web.middleware
async def _only_this_machine(request: web.Request, handler: Any) -> web.StreamResponse:
    # A page in a browser can reach loopback, but cannot forge the Host or send JSON unasked.
    if request.url.host not in LOCAL_NAMES:
        raise web.HTTPForbidden(
            text="use a loopback address: the control endpoint is for this machine only"
        )
    if request.can_read_body and request.content_type != JSON:
        raise web.HTTPUnsupportedMediaType(text="send JSON, with Content-Type application/json")
    answer: web.StreamResponse = await handler(request)
    return answer


async def _read_object(request: web.Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="the body is not valid JSON") from None
    if not isinstance(document, dict):
        raise web.HTTPBadRequest(text="the body is not a JSON object")
    return document
