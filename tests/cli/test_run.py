"""`homevolt run`: a file that is checked as a whole, signals, and an end that leaves nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING

import aiohttp
import pytest

from homevolt.bridges.config import DeviceConfig, HttpConfig, MqttConfig, PrometheusConfig
from homevolt.cli.devices.run_config import load_run_config
from homevolt.simulator import Simulator
from tests.support.certificates import certificates
from tests.support.processes import AS_ON_WINDOWS, PROGRAM, WITHOUT, ended, started

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

    from tests.cli.conftest import Shell

WHOLE = """\
interval_s = 20

[devices.house]
host = "192.168.1.100"
password = "device-secret"

[devices.barn]
host = "192.168.1.101"
interval_s = 5
password_file = "barn.pw"

[mqtt]
host = "192.168.1.10"
tls = true
ca_file = "ca.pem"
username = "homevolt"
password_file = "mqtt.pw"

[prometheus]

[http]
port = 0
"""
MISTAKES = """\
interval_s = 0.5
colour = "red"

[devices.house]
hots = "192.168.1.100"

[devices.barn]
host = "x"
timeout_s = -1
password_file = "missing"

[mqtt]
host = "tcp://broker"
port = 70000
tls = "yes"
topic_prefix = "a/#"

[prometheus]
probes = true

[http]
token = "t-secret"
token_file = "missing"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a configuration file with the files that it names."""
    for name in ("barn.pw", "mqtt.pw"):
        (tmp_path / name).write_text(f"{name}-secret\n")
    certificate, key, authority = certificates(tmp_path / "certificates")
    authority.rename(tmp_path / "ca.pem")
    certificate.rename(tmp_path / "cert.pem")
    key.rename(tmp_path / "key.pem")
    file = tmp_path / "homevolt.toml"
    file.write_text(WHOLE)
    return file


async def logged(process: Process, pattern: str) -> re.Match[str]:
    """Return where a line of the log matches."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while line := (await process.stderr.readline()).decode():
            if found := re.search(pattern, line):
                return found
    raise AssertionError(f"{pattern} was not logged")


