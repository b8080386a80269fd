"""The commands against simulated batteries: what they show, and how they end."""

from __future__ import annotations

import getpass
import sys
import time
from datetime import datetime
from hashlib import sha256
from ssl import PEM_cert_to_DER_cert
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.cli.session import SIMULATED
from homevolt.simulator import Simulator
from tests.support.fakes import PayloadServer
from tests.support.payloads import ems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cli.conftest import Shell

LABELS = [
    *("Charge", "Battery", "Grid", "Solar", "House"),
    *("Control", "Now", "Next", "Alarms", "Warnings", "Read"),
]
SECRET = "correct horse"


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """Serve a battery whose password and address the shell knows."""
    async with Simulator(SECRET) as simulator:
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
        yield simulator


def labels(text: str) -> list[str]:
    """Return the labels of a view's lines, without the header."""
    return [line.split()[0] for line in text.splitlines()[1:] if line[:1].isalpha()]


async def test_demo_shows_a_battery_and_what_to_try_next(shell: Shell) -> None:
    outcome = await shell("demo")
    view, _, story = outcome.out.partition("\n\nA simulated battery was started")
    assert (outcome.code, outcome.err) == (0, "")
    assert labels(view) == LABELS
    assert all(f"homevolt {command}" in story for command in ("sensors", "status", "simulate"))
    assert max(map(len, outcome.out.splitlines())) <= 80


async def test_demo_for_programs_is_one_document(shell: Shell) -> None:
    outcome = await shell("demo", "--json")
    assert outcome.document["simulated"] is True
    assert outcome.document["state_of_charge_ratio"] == pytest.approx(0.6, abs=0.01)


async def test_status_shows_the_device(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("status")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Homevolt B6  {battery.installation.units[0].ecu_id}, firmware")
    assert labels(outcome.out) == LABELS
    assert not any(line.endswith(" ") for line in outcome.out.splitlines())


async def test_status_reads_each_endpoint_once(shell: Shell, battery: Simulator) -> None:
    await shell("status", "--json")
    assert [record.path for record in battery.journal] == ["/ems.json", "/schedule.json"]


async def test_an_option_beats_the_variable(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOST_VARIABLE, "unknown.invalid")
    outcome = await shell("status", "--host", battery.url, "--json")
    assert outcome.document["url"] == battery.url
    assert outcome.document["simulated"] is False


async def test_without_a_device_a_simulated_one_is_shown_with_a_note(shell: Shell) -> None:
    outcome = await shell("status", "--json")
    assert (outcome.code, outcome.line) == (0, SIMULATED)
    assert outcome.document["simulated"] is True


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"firmware": "old"}, ["model"]),
        ({"solar": False}, ["solar_power_w"]),
        ({"grid": False, "solar": False, "load": False}, ["grid_power_w", "house_consumption_w"]),
    ],
)
async def test_what_a_device_lacks_is_null_and_the_rest_is_there(
    shell: Shell, options: dict[str, Any], missing: list[str]
) -> None:
    async with Simulator(None, **options) as simulator:
        outcome = await shell("status", "--host", simulator.host, "--json")
        view = await shell("status", "--host", simulator.host)
    assert outcome.code == 0
    assert [key for key in missing if outcome.document[key] is not None] == []
    assert outcome.document["battery_power_w"] is not None
    assert labels(view.out) == LABELS


async def test_a_cluster_shows_every_unit(shell: Shell) -> None:
    async with Simulator(None, units=3) as simulator:
        outcome = await shell("status", "--host", simulator.host)
        ids = [unit.ecu_id for unit in simulator.installation.units]
    assert outcome.out.startswith("Homevolt B6  3 units, ")
    assert all(f"{ecu_id}   60 %" in outcome.out for ecu_id in ids)


async def test_a_schedule_that_cannot_be_read_leaves_the_rest(shell: Shell) -> None:
    async with Simulator(None, faults=["html:path=/schedule.json"]) as simulator:
        outcome = await shell("status", "--host", simulator.host)
        document = (await shell("status", "--host", simulator.host, "--json")).document
    assert outcome.code == 0
    assert "Now       — unknown" in outcome.out
    assert labels(outcome.out) == [*LABELS, "Note"]
    assert document["schedule"] is None
    assert list(document["problems"]) == ["schedule"]


