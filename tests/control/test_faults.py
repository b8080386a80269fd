"""Under every fault a write reaches the device at most once, and nobody is told a lie about it."""

from __future__ import annotations

from typing import Any

import pytest

from homevolt import (
    HomevoltAuthenticationError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltError,
)
from homevolt.simulator.world.ems.plan import Entry
from tests.control.writes import WRITES
from tests.support.connected_device import SHORT_S, connected_device

MOMENTS = ("before", "after")


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "reset") for name in WRITES), ("mode", "silence")]
)
async def test_without_an_answer_it_is_a_success_if_the_device_shows_it_and_unknown_if_not(
    name: str, kind: str
) -> None:
    write, took_effect = WRITES[name]
    async with connected_device(timeout=SHORT_S if kind == "silence" else 10.0) as running:
        running.plan(Entry(6))
        running.sim.faults.add(kind, write=True, when="before", count=1)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="not sent again"):
            await write(running.device)
        assert not took_effect(running)
        running.sim.faults.clear()
        running.sim.faults.add(kind, write=True, when="after", count=1)
        await write(running.device)
        assert took_effect(running)
        assert len(running.writes) == 2


@pytest.mark.parametrize("name", WRITES)
async def test_if_reading_back_fails_too_the_outcome_is_unknown(name: str) -> None:
    write, _ = WRITES[name]
    reads_before = {"local mode": 0}.get(name, 1)
    async with connected_device() as running:
        running.plan(Entry(6))
        running.sim.faults.add("status", status=404, write=False, nth=reads_before + 1, count=99)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="reading back failed"):
            await write(running.device)
        assert len(running.writes) == 1


@pytest.mark.parametrize("name", [name for name in WRITES if name != "local mode"])
@pytest.mark.parametrize("kind", ["reset", "garbage", "status"])
async def test_if_the_check_before_it_fails_nothing_is_sent(name: str, kind: str) -> None:
    write, _ = WRITES[name]
    async with connected_device() as running:
        running.sim.faults.add(kind, write=False, rate=1.0)
        with pytest.raises(HomevoltError) as caught:
            await write(running.device)
        assert not isinstance(caught.value, HomevoltCommandOutcomeUnknownError)
        assert running.writes == []


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_write_whose_password_is_refused_did_nothing(name: str, status: int) -> None:
    write, took_effect = WRITES[name]
    async with connected_device() as running:
        running.plan(Entry(6))
        running.sim.faults.add("status", status=status, write=True, when="before")
        with pytest.raises(HomevoltAuthenticationError):
            await write(running.device)
        assert not took_effect(running)
        assert len(running.writes) == 1


# What strikes a write itself is in test_matrix.py; these strike the reads before and after it too.
STRUCK: list[dict[str, Any]] = [
    *({"kind": kind, "when": when} for kind in ("reset", "garbage") for when in MOMENTS),
    {"kind": "truncate", "size": 10},
    {"kind": "status", "status": 503, "when": "after"},
    {"kind": "status", "status": 404},
    {"kind": "status", "status": 507},
    {"kind": "reboot", "seconds": 30},
    {"kind": "skew", "seconds": -7200},
]


@pytest.mark.parametrize("count", [1, 99])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("name", WRITES)
async def test_whichever_request_a_fault_strikes_a_known_outcome_is_true(
    name: str, nth: int, count: int
) -> None:
    write, took_effect = WRITES[name]
    for fault in STRUCK:
        async with connected_device() as running:
            running.plan(Entry(6))
            running.sim.faults.add_settings({**fault, "nth": nth, "count": count})
            try:
                await write(running.device)
            except HomevoltCommandOutcomeUnknownError:
                assert len(running.writes) == 1
            except HomevoltError:
                assert not took_effect(running), fault
                assert len(running.writes) <= 1
            else:
                assert took_effect(running), fault
                assert len(running.writes) == 1


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_the_full_flash_cannot_store_is_not_a_success(name: str) -> None:
    write, took_effect = WRITES[name]
    async with connected_device() as running:
        running.plan(Entry(6))
        running.sim.faults.add("status", status=507, write=True, when="after", count=1)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="flash is full"):
            await write(running.device)
        assert took_effect(running)
        assert len(running.writes) == 1


@pytest.mark.parametrize("name", ["mode", "add", "delete", "clear"])
async def test_a_write_during_which_local_mode_was_switched_off_is_not_a_success(name: str) -> None:
    async def give_control(_seconds: float) -> None:
        running.sim.device.set_parameter("settings_local", False, store=True)

    write, took_effect = WRITES[name]
    async with connected_device(sleep=give_control) as running:
        running.plan(Entry(6))
        running.sim.faults.add("latency", seconds=1, write=True, when="after", count=1)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="local mode was switched off"):
            await write(running.device)
        assert took_effect(running)
        assert len(running.writes) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_redirected_write_is_not_followed_and_the_read_back_decides(when: str) -> None:
    async with connected_device() as running:
        running.sim.faults.add("redirect", write=True, when=when)
        if when == "after":
            await running.device.set_battery_idle()
        else:
            with pytest.raises(HomevoltCommandOutcomeUnknownError, match="https"):
                await running.device.set_battery_idle()
        assert len(running.writes) == 1
        assert running.requests == 3


async def test_a_command_of_the_callers_own_is_sent_once_too() -> None:
    async with connected_device() as running:
        running.sim.faults.add("reset", path="/console.json", when="after", count=1)
        with pytest.raises(HomevoltCommandOutcomeUnknownError, match="cannot be read back"):
            await running.device.console("param_set ledstrip_mode off")
        assert running.writes == ["param_set ledstrip_mode off"]
        assert running.requests == 1