def test_a_file_becomes_a_configuration_with_its_passwords(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEVOLT_HTTP_TOKEN", "token-secret")
    config = load_run_config(file)
    assert config.devices == (
        DeviceConfig("house", "192.168.1.100", "device-secret", interval_s=20.0),
        DeviceConfig("barn", "192.168.1.101", "barn.pw-secret", interval_s=5.0),
    )
    assert config.mqtt == MqttConfig(
        "192.168.1.10",
        8883,
        username="homevolt",
        password="mqtt.pw-secret",
        tls=True,
        ca_file=file.parent / "ca.pem",
    )
    assert config.prometheus == PrometheusConfig()
    assert config.http == HttpConfig(port=0, token="token-secret")
    assert "secret" not in repr(config)


def test_secrets_of_systemd_and_of_the_environment_are_used(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "barn.pw").write_text("from systemd")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    monkeypatch.setenv("HOMEVOLT_PASSWORD", "from the environment")
    monkeypatch.setenv("HOMEVOLT_MQTT_PASSWORD", "mqtt from the environment")
    text = WHOLE.replace('password = "device-secret"\n', "")
    file.write_text(text.replace('password_file = "mqtt.pw"\n', ""))
    config = load_run_config(file)
    passwords = [device.password for device in config.devices]
    assert passwords == ["from the environment", "from systemd"]
    assert config.mqtt is not None
    assert config.mqtt.password == "mqtt from the environment"


def test_metrics_bring_the_http_server_on_loopback_with_them(file: Path) -> None:
    file.write_text('[devices.a]\nhost = "x"\n[prometheus]\n')
    assert load_run_config(file).http == HttpConfig("127.0.0.1", 9776)


async def test_every_mistake_is_said_at_once_with_its_line_and_the_remedy(
    shell: Shell, file: Path
) -> None:
    file.write_text(MISTAKES)
    outcome = await shell("run", "--check", str(file))
    assert (outcome.code, outcome.out) == (11, "")
    *lines, last = outcome.err.splitlines()
    said = {line.removeprefix(f"{file}, line ").partition(": ")[::2] for line in lines}
    numbers = sorted(int(number) for number, _ in said)
    assert numbers == [1, 2, 4, 5, 9, 10, 13, 14, 15, 16, 19, 23]
    assert all(re.search(r"(Write|Add|Did you mean|Known|Remove|Make) ?", text) for _, text in said)
    assert last == f"homevolt: {file} cannot be used: 12 mistakes. Nothing was started."
    assert "secret" not in outcome.err


PLANNER = """\
[planner]
zones = "SE3"
load_w = -1
load_history = "missing.csv"
purchase_price = 60000
cycles = 0
min_soc = 60
max_soc = 50
price_token_file = "missing"

[planner.solar]
peak_kw = 8
tilt = 95
azimuth = 0
latitude = 59.3
longitude = 18.1
"""


@pytest.mark.parametrize("options", [["--check"], []])
async def test_mistakes_of_the_planner_are_said_with_the_others(
    shell: Shell, file: Path, options: list[str]
) -> None:
    file.write_text(WHOLE.replace("[http]\n", "[http]\nhots = 1\n") + PLANNER)
    outcome = await shell("run", *options, str(file))
    assert (outcome.code, outcome.out) == (11, "")
    first = WHOLE.count("\n") + 2
    *lines, last = outcome.err.splitlines()
    said = [line.removeprefix(f"{file}, line ").partition(": ")[::2] for line in lines]
    numbers = [first - 2, *(first + n for n in (1, 2, 3, 5, 6, 8, 8, 12))]
    assert [int(number) for number, _ in said] == numbers, outcome.err
    remedies = re.compile("Write|Add|Did you mean|Correct|Lower|Make")
    assert all(remedies.search(text) for _, text in said)
    assert last == f"homevolt: {file} cannot be used: 9 mistakes. Nothing was started."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "there is no device. Add [devices.NAME] with its host."),
        ('[devices.a]\nhost = "x"\n', 1, "there is no output. Add [mqtt] or "),
        ("mqtt = 5\n", 1, "mqtt must be a table. Write [mqtt]."),
        ('[mqtt]\nca_file = "no.pem"\ntls = true\n', 2, "there is no file "),
        ('[mqtt]\nca_file = "ca.pem"\n', 2, "ca_file is without effect. Add tls = true."),
        ('[mqtt]\nkey_file = "ca.pem"\ntls = true\n', 2, "key_file has no certificate. Add "),
        ('[mqtt]\npassword = "p"\n', 2, "password has no username. Add username."),
        ('[http]\ntoken_file = "no"\n', 2, ""),
        ('[http]\ntoken = "two words"\n', 2, "token of http cannot be used. Write token = "),
        ('[http]\ntoken_file = "homevolt.toml"\n', 2, ""),
        (f"interval_s = {'9' * 400}\n", 1, "interval_s of the file cannot be used. Write "),
        (
            "interval_s = 1e308\n",
            1,
            "interval_s of the file cannot be used. Write interval_s = 10, ",
        ),
        (
            f'[devices.a]\nhost = "x"\ntimeout_s = {"9" * 400}\n',
            3,
            "timeout_s of a cannot be used. Write timeout_s = 30, at most 86400 seconds.",
        ),
        ('[mqtt]\ntopic_prefix = "$SYS"\n', 2, "topic_prefix of mqtt cannot be used."),
        ('[mqtt]\ntopic_prefix = "a\\u0001"\n', 2, "topic_prefix of mqtt cannot be used."),
        (
            '[mqtt]\ntopic_prefix = "homeassistant/x"\n',
            2,
            "the topics below homeassistant/x/ are those of discovery. Change topic_prefix.",
        ),
        (
            '[mqtt]\ndiscovery_prefix = "homevolt"\n',
            2,
            "the topics below homevolt/ are those of discovery. Change discovery_prefix.",
        ),
        ('[mqtt]\nclient_id = "a\\u0000"\n', 2, "client_id of mqtt cannot be used."),
        ('[mqtt]\nusername = "a\\u007f"\n', 2, "username of mqtt cannot be used."),
        ('[mqtt]\ntls = true\nca_file = "barn.pw"\n', 3, "ca_file "),
        ('[mqtt]\ntls = true\ncert_file = "ca.pem"\n', 3, "cert_file and its key cannot be used"),
        (
            '[mqtt]\ntls = true\ncert_file = "ca.pem"\nkey_file = "key.pem"\n',
            3,
            "cert_file and its key cannot be used: KEY_VALUES_MISMATCH. Correct cert_file.",
        ),
        ("[http]\nport = true\n", 2, "port of http cannot be used. Write port = 9776"),
        (
            '[http]\nhost = "0.0.0.0:80/x"\n',
            2,
            'host of http has a port and a path. Write host = "0.0.0.0" and port = 80.',
        ),
        ('[mqtt]\nhost = "a:1"\n', 2, 'host of mqtt has a port. Write host = "a" and port = 1.'),
    ],
)
async def test_what_contradicts_itself_is_a_mistake(
    shell: Shell, file: Path, text: str, line: int, message: str
) -> None:
    file.write_text(text)
    outcome = await shell("run", "--check", str(file))
    assert outcome.code == 11
    assert f"{file}, line {line}: {message}" in outcome.err


async def test_a_certificate_that_fits_its_key_is_no_mistake(shell: Shell, file: Path) -> None:
    shown = 'cert_file = "cert.pem"\nkey_file = "key.pem"\nca_file = "ca.pem"\n'
    file.write_text(f'[devices.a]\nhost = "x"\n[mqtt]\ntls = true\n{shown}')
    assert (await shell("run", "--check", str(file))).code == 0


