"""The device keeps what arrived, says when, and never shows what it could not read."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltNotReadyError,
    HomevoltRateLimitError,
    HomevoltResponseError,
    HomevoltTimeoutError,
    HomevoltValueError,
)
from homevolt.simulator import Simulator
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import LOCAL, NOW, PEER, cluster, ems, point, schedule, unit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt.device import Device
    from homevolt.readings.snapshot import Snapshot


@pytest.fixture
async def server() -> AsyncIterator[PayloadServer]:
    async with PayloadServer() as server:
        yield server


@pytest.fixture
async def connection(server: PayloadServer, clock: ManualClock) -> AsyncIterator[Homevolt]:
    async with Homevolt(server.host, clock=clock) as connection:
        yield connection


@pytest.fixture
async def device(connection: Homevolt) -> Device:
    await connection.update_info()
    return connection.get_device()


def utc(epoch_s: float) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromtimestamp(epoch_s, UTC)


def test_before_the_first_update_there_is_no_device() -> None:
    connection = Homevolt("192.0.2.1")
    with pytest.raises(HomevoltNotReadyError, match=r"await homevolt_connection\.update_info"):
        connection.get_device()


def test_a_device_that_was_never_read_says_so() -> None:
    device = Homevolt("192.0.2.1")._device
    assert (device.sensors, device.device_metadata, device.current_schedule) == ({}, {}, {})
    assert (device.schedule, device.active_entry, device.ems_at) == (None, None, None)
    for name in ("device_id", "snapshot"):
        with pytest.raises(HomevoltNotReadyError, match="update_info"):
            getattr(device, name)


async def test_an_update_reads_both_parts_once(device: Device, server: PayloadServer) -> None:
    assert server.requests == ["/ems.json", "/schedule.json"]
    assert device.device_id == LOCAL
    assert (device.ems_at, device.schedule_at) == (utc(NOW), utc(NOW))
    assert device.problems == {}


async def test_the_device_stays_the_same_object(device: Device, connection: Homevolt) -> None:
    await device.update_info()
    assert connection.get_device() is device


async def test_the_raw_schedule_is_as_the_device_sent_it(
    device: Device, server: PayloadServer
) -> None:
    server.answers["/schedule.json"] = schedule(new_key=[1, None])
    await device.fetch_schedule_data()
    assert device.current_schedule == schedule(new_key=[1, None])


async def test_a_schedule_that_stays_the_same_is_typed_once_and_read_each_time(
    device: Device, server: PayloadServer, clock: ManualClock
) -> None:
    before = device.schedule
    clock.advance(60)
    await device.update_info()
    assert (device.schedule_at, device.schedule) == (utc(NOW + 60), before)
    assert device.schedule is before
    server.answers["/schedule.json"] = schedule(local_mode=None)
    await device.update_info()
    assert device.schedule is not before
    assert device.sensors["Local Mode"].value is None


async def test_one_part_can_be_read_alone(device: Device, server: PayloadServer) -> None:
    server.answers["/ems.json"] = ems(unit(ems_data={"power": 70}))
    await device.fetch_ems_data()
    assert server.requests[2:] == ["/ems.json"]
    assert device.sensors["Power"].value == 70
    assert device.sensors["Schedule Type"].value == "inverter_charge"


async def test_the_schedule_alone_has_no_sensors_before_a_unit_is_known(
    connection: Homevolt,
) -> None:
    device = connection._device
    await device.fetch_schedule_data()
    assert device.schedule is not None
    assert device.sensors == {}
    await device.fetch_ems_data()
    assert device.sensors["Schedule Type"].value == "inverter_charge"


async def test_active_is_what_the_device_clock_says(
    device: Device, server: PayloadServer, clock: ManualClock
) -> None:
    server.answers["/ems.json"] = ems(ts=NOW - 3700)
    await device.update_info()
    assert device.now() == utc(NOW - 3700)
    assert device.sensors["Schedule Type"].value == "inverter_discharge"
    clock.advance(200)
    assert device.active_entry is None


async def test_without_a_device_clock_this_machine_counts(
    device: Device, server: PayloadServer
) -> None:
    for ts in (None, -(10**15), 10**17):
        server.answers["/ems.json"] = ems(ts=ts)
        await device.update_info()
        assert device.now() == utc(NOW)


@pytest.mark.parametrize("answer", [404, b"<html>", b"null", {}])
async def test_a_schedule_that_fails_does_not_fail_the_update(
    device: Device, server: PayloadServer, answer: object
) -> None:
    server.answers["/schedule.json"] = answer
    server.answers["/ems.json"] = ems(unit(ems_data={"power": 71}))
    await device.update_info()
    assert device.sensors["Power"].value == 71
    assert device.sensors["Schedule id"].value is None
    assert (device.schedule, device.schedule_at, device.current_schedule) == (None, None, {})
    assert isinstance(device.problems["schedule"], (HomevoltDataError, HomevoltResponseError))


async def test_an_ems_that_fails_is_an_error_but_the_schedule_is_kept(
    device: Device, server: PayloadServer, clock: ManualClock
) -> None:
    server.answers["/ems.json"] = b"[]"
    server.answers["/schedule.json"] = schedule(schedule_id="other")
    clock.advance(30)
    with pytest.raises(HomevoltDataError):
        await device.update_info()
    assert device.sensors["Power"].value == -2500
    assert device.ems_at == utc(NOW)
    assert device.schedule_at == utc(NOW + 30)
    assert device.sensors["Schedule id"].value == "other"


async def test_a_refused_password_ends_the_update_at_once(
    device: Device, server: PayloadServer
) -> None:
    server.answers["/ems.json"] = 401
    server.requests.clear()
    with pytest.raises(HomevoltAuthenticationError):
        await device.update_info()
    assert server.requests == ["/ems.json"]


async def test_an_answer_of_peers_alone_is_no_device_yet(
    connection: Homevolt, server: PayloadServer
) -> None:
    server.answers["/ems.json"] = ems(unit(PEER, "[fd00::2]"))
    with pytest.raises(HomevoltDataError, match="which of its units answers"):
        await connection.update_info()
    with pytest.raises(HomevoltNotReadyError):
        connection.get_device()
    device = connection._device
    assert device.sensors == {}
    assert device.problems.keys() == {"ems"}
    server.answers["/ems.json"] = cluster()
    await connection.update_info()
    assert connection.get_device().device_id == LOCAL


async def test_a_new_unit_gets_its_sensors(device: Device, server: PayloadServer) -> None:
    server.answers["/ems.json"] = ems(unit(), unit("cc", "[::1]:5259"))
    await device.update_info()
    assert "Power cc" in device.sensors
    assert "ems_cc" in device.device_metadata


async def test_a_unit_whose_sensors_were_never_accessed_stays_known(
    device: Device, server: PayloadServer
) -> None:
    grid = [point("grid", 100)]
    for document in (cluster() | {"sensors": grid}, ems(sensors=grid)):
        server.answers["/ems.json"] = document
        await device.update_info()
    assert device.sensors[f"Power {PEER}"].value is None
    assert device.sensors["House Consumption"].value is None


async def test_a_schedule_for_which_the_password_is_refused_is_dropped(
    clock: ManualClock,
) -> None:
    async with PayloadServer() as server, Homevolt(server.host, "x", clock=clock) as connection:
        await connection.update_info()
        device = connection.get_device()
        for status in (401, 429):
            server.answers["/schedule.json"] = status
            clock.advance(600)
            with pytest.raises(HomevoltAuthenticationError):
                await device.update_info()
            assert device.ems_at == utc(clock.now())
            assert (device.schedule, device.sensors["Schedule Type"].value) == (None, None)
            assert isinstance(device.problems["schedule"], HomevoltAuthenticationError)


async def take(snapshots: AsyncIterator[Snapshot], count: int) -> list[Snapshot]:
    """Return the next few snapshots."""
    return [await anext(snapshots) for _ in range(count)]


async def test_watch_does_not_drift(device: Device, clock: ManualClock) -> None:
    snapshots = device.watch(10)
    first = await anext(snapshots)
    clock.advance(3)
    second = await anext(snapshots)
    clock.advance(24)
    third = await anext(snapshots)
    assert [s.ems_at for s in (first, second, third)] == [utc(NOW + t) for t in (0, 10, 40)]
    assert clock.slept == [7, 6]


async def test_watch_backs_off_while_the_device_fails(
    device: Device, server: PayloadServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "homevolt.device")
    snapshots = device.watch(60)
    await anext(snapshots)
    answers = iter([b"<html>", 404, b"", b"", b""])

    async def failing_sleep(seconds: float) -> None:
        clock.slept.append(seconds)
        clock.advance(seconds)
        server.answers["/ems.json"] = next(answers, ems())

    clock.sleep = failing_sleep  # type: ignore[method-assign]  # each pause brings a new failure
    await anext(snapshots)
    # The third pause ends early: then the readings are older than three intervals.
    interval_s, first_s, *second_s, third_s, fourth_s = clock.slept
    assert (interval_s, round(first_s + second_s[0], 3)) == (60, 120)
    pauses_s = (first_s, sum(second_s), third_s, fourth_s)
    for pause_s, longest_s in zip(pauses_s, (60, 120, 240, 300), strict=True):
        assert 0.9 * longest_s <= pause_s <= longest_s
    levels = [r.levelno for r in caplog.records if "could not be read" not in r.getMessage()]
    assert levels == [logging.WARNING, *[logging.DEBUG] * 4]


async def test_devices_that_fail_together_are_not_read_again_together() -> None:
    async with PayloadServer() as server:
        host = server.host
    clocks = [ManualClock() for _ in range(4)]
    for clock in clocks:
        async with Homevolt(host, clock=clock) as connection:
            updates = connection.updates(60)
            assert (await anext(updates)).snapshot is None
            await anext(updates)
    assert len({clock.slept[-1] for clock in clocks}) > 1


async def test_watch_ends_when_the_password_is_refused(
    device: Device, server: PayloadServer
) -> None:
    snapshots = device.watch(1)
    await anext(snapshots)
    server.answers["/ems.json"] = 403
    with pytest.raises(HomevoltAuthenticationError):
        await anext(snapshots)
    with pytest.raises(StopAsyncIteration):
        await anext(snapshots)


async def test_a_device_that_another_client_locked_does_not_end_the_updates(
    clock: ManualClock,
) -> None:
    async with (
        PayloadServer() as server,
        Homevolt(server.host, "secret", clock=clock) as connection,
    ):
        updates = connection._device.updates(1)
        assert (await anext(updates)).error is None
        server.answers["/ems.json"] = 401
        refused = await anext(updates)
        assert isinstance(refused.error, HomevoltAuthenticationError)
        assert not refused.error.is_final
        server.answers["/ems.json"] = ems()
        assert (await anext(updates)).error is None
        assert clock.slept[-1] >= (refused.error.retry_after or 0.0)


async def test_the_updates_go_on_when_the_device_asks_to_wait(clock: ManualClock) -> None:
    async with PayloadServer() as server, Homevolt(server.host, "x", clock=clock) as connection:
        updates = connection._device.updates(1)
        server.answers["/ems.json"] = 429
        assert isinstance((await anext(updates)).error, HomevoltRateLimitError)
        server.answers["/ems.json"] = ems()
        assert (await anext(updates)).error is None


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf"), True, "10", None])
async def test_watch_wants_a_positive_interval(device: Device, interval: float) -> None:
    with pytest.raises(HomevoltValueError, match="interval"):
        await anext(device.watch(interval))


async def test_a_device_that_is_gone_is_a_connection_error(clock: ManualClock) -> None:
    async with PayloadServer() as server:
        host = server.host
    async with Homevolt(host, clock=clock) as connection:
        with pytest.raises(HomevoltConnectionError, match="cannot be reached: Connection refused"):
            await connection.update_info()


async def test_a_schedule_that_never_comes_does_not_fail_the_update(clock: ManualClock) -> None:
    simulator = Simulator(password=None, faults=["stall:path=/schedule.json"])
    async with simulator, Homevolt(simulator.host, timeout=1.0, clock=clock) as connection:
        await connection.update_info()
        device = connection.get_device()
        assert device.sensors["Power"].value is not None
        assert device.sensors["Schedule id"].value is None
        assert isinstance(device.problems["schedule"], HomevoltTimeoutError)


async def test_a_device_that_answers_nothing_is_asked_no_more(clock: ManualClock) -> None:
    simulator = Simulator(password=None, faults=["reset"])
    async with simulator, Homevolt(simulator.host, clock=clock) as connection:
        with pytest.raises(HomevoltConnectionError, match="Connection reset by peer"):
            await connection.update_info()
        assert {record.path for record in simulator.journal} == {"/ems.json"}


async def test_what_a_caller_does_to_a_dict_changes_no_device(device: Device) -> None:
    device.sensors.clear()
    device.device_metadata.clear()
    device.problems["x"] = HomevoltConnectionError("")
    assert device.sensors
    assert device.device_metadata
    assert device.problems == {}


async def test_problems_are_there_after_an_update_that_raised(
    device: Device, server: PayloadServer
) -> None:
    server.answers["/ems.json"] = b"[]"
    server.answers["/schedule.json"] = 404
    with pytest.raises(HomevoltDataError):
        await device.update_info()
    assert device.problems.keys() == {"ems", "schedule"}
    server.answers |= {"/ems.json": ems(), "/schedule.json": schedule()}
    await device.update_info()
    assert device.problems == {}


@pytest.mark.parametrize("offset_s", [0, 3700, -86_400])
async def test_a_wrong_clock_is_a_reading(
    device: Device, server: PayloadServer, offset_s: int
) -> None:
    server.answers["/ems.json"] = ems(ts=NOW + offset_s)
    await device.update_info()
    sensor = device.sensors["Clock Offset"]
    assert (sensor.value, sensor.unit) == (offset_s, "s")
    assert device.snapshot.clock_offset_s == offset_s


async def test_a_clock_without_a_plausible_time_has_no_offset(
    device: Device, server: PayloadServer
) -> None:
    for ts in (None, 0, -5, 10**17):
        server.answers["/ems.json"] = ems(ts=ts)
        await device.update_info()
        assert device.sensors["Clock Offset"].value is None
        assert device.snapshot.clock_offset_s is None


async def test_a_snapshot_carries_sensors_and_parts(device: Device) -> None:
    snapshot = device.snapshot
    assert snapshot.sensors == device.sensors
    assert {sensor.info.part for sensor in snapshot.sensors.values()} == set(snapshot.parts)
    assert snapshot.parts[f"ems_{LOCAL}"] is device.device_metadata[f"ems_{LOCAL}"]


async def test_updates_report_outages_and_ageing(device: Device, server: PayloadServer) -> None:
    updates = device.updates(10, max_age_s=60)
    first = await anext(updates)
    assert (first.error, first.age_s) == (None, 0)
    server.answers["/ems.json"] = 503
    reported = [await anext(updates) for _ in range(5)]
    assert all(isinstance(update.error, HomevoltResponseError) for update in reported)
    ages = [update.age_s for update in reported]
    assert ages[:3] == [pytest.approx(age, abs=3) for age in (10, 20, 40)]
    assert ages[3:] == [None, None], "what is too old is not shown, and that is reported in time"
    assert reported[3].at - first.at < timedelta(seconds=61.5)
    server.answers["/ems.json"] = ems()
    last = await anext(updates)
    assert (last.error, last.age_s) == (None, 0)


async def test_readings_that_age_before_the_next_read_are_reported_once(
    device: Device, clock: ManualClock
) -> None:
    updates = device.updates(600, max_age_s=60)
    reported = [await anext(updates) for _ in range(5)]
    assert [update.snapshot is None for update in reported] == [False, True, False, True, False]
    assert [update.error for update in reported] == [None] * 5
    assert [(update.at - reported[0].at).total_seconds() for update in reported] == [
        0,
        60,
        600,
        660,
        1200,
    ]
    assert clock.slept == [60, 540] * 2


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
async def test_readings_age_though_the_clock_of_this_machine_jumps(
    device: Device, server: PayloadServer, clock: ManualClock, jump_s: float
) -> None:
    updates = device.updates(10, max_age_s=60)
    await anext(updates)
    server.answers["/ems.json"] = 503
    clock.start += jump_s
    reported = [await anext(updates) for _ in range(5)]
    assert reported[-1].snapshot is None
    assert all(update.age_s is None or 0 <= update.age_s < 60 for update in reported)
    clock.start -= jump_s
    server.answers["/ems.json"] = ems()
    last = await anext(updates)
    assert (last.error, last.age_s) == (None, 0)


@pytest.mark.parametrize("jump_s", [-7 * 3600.0, 7 * 3600.0])
async def test_the_time_of_the_device_goes_on_though_the_clock_of_this_machine_jumps(
    device: Device, server: PayloadServer, clock: ManualClock, jump_s: float
) -> None:
    server.answers["/ems.json"] = ems(ts=clock.now() + 100)
    await device.update_info()
    before, certain = device.now(), [device.is_now_certain]
    clock.start += jump_s
    clock.advance(30)
    assert (device.now() - before).total_seconds() == pytest.approx(30)
    assert (device.snapshot.at - before).total_seconds() == pytest.approx(30)
    certain.append(device.is_now_certain)
    await device.fetch_ems_data()
    certain.append(device.is_now_certain)
    assert certain == [True, False, True]
    assert device.ems_age_s == pytest.approx(0)
    assert device.schedule_age_s == pytest.approx(30 + max(0.0, jump_s))


async def test_updates_before_anything_was_read_have_no_snapshot(
    connection: Homevolt, server: PayloadServer
) -> None:
    server.answers["/ems.json"] = 503
    update = await anext(connection._device.updates(10))
    assert update.snapshot is None
    assert isinstance(update.error, HomevoltResponseError)


async def test_the_updates_of_one_device_are_not_those_of_another(clock: ManualClock) -> None:
    async with (
        PayloadServer() as one,
        PayloadServer() as other,
        Homevolt(one.host, clock=clock) as here,
        Homevolt(other.host, clock=clock) as there,
    ):
        other.answers["/ems.json"] = 503
        good, bad = here._device.updates(10), there._device.updates(10)
        for _ in range(3):
            assert (await anext(good)).error is None
            assert (await anext(bad)).error is not None


@pytest.mark.parametrize("interval_s", [0.001, 0.99])
async def test_updates_do_not_spin(device: Device, interval_s: float) -> None:
    with pytest.raises(HomevoltValueError, match="at least 1 s"):
        await anext(device.updates(interval_s))


async def test_a_device_shows_its_id_and_address(device: Device, server: PayloadServer) -> None:
    assert repr(device) == f"<Device {LOCAL} at http://{server.host}>"
    assert repr(Homevolt("192.0.2.1")._device) == "<Device at http://192.0.2.1>"


async def test_a_view_shows_only_what_it_knows(device: Device) -> None:
    assert repr(device.snapshot.unit.blades[0].__class__(tmin_c=1.5)) == "BladeView(tmin_c=1.5)"
