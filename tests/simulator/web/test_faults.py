"""Every fault does what its name says, to the requests it is meant for."""

from __future__ import annotations

import asyncio
import errno
import json
import ssl
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from homevolt.simulator import FAULT_KINDS, Fault, FaultError, RequestRecord
from homevolt.simulator.web import fault_actions
from homevolt.simulator.web.certificate import self_signed
from homevolt.simulator.web.faults import FaultTable
from tests.simulator.client import Client, device

EMS = RequestRecord(0, "GET", "/ems.json")
WRITE = RequestRecord(0, "POST", "/console.json", command="sched_add 1", is_write=True)
ADD = "sched_add 1 -s 3000"


def hit_by(table: FaultTable, record: RequestRecord, times: int) -> list[bool]:
    return [bool(table.select(record)) for _ in range(times)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("reset", "11111"),
        ("reset:nth=3", "00100"),
        ("reset:nth=2,count=2", "01100"),
        ("reset:count=2", "11000"),
        ("reset:count=0", "00000"),
        ("reset:path=/schedule.json", "00000"),
        ("reset:path=/*.json,method=GET", "11111"),
        ("reset:method=POST", "00000"),
        ("reset:write=true", "00000"),
        ("reset:write=false", "11111"),
        ("reset:command=sched_*", "00000"),
        ("ignore", "00000"),
        ("reset:rate=0", "00000"),
    ],
)
def test_a_fault_hits_the_requests_it_names(text: str, hits: str) -> None:
    table = FaultTable(seed=1)
    table.add(text)
    assert hit_by(table, EMS, 5) == [hit == "1" for hit in hits]


def test_writes_and_commands_are_matched() -> None:
    table = FaultTable(seed=1)
    ignored, reset = table.add("ignore"), table.add("reset", command="sched_*", write=True)
    assert [fault.kind for fault in table.select(WRITE)] == ["ignore", "reset"]
    assert (ignored.hits, reset.hits) == (1, 1)


def test_a_rate_is_drawn_from_the_seed() -> None:
    def draw(seed: int) -> list[bool]:
        table = FaultTable(seed)
        table.add("reset:rate=0.5")
        return hit_by(table, EMS, 200)

    assert draw(1) == draw(1) != draw(2)
    assert 60 < sum(draw(1)) < 140


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "no fault 'nonsense'"),
        ("", "no fault ''"),
        ("reset:now", "is not name=value"),
        ("reset:colour=red", "'reset' does not take 'colour'; it takes path, method"),
        ("reset:nth=0", "nth is 1 or more"),
        ("reset:nth=x", "wrong value"),
        ("reset:count=-1", "count is 0 or more"),
        ("stall:size=-5", "size is 0 or more"),
        ("normalise:limit=-5", "limit is 0 or more"),
        ("content_type:text=a\r\nb", "printable"),
        ("reset:rate=2", "rate is 0 to 1"),
        ("reset:rate=nan", "rate is 0 to 1"),
        ("latency:seconds=-1", "seconds is 0 to"),
        ("latency:seconds=inf", "seconds is 0 to"),
        ("skew:seconds=-1e10", "seconds is -1e"),
        ("skew:seconds=nan", "seconds is -1e"),
        ("uptime_wrap:seconds=1e9", "seconds is 0 to 4.29497e"),
        ("lockout:tries=0", "tries is 1 to 1000"),
        ("status:status=99", "status is 200 to 599, not 99"),
        ("reset:when=later", "'before' or 'after'"),
        ("stall:when=before", "always comes after"),
        ("skew:when=after", "always comes before"),
        ("ignore:write=false", "hits writes alone"),
        ("reset:write=perhaps", "neither true nor false"),
    ],
)
def test_an_invalid_fault_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FaultError, match=reason):
        Fault.parse(text)
    with pytest.raises(FaultError, match="needs a kind"):
        Fault.from_mapping({"nth": 1})


OWN = {"when": "after", "seconds": 1, "status": 404, "size": 2, "text": "a", "key": "b"}
OWN |= {"limit": 3, "tries": 5, "run": "sched_clear"}
"""Every setting that only some kinds take, with a value that is not its default."""


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_a_fault_takes_the_settings_of_its_kind_and_names_them_when_it_refuses_another(
    kind: str,
) -> None:
    row = FAULT_KINDS[kind]
    own: dict[str, Any] = {name: OWN[name] for name in row.settings}
    for moment in row.moments:
        assert (
            Fault.from_mapping({"kind": kind, "when": moment, **own}).as_dict().items()
            >= {
                **own,
                "when": moment,
            }.items()
        )
    for foreign in OWN.keys() - {"when", *row.settings}:
        reason = f"'{kind}' does not take '{foreign}'; it takes {', '.join(row.settings)}"
        settings = {**own, foreign: OWN[foreign]}
        with pytest.raises(FaultError, match=reason):
            Fault(kind, **settings)
        with pytest.raises(FaultError, match=reason):
            FaultTable(seed=1).add(kind, **settings)
        assert foreign not in Fault(kind, **own).as_dict()


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_of_fault_hits_by_path_and_by_count(kind: str) -> None:
    run = {"run": "sched_clear"} if kind == "other_client" else {}
    table = FaultTable(seed=1)
    fault = table.add_settings({"kind": kind, "path": "/console*", "nth": 2, "count": 2, **run})
    assert not any(hit_by(table, EMS, 5))
    assert hit_by(table, WRITE, 5) == [False, True, True, False, False]
    assert (fault.matched, fault.hits) == (5, 2)


