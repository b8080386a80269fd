"""Errors: one line that says what happened and what to do, and an exit code for scripts."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import homevolt
from homevolt import HomevoltError, exceptions
from homevolt.cli.errors import EXITS, code_of, missing_package
from homevolt.cli.output import PASSWORD_VARIABLE
from homevolt.cli.session import SIMULATED
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

WRONG_COMMAND_LINES = [
    (("xyz",), "No such command 'xyz'. Try 'homevolt --help'."),
    (
        ("status", "--hots", "x"),
        "No such option '--hots'. Did you mean '--host'? Try 'homevolt status --help'.",
    ),
    (
        ("status", "--timeout", "soon"),
        (
            "Invalid value for '--timeout': 'soon' is not a positive number of seconds. "
            "Try 'homevolt status --help'."
        ),
    ),
    (
        ("status", "--watch", "--interval", "0"),
        (
            "Invalid value for '--interval': '0' is not a positive number of seconds. "
            "Try 'homevolt status --help'."
        ),
    ),
    (
        ("status", "--watch", "--interval", "0.9"),
        ("Invalid value for '--interval': 0.9 s is less than 1 s. Try 'homevolt status --help'."),
    ),
    (("stauts",), "No such command 'stauts'. Did you mean 'status'? Try 'homevolt --help'."),
    (
        ("status", "--host", "192.168.1.100", "--simulate"),
        "--host and --simulate exclude each other. Try 'homevolt status --help'.",
    ),
    (
        ("simulate", "--port", "65536"),
        (
            "Invalid value for '--port': '65536' is not a whole number from 0 to 65535. "
            "Try 'homevolt simulate --help'."
        ),
    ),
    (
        ("simulate", "--fleet", "many"),
        (
            "Invalid value for '--fleet': 'many' is not a whole number 1 or more. "
            "Try 'homevolt simulate --help'."
        ),
    ),
    (
        ("status", "--host", "my battery"),
        (
            "'my battery' is not an address of a device: the host name is missing or malformed. "
            "Give an IP address, a host name, host:port or a URL such as 'http://192.168.1.100'."
        ),
    ),
    (
        ("status", "--host", "http://admin:hunter2@homevolt.local"),
        (
            "The address contains credentials. Give it without them, and the password in "
            "HOMEVOLT_PASSWORD."
        ),
    ),
    (
        ("status", "--host", "https://homevolt.local", "--fingerprint", "12:34"),
        "'12:34' is not a SHA-256 fingerprint, which has 64 hexadecimal digits.",
    ),
    (
        ("status", "--host", "https://homevolt.local", "--fingerprint", "finger"),
        "'finger' is not a SHA-256 fingerprint, which has 64 hexadecimal digits.",
    ),
    (
        ("simulate", "--firmware", "newest"),
        (
            "no firmware profile 'newest'; known: new, old, old-updated, limited, confirmed-only, "
            "seven-types, lenient, json, bridge, local-time, detailed, busy-lock."
        ),
    ),
    (
        ("charge", "-5", "--for", "2h"),
        (
            "Invalid value for '[W]': '-5' is not a whole number from 1 to 2147483647. "
            "Try 'homevolt charge --help'."
        ),
    ),
    (
        ("discharge", "--for", "2h", "-.5"),
        (
            "Invalid value for '[W]': '-.5' is not a whole number from 1 to 2147483647. "
            "Try 'homevolt discharge --help'."
        ),
    ),
    (
        ("charge", "99999999999", "--for", "2h"),
        (
            "Invalid value for '[W]': '99999999999' is not a whole number from 1 to 2147483647. "
            "Try 'homevolt charge --help'."
        ),
    ),
    (
        ("schedule", "delete", "-1"),
        (
            "Invalid value for 'ID': '-1' is not a whole number 0 or more. "
            "Try 'homevolt schedule delete --help'."
        ),
    ),
    (
        ("mode", "--setpoint", "-300", "-1", "--for", "2h", "--simulate"),
        "there is no mode '-1'",
    ),
    (
        ("schedule", "add", "-1", "--for", "2h", "--simulate"),
        "there is no mode '-1'",
    ),
    (("charge", "-x", "--for", "2h"), "No such option '-x'. Try 'homevolt charge --help'."),
    (("simulate", "--speed", "0"), "the speed of a clock is 1 to 3600, not 0.0."),
    (("simulate", "--soc", "101"), "soc is 0 to 100 %, not 101."),
    (("simulate", "--boot", "-1"), "boot_s is 0 s or more, not -1."),
]

DEVICES = [
    ({}, 4, "requires a password. Set HOMEVOLT_PASSWORD."),
    ({"faults": ["status:status=429"]}, 4, "Try again in 10 s."),
    ({"faults": ["status:status=404"]}, 3, "answered 404 to GET /ems.json."),
    ({"faults": ["status:status=503"]}, 3, "it is busy, starting or updating."),
    ({"faults": ["reset"]}, 3, "Is the device on, and is this its address?"),
    ({"faults": ["garbage"]}, 5, "Is this the address of a Homevolt?"),
    ({"faults": ["html"]}, 5, "Is this the address of a Homevolt?"),
    ({"redirect": True}, 3, "instead."),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_COMMAND_LINES)
async def test_a_wrong_command_line_is_reported_in_one_line(
    shell: Shell, arguments: tuple[str, ...], message: str
) -> None:
    outcome = await shell(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.line == f"homevolt: {message}"


@pytest.mark.parametrize(("arguments", "message"), WRONG_COMMAND_LINES)
async def test_with_json_the_same_error_is_a_document(
    shell: Shell, arguments: tuple[str, ...], message: str
) -> None:
    outcome = await shell(*arguments, "--json")
    assert outcome.err == ""
    error = outcome.document["error"]
    assert (error["message"], error["exit_code"]) == (message, 2)
    assert error["type"] in ("UsageError", "HomevoltValueError")


@pytest.mark.parametrize(("options", "code", "end"), DEVICES)
async def test_a_failing_device_ends_in_its_exit_code(
    shell: Shell, options: dict[str, object], code: int, end: str
) -> None:
    async with Simulator(**options) as simulator:  # type: ignore[arg-type] # a table of options
        outcome = await shell("status", "--host", simulator.host)
        document = (await shell("status", "--host", simulator.host, "--json")).document
    assert (outcome.code, outcome.out) == (code, "")
    assert simulator.url in outcome.line
    assert outcome.line.endswith(end)
    assert document["error"]["exit_code"] == code
    assert document["error"]["message"].endswith(end)
    assert hasattr(homevolt, document["error"]["type"])


async def test_a_wrong_password_says_where_it_came_from(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator() as simulator:
        monkeypatch.setenv(PASSWORD_VARIABLE, "hunter2")
        outcome = await shell("sensors", "--host", simulator.host)
        assert len(simulator.journal) == 1
    assert outcome.code == 4
    assert outcome.line == (
        f"homevolt: {simulator.url} refused the password. Correct HOMEVOLT_PASSWORD, or unset it "
        "to be asked."
    )


async def test_an_absent_device_is_a_connection_error(shell: Shell) -> None:
    async with Simulator() as simulator:
        address = simulator.host
    outcome = await shell("status", "--host", address, "--timeout", "5")
    assert outcome.code == 3
    assert outcome.line.endswith("Is the device on, and is this its address?")


async def test_a_filter_that_fits_nothing_names_its_words(shell: Shell) -> None:
    outcome = await shell("sensors", "grid", "wind")
    assert outcome.code == 2
    assert outcome.err == (
        f"{SIMULATED}\nhomevolt: No reading has 'grid' and 'wind' in its name or part; without "
        "words all are shown.\n"
    )


async def test_a_port_that_is_taken_cannot_be_served_on(shell: Shell) -> None:
    async with Simulator() as simulator:
        outcome = await shell("simulate", "--port", str(simulator.port))
    assert outcome.code == 2
    assert outcome.line.startswith(f"homevolt: {simulator.host} cannot be served on: ")
    assert outcome.line.endswith("Choose another --host or --port.")


async def test_a_missing_package_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "homevolt.simulator.web.certificate", raising=False)
    outcome = await shell("simulate", "--https", "--json")
    assert (outcome.code, outcome.err) == (9, "")
    assert outcome.document["error"] == {
        "type": "ModuleNotFoundError",
        "message": "this needs the package cryptography, which is not installed: "
        "pip install cryptography",
        "exit_code": 9,
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("zeroconf.asyncio", "'homevolt[discovery]'"), ("rich", "'homevolt[cli]'"), ("x", "x")],
)
def test_the_extra_that_brings_a_package_is_named(name: str, wanted: str) -> None:
    error = missing_package(ModuleNotFoundError(name=name))
    assert str(error).endswith(f": pip install {wanted}")


def test_every_error_of_the_library_has_an_exit_code() -> None:
    errors = [
        error
        for error in vars(exceptions).values()
        if isinstance(error, type) and issubclass(error, HomevoltError)
    ]
    samples = {error: error.__new__(error) for error in errors}
    codes = {error.__name__: code_of(sample) for error, sample in samples.items()}
    assert codes == {
        "HomevoltError": 1,
        "HomevoltNotReadyError": 1,
        "HomevoltDiscoveryError": 15,
        "HomevoltPriceUnitError": 5,
        "HomevoltPricesError": 16,
        "HomevoltPricesNotPublishedError": 16,
        "HomevoltValueError": 2,
        "HomevoltConnectionError": 3,
        "HomevoltTimeoutError": 3,
        "HomevoltCertificateError": 3,
        "HomevoltResponseError": 3,
        "HomevoltRedirectError": 3,
        "HomevoltNotSupportedError": 13,
        "HomevoltAuthenticationError": 4,
        "HomevoltRateLimitError": 4,
        "HomevoltDataError": 5,
        "HomevoltLocalModeError": 6,
        "HomevoltCommandError": 7,
        "HomevoltCommandRejectedError": 7,
        "HomevoltCommandVerificationError": 7,
        "HomevoltCommandOutcomeUnknownError": 8,
    }


def test_exit_codes_are_distinct() -> None:
    codes = [row.code for row in EXITS]
    assert sorted(set(codes)) == codes


async def test_the_help_and_the_page_list_the_exit_codes(shell: Shell) -> None:
    assert "'homevolt help exit-codes'" in (await shell("--help")).out
    outcome = await shell("help", "exit-codes")
    listed = re.findall(r"^ +(\d+)  (\S.*)$", outcome.out, re.MULTILINE)
    on_the_page = re.findall(r"^\| (\d+) \| (.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert listed == on_the_page == [(str(row.code), row.meaning) for row in EXITS]
