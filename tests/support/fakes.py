"""What tests put instead of time, and a server for payloads of their own."""

from __future__ import annotations

from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.payloads import NOW, ems, encoded, schedule


class ManualClock:
    """A clock that only moves when told to, or when somebody sleeps by it."""

    def __init__(self, now: float = NOW) -> None:
        self.start = now
        self.elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Return the time of day in epoch seconds."""
        return self.start + self.elapsed

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        """Move the clock at once, and note for how long."""
        self.slept.append(seconds)
        self.elapsed += seconds


class PayloadServer:
    """A web server on loopback that answers each path with what the test put there.

    Attributes:
        answers: For each path a payload, which is sent as JSON, or a status.
        requests: The paths that were asked for, in order.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"/ems.json": ems(), "/schedule.json": schedule()}
        self.answers |= {f"/{name}.json": answer for name, answer in answers.items()}
        self.requests: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app)

    @property
    def host(self) -> str:
        """The address for `Homevolt`."""
        return f"{self._server.host}:{self._server.port}"

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests.append(request.path)
        answer = self.answers[request.path]
        if isinstance(answer, int):
            return web.Response(status=answer)
        body = answer if isinstance(answer, bytes) else encoded(answer)
        return web.Response(body=body, content_type="application/json")
