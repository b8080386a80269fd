"""A web server in a process of its own that answers with two payloads, one of them new each time.

Run as `python -m benchmarks.payload_server`; it prints its port, then serves until it is ended.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time

from aiohttp import ClientSession, web

from homevolt.simulator import ManualClock, Simulator


async def payloads() -> dict[str, bytes]:
    """Return what a simulated cluster of two units answers, by path."""
    simulator = Simulator(password=None, units=2, clock=ManualClock(time.time()))
    async with simulator, ClientSession() as session:
        answers = {}
        for path in ("/ems.json", "/schedule.json"):
            async with session.get(simulator.url + path) as response:
                answers[path] = await response.read()
    return answers


async def serve() -> None:
    """Serve on a free port of loopback, and print it."""
    answers = {path: [body] for path, body in (await payloads()).items()}
    (first,) = answers["/ems.json"]
    # As of a real device, no two answers in a row are the same; between them its clock goes on.
    later = re.sub(rb'"ts":(\d+)', lambda match: b'"ts":%d' % (int(match[1]) + 10), first)
    assert later != first
    answers["/ems.json"].append(later)
    count = itertools.count()

    async def answer(request: web.Request) -> web.Response:
        bodies = answers[request.path]
        body = bodies[next(count) // 2 % len(bodies)]
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
