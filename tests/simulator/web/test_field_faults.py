"""Faults that real installations have: other clients, lost connections, restarts, wrong clocks."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.simulator import FAULT_KINDS, Fault, FaultError
from homevolt.simulator.endpoints.routes import ROUTES
from tests.simulator.client import Client, device
from tests.simulator.raw import RawConnection, connected
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.simulator import RequestRecord

ADD = "sched_add 1 -s 3000"


class HeldSleep:
    """Time that passes only when it is released."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.released = asyncio.Event()
        self.ended = 0

    async def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        await self.released.wait()
        self.ended += 1


async def entries(client: Client) -> list[int]:
    """Return the setpoints of the plan."""
    plan = (await client.get("/schedule.json"))["schedule"]
    return [entry["params"]["setpoint"] for entry in plan]


# Another client.


@pytest.mark.parametrize(("tries", "locked_s"), [(5, 1), (6, 2), (8, 10)])
async def test_another_client_locks_the_device_against_the_right_password(
    tries: int, locked_s: int
) -> None:
    async with device(faults=[f"lockout:nth=2,tries={tries}"]) as client:
        assert [await client.status(), await client.status()] == [200, 401]
        client.sim.advance(locked_s - 0.5)
        assert await client.status() == 401
        client.sim.advance(0.5)
        assert await client.status() == 200
        assert client.sim.lockout.failures == 0


async def test_a_lock_after_a_write_leaves_the_write_answered_and_the_next_request_refused() -> (
    None
):
    async with device(faults=["lockout:write=true,when=after"], firmware="busy-lock") as client:
        assert "executed successfully" in await client.console(ADD)
        assert await client.status() == 429


async def test_a_device_without_a_password_cannot_be_locked() -> None:
    async with device(faults=["lockout"], password=None) as client:
        assert await client.status() == 200


@pytest.mark.parametrize(("when", "expected"), [("before", [700, 3000]), ("after", [3000, 700])])
async def test_another_client_writes_before_or_after_a_write(
    when: str, expected: list[int]
) -> None:
    async with device(cloud=False) as client:
        client.sim.faults.add("other_client", run="sched_add 2 -s 700", write=True, when=when)
        await client.console(ADD)
        assert await entries(client) == expected
        assert [record.effects for record in client.sim.journal.writes] == [1]


async def test_another_client_writes_a_whole_plan_between_a_write_and_its_read_back() -> None:
    async with device(cloud=False) as client:
        run = "sched_clear; sched_add 1 -s 100; sched_add 2 -s 200;"
        client.sim.faults.add("other_client", run=run, path="/schedule.json", nth=1)
        await client.console(ADD)
        assert await entries(client) == [100, 200]
        await client.console(ADD)
        assert await entries(client) == [100, 200, 3000]
        assert client.sim.journal.commands == [ADD, ADD]


async def test_another_client_switches_local_mode_off() -> None:
    async with device(local_mode=True) as client:
        client.sim.faults.add("other_client:run=param_set settings_local false,when=after")
        assert (await client.get("/schedule.json"))["local_mode"] is True
        assert (await client.get("/schedule.json"))["local_mode"] is False


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("", "needs run=COMMAND"),
        (" ; ", "needs run"),
        ("frobnicate", "has no"),
        ("sched_add 1 --x", "refuses"),
    ],
)
def test_another_client_needs_commands_that_the_console_knows(run: str, reason: str) -> None:
    with pytest.raises(FaultError, match=reason):
        Fault("other_client", run=run)


async def test_the_cloud_replaces_the_plan_at_any_moment_unless_local_mode_is_on() -> None:
    async with device(cloud=False) as client:
        await client.console(ADD)
        client.sim.faults.add("cloud_visit", path="/schedule.json")
        first = await client.get("/schedule.json")
        second = await client.get("/schedule.json")
        assert len(first["schedule"]) == len(second["schedule"]) == 5
        assert "Manual Schedule" != first["schedule_id"] != second["schedule_id"]
        await client.set("settings_local", "true")
        assert (await client.get("/schedule.json"))["schedule_id"] == second["schedule_id"]


# Connections.


async def test_an_idle_connection_is_closed_some_time_after_the_answer_without_notice() -> None:
    sleep = HeldSleep()
    async with (
        device(faults=["idle_close:nth=1,seconds=0.2"], sleep=sleep) as client,
        connected(client.sim) as raw,
    ):
        head, _ = await raw.ask()
        assert b"close" not in head.lower()
        await until(lambda: sleep.waited)
        assert sleep.waited == [0.2]
        sleep.released.set()
        assert await raw.rest() == b""


