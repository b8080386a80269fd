"""Nothing but an error of this library leaves it, whatever a device sends."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt.connection import Homevolt
from homevolt.exceptions import HomevoltDataError, HomevoltError
from homevolt.protocol.decoding import parse
from tests.support.any_json import JSON, damaged
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import cluster, ems, encoded, schedule
from tests.support.raw_server import Answer, RawServer, response

SHORT_S = 0.05
"""A deadline that often passes here."""
SLACK_S = 5.0
"""How much later a busy machine may notice that a deadline has passed."""

BODIES = (
    st.binary(max_size=200)
    | JSON.map(encoded)
    | st.sampled_from([encoded(ems()), encoded(schedule()), b"<html>", b""])
)
STATUSES = st.integers(100, 599) | st.sampled_from([200, 200, 204, 302, 401, 429, 503])
HEADERS = st.lists(
    st.sampled_from(
        [
            "Content-Type: text/html; charset=klingon",
            "Content-Type: /;;=",
            "Content-Encoding: gzip",
            "Transfer-Encoding: chunked",
            "Connection: close",
            "Location: //[",
            "Retry-After: soon",
            "Set-Cookie: ;=;",
            "WWW-Authenticate: Digest",
            "Upgrade: websocket",
        ]
    )
    | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30),
    max_size=3,
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Return any answer, cut anywhere, after which the connection does anything."""
    status = f"{draw(STATUSES)} {draw(st.sampled_from(['OK', '', 'No way']))}"
    data = response(draw(BODIES), status, *draw(HEADERS))
    cut = draw(st.none() | st.integers(0, len(data)))
    return Answer(data[:cut], then=draw(st.sampled_from(["keep", "close", "reset"])))


@pytest.mark.unmeasured
@settings(max_examples=80)
@given(st.lists(answers(), min_size=1, max_size=4), st.sampled_from([None, "secret"]))
async def test_any_answer_ends_in_success_or_a_library_error(
    answers: list[Answer], password: str | None
) -> None:
    async with (
        RawServer(*answers) as server,
        Homevolt(server.host, password, timeout=SHORT_S, clock=ManualClock()) as connection,
    ):
        for _ in range(2):
            message = "it was read"
            start = time.monotonic()
            try:
                await connection.update_info()
            except HomevoltError as error:
                message = str(error)
            assert time.monotonic() - start < 2 * SHORT_S + SLACK_S
            assert len(message.splitlines()) == 1
            message.encode()


@pytest.mark.unmeasured
@settings(max_examples=100)
@given(damaged(ems()) | damaged(cluster()), damaged(schedule()))
async def test_any_damage_to_a_payload_leaves_readings_that_can_be_read(
    ems_body: bytes, schedule_body: bytes
) -> None:
    async with (
        PayloadServer(ems=ems_body, schedule=schedule_body) as server,
        Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        try:
            await connection.update_info()
        except HomevoltDataError:
            return
        device = connection.get_device()
        for name, sensor in device.sensors.items():
            assert sensor.name == name
            assert isinstance(sensor.value, float | int | str | None)
            assert not isinstance(sensor.value, bool)
            assert not isinstance(sensor.value, float) or math.isfinite(sensor.value)
            f"{name} {sensor.value} {sensor.slug}".encode()
        assert isinstance(device.current_schedule, dict)
        assert isinstance(device.device_id, str)
        repr((device.snapshot, device.device_metadata, device.active_entry)).encode()


@given(st.binary(max_size=100) | JSON.map(encoded) | st.text().map(str.encode))
def test_any_bytes_are_json_or_a_data_error(data: bytes) -> None:
    try:
        value = parse(data, "a test")
    except HomevoltDataError:
        return
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
