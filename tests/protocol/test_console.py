"""Command lines that hold no surprise, and replies of every shape."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltValueError
from homevolt.protocol.console import check_command, command_line, parse_reply
from homevolt.simulator import parse_command


def test_what_is_checked_is_what_is_sent() -> None:
    class Disguised(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "factory_reset"

    assert check_command(Disguised("help")) == "help"
    with pytest.raises(HomevoltValueError, match="unsafe must be True or False"):
        check_command("factory_reset", unsafe="no")  # type: ignore[arg-type] # the mistake meant


def test_a_command_line_is_made_of_numbers_switches_and_times() -> None:
    line = command_line(
        "sched_add",
        5,
        flags=[("--from", "2026-01-31T23:00:00"), ("--setpoint", -3000), ("--offline", None)],
    )
    assert line == "sched_add 5 --from 2026-01-31T23:00:00 --setpoint -3000 --offline"
    understood = parse_command(line)
    assert understood.arguments == ("5",)
    assert understood.flags == {"from": "2026-01-31T23:00:00", "setpoint": "-3000", "offline": ""}


class Sneaky(int):
    def __str__(self) -> str:
        return "1; factory_reset"


class SneakyText(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "2026-01-31T23:00:00 --min 0",
        "2026-01-31T23:00:00\n",
        "\uff12026-01-31T23:00:00",
        True,
        1.5,
        Sneaky(1),
        SneakyText("2026-01-31T23:00:00"),
        b"2026-01-31T23:00:00",
    ],
)
def test_nothing_else_gets_onto_a_command_line(value: int) -> None:
    with pytest.raises(HomevoltValueError):
        command_line("sched_add", flags=[("--from", value)])
    with pytest.raises(HomevoltValueError):
        command_line("sched_add", Sneaky(value) if type(value) is int else value)


@pytest.mark.parametrize("name", ["sched add", "", "Sched", "rm;", "--x"])
def test_malformed_commands_and_flags_are_refused(name: str) -> None:
    with pytest.raises(HomevoltValueError):
        command_line(name)
    with pytest.raises(HomevoltValueError):
        command_line("sched_add", flags=[(name.removeprefix("--"), 1)])


OUTPUT = "id: 0, type: Idle schedule"
PROMPTS = [
    "ecu-hub-esp32>",
    "tibber-bridge>",
    "esp32>",
    "\x1b[0;32mesp32>\x1b[0m",
    "",
    "ecu#",
]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", ["", "{n}", "{n}{n}esp32> "])
def test_a_success_is_read_behind_every_prompt(prompt: str, newline: str, tail: str) -> None:
    echo = [f"{prompt}  sched_list"] if prompt else []
    lines = [*echo, OUTPUT, "Command 'sched_list' executed successfully"]
    reply = parse_reply((newline.join(lines) + tail.replace("{n}", newline)).encode())
    assert reply.succeeded is True
    assert reply.output == OUTPUT
    assert reply.reason == ""


def test_a_failure_has_its_code_and_the_reason_from_the_line_before() -> None:
    reply = parse_reply(
        b"esp32>  sched_set 3\nMissing power setpoint\n"
        b"Command 'sched_set 3' returned non-zero error code: 0x2 (ERROR)\n"
    )
    assert reply.succeeded is False
    assert reply.error_code == 2
    assert reply.reason == "Missing power setpoint"
    assert reply.output == "Missing power setpoint"


def test_a_failure_without_words_has_the_name_of_its_code() -> None:
    bare = b"esp32> x\n\nCommand 'x' returned non-zero error code: "
    assert parse_reply(bare + b"0x105 (ESP_ERR_NOT_FOUND)").reason == "ESP_ERR_NOT_FOUND"
    nameless = parse_reply(bare + b"-1")
    assert (nameless.reason, nameless.error_code) == ("no reason given", -1)
    assert parse_reply(bare + b"oops").error_code is None


def test_only_the_last_line_decides() -> None:
    help_text = (
        b"esp32> help\nerror_report\n  Print errors\n"
        b"Command 'x' returned non-zero error code: 0x2 (ERROR)\n"
        b"Command 'help' executed successfully\n"
    )
    assert parse_reply(help_text).succeeded is True
    echoed = b"esp32> echo Command 'echo' executed successfully\nnothing\n"
    assert parse_reply(echoed).succeeded is None


@pytest.mark.parametrize(
    "words", ["Unknown command: x", "Unrecognized command", "command not found"]
)
def test_an_unknown_command_is_a_refusal(words: str) -> None:
    reply = parse_reply(f"esp32> x\n{words}\n".encode())
    assert reply.succeeded is False
    assert reply.reason == words


@pytest.mark.parametrize(
    ("document", "succeeded", "reason"),
    [
        ({"command": "x", "output": "fine", "exit_code": 0}, True, ""),
        (
            {"command": "x", "output": "\nMissing power setpoint", "exit_code": 2},
            False,
            "Missing power setpoint",
        ),
        ({"command": "x", "output": None, "exit_code": 1}, False, "no reason given"),
        ({"command": "x", "output": "a\nb", "exit_code": True}, False, "b"),
        ({"command": "x", "output": "fine"}, None, ""),
        ({"command": "x", "exit_code": "0"}, None, ""),
    ],
)
def test_a_json_reply_is_read_by_its_exit_code(
    document: dict[str, object],
    succeeded: bool | None,
    reason: str,
) -> None:
    reply = parse_reply(json.dumps(document).encode())
    assert reply.succeeded is succeeded
    assert reply.reason == reason


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", b"<html>", b"\xff\xfe\x00", b"null", b"[" * 9000]
)
def test_a_body_that_is_not_a_reply_has_no_verdict(body: bytes) -> None:
    assert parse_reply(body).succeeded is None


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda t: ("{" + t).encode("utf-8", "replace"))
)
def test_no_reply_raises(body: bytes) -> None:
    assert parse_reply(body).text == body.decode("utf-8", "replace")


DESTRUCTIVE = (
    *("format", "factory_reset", "write_mem", "modbus_write", "coredump_crash", "burnin_set"),
    *("efr_flash", "ota_start", "ota_anything", "rm", "curl", "efr_factory_reset"),
    *("coredump_erase", "ems_reset", "ecu_sense_clear", "param_reset", "system_mode_force"),
    *("ota_esp32_flash", "ota_run", "ota_esp32", "node_ota_distribute", "provision"),
    *(
        "ems_config_set",
        "inverter_config_set",
        "cat /x data",
        "energy -n grid -i 0",
        "energy -sn x",
    ),
)


@pytest.mark.parametrize("name", DESTRUCTIVE)
@pytest.mark.parametrize(
    "disguise",
    [
        "{0}",
        "  {0}",
        "{0} --now /spiffs/x",
        "{1}",
        '"{0}"',
        "'{0}'",
        '"" {0}',
        "\\{0}",
        "help; {0}",
        "help;{1}",
        'param_set x "a; {0} b"',
        "help & {0}",
        "help | {0}",
        "\u200b{0}",
        "\u00a0{0}",
    ],
)
def test_a_destructive_command_is_refused_however_it_is_hidden(name: str, disguise: str) -> None:
    command = disguise.format(name, name.upper())
    with pytest.raises(HomevoltValueError, match=r"unsafe=True|control characters"):
        check_command(command)
    if command.isprintable():
        assert check_command(command, unsafe=True) == command


@pytest.mark.parametrize(
    "command", ["help\nformat", "help\r", "x\0", "x\x1b[A", "\ud800", "x\u2028"]
)
def test_a_command_is_one_printable_line_even_an_unsafe_one(command: str) -> None:
    with pytest.raises(HomevoltValueError, match="control characters"):
        check_command(command, unsafe=True)


@pytest.mark.parametrize("wrong", ["", "  ", None, 5, b"help", ["help"]])
def test_a_command_is_text(wrong: object) -> None:
    with pytest.raises(HomevoltValueError, match="line of text"):
        check_command(wrong, unsafe=True)


@pytest.mark.parametrize("command", ["help", "sched_list", "param_get formatter", "ems;", "Help"])
def test_a_harmless_command_passes(command: str) -> None:
    assert check_command(command) == command