def test_every_kind_of_fault_has_exactly_one_action() -> None:
    tables = (fault_actions.CHANGES, fault_actions.ANSWERS, fault_actions.RESPONSES)
    kinds = [kind for table in (*tables, fault_actions.AFTERWARDS) for kind in table]
    assert sorted([*kinds, fault_actions.LATENCY]) == sorted(FAULT_KINDS)


def test_faults_are_taken_out_by_number_or_all() -> None:
    table = FaultTable(seed=1)
    first, second = table.add(Fault("reset")), table.add("html")
    assert table.remove(first.id)
    assert not table.remove(first.id)
    assert list(table) == [second]
    table.clear()
    assert len(table) == 0


HANGING = ("silence", "stall")


def patience_s(fault: str) -> float:
    """Return how long to wait: short only where nothing is to come."""
    return 0.3 if fault.startswith(HANGING) else 10


async def outcome(client: Client, fault: str = "", path: str = "/ems.json") -> str:
    """Return the outcome of a read, in a word."""
    try:
        async with asyncio.timeout(patience_s(fault)):
            status, body = await client.request("GET", path)
    except TimeoutError:
        return "timeout"
    except aiohttp.ClientPayloadError:
        return "cut"
    if status != 200:
        return str(status)
    try:
        json.loads(body)
    except ValueError:
        return "no json"
    return "fine"


OUTCOMES = (
    ("latency:seconds=1", "fine"),
    ("silence", "timeout"),
    ("stall:size=20", "timeout"),
    ("truncate:size=20", "cut"),
    ("garbage", "no json"),
    ("html", "no json"),
    ("content_type", "fine"),
    ("redirect", "302"),
    ("reboot:seconds=5", "503"),
    *((f"status:status={code}", str(code)) for code in (401, 403, 429, 500, 503, 507)),
    ("skew:seconds=3600", "fine"),
    ("double_answer", "fine"),
    ("idle_close", "fine"),
    ("idle_drop", "fine"),
    ("zeros", "fine"),
    ("uptime_wrap:seconds=1", "fine"),
    ("clock_unset", "fine"),
    ("other_client:run=sched_clear", "fine"),
    ("cloud_visit", "fine"),
    ("dropout", "fine"),
    ("unavailable", "fine"),
)


@pytest.mark.parametrize(("fault", "expected"), OUTCOMES)
async def test_a_fault_affects_one_request_and_none_after_it(fault: str, expected: str) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async with device(faults=[fault + (",nth=1" if ":" in fault else ":nth=1")], sleep=sleep) as c:
        assert await outcome(c, fault) == expected
        if fault.startswith("reboot"):
            assert await outcome(c) == "503"
            c.sim.advance(5)
        assert await outcome(c) == "fine"
        assert c.sim.journal[0].faults == (fault.partition(":")[0],)
        assert waited == ([1] if fault.startswith("latency") else [])


def test_every_fault_is_tested_above_or_below() -> None:
    tried = {fault.partition(":")[0] for fault, _ in OUTCOMES}
    assert tried | {"reset", "ignore", "normalise", "lockout"} == set(FAULT_KINDS)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_reset_is_a_reset_of_the_connection(when: str) -> None:
    async with device() as client:
        client.sim.faults.add("reset", when=when)
        with pytest.raises(aiohttp.ClientOSError) as caught:
            # aiohttp itself sends a read again, but never a POST.
            await client.console("time")
        assert caught.value.errno == errno.ECONNRESET
        assert client.sim.journal[0].status is None


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
async def test_when_says_whether_a_write_that_timed_out_took_effect(
    when: str, effects: int
) -> None:
    forever = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await forever.wait()

    async with device(faults=[f"latency:seconds=9,when={when}"], sleep=sleep, cloud=False) as c:
        writing = asyncio.ensure_future(c.console(ADD))
        await c.sim.wait_for_requests()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        c.sim.faults.clear()
        assert await count_entries(c) == effects
        assert c.sim.journal.writes[0].effects == effects


async def count_entries(client: Client) -> int:
    return len((await client.get("/schedule.json"))["schedule"])


@pytest.mark.parametrize(
    ("fault", "effects"),
    [
        ("reset:when=before", 0),
        ("reset:when=after", 1),
        ("silence:when=before", 0),
        ("silence:when=after", 1),
        ("status:status=500", 0),
        ("status:status=500,when=after", 1),
        ("stall:size=5", 1),
        ("truncate:size=5", 1),
        ("garbage:when=after", 1),
        ("html", 0),
        ("redirect", 0),
        ("ignore", 0),
        ("normalise:limit=2500", 1),
    ],
)
async def test_a_write_takes_effect_or_not_as_the_fault_says(fault: str, effects: int) -> None:
    async with device(cloud=False) as client:
        client.sim.faults.add(fault)
        try:
            async with asyncio.timeout(patience_s(fault)):
                await client.request("POST", "/console.json", data={"cmd": ADD})
        except (TimeoutError, aiohttp.ClientError):
            pass
        client.sim.faults.clear()
        assert await count_entries(client) == effects
        (write,) = client.sim.journal.writes
        assert write.effects == effects
        assert client.sim.journal.commands == [ADD]


