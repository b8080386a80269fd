"""A device that answers by a script: for firmware that the simulator does not have."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

import homevolt
from tests.support.fakes import ManualClock
from tests.support.payloads import ems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

Answer = bytes | str | dict[str, Any] | list[Any] | int
"""A body, a document, or a status without a body."""


class ScriptedDevice:
    """What the device answers on each path, and what it was asked.

    Attributes:
        answers: By method and path, such as `GET /ems.json`. A list of a list holds one answer
            for each request; the last one stays.
        requests: Method, path and form of each request.
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers: dict[str, Answer] = {"GET /ems.json": ems(), **answers}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.port = 0

    @property
    def writes(self) -> list[dict[str, str]]:
        """The forms of the POST requests."""
        return [form for request, form in self.requests if request.startswith("POST")]

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Give the answer that the script has for this path."""
        key = f"{request.method} {request.path}"
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append((key, form))
        answer = self.answers.get(key, 404)
        if isinstance(answer, list) and answer and isinstance(answer[0], list):
            answers = answer[0]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, dict | list):
            return web.json_response(answer)
        return web.Response(body=answer.encode() if isinstance(answer, str) else answer)


@asynccontextmanager
async def scripted_device(
    **answers: Answer,
) -> AsyncIterator[tuple[ScriptedDevice, homevolt.Device, ManualClock]]:
    """Serve such a device and connect to it.

    Args:
        **answers: By name: `schedule`, `params`, `status` for what is read, `console` and
            `save` for the answers to writes.
    """
    paths = {
        "schedule": "GET /schedule.json",
        "params": "GET /params.json",
        "status": "GET /status.json",
        "console": "POST /console.json",
        "save": "POST /params.json",
    }
    scripted = ScriptedDevice({paths[name]: answer for name, answer in answers.items()})
    runner = web.ServerRunner(web.Server(scripted.handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    clock = ManualClock()
    try:
        async with homevolt.Homevolt(f"127.0.0.1:{port}", clock=clock) as connection:
            await connection.update_info()
            scripted.requests.clear()
            yield scripted, connection.get_device(), clock
    finally:
        await runner.cleanup()


def in_turn(*answers: Any) -> list[Any]:
    """Return a script of one answer for each request; the last one stays."""
    return [list(answers)]


def document(*entries: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a `/schedule.json` in local mode."""
    return {"local_mode": True, "schedule_id": "Manual Schedule", "schedule": [*entries]} | fields


def done(command: str, output: str = "") -> str:
    """Return the console's reply to a command that it carried out."""
    return f"esp32>  {command}\n{output}\nCommand '{command}' executed successfully\n"
