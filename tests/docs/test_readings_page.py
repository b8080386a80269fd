"""The page about readings: its example does what it says."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, NoReturn

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "readings.md").read_text("utf-8")


async def test_the_example_of_several_devices_begins_each_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - the example of our own page
    pauses_s: list[float] = []

    async def sleep(seconds: float) -> NoReturn:
        pauses_s.append(seconds)
        raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await names["watch_all"]([object()] * 4, interval_s=10)
    monkeypatch.undo()
    assert pauses_s == [0, 2.5, 5, 7.5]