@pytest.mark.parametrize("kind", ["idle_close", "idle_drop"])
async def test_a_connection_in_use_is_neither_closed_nor_dropped(kind: str) -> None:
    sleep = HeldSleep()
    async with (
        device(faults=[f"{kind}:nth=1,seconds=5"], sleep=sleep) as client,
        connected(client.sim) as raw,
    ):
        await raw.ask()
        await raw.ask()
        sleep.released.set()
        await until(lambda: sleep.ended)
        assert (await raw.ask())[1]
        assert sleep.waited == [5]


async def test_a_dropped_connection_stays_open_and_answers_the_next_request_with_a_reset() -> None:
    async with (
        device(faults=["idle_drop:count=2"]) as client,
        connected(client.sim) as raw,
        connected(client.sim) as unused,
    ):
        for connection in (raw, unused):
            head, _ = await connection.ask()
            assert b"close" not in head.lower()
        raw.send("POST", "/console.json", b"cmd=sched_clear")
        with pytest.raises(ConnectionResetError):
            await raw.rest()
        assert len(client.sim.journal) == 2
        assert await client.status() == 200
        assert not unused.reader.at_eof()
        await client.sim.stop()
        assert await unused.rest() == b"", "nothing was sent after the answer"


async def test_a_device_with_a_pending_close_stops_at_once() -> None:
    async with device(faults=["idle_close:seconds=9"], sleep=HeldSleep()) as client:
        await client.status()
        await asyncio.wait_for(client.sim.stop(), 1)


async def test_one_request_gets_two_answers_and_shifts_those_that_follow() -> None:
    async with device(faults=["double_answer:nth=1"]) as client, connected(client.sim) as raw:
        first = await raw.ask(path="/ems.json")
        assert await raw.ask(path="/schedule.json") == first
        assert b'"schedule"' in (await raw.answer())[1]
        assert len(client.sim.journal) == 2


async def test_the_second_answer_can_come_later() -> None:
    sleep = HeldSleep()
    async with (
        device(faults=["double_answer:nth=1,seconds=0.5"], sleep=sleep) as client,
        connected(client.sim) as raw,
    ):
        first = await raw.ask()
        await until(lambda: sleep.waited)
        assert sleep.waited == [0.5]
        sleep.released.set()
        assert await raw.answer() == first
        assert sleep.waited == [0.5]


async def test_the_second_answer_does_not_come_before_its_time() -> None:
    sleep = HeldSleep()
    async with (
        device(faults=["double_answer:nth=1,seconds=0.5"], sleep=sleep) as client,
        connected(client.sim) as raw,
    ):
        await raw.ask()
        await until(lambda: sleep.waited)
        assert not raw.reader.at_eof()
        await client.sim.stop()
        assert await raw.rest() == b"", "all that the device ever sent has come"


@pytest.mark.parametrize("fault", ["stall:size=20", "truncate:size=20", "double_answer"])
async def test_an_answer_to_head_has_no_body_whatever_the_fault(fault: str) -> None:
    async with device(faults=[fault]) as client, connected(client.sim) as raw:
        raw.send("HEAD")
        head, _ = await raw.answer(has_body=False)
        if fault.startswith("double"):
            assert await raw.answer(has_body=False) == (head, b"")
        await client.sim.stop()
        assert await raw.rest() == b""


async def restart_by_fault(client: Client) -> None:
    client.sim.faults.add("reboot:nth=1,seconds=5")
    assert await client.status() == 503
    client.sim.advance(5)


async def restart_by_console(client: Client) -> None:
    await client.console("reset")


async def restart_by_call(client: Client) -> None:
    client.sim.reboot()


@pytest.mark.parametrize("restart", [restart_by_fault, restart_by_console, restart_by_call])
async def test_a_restart_closes_every_connection(restart: Any) -> None:
    async with device() as client, connected(client.sim) as raw:
        await raw.ask()
        await restart(client)
        assert await raw.rest() == b""
        assert await client.status() == 200


async def test_the_answer_of_a_restart_says_that_the_connection_is_closed() -> None:
    async with device(faults=["reboot"]) as client, connected(client.sim) as raw:
        head, _ = await raw.ask()
        assert head.startswith(b"HTTP/1.1 503")
        assert b"connection: close" in head.lower()
        assert await raw.rest() == b""


# Restarts and clocks.


def numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of a document with its key."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from numbers(member, name)
    elif isinstance(value, list):
        for element in value:
            yield from numbers(element, key)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, value


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_a_starting_device_answers_zeros_everywhere(firmware: str) -> None:
    async with device(units=2, firmware=firmware, faults=["zeros:count=1"]) as client:
        zeros, values = await client.get("/ems.json"), await client.get("/ems.json")
        assert {key for key, value in numbers(zeros) if value} <= {
            *("ts", "ecu_id", "id", "interface", "node_id", "protocol_version")
        }
        assert sorted(key for key, _ in numbers(zeros)) == sorted(key for key, _ in numbers(values))
        ids = [{unit["ecu_id"] for unit in answer["ems"]} for answer in (zeros, values)]
        assert ids[0] == ids[1]


async def test_zeros_leave_everything_but_measurements_as_it_is() -> None:
    async with device(faults=["zeros"]) as client:
        assert (await client.get("/schedule.json"))["schedule"][0]["from"] > 0
        client.password = None
        assert await client.status("/ems.json") == 401


async def test_the_uptime_wraps_at_32_bits_of_milliseconds() -> None:
    async with device(faults=["uptime_wrap:seconds=5,path=/status.json"]) as client:
        uptimes = []
        for _ in range(3):
            uptimes.append((await client.get("/status.json"))["up_time"])
            client.sim.advance(3)
        assert uptimes == [2**32 - 5000, 2**32 - 2000, 1000]
        client.sim.reboot()
        assert (await client.get("/status.json"))["up_time"] == 0


async def test_a_clock_that_was_never_set_counts_from_1970() -> None:
    async with device(units=2, faults=["clock_unset:nth=1"], local_mode=True) as client:
        uptime_s = (await client.get("/status.json"))["up_time"] // 1000
        assert abs((await client.get("/ems.json"))["ts"] - uptime_s) <= 1
        await client.console("sched_set 1 -s 500")
        (entry,) = (await client.get("/schedule.json"))["schedule"]
        assert abs(entry["from"] - uptime_s) <= 1
        client.sim.advance(60)
        assert client.sim.installation.battery_w < -400


@pytest.mark.parametrize("path", [path for path in ROUTES if path != "/console.json"])
async def test_every_document_can_be_read_with_a_clock_that_was_never_set(path: str) -> None:
    async with device(faults=["clock_unset"]) as client:
        client.sim.reboot()
        assert json.loads((await client.request("GET", path + "?node_id=1&limit=5"))[1]) is not None


# What holds for every kind.


def settings(kind: str) -> dict[str, Any]:
    """Return the settings without which a kind cannot be used."""
    return {"run": "sched_add 2 -s 700"} if kind == "other_client" else {}


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_kind_of_fault_comes_out_the_same_with_the_same_seed(kind: str) -> None:
    async def run() -> list[object]:
        async with device(units=2, seed=7, sleep=no_sleep) as client, AsyncExitStack() as stack:
            client.sim.faults.add(Fault(kind, **settings(kind), rate=0.7))
            outcomes: dict[RawConnection, bytes | None] = {}
            connections = []
            for path in PATHS * 3:
                raw = await stack.enter_async_context(connected(client.sim))
                connections.append(raw)
                if not ENDING.isdisjoint((await served(client, raw, path)).faults):
                    outcomes[raw] = await raw.end()
            is_open = [not raw.reader.at_eof() for raw in connections if raw not in outcomes]
            assert all(is_open) or kind == "reboot", "only a restart closes the others"
            await client.sim.stop()  # all that the device ever sent comes before the end
            for raw in connections:
                if raw not in outcomes:
                    outcomes[raw] = await raw.end()
            received = [outcomes[raw] for raw in connections]
            return [*received, [record.as_dict() for record in client.sim.journal]]

    assert await run() == await run()


PATHS = ("/ems.json", "/schedule.json", "/console.json", "/status.json")
ENDING = {"truncate", "reset", "idle_close", "reboot"}
"""Kinds of faults after which the device closes the connection."""


async def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


async def served(client: Client, raw: RawConnection, path: str) -> RequestRecord:
    """Send a request, and return its record once the device has done what it does about it.

    Since nothing is slept, that is when it has noted the status, or the fault that withholds it.
    """
    journal = client.sim.journal
    before = len(journal)
    is_write = path == "/console.json"
    raw.send("POST" if is_write else "GET", path, f"cmd={ADD}".encode() if is_write else b"")
    await until(lambda: journal[before:] and (journal[-1].faults or journal[-1].status))
    return journal[-1]