async def test_an_ignored_write_is_confirmed_all_the_same() -> None:
    async with device(faults=["ignore"]) as client:
        assert "executed successfully" in await client.console("sched_clear")
        assert await client.set("settings_local", "true") == (
            200,
            "Saved parameter k: 'settings_local' v: 'true'",
        )
        schedule = await client.get("/schedule.json")
        assert schedule["schedule"]
        assert schedule["local_mode"] is False


async def test_a_normalised_write_is_limited_on_the_way() -> None:
    async with device(cloud=False) as client:
        client.sim.faults.add("normalise", key="setpoint", limit=2500)
        client.sim.faults.add("normalise", key="ecu_main_fuse_size_a", limit=16)
        await client.console("sched_add 5 -s -3000 -c 4000")
        await client.console("sched_add 1")
        await client.set("ecu_main_fuse_size_a", "20")
        await client.set("settings_local", "true")
        first, second = (await client.get("/schedule.json"))["schedule"]
        assert first["params"] == {"setpoint": -2500, "max_charge": 4000}
        assert second["params"] == {}
        assert await client.parameter("ecu_main_fuse_size_a") == [16]


async def test_peers_and_sensors_are_missing_for_one_request() -> None:
    async with device(units=2, faults=["dropout:nth=1", "unavailable:nth=1"]) as client:
        first, second = await client.get("/ems.json"), await client.get("/ems.json")
        assert (len(first["ems"]), len(second["ems"])) == (1, 2)
        clamps = [row for row in first["sensors"] if row["function"] != "battery"]
        assert not any(row["available"] for row in clamps)
        assert all(row["available"] for row in second["sensors"])


async def test_a_skewed_clock_is_in_every_document_and_can_be_corrected() -> None:
    async with device(faults=["skew:nth=1,seconds=-3600"], local_mode=True) as client:
        start = client.sim.device.clock.now()
        assert (await client.get("/ems.json"))["ts"] == start - 3600
        await client.console("sched_set 1")
        entry = (await client.get("/schedule.json"))["schedule"][0]
        assert entry["from"] == start - 3600
        client.sim.device.skew_s = 0
        assert (await client.get("/ems.json"))["ts"] == start


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_device_follows_its_plan_by_its_own_skewed_clock(seconds: int) -> None:
    async with device(cloud=False, local_mode=True) as client:
        client.sim.device.skew_s = seconds
        await client.console("sched_set 1 -s 3000")
        client.sim.advance(60)
        assert -3010 < client.sim.installation.battery_w < -2990
        now = client.sim.device.now()
        window = (datetime.fromtimestamp(now + after, UTC) for after in (60, 120))
        start, end = (moment.strftime("%Y-%m-%dT%H:%M:%S") for moment in window)
        await client.console("sched_clear")
        await client.console(f"sched_add 2 --from {start} --to {end} -s 1000")
        client.sim.advance(30)
        assert client.sim.installation.battery_w < 0
        client.sim.advance(60)
        assert 990 < client.sim.installation.battery_w < 1010
        client.sim.advance(60)
        assert client.sim.installation.battery_w < 0


async def test_a_content_type_and_a_redirect_are_sent_as_the_fault_says() -> None:
    async with device(faults=["content_type:nth=1,text=text/csv", "redirect:nth=2"]) as client:
        url = client.sim.url + "/ems.json?a=b"
        async with client.session.get(url, headers=client.headers()) as response:
            assert response.headers["Content-Type"] == "text/csv"
        async with client.session.get(
            url, headers=client.headers(), allow_redirects=False
        ) as response:
            assert response.headers["Location"] == f"https://{client.sim.host}/ems.json?a=b"


async def test_https_needs_the_certificate_to_be_pinned_and_http_may_redirect_there() -> None:
    async with device(redirect=True) as client:
        assert client.sim.https_url is not None
        assert client.sim.certificate_pem is not None
        url = client.sim.https_url + "/ems.json"
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await client.session.get(url)
        pinned = ssl.create_default_context(cadata=client.sim.certificate_pem.decode())
        options: dict[str, Any] = {"ssl": pinned, "headers": client.headers()}
        async with client.session.get(url, **options) as response:
            assert response.status == 200
        assert await client.status() == 302
        async with client.session.get(client.sim.url + "/ems.json", **options) as response:
            assert str(response.url) == url


def test_a_certificate_names_a_host_or_an_address() -> None:
    for host in ("homevolt.local", "127.0.0.1", "::1"):
        _, pem = self_signed(host)
        assert pem.startswith(b"-----BEGIN CERTIFICATE-----")
