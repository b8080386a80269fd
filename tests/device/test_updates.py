"""Reading again and again: pauses, outages, and readings that age."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltRateLimitError,
    HomevoltResponseError,
    HomevoltValueError,
)
from tests.support.fakes import ManualClock, PayloadServer
from tests.support.payloads import NOW, ems

if TYPE_CHECKING:
    from homevolt.device import Device


def utc(epoch_s: float) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromtimestamp(epoch_s, UTC)


async def test_watch_does_not_drift(device: Device, clock: ManualClock) -> None:
    snapshots = device.watch(10)
    first = await anext(snapshots)
    clock.advance(3)
    second = await anext(snapshots)
    clock.advance(24)
    third = await anext(snapshots)
    assert [s.ems_at for s in (first, second, third)] == [utc(NOW + t) for t in (0, 10, 40)]
    assert clock.slept == [7, 6]


async def test_watches_that_begin_apart_stay_apart(server: PayloadServer) -> None:
    clocks = [ManualClock(NOW + 10 * number / 4) for number in range(4)]
    read: list[list[float]] = []
    for clock in clocks:
        async with Homevolt(server.host, clock=clock) as connection:
            await connection.update_info()
            snapshots = connection.get_device().watch(10)
            read.append([(await anext(snapshots)).ems_at.timestamp() for _ in range(5)])
    assert read == [[NOW + 2.5 * number + 10 * n for n in range(5)] for number in range(4)]


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
