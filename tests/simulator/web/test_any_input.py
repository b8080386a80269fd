"""Whatever a client sends, the device answers with a status of a device, and goes on."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from hypothesis import example, given, settings
from hypothesis import strategies as st

from homevolt.simulator.endpoints.routes import ROUTES
from tests.simulator.client import Client, device
from tests.support.waiting import until

if TYPE_CHECKING:
    import pytest

    from homevolt.simulator.endpoints.answers import Answer, Call

STATUSES = {200, 302, 400, 401, 403, 404, 405, 408, 411, 413, 414, 431, 501, 503, 505}
"""What a small web server answers with; never 500, which would be a bug of the simulator."""

EXAMPLES = 60
PATIENCE_S, DEADLINE_S = 0.05, 20.0

paths = st.sampled_from([*sorted(ROUTES), "/", "/spiffs/version.txt"])
words = st.text(max_size=40)
pairs = st.dictionaries(words, words, max_size=4)
documents: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
console = st.builds(
    lambda name, rest: {"cmd": f"{name} {rest}"},
    st.sampled_from(["sched_add", "sched_set", "sched_del", "param_set", "param_get", "help"]),
    st.text(alphabet='0159-\u2013 "\\;\n=smax_intedfr', max_size=40),
)
parameters = st.builds(
    lambda name, value: {"k": name, "v": value},
    st.sampled_from(["settings_local", "ems_phase_map", "wifi_power_dbm", "ota_channel"]),
    words,
)
forms = pairs | console | parameters


def run(work: Any) -> None:
    asyncio.run(work)


async def assert_serving(client: Client) -> None:
    """Assert that the device goes on, and that its journal holds what was sent."""
    assert await client.status("/schedule.json") == 200
    assert all(record.status in STATUSES for record in client.sim.journal)


@settings(max_examples=EXAMPLES)
@given(st.lists(st.tuples(st.sampled_from(["GET", "POST", "PUT", "PATCH"]), paths, pairs, forms)))
def test_any_query_and_form_on_any_path(requests: list[tuple[str, str, Any, Any]]) -> None:
    async def work() -> None:
        async with device(units=2) as client:
            for method, path, query, form in requests:
                status, _ = await client.request(method, path, params=query, data=urlencode(form))
                assert status in STATUSES
                client.password = client.sim.password
            await assert_serving(client)

    run(work())


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(["/params.json", "/console.json"]), documents)
def test_any_json_body(path: str, document: Any) -> None:
    async def work() -> None:
        async with device() as client:
            status, _ = await client.request("POST", path, json=document)
            assert status in STATUSES
            client.password = client.sim.password
            await assert_serving(client)

    run(work())


@settings(max_examples=EXAMPLES)
@given(
    st.sampled_from(["GET", "POST"]),
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["Authorization", "Content-Type", "X-Any", "Accept-Encoding", "Expect"]),
        st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    ),
    st.binary(max_size=100),
)
def test_any_path_headers_and_body(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    async def work() -> None:
        async with device(password=None) as client:
            url = client.sim.url + "/" + quote(path, safe="")
            async with client.session.request(
                method, url, headers=headers, data=body, allow_redirects=False
            ) as response:
                assert response.status in STATUSES
            await assert_serving(client)

    run(work())


async def exchange(client: Client, data: bytes, patience_s: float = PATIENCE_S) -> bytes:
    """Send raw bytes and return what comes back, nothing when the device waits for more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.sim.port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(65536), patience_s)
    except (ConnectionResetError, TimeoutError):
        return b""
    finally:
        writer.close()


