"""Following the log of a device: each line once, outages included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt import HomevoltNotSupportedError
from homevolt._common import SystemClock
from homevolt.cli.render import log_display
from homevolt.reports.health import LogLineView
from homevolt.simulator import Simulator
from tests.support.fakes import ManualClock
from tests.support.shell_session import opened

if TYPE_CHECKING:
    from collections.abc import Callable


class EnoughError(Exception):
    """The test has seen what it wants to see."""


class Steps(ManualClock):
    """A clock for which each wait is a step of the test."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self.steps = [*steps]

    async def sleep(self, seconds: float) -> None:
        """Take the next step, or end after the last one."""
        await super().sleep(seconds)
        if not self.steps:
            raise EnoughError
        self.steps.pop(0)()


async def follow(simulator: Simulator, *steps: Callable[[], object], as_json: bool = False) -> None:
    """Follow a log while the steps happen, one in each interval."""
    async with opened(simulator, SystemClock()) as session:
        with pytest.raises(EnoughError):
            await log_display.follow_logs(
                session, level="info", limit=1, as_json=as_json, clock=Steps(*steps)
            )


async def test_each_line_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    async with Simulator(None) as simulator:
        add = simulator.device.log.add
        add("info", "t", "old")
        await follow(
            simulator,
            lambda: add("warning", "t", "one"),
            lambda: add("debug", "t", "chatter"),
            lambda: [add("info", "t", "two"), add("info", "t", "two")],
        )
    out, err = capsys.readouterr()
    assert [line.rpartition(" ")[2] for line in out.splitlines()] == ["old", "one", "two", "two"]
    assert err == ""


async def test_programs_get_a_document_for_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    async with Simulator(None) as simulator:
        add = simulator.device.log.add
        add("info", "t", "old")
        await follow(simulator, lambda: add("error", "t", "new"), as_json=True)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["text"] for document in documents] == ["old", "new"]
    assert [*documents[0]] == ["at", "level", "tag", "text", "task", "core"]


async def test_an_outage_is_reported_once_and_waited_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with Simulator(None) as simulator:
        add = simulator.device.log.add
        add("info", "t", "old")
        await follow(
            simulator,
            lambda: simulator.faults.add("html:path=/logs.json"),
            lambda: add("info", "t", "meanwhile"),
            simulator.faults.clear,
        )
    out, err = capsys.readouterr()
    assert [line.rpartition(" ")[2] for line in out.splitlines()] == ["old", "meanwhile"]
    assert err.count("\n") == 1
    assert err.endswith("Trying again.\n")


async def test_a_log_that_is_gone_for_good_ends_it() -> None:
    async with Simulator(None) as simulator, opened(simulator, SystemClock()) as session:
        steps = Steps(lambda: simulator.faults.add("status:status=404,path=/logs.json"))
        with pytest.raises(HomevoltNotSupportedError):
            await log_display.follow_logs(
                session, level=None, limit=None, as_json=True, clock=steps
            )


LINES = st.lists(st.sampled_from("abcd"), max_size=12).map(
    lambda texts: [LogLineView(text=f"{place} {text}") for place, text in enumerate(texts)]
)


@given(LINES, st.integers(1, 12), st.data())
def test_what_is_added_is_found_whatever_was_dropped(
    log: list[LogLineView], kept: int, data: st.DataObject
) -> None:
    seen = data.draw(st.integers(0, len(log)))
    before, after = log[:seen][-kept:], log[-kept:]
    expected = log[seen:] if len(log) - seen <= kept else after
    assert list(log_display.added(before, after)) == list(expected)


def test_the_same_line_again_is_another_line() -> None:
    line = LogLineView(text="tick")
    assert list(log_display.added([line], [line, line])) in ([], [line])
    assert list(log_display.added([LogLineView(), line], [LogLineView(), line, line])) == [line]
    assert list(log_display.added([line], [])) == []
