"""`homevolt device`, and the commands that name a device."""

from __future__ import annotations

from hashlib import sha256
from ssl import PEM_cert_to_DER_cert
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.devices.config import load
from homevolt.cli.output import DEVICE_VARIABLE, HOST_VARIABLE
from homevolt.cli.session import NO_DEVICE, SIMULATED, Session, run
from homevolt.cli.shared_options import Target
from homevolt.simulator import Simulator
from tests.support.fakes import PayloadServer
from tests.support.processes import PROGRAM, ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

TWO = '[devices.house]\nhost = "192.168.1.1"\n[devices.cottage]\nhost = "192.168.1.2"\n'


@pytest.fixture
async def battery() -> AsyncIterator[Simulator]:
    """Serve a battery without a password."""
    async with Simulator(None) as simulator:
        yield simulator


def named(**hosts: str) -> str:
    return "".join(f'[devices.{name}]\nhost = "{host}"\n' for name, host in hosts.items())


async def test_a_device_is_added_listed_chosen_and_removed(
    shell: Shell, battery: Simulator
) -> None:
    assert (await shell("device", "list")).err.startswith("No device is configured. ")
    for name in ("house", "cottage"):
        document = (await shell("device", "add", name, battery.host, "--json")).document
        assert document == {
            "name": name,
            "host": battery.host,
            "timeout_s": None,
            "fingerprint": None,
            "password_in": None,
            "default": name == "house",
        }
    assert (await shell("device", "default")).out == "house\n"
    assert (await shell("device", "default", "cottage", "--json")).document == {
        "default": "cottage"
    }
    listed = await shell("device", "list")
    assert [line.split()[0] for line in listed.out.splitlines()[:3]] == [
        *("Device", "house", "cottage"),
    ]
    assert "cottage *" in listed.out
    assert "* The default device." in listed.out
    document = (await shell("device", "list", "--json")).document
    assert [device["default"] for device in document["devices"]] == [False, True]
    assert (document["default"], document["config"]) == ("cottage", str(load().path))
    removed = await shell("device", "remove", "cottage", "--json")
    assert removed.document == {"removed": "cottage", "default": "house"}
    assert (await shell("device", "remove", "house")).out == (
        "house is removed. The default is no device.\n"
    )


async def test_a_device_is_read_once_before_it_is_kept(shell: Shell, battery: Simulator) -> None:
    assert (await shell("device", "add", "house", battery.host)).code == 0
    assert [record.path for record in battery.journal] == ["/ems.json", "/schedule.json"]


async def test_a_device_that_cannot_be_read_is_not_kept_unless_asked_for(shell: Shell) -> None:
    async with PayloadServer(ems="<html>") as server:
        host = server.host
        assert (await shell("device", "add", "house", host)).code == 5
    assert (await shell("device", "add", "house", host)).code == 3
    async with Simulator("hunter2") as simulator:
        assert (await shell("device", "add", "house", simulator.host)).code == 4
    assert load().devices == {}
    assert (await shell("device", "add", "house", host, "--no-test")).code == 0
    assert [*load().devices] == ["house"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("my house", "192.168.1.1"), "'my house' cannot be a name: "),
        (("-x", "192.168.1.1"), "No such option '-x'."),
        (("boat", "my battery", "--no-test"), "'my battery' is not an address of a device"),
        (("boat", "http://a:hunter2@b", "--no-test"), "The address contains credentials. "),
        (("boat", "b", "--fingerprint=1", "--no-test"), "'1' is not a SHA-256 fingerprint"),
        (("house", "192.168.1.1"), "There is a device 'house'. Choose another name, or add "),
    ],
)
async def test_what_cannot_be_added_is_a_usage_error(
    shell: Shell, file: Path, arguments: tuple[str, ...], message: str
) -> None:
    file.write_text(TWO)
    outcome = await shell("device", "add", *arguments)
    assert outcome.code == 2
    assert outcome.line.startswith(f"homevolt: {message}")
    assert "hunter2" not in outcome.err
    assert file.read_text() == TWO


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--device", "huose"),
        ("sensors", "--device", "huose"),
        ("device", "test", "huose"),
        ("device", "default", "huose"),
        ("device", "remove", "huose"),
    ],
)
async def test_an_unknown_name_is_answered_with_the_nearest(
    shell: Shell, file: Path, command: tuple[str, ...]
) -> None:
    file.write_text(TWO)
    outcome = await shell(*command)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.line == "homevolt: No device 'huose'. Did you mean 'house'?"
    other = await shell(*command[:-1], "zzz")
    assert other.line == "homevolt: No device 'zzz'. Configured: house, cottage."
    file.unlink()
    nothing = await shell(*command)
    assert nothing.code == 2
    assert "No device is configured. Add one with " in nothing.line