async def test_a_secret_of_the_environment_that_cannot_be_used_is_named_without_it(
    shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEVOLT_HTTP_TOKEN", "two token-words")
    outcome = await shell("run", "--check", str(file))
    assert outcome.code == 11
    assert "HOMEVOLT_HTTP_TOKEN holds no token that can be used. Set one " in outcome.err
    assert "token-words" not in outcome.err


async def test_many_mistakes_are_found_quickly_each_in_its_line(shell: Shell, file: Path) -> None:
    devices = [f'[devices.d{n}]\nhost = "192.168.1.100"\ninterval_s = 0\n' for n in range(200)]
    file.write_text("".join(devices) + '[http]\n"por\\u0074" = "x"\n')
    began_s = time.process_time()
    outcome = await shell("run", "--check", str(file))
    assert time.process_time() - began_s < 20
    lines = outcome.err.splitlines()[:-1]
    expected = [*range(3, 601, 3), 602]
    assert [int(line.split(", line ")[1].split(":")[0]) for line in lines] == expected


async def test_a_check_starts_nothing(shell: Shell, file: Path) -> None:
    outcome = await shell("run", "--check", str(file))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"{file} can be used: 2 devices; outputs: mqtt, prometheus, http.\n"


async def test_a_file_that_is_missing_is_an_error_of_the_command_line(shell: Shell) -> None:
    outcome = await shell("run", "nowhere.toml")
    assert outcome.code == 2
    assert "There is no file nowhere.toml." in outcome.line


async def test_without_its_package_an_output_says_how_to_install_it(file: Path) -> None:
    program = WITHOUT.format("prometheus_client")
    code, out, err = await ended(sys.executable, "-c", program, "run", "--check", str(file))
    assert (code, out) == (9, "")
    assert "pip install 'homevolt[prometheus]'" in err


async def test_it_runs_reloads_and_ends_by_signals(tmp_path: Path) -> None:
    async with Simulator(password="device-secret") as sim:
        file = tmp_path / "homevolt.toml"
        text = f'[devices.home]\nhost = "{sim.host}"\npassword = "device-secret"\n'
        file.write_text(f"{text}[prometheus]\n[http]\nport = 0\n")
        async with started(PROGRAM, "run", str(file)) as process:
            url = (await logged(process, r"Serving at (\S+)\.$"))[1]
            await logged(process, "home is read from")
            async with aiohttp.ClientSession() as client:
                async with client.get(f"{url}/metrics") as answer:
                    assert 'homevolt_up{device="home"} 1.0' in await answer.text()
                file.write_text("[devices.home]\n")
                process.send_signal(signal.SIGHUP)
                await logged(process, "line 1: the device home has no host")
                await logged(process, "everything goes on as before")
                file.write_text(f"{text.replace('home', 'barn')}[prometheus]\n[http]\nport = 0\n")
                process.send_signal(signal.SIGHUP)
                await logged(process, "barn is read from")
                async with client.get(f"{url}/health") as answer:
                    assert [*(await answer.json())["devices"]] == ["barn"]
            process.send_signal(signal.SIGTERM)
            out, _ = await process.communicate()
            assert (process.returncode, out) == (0, b"")


async def test_what_was_started_is_ended_after_the_process_was_killed(tmp_path: Path) -> None:
    async with Simulator(password="device-secret", local_mode=True, cloud=False) as sim:
        sim.installation.plan.replace([], "Manual Schedule")
        file = tmp_path / "homevolt.toml"
        file.write_text(
            f'[devices.home]\nhost = "{sim.host}"\npassword = "device-secret"\n'
            '[http]\nport = 0\ntoken = "token-secret"\n'
        )
        environment = {**os.environ, "HOMEVOLT_STATE": str(tmp_path / "state")}
        headers = {"Authorization": "Bearer token-secret"}
        modes = []
        for word in ("charge", "normal"):
            async with started(PROGRAM, "run", str(file), env=environment) as process:
                url = (await logged(process, r"Serving at (\S+)\.$"))[1]
                await logged(process, "home is read from")
                async with (
                    aiohttp.ClientSession(url, headers=headers) as client,
                    client.put("/battery/mode", data=word) as answer,
                ):
                    assert answer.status == 200, await answer.text()
                process.kill()
                await process.communicate()
            modes.append([entry.type for entry in sim.installation.plan.entries])
        assert modes == [[1, 5], [5]]


async def test_a_simulated_device_needs_no_file(tmp_path: Path) -> None:
    environment = {**os.environ, "JOURNAL_STREAM": "8:1"}
    file = tmp_path / "outputs.toml"
    file.write_text("[prometheus]\n[http]\nport = 0\n")
    command = (PROGRAM, "run", "--simulate", str(file))
    async with started(*command, env=environment) as process:
        found = await logged(process, r"^<6>Serving at (\S+)\.$")
        await logged(process, "^<6>simulated is read from")
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{found[1]}/health") as answer,
        ):
            document = json.loads(await answer.text())
        assert document["devices"]["simulated"]["state"] == "read"
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signals_end_it_where_the_event_loop_takes_no_handlers(
    tmp_path: Path, number: signal.Signals
) -> None:
    file = tmp_path / "outputs.toml"
    file.write_text("[prometheus]\n[http]\nport = 0\n")
    command = (sys.executable, "-c", AS_ON_WINDOWS, "run", "--simulate", str(file))
    async with started(*command) as process:
        await logged(process, "simulated is read from")
        process.send_signal(number)
        out, _ = await process.communicate()
    assert (process.returncode, out) == (0, b"")
