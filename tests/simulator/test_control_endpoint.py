"""The control endpoint: what it does, and that it answers whatever is sent to it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from homevolt.simulator import FAULT_KINDS, Fleet, ManualClock, RequestRecord, SimulatorOptions
from homevolt.simulator.control_endpoint import RECORDS_AT_ONCE, ControlServer
from tests.simulator.client import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STATUSES = {200, 201, 204, 400, 403, 404, 405, 413, 415}
"""What the endpoint answers with; never 500, which would be a bug of the simulator."""
JSON = "application/json"


class Controlled:
    """A fleet of two under the control of an endpoint."""

    def __init__(self, session: aiohttp.ClientSession, fleet: Fleet, url: str) -> None:
        self.session = session
        self.fleet = fleet
        self.url = url

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Send a request; return the status and the document or text of the answer."""
        async with self.session.request(method, self.url + path, **options) as response:
            if response.content_type == JSON:
                return response.status, await response.json()
            return response.status, await response.text()


@asynccontextmanager
async def controlled() -> AsyncIterator[Controlled]:
    fleet = Fleet(2, SimulatorOptions(clock=ManualClock()))
    async with fleet, ControlServer(fleet.devices) as control, aiohttp.ClientSession() as session:
        yield Controlled(session, fleet, control.url)


async def test_faults_are_added_listed_and_removed() -> None:
    async with controlled() as control:
        first, second = control.fleet
        ask = control.ask
        status, fault = await ask("POST", "/faults", json={"fault": "status:status=503"})
        assert (status, fault["kind"], fault["status"]) == (201, "status", 503)
        status, _ = await ask("POST", "/faults?device=1", json={"kind": "html", "nth": 2})
        assert (status, [fault.kind for fault in second.faults]) == (201, ["html"])
        assert await Client(control.session, first).status() == 503
        assert (await ask("GET", "/faults"))[1][0]["hits"] == 1
        assert (await ask("DELETE", f"/faults/{fault['id']}"))[0] == 204
        assert (await ask("DELETE", f"/faults/{fault['id']}"))[0] == 404
        assert (await ask("DELETE", "/faults?device=1"))[0] == 204
        assert len(second.faults) == 0


async def test_the_devices_go_on_while_a_long_journal_is_sent() -> None:
    async with controlled() as control:
        journal = control.fleet[0].journal
        for number in range(50 * RECORDS_AT_ONCE + 1):
            journal.note(RequestRecord(number, "GET", "/ems.json"))
        iterations = 0

        async def count() -> None:
            nonlocal iterations
            while True:
                await asyncio.sleep(0)
                iterations += 1

        counting = asyncio.ensure_future(count())
        status, records = await control.ask("GET", "/journal")
        counting.cancel()
        assert status == 200
        assert [record["time"] for record in records] == list(range(50 * RECORDS_AT_ONCE + 1))
        assert iterations > 50
        assert (await control.ask("HEAD", "/journal"))[0] == 405


async def test_the_journal_is_read_and_forgotten() -> None:
    async with controlled() as control:
        await Client(control.session, control.fleet[0]).status()
        assert (await control.ask("GET", "/journal"))[1][0]["status"] == 200
        assert (await control.ask("DELETE", "/journal"))[0] == 204
        assert control.fleet[0].journal == []
        assert (await control.ask("GET", "/journal")) == (200, [])


async def test_a_device_is_restarted() -> None:
    async with controlled() as control:
        assert (await control.ask("POST", "/reboot", json={"boot_s": 5}))[0] == 204
        assert (await control.ask("POST", "/reboot"))[0] == 204
        assert control.fleet[0].device.reboots == 2


async def test_invalid_requests_are_refused() -> None:
    async with controlled() as control:
        for wrong in ({"fault": "x"}, {"kind": "reset", "nth": None}, {"k": 1}, [1]):
            assert (await control.ask("POST", "/faults", json=wrong))[0] == 400
        as_json = {"Content-Type": JSON}
        assert (await control.ask("POST", "/faults", data=b"{", headers=as_json))[0] == 400
        assert (await control.ask("POST", "/faults", data=b"{}"))[0] == 415
        assert (await control.ask("POST", "/reboot", json={"boot_s": "x"}))[0] == 400
        for name in ("2", "-1", "x", "0000000009"):
            assert (await control.ask("GET", f"/faults?device={name}"))[0] == 404
        elsewhere = {"Host": "evil.example"}
        assert (await control.ask("GET", "/faults", headers=elsewhere))[0] == 403


words = st.text(max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
documents: st.SearchStrategy[Any] = (
    st.dictionaries(st.sampled_from(["kind", "fault", "nth", "seconds", "rate", "x"]), scalars)
    | st.builds(
        lambda kind, rest: {"fault": f"{kind}:{rest}"}, st.sampled_from([*FAULT_KINDS]), words
    )
    | st.builds(lambda boot_s: {"boot_s": boot_s}, scalars)
    | st.lists(scalars, max_size=2)
)
bodies = st.fixed_dictionaries({"json": documents}) | st.fixed_dictionaries(
    {
        "data": st.binary(max_size=60),
        "headers": st.builds(
            lambda charset: {"Content-Type": f"{JSON}; charset={charset}"},
            st.sampled_from(["utf-8", "utf-16", "latin-1", "nonsense"]),
        ),
    }
)
DEEP = {"data": b"[" * 100_000, "headers": {"Content-Type": JSON}}
NO_CHARSET = {"data": b"{}", "headers": {"Content-Type": f"{JSON}; charset=nonsense"}}


@settings(max_examples=60)
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(["/faults", "/faults/1", "/journal", "/reboot", "/", "/faults/99999999999"]),
    words | st.integers().map(str),
    bodies,
)
@example("POST", "/faults", "0", DEEP)
@example("POST", "/faults", "0", NO_CHARSET)
@example("GET", "/journal", "9" * 5000, {})
def test_any_request_is_answered(method: str, path: str, number: str, body: dict[str, Any]) -> None:
    async def work() -> None:
        async with controlled() as control:
            status, _ = await control.ask(method, path, params={"device": number}, **body)
            assert status in STATUSES
            assert (await control.ask("GET", "/faults"))[0] == 200

    asyncio.run(work())