async def test_a_device_is_named_by_option_by_variable_or_by_default(
    shell: Shell, battery: Simulator, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(None) as other:
        file.write_text(named(house=battery.host, cottage=other.host))
        several = await shell("status", "--json")
        assert several.code == 2
        assert "none is the default: house, cottage." in several.document["error"]["message"]
        await shell("device", "default", "house")
        urls = [(await shell("status", "--json")).document["url"]]
        monkeypatch.setenv(DEVICE_VARIABLE, "cottage")
        urls.append((await shell("status", "--json")).document["url"])
        urls.append((await shell("status", "--device", "house", "--json")).document["url"])
        urls.append((await shell("status", "--host", battery.host, "--json")).document["url"])
        assert (await shell("status", "--simulate", "--json")).document["simulated"] is True
        monkeypatch.delenv(DEVICE_VARIABLE)
        monkeypatch.setenv(HOST_VARIABLE, battery.host)
        urls.append((await shell("status", "--device", "cottage", "--json")).document["url"])
    assert urls == [battery.url, other.url, battery.url, battery.url, other.url]


async def test_two_ways_to_name_a_device_exclude_each_other(
    shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(TWO)
    outcome = await shell("status", "--device", "house", "--host", "192.168.1.1")
    assert outcome.line.startswith("homevolt: --host and --device exclude each other.")
    outcome = await shell("status", "--device", "house", "--simulate")
    assert outcome.line.startswith("homevolt: --device and --simulate exclude each other.")
    monkeypatch.setenv(DEVICE_VARIABLE, "house")
    monkeypatch.setenv(HOST_VARIABLE, "192.168.1.1")
    outcome = await shell("status")
    assert outcome.line.startswith("homevolt: HOMEVOLT_HOST and HOMEVOLT_DEVICE exclude each other")
    assert outcome.code == 2


def test_a_write_goes_to_a_simulated_device_only_if_asked_for(file: Path) -> None:
    async def work(_: Session) -> None:
        raise AssertionError

    for target, message in (
        (Target(None), NO_DEVICE),
        (Target(None, name="house"), "No device 'house'. No device is configured."),
    ):
        with pytest.raises(Exception, match=message.split(".", 1)[0]) as caught:
            run(target, work, writes=True)
        assert getattr(caught.value, "code", None) == 2
    assert "homevolt device add NAME ADDRESS" in NO_DEVICE
    file.write_text(TWO)
    with pytest.raises(Exception, match="none is the default"):
        run(Target(None), work, writes=True)


async def test_only_where_none_is_configured_a_simulated_one_is_shown(
    shell: Shell, file: Path
) -> None:
    outcome = await shell("status", "--json")
    assert (outcome.line, outcome.document["simulated"]) == (SIMULATED, True)
    file.write_text(TWO + 'timeout_s = 0.2\n[devices.boat]\nhost = "127.0.0.1:9"\n')
    outcome = await shell("status", "--device", "boat")
    assert (outcome.code, outcome.out) == (3, "")


async def test_what_is_kept_of_the_connection_is_used_and_can_be_overruled(shell: Shell) -> None:
    async with Simulator(None, https=True) as simulator:
        assert simulator.https_url is not None
        assert simulator.certificate_pem is not None
        digest = sha256(PEM_cert_to_DER_cert(simulator.certificate_pem.decode())).hexdigest()
        options = ("--fingerprint", digest, "--timeout", "20")
        assert (await shell("device", "add", "house", simulator.https_url, *options)).code == 0
        assert (load().devices["house"].timeout_s, (await shell("status")).code) == (20.0, 0)
        assert (await ended(PROGRAM, "status", "--fingerprint", "00" * 32))[0] == 3
        await shell("device", "add", "bad", simulator.https_url, "--no-test", *options)
        file = load().path
        file.write_text(file.read_text().replace(digest, "00" * 32))
        code, _, refused = await ended(PROGRAM, "device", "test", "bad")
    assert code == 3
    assert refused.startswith("homevolt: bad: certificate not trusted after ")
    assert refused.endswith("does not have the fingerprint that is given for bad.\n")


RESULTS = [
    ({"password": None}, "reachable", 0),
    ({"password": "x"}, "password required", 4),
    ({"password": "x", "kept": "y"}, "wrong password", 4),
    ({"password": None, "faults": ["status:status=429"]}, "locked", 4),
    ({"password": None, "faults": ["html"]}, "not a Homevolt", 5),
    ({"password": None, "faults": ["status:status=404"]}, "not a Homevolt", 3),
    ({"password": None, "faults": ["reset"]}, "not reachable", 3),
]


@pytest.mark.parametrize(("options", "result", "code"), RESULTS)
async def test_a_test_says_how_the_device_answers_and_how_fast(
    shell: Shell, file: Path, options: dict[str, object], result: str, code: int
) -> None:
    options = {**options}
    password = options.pop("kept", None)
    kept = f'password = "{password}"\n' if password else ""
    async with Simulator(**options) as simulator:  # type: ignore[arg-type] # a table of options
        file.write_text(named(house=simulator.host) + kept)
        outcome = await shell("device", "test")
        document = (await shell("device", "test", "house", "--json")).document
    said = outcome.out if code == 0 else outcome.line.removeprefix("homevolt: ")
    assert outcome.code == code
    assert said.startswith(f"house: {result} ")
    assert (document["name"], document["url"], document["result"]) == (
        *("house", simulator.url, result),
    )
    # A lock that is known already is reported without another request.
    assert 0 <= document["duration_s"] < 60
    assert (document["error"] is None) == (document["device_id"] is not None) == (code == 0)


@pytest.mark.parametrize(
    "words", ["status --device ", "device test ", "device default ", "device remove "]
)
async def test_a_shell_completes_the_names_of_devices(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, file: Path, words: str
) -> None:
    monkeypatch.setenv("_HOMEVOLT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ") + 1))
    file.write_text(TWO)
    found = []
    for typed in ("", "h"):
        monkeypatch.setenv("COMP_WORDS", f"homevolt {words}{typed}")
        found.append([line.partition(",")[2] for line in (await shell()).out.split()])
    assert found == [["house", "cottage"], ["house"]]
    file.write_text("broken")
    assert (await shell()).out.strip() == ""
