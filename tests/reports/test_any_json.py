"""Whatever a device answers, a report is a view or a data error, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import homevolt
from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.parameter import Parameter
from tests.reports.documents import CASES, PLAIN_CASES
from tests.support.any_json import JSON, damaged
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import encoded

ALL_CASES = CASES | PLAIN_CASES
NODE_PARAMS = [{"name": "x", "type": "uint8", "value": [1], "default": [2], "size": 1}]


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return an endpoint and any answer of it: its own, damaged, or of any shape."""
    endpoint = draw(st.sampled_from([*ALL_CASES, "node_params"]))
    document = ALL_CASES[endpoint].document if endpoint in ALL_CASES else NODE_PARAMS
    return endpoint, draw(damaged(document) | JSON.map(encoded) | st.binary(max_size=60))


async def fetch(device: homevolt.Device, endpoint: str) -> Any:
    """Call the method of an endpoint."""
    if endpoint == "node_params":
        return await device.fetch_node_params(1)
    case = ALL_CASES[endpoint]
    return await getattr(device, case.method)(**case.arguments)


@pytest.mark.unmeasured
@settings(max_examples=200)
@given(answers())
async def test_any_answer_is_a_view_or_a_data_error(answer: tuple[str, bytes]) -> None:
    endpoint, body = answer
    async with (
        PayloadServer(**{endpoint: body}) as server,
        homevolt.Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        try:
            found = await fetch(device, endpoint)
        except HomevoltDataError as error:
            found = error.args
        assert device.problems == {}
        assert len(repr(found).encode().splitlines()) == 1
        if isinstance(found, dict):
            assert all(isinstance(item, Parameter) for item in found.values())
        else:
            json.dumps(msgspec.to_builtins(found), allow_nan=False)
