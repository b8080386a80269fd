"""The configuration file: every mistake in it is reported with its line and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.cli.devices.config import ConfiguredDevice, config_path, device_names, load
from homevolt.cli.output import CONFIG_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

DIGEST = "ab" * 32
WHOLE = f"""\
# Mine.
default = "house"

[devices.house]
host = "192.168.1.100"
timeout_s = 5
fingerprint = "{DIGEST}"

[devices."hütte"]
host = "http://192.168.1.101"
password = "hunter2"
"""
MISTAKES = [
    ("[devices.house]\nhost = ", 2, "not valid TOML: "),
    ('[devices.house]\nhost = "1.2.3.4', 2, "not valid TOML: "),
    ("[devices.house\n", 1, "not valid TOML: "),
    ('[devices.a]\nhost = "a"\n[devices.a]\nhost = "b"\n', 3, "not valid TOML: "),
    ("[devices.house]\n", 1, "the device house has no host. Add host = "),
    (
        'x = 1\n[devices.house]\nhost = "a"\n',
        1,
        "unknown key 'x'. Known: default, devices, interval_s, ",
    ),
    ('[device.house]\nhost = "a"\n', 1, "unknown key 'device'. Did you mean 'devices'?"),
    ('[devices.a]\n\nhots = "a"\n', 3, "unknown key 'hots'. Did you mean 'host'?"),
    ("[devices.a]\nhost = 5\n", 2, "host of a cannot be used. Write host = "),
    ('[devices.a]\nhost = "my battery"\n', 2, "host of a cannot be used. Write host = "),
    ('[devices.a]\nhost = "http://u:p@x"\n', 2, "host of a cannot be used. Write host = "),
    ('[devices.a]\nhost = "x"\ntimeout_s = "5"\n', 3, "timeout_s of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\ntimeout_s = true\n', 3, "timeout_s of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\ntimeout_s = nan\n', 3, "timeout_s of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\nfingerprint = "ab"\n', 3, "fingerprint of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\npassword = ""\n', 3, "password of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\ninterval_s = 0.5\n', 3, "interval_s of a cannot be used. Write"),
    ('[devices.a]\nhost = "x"\npassword = 7\n', 3, "password of a cannot be used. Write"),
    ('[devices."a b"]\nhost = "x"\n', 1, "'a b' cannot be a name: "),
    ("devices = 5\n", 1, "devices must be tables. Write [devices.NAME]."),
    ("devices.a = 5\n", 1, "a must be a table. Write [devices.a]."),
    (
        'default = "huose"\n[devices.house]\nhost = "x"\n',
        1,
        "default names no device of this file: 'huose'. Did you mean 'house'?",
    ),
    ("default = []\n", 1, "default names no device of this file: []."),
    ("\ndefault = 5\n", 2, "default names no device of this file: 5."),
    ("a = " + "[" * 5000, 1, "nested too deeply."),
]


async def test_a_file_is_read_as_it_is_written(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    config = load()
    assert (config.path, config.default) == (file, "house")
    assert [*config.devices.values()] == [
        ConfiguredDevice("house", "192.168.1.100", 5, DIGEST),
        ConfiguredDevice("hütte", "http://192.168.1.101", password="hunter2"),
    ]
    assert "hunter2" not in repr(config)
    assert device_names() == ["house", "hütte"]


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
async def test_a_mistake_is_reported_with_file_line_and_remedy(
    shell: Shell, file: Path, text: str, line: int, message: str
) -> None:
    file.write_text(text, "utf-8")
    for command in (("status",), ("device", "list"), ("device", "default", "a")):
        outcome = await shell(*command)
        assert (outcome.code, outcome.out) == (11, "")
        assert outcome.line.startswith(f"homevolt: {file}, line {line}: {message}")
    assert (await shell("status", "--json")).document["error"]["type"] == "ConfigError"
    assert file.read_text("utf-8") == text


async def test_a_file_that_is_not_utf_8_is_reported_with_its_line(shell: Shell, file: Path) -> None:
    file.write_bytes(b"\n\n# h\xfctte\n")
    outcome = await shell("device", "add", "house", "192.168.1.100", "--no-test")
    assert outcome.code == 11
    assert outcome.line.startswith(f"homevolt: {file}, line 3: not UTF-8 text.")
    assert file.read_bytes() == b"\n\n# h\xfctte\n"


async def test_a_file_that_cannot_be_read_is_reported_with_what_to_do(
    shell: Shell, file: Path
) -> None:
    file.mkdir()
    outcome = await shell("status")
    assert (outcome.code, outcome.out) == (11, "")
    assert outcome.line == (
        f"homevolt: {file} cannot be read: Is a directory. Make it readable, or name another file "
        "in HOMEVOLT_CONFIG."
    )


async def test_an_address_on_the_command_line_does_without_the_file(
    shell: Shell, file: Path
) -> None:
    file.write_text("broken")
    assert (await shell("status", "--simulate")).code == 0
    assert (await shell("device", "--help")).code == 0
    assert device_names() == []


def test_the_file_is_in_the_folder_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CONFIG_VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    assert config_path().name == "config.toml"
    assert config_path().parent.name == "homevolt"
