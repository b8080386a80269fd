"""A web server in a process of its own that answers with the same two payloads for ever.

Run as `python -m benchmarks.payload_server`; it prints its port, then serves until it is ended.
"""

from __future__ import annotations

import asyncio

from aiohttp import ClientSession, web

from homevolt.simulator import ManualClock, Simulator


async def payloads() -> dict[str, bytes]:
    """Return what a simulated cluster of two units answers, by path."""
    simulator = Simulator(password=None, units=2, clock=ManualClock())
    async with simulator, ClientSession() as session:
        answers = {}
        for path in ("/ems.json", "/schedule.json"):
            async with session.get(simulator.url + path) as response:
                answers[path] = await response.read()
    return answers


async def serve() -> None:
    """Serve on a free port of loopback, and print it."""
    answers = await payloads()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=answers[request.path], content_type="application/json")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
