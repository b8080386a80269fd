"""Waiting for something to hold, however long the sockets of a busy machine take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK_TURNS, SLOW_TURNS, SLOW_TURN_S = 100, 20_000, 0.001


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something holds; fail when it does not after many turns of the loop.

    The first turns only ask the sockets; the later ones leave the processor to others as well.
    """
    for turn in range(QUICK_TURNS + SLOW_TURNS):
        if condition():
            return
        await asyncio.sleep(0 if turn < QUICK_TURNS else SLOW_TURN_S)
    raise AssertionError(f"it never happened: {condition}")