@pytest.mark.parametrize(
    "plan",
    [
        {"local_mode": True, "schedule": None},
        {"local_mode": True},
        {"local_mode": True, "entries": []},
        {"local_mode": True, "schedule": [{"id": 1, "type": None, "params": {}}]},
        {"local_mode": True, "schedule": [{"id": 1, "type": 1, "from": "soon", "params": {}}]},
    ],
)
async def test_a_plan_that_cannot_be_read_is_unknown_and_not_empty(
    shell: Shell, plan: dict[str, Any]
) -> None:
    async with PayloadServer(schedule=plan) as device:
        outcome = await shell("status", "--host", device.host)
        document = (await shell("status", "--host", device.host, "--json")).document
    assert outcome.code == 0
    assert "Now       — unknown\nNext      — unknown\n" in outcome.out
    assert "Note " in outcome.out
    assert (document["active_entry"], document["next_entry"]) == (None, None)
    assert list(document["problems"]) == ["schedule"]


async def test_a_clock_that_is_wrong_is_noted_and_its_times_are_corrected(shell: Shell) -> None:
    hour = 3600
    now = int(time.time()) // hour * hour
    entry = {"id": 1, "from": now, "to": now + 3 * hour, "type": 0, "params": {}}
    plan = {"local_mode": True, "schedule_id": "Manual Schedule", "schedule": [entry]}
    async with PayloadServer(ems=ems(ts=time.time() + hour), schedule=plan) as device:
        outcome = await shell("status", "--host", device.host)
        document = (await shell("status", "--host", device.host, "--json")).document
    end = datetime.fromtimestamp(now + 2 * hour).astimezone()
    assert f"{end:%H:%M}\n" in next(
        line + "\n" for line in outcome.out.splitlines() if "Now" in line
    )
    assert "clock is 1 h ahead of the clock of this machine" in " ".join(outcome.out.split())
    assert document["clock_offset_s"] == pytest.approx(hour, abs=30)


async def test_sensors_show_every_reading(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    table = (await shell("sensors")).out.splitlines()
    document = (await shell("sensors", "--json")).document
    assert battery.journal
    assert len(table) == 1 + len(document["sensors"])
    assert document["sensors"][0].keys() == {
        *("key", "name", "slug", "value", "unit", "type", "device_identifier"),
    }


async def test_sensors_can_be_filtered(shell: Shell, battery: Simulator) -> None:
    document = (await shell("sensors", "GRID", "energy", "--json")).document
    names = [sensor["name"] for sensor in document["sensors"]]
    assert names == ["Energy imported grid", "Energy exported grid"]
    assert battery.journal


async def test_a_certificate_can_be_pinned(shell: Shell) -> None:
    async with Simulator(None, https=True) as simulator:
        assert simulator.https_url is not None
        assert simulator.certificate_pem is not None
        digest = sha256(PEM_cert_to_DER_cert(simulator.certificate_pem.decode())).hexdigest()
        address = ("status", "--host", simulator.https_url)
        outcome = await shell(*address, "--fingerprint", digest.upper())
    assert (outcome.code, outcome.err) == (0, "")


async def test_the_password_is_asked_for_at_a_terminal(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[str] = []
    answers = iter([SECRET, "wrong", ""])

    def answer(question: str) -> str:
        questions.append(question)
        return next(answers)

    monkeypatch.delenv(PASSWORD_VARIABLE)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    outcomes = [await shell("status", "--json") for _ in range(3)]
    assert [outcome.code for outcome in outcomes] == [0, 4, 4]
    assert questions == [f"Password of {battery.host}: "] * 3
    messages = [outcome.document["error"]["message"] for outcome in outcomes[1:]]
    assert messages == [
        f"{battery.url} refused the password. Run the command again to enter another one.",
        "No password was given.",
    ]


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
async def test_a_question_ended_by_ctrl_c_or_ctrl_d_ends_the_command(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    def interrupt(_: str) -> str:
        raise end

    monkeypatch.delenv(PASSWORD_VARIABLE)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", interrupt)
    outcome = await shell("status")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "\n")
    assert len(battery.journal) == 1
