"""Keys where a terminal has to be asked for them, as on Windows."""

from __future__ import annotations

import asyncio

from homevolt.cli.render.keys import polled_keys


async def test_keys_come_in_order_and_nothing_is_asked_for_afterwards() -> None:
    typed: list[str] = []
    rounds: asyncio.Queue[None] = asyncio.Queue()
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await rounds.get()

    with polled_keys(lambda: bool(typed), lambda: typed.pop(0), sleep) as keys:
        await asyncio.sleep(0)
        typed += "p+"
        rounds.put_nowait(None)
        assert [await keys.get(), await keys.get()] == ["p", "+"]
        assert keys.empty()
    typed += "q"
    rounds.put_nowait(None)
    for _ in range(3):
        await asyncio.sleep(0)
    assert (typed, len(set(waits))) == (["q"], 1)