CREDENTIALS = b"Authorization: Basic YWRtaW46c2VjcmV0\r\n"
HEAD = b"POST /console.json HTTP/1.1\r\nHost: x\r\n" + CREDENTIALS


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=200) | st.builds(lambda rest: HEAD + rest, st.binary(max_size=200)))
@example(b"GET /ems.json HTTP/1.1\r\n\r\n")
@example(b"GET http://[::1/ems.json HTTP/1.1\r\nHost: x\r\n\r\n")
@example(b"GET http://x:99999/ems.json HTTP/1.1\r\nHost: x\r\n\r\n")
@example(b"GET * HTTP/1.1\r\nHost: x\r\n\r\n")
@example(b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n")
@example(b"GET /ems.json HTTP/3.0\r\n\r\n")
@example(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n")
@example(HEAD + b"Content-Length: 99\r\n\r\ncmd=he")
@example(HEAD + b"Content-Length: -1\r\n\r\n")
@example(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
@example(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
@example(HEAD + b"Content-Type: ;;=\r\nContent-Length: 8\r\n\r\ncmd=help")
@example(HEAD + b"Content-Length: 9\r\n\r\ncmd=\xff\xfe\x00%ff")
def test_any_bytes_on_the_socket(data: bytes) -> None:
    async def work() -> None:
        async with device() as client:
            answer = await exchange(client, data)
            if answer:
                assert answer.startswith(b"HTTP/1.")
                assert int(answer.split()[1]) in STATUSES
            assert await client.status("/schedule.json") == 200

    run(work())


async def test_invalid_http_is_journaled_and_answered_400() -> None:
    async with device() as client:
        answer = await exchange(client, b"\x16\x03\x01\x02\x00\r\n\r\n", DEADLINE_S)
        assert answer.startswith(b"HTTP/1.")
        assert client.sim.journal[0].status == 400
        logged = await client.get("/logs.json")
        assert any("malformed request" in line["data"] for line in logged)


async def test_a_failure_of_the_simulator_itself_is_logged_and_survived(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_call: Call) -> Answer:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(ROUTES, "/pid.json", {"GET": fail})
    async with device() as client:
        assert await client.status("/pid.json") == 500
        assert "the simulator itself failed" in caplog.text
        assert "a bug" in caplog.text
        assert await client.status() == 200


async def test_a_body_larger_than_any_command_is_refused_unread() -> None:
    async with device() as client:
        assert (await client.request("POST", "/console.json", data={"cmd": "a" * 16_000}))[0] == 200
        assert (await client.request("POST", "/console.json", data="cmd=" + "a" * 20_000))[0] == 413
        await assert_serving(client)


async def test_lone_surrogates_leave_the_log_readable() -> None:
    async with device() as client:
        for document in ({"cmd": "\ud800"}, {"\ud800": "x"}, {"cmd": None}):
            assert (await client.request("POST", "/console.json", json=document))[0] == 400
        assert await client.status("/logs.json") == 200
        assert await client.status("/error_history.json") == 200


async def test_a_client_that_leaves_a_stalled_answer_is_not_a_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with device(faults=["stall", "latency:seconds=1,when=after"], sleep=leave) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.sim.port)
        gone.append(writer)
        writer.write(b"GET /ems.json HTTP/1.1\r\nHost: x\r\n" + CREDENTIALS + b"\r\n")
        await until(lambda: not gone)
        client.sim.faults.clear()
        assert await client.status("/schedule.json") == 200
    assert "failed" not in caplog.text


gone: list[asyncio.StreamWriter] = []


async def leave(_seconds: float) -> None:
    """Let the client go before the answer is written."""
    gone.pop().transport.abort()
    await asyncio.sleep(0)


async def test_a_body_of_megabytes_is_refused() -> None:
    async with device() as client:
        body = io.BytesIO(b"x" * 2_000_000)
        status, _ = await client.request("POST", "/console.json", data=body)
        assert status == 413
        await assert_serving(client)


async def test_a_client_that_leaves_in_the_middle_does_not_affect_others() -> None:
    async with device() as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.sim.port)
        writer.write(HEAD + b"Content-Length: 99\r\n\r\ncmd=he")
        await writer.drain()
        await client.sim.wait_for_requests()
        writer.transport.abort()
        assert await client.status("/schedule.json") == 200
        assert client.sim.journal[0].status is None


async def test_a_body_that_is_not_gzip_is_answered_without_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with device() as client:
        request = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\ncmd=time"
        answer = await exchange(client, request, DEADLINE_S)
        assert answer.split()[1] == b"400"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
