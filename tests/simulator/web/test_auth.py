"""The password and the lockout behave as on the device."""

from __future__ import annotations

import base64

import pytest

from homevolt.simulator.device.lockout import Lockout
from homevolt.simulator.web.auth import credentials_match
from tests.simulator.client import device


def basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("header", "password", "passes"),
    [
        (None, "", True),
        (basic("admin:nonsense"), "", True),
        (None, "secret", False),
        (basic("admin:secret"), "secret", True),
        (basic("admin:secret").replace("Basic", "bAsIc"), "secret", True),
        (basic("root:secret"), "secret", False),
        (basic("admin:secret "), "secret", False),
        (basic("admin:a:b"), "a:b", True),
        (basic("admin:åäö"), "åäö", True),
        (basic("admin:åäö", "latin-1"), "åäö", True),
        (basic("admin:€"), "€", True),
        (basic("admin:?"), "€", False),
        ("Bearer secret", "secret", False),
        ("Basic ???", "secret", False),
        ("Basic", "secret", False),
    ],
)
def test_only_admin_with_the_password_is_accepted(
    header: str | None, password: str, passes: bool
) -> None:
    assert credentials_match(header, password) is passes


def test_lock_times_grow_from_the_fifth_wrong_password() -> None:
    lockout = Lockout()
    locks = []
    now = 1000.0
    for _ in range(10):
        lockout.record_failure(now)
        locks.append(lockout.remaining_s(now))
        now += 11
    assert locks == [0, 0, 0, 0, 1, 2, 4, 10, 10, 10]


def test_five_idle_minutes_or_the_right_password_reset_the_count() -> None:
    lockout = Lockout()
    for _ in range(5):
        lockout.record_failure(0)
    lockout.record_failure(300)
    assert (lockout.failures, lockout.remaining_s(300)) == (1, 0)
    for _ in range(5):
        lockout.record_failure(301)
    lockout.record_success()
    assert (lockout.failures, lockout.remaining_s(301)) == (0, 0)


@pytest.mark.parametrize(("firmware", "locked"), [("new", 401), ("busy-lock", 429)])
async def test_a_locked_device_refuses_even_the_right_password(firmware: str, locked: int) -> None:
    async with device(firmware=firmware) as client:
        right, client.password = client.password, "wrong"
        assert [await client.status() for _ in range(5)] == [401] * 5
        client.password = right
        assert await client.status() == locked
        client.sim.advance(1)
        assert await client.status() == 200
        assert client.sim.lockout.failures == 0


async def test_missing_credentials_are_refused_but_do_not_count_as_a_wrong_password() -> None:
    async with device() as client:
        client.password = None
        assert [await client.status() for _ in range(6)] == [401] * 6
        assert client.sim.lockout.failures == 0
        assert not any(record.authenticated for record in client.sim.journal)


@pytest.mark.parametrize("password", [None, ""])
async def test_a_device_without_a_password_accepts_every_request(password: str | None) -> None:
    async with device(password=password) as client:
        assert client.sim.password is None
        assert await client.status() == 200
        client.password = "anything"
        assert await client.status() == 200


async def test_a_new_password_is_required_from_the_next_request_on() -> None:
    async with device() as client:
        assert await client.set("webserver_password", "other") == (
            200,
            "Saved parameter k: 'webserver_password' v: 'other'",
        )
        assert await client.status() == 401
        client.password = "other"
        assert await client.status() == 200
        assert client.sim.password == "other"


async def test_passwords_never_reach_the_journal_or_a_read() -> None:
    async with device(password="hunter2") as client:
        await client.set("webserver_password", "hunter3")
        client.password = "hunter3"
        await client.console("param_set webserver_password hunter4")
        client.password = "hunter4"
        await client.request("POST", "/params.json", json={"webserver_password": "hunter5"})
        client.password = "hunter5"
        await client.request("GET", "/params.json?k=ems_psk&webserver_password=hunter6")
        journal = repr(client.sim.journal)
        assert "hunter" not in journal
        assert len(client.sim.journal.writes) == 3
        assert await client.parameter("webserver_password") == ["********"]
        assert await client.parameter("ems_psk") == [""]
        assert "hunter" not in str(await client.get("/params.json"))
