"""The connection of a command to its device: password, writes, and the words of errors."""

from __future__ import annotations

import asyncio
import gc
import getpass
import sys
from inspect import signature
from typing import TYPE_CHECKING

import pytest

from homevolt import Homevolt, HomevoltCommandRejectedError, HomevoltConnectionError
from homevolt.cli import session
from homevolt.cli.errors import ShellError
from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.cli.session import SIMULATED, Session
from homevolt.cli.shared_options import DEFAULT_TIMEOUT_S, Target
from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "correct horse"


@pytest.fixture
async def battery() -> AsyncIterator[Simulator]:
    """Serve a battery in local mode."""
    async with Simulator(SECRET, clock=ManualClock(), local_mode=True, cloud=False) as simulator:
        yield simulator


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer the question for the password as a person at a terminal; return the questions."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return SECRET

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    return asked


class Charge:
    """The work of a command that writes; it counts how often it is run."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self, open_session: Session) -> None:
        """Charge."""
        self.runs += 1
        await open_session.device.charge_battery(setpoint=1000)


async def run(target: Target, work: session.Work, *, writes: bool = True) -> None:
    """Run a command's work beside the test's own servers."""
    await asyncio.to_thread(session.run, target, work, writes=writes)


def writes(battery: Simulator) -> list[str | None]:
    return [record.command for record in battery.journal.writes]


async def test_a_write_after_a_question_for_the_password_is_sent_once(
    battery: Simulator, questions: list[str]
) -> None:
    work = Charge()
    await run(Target(battery.host), work)
    assert questions == [f"Password of {battery.host}: "]
    assert (work.runs, writes(battery)) == (1, ["sched_set 1 --setpoint 1000"])


async def test_a_password_refused_during_the_work_neither_repeats_it_nor_asks(
    battery: Simulator, questions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    battery.faults.add("status:status=401,path=/console.json")
    work = Charge()
    with pytest.raises(ShellError) as caught:
        await run(Target(battery.host), work)
    assert len(questions) == work.runs == len(writes(battery)) == 1
    assert (caught.value.kind, caught.value.code) == ("HomevoltAuthenticationError", 4)
    assert battery.url in str(caught.value)


async def test_a_locked_device_does_not_ask_for_a_password(
    battery: Simulator, questions: list[str]
) -> None:
    battery.faults.add("status:status=429")
    with pytest.raises(ShellError) as caught:
        await run(Target(battery.host), Charge())
    assert (caught.value.kind, caught.value.code) == ("HomevoltRateLimitError", 4)
    assert questions == []


async def test_a_write_without_a_device_is_a_usage_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = Charge()
    with pytest.raises(ShellError) as caught:
        await run(Target(None), work)
    assert (caught.value.kind, caught.value.code, work.runs) == ("UsageError", 2, 0)
    assert all(word in str(caught.value) for word in ("--host", HOST_VARIABLE, "--simulate"))
    assert capsys.readouterr().err == ""


async def test_a_write_to_a_simulated_device_must_be_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    simulated = []

    async def work(open_session: Session) -> None:
        simulated.append(open_session.is_simulated)
        await open_session.device.enable_local_mode()

    await run(Target(None, simulate=True), work)
    assert simulated == [True]
    assert capsys.readouterr().err == ""


async def test_a_read_without_a_device_is_simulated_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def work(open_session: Session) -> None:
        assert open_session.is_simulated

    await run(Target(None), work, writes=False)
    assert capsys.readouterr().err == f"{SIMULATED}\n"


async def test_errors_of_the_work_are_in_the_words_of_the_shell(
    battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_: Session) -> None:
        raise HomevoltCommandRejectedError("The device refused.", reply="no")

    async def lost(_: Session) -> None:
        raise HomevoltConnectionError("Connection lost.")

    monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
    ends = []
    for work in (refused, lost):
        with pytest.raises(ShellError) as caught:
            await run(Target(battery.host), work)
        ends.append((caught.value.kind, caught.value.code, str(caught.value)))
    assert ends == [
        ("HomevoltCommandRejectedError", 7, "The device refused."),
        ("HomevoltConnectionError", 3, "Connection lost."),
    ]


def test_the_timeout_is_that_of_the_library() -> None:
    assert signature(Homevolt).parameters["timeout"].default == DEFAULT_TIMEOUT_S


async def test_every_connection_is_closed_whatever_happens(
    battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(_: Session) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
    with pytest.raises(KeyboardInterrupt):
        await run(Target(battery.host), interrupted)
    gc.collect()  # an unclosed connection is a warning, and a warning is an error
