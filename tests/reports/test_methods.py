"""Each endpoint has its method: asked for with a checked query, missing for itself alone."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import homevolt
import homevolt.reports
from homevolt.exceptions import (
    HomevoltNotSupportedError,
    HomevoltResponseError,
    HomevoltValueError,
)
from homevolt.protocol.report_resources import RESOURCES
from homevolt.reports.methods import DeviceReports
from homevolt.simulator.device.profiles import PROFILES
from tests.reports.documents import CASES, PLAIN_CASES
from tests.support.connected_device import connected_device
from tests.support.fakes import ManualClock, PayloadServer

if TYPE_CHECKING:
    from tests.reports.documents import Case

ALL_CASES: dict[str, Case] = CASES | PLAIN_CASES
READINGS = {"ems", "schedule", "params"}
METHODS = [name for name in vars(DeviceReports) if name.startswith("fetch_")]


async def call(device: homevolt.Device, endpoint: str) -> Any:
    """Call the method of an endpoint."""
    case = ALL_CASES[endpoint]
    return await getattr(device, case.method)(**case.arguments)


def test_every_endpoint_has_a_method() -> None:
    assert RESOURCES.keys() - READINGS - {"node_params"} == ALL_CASES.keys()
    methods = {case.method for case in ALL_CASES.values()}
    assert methods | {"fetch_node_params", "fetch_raw"} == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_says_what_it_reads_and_from_where(method: str) -> None:
    doc = str(inspect.getdoc(getattr(homevolt.Device, method)))
    assert doc.startswith("Read ")
    assert "`GET /" in doc or method == "fetch_raw"
    arguments = inspect.signature(getattr(homevolt.Device, method)).parameters.keys() - {"self"}
    assert all(f"{name}:" in doc for name in arguments)


@pytest.mark.parametrize("firmware", PROFILES)
async def test_every_endpoint_of_the_simulator_is_read(firmware: str) -> None:
    async with connected_device(firmware=firmware) as connected:
        device = connected.device
        connected.sim.device.log.add("warning", "ems", "Battery is empty")
        for endpoint in ALL_CASES:
            found = await call(device, endpoint)
            assert isinstance(found, list) or found != type(found)(), endpoint
        assert [record.path for record in connected.sim.journal] == [
            RESOURCES[endpoint].path for endpoint in ALL_CASES
        ]
        assert device.problems == {}


async def test_the_simulator_s_times_agree() -> None:
    async with connected_device() as connected:
        device = connected.device
        status, hub = await device.fetch_status(), await device.fetch_hub_status()
        clamp, mains = await device.fetch_clamp(1), await device.fetch_mains()
        assert hub.at is not None
        assert clamp.phases[0].at is not None
        assert abs(hub.at - clamp.phases[0].at) < timedelta(milliseconds=2)
        assert status.up_time_s == pytest.approx(mains.hub_time_s, abs=0.001)
        assert status.up_time_s == pytest.approx(clamp.hub_time_s, abs=0.001)


async def test_a_node_that_was_never_seen_has_no_figures() -> None:
    async with connected_device() as connected:
        (unseen,) = [
            node for node in await connected.device.fetch_nodes() if node.last_seen_s is None
        ]
        assert unseen.rssi_dbm is None
        assert unseen.last_data_s is None
        assert unseen.node_id is not None
        metrics = await connected.device.fetch_node_metrics(unseen.node_id)
        assert metrics == homevolt.reports.NodeMetricsView()
        assert await connected.device.fetch_clamp(99) == homevolt.reports.ClampView()


async def test_the_parameters_of_a_node_are_typed() -> None:
    async with connected_device() as connected:
        parameters = await connected.device.fetch_node_params(1)
        interval = parameters["report_interval_ms"]
        assert (interval.value, interval.range) == (5000, (0, 2**32 - 1))
        assert await connected.device.fetch_node_params(99) == {}


async def test_a_query_arrives_as_it_was_asked() -> None:
    async with connected_device() as connected:
        device, journal = connected.device, connected.sim.journal
        await device.fetch_clamp(3)
        await device.fetch_logs(limit=2, level="warning")
        await device.fetch_error_history(severity="error")
        start = datetime(2026, 1, 31, 23, tzinfo=UTC)
        await device.fetch_ems_history(start=start, limit=7)
        await device.fetch_raw("node_metrics", node_id=1)
        await device.fetch_logs()
        assert [record.query for record in journal] == [
            "node_id=3",
            "limit=2&level=warning",
            "severity=error",
            "limit=7&from=1769900400",
            "node_id=1",
            "",
        ]


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("fetch_clamp", {"node_id": -1}, "node_id must be a whole number from 0"),
        ("fetch_clamp", {"node_id": True}, "not True"),
        ("fetch_clamp", {"node_id": "1&level=debug"}, "node_id must be"),
        ("fetch_clamp", {"node_id": None}, "/ct.json needs node_id"),
        ("fetch_node_metrics", {"node_id": 1.5}, "node_id must be"),
        ("fetch_node_params", {"node_id": 2**40}, "node_id must be"),
        ("fetch_logs", {"limit": 0}, "limit must be a whole number from 1"),
        ("fetch_logs", {"level": "loud"}, "level must be one of none, error, warning"),
        ("fetch_error_history", {"severity": ["error"]}, "severity must be one of"),
        ("fetch_ems_history", {"start": "soon"}, "start is not an ISO date"),
        ("fetch_ems_history", {"start": 5}, "start must be a datetime"),
        ("fetch_raw", {"name": "pit"}, "did you mean 'pid'"),
        ("fetch_raw", {"name": ["pid"]}, "there is no endpoint"),
        ("fetch_raw", {"name": "pid", "node_id": 1}, "/pid.json has no query parameter 'node_id'"),
        ("fetch_raw", {"name": "logs", "limits": 1}, "it has: limit, level"),
    ],
)
async def test_a_wrong_argument_is_refused_before_anything_is_sent(
    method: str, arguments: dict[str, Any], message: str
) -> None:
    async with connected_device() as connected:
        with pytest.raises(HomevoltValueError, match=message):
            await getattr(connected.device, method)(**arguments)
        assert connected.requests == 0


async def test_where_the_parameters_of_nodes_are_missing_that_alone_is_not_supported() -> None:
    async with (
        PayloadServer(node_params=404, status={"up_time": 7000}) as server,
        homevolt.Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        with pytest.raises(HomevoltNotSupportedError, match=r"has no /node_params\.json"):
            await device.fetch_node_params(1)
        assert (await device.fetch_status()).up_time_s == 7.0
        await connection.update_info()
        assert device.problems == {}


@pytest.mark.parametrize("endpoint", ALL_CASES)
async def test_an_endpoint_that_is_missing_is_not_supported_and_nothing_else(
    endpoint: str,
) -> None:
    async with (
        PayloadServer(**{endpoint: 404}) as server,
        homevolt.Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        with pytest.raises(HomevoltNotSupportedError, match=f"has no /{endpoint}.json") as caught:
            await call(device, endpoint)
        assert caught.value.status == 404
        assert device.problems == {}
        assert device.snapshot.problems == {}
        assert server.requests[2:] == [f"/{endpoint}.json"], "a 404 is not tried again"


async def test_a_report_that_fails_is_no_problem_of_the_readings() -> None:
    async with (
        PayloadServer(pid=500, status=b"<html>", mains_data=401) as server,
        homevolt.Homevolt(server.host, clock=ManualClock()) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        for method, error in (
            (device.fetch_pid, HomevoltResponseError),
            (device.fetch_status, homevolt.HomevoltDataError),
            (device.fetch_mains, homevolt.HomevoltAuthenticationError),
        ):
            with pytest.raises(error):
                await method()
        assert device.problems == {}


async def test_any_endpoint_comes_as_plain_values() -> None:
    async with connected_device() as connected:
        raw = await connected.device.fetch_raw("ems")
        assert raw["ems"][0]["ecu_id"] == connected.device.device_id
        at = connected.device.ems_at
        assert await connected.device.fetch_raw("error_report")
        assert connected.device.ems_at == at, "it is not taken for a reading"
