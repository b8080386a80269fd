"""How the device parses a command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.simulator import CommandLineError, parse_command, parse_commands
from homevolt.simulator.console.command_spec import spec
from homevolt.simulator.console.commandline import split_words

SWITCHES = ("use_ffr_custom_trig_freq", "ffr_rearm", "test_end_schedule")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sched_list", ["sched_list"]),
        ("  a   b ", ["a", "b"]),
        ('a "b c" d', ["a", "b c", "d"]),
        ('a ""', ["a", ""]),
        ('a b"c d"e', ["a", "bc de"]),
        (r"a b\ c", ["a", "b c"]),
        (r"a \"b", ["a", '"b']),
        (r"a \\b \n", ["a", r"\b", r"\n"]),
        ("a\tb", ["a", "b"]),
    ],
)
def test_words_are_split_on_spaces_outside_quotes(line: str, words: list[str]) -> None:
    assert split_words(line) == words


def test_an_open_quote_is_refused() -> None:
    with pytest.raises(CommandLineError, match="unterminated quote"):
        parse_command('sched_add "5')


@pytest.mark.parametrize(
    ("line", "flags", "arguments"),
    [
        ("sched_add 5 --setpoint -3000", {"setpoint": "-3000"}, ("5",)),
        ("sched_add 5 -s -3000", {"setpoint": "-3000"}, ("5",)),
        ("sched_add 5 -s-3000", {"setpoint": "-3000"}, ("5",)),
        ("sched_add --setpoint=-3000 5", {"setpoint": "-3000"}, ("5",)),
        ("sched_add 5 --setp 1", {"setpoint": "1"}, ("5",)),
        ("sched_add 0 -o", {"offline": ""}, ("0",)),
        ("sched_add 6 -mae", dict.fromkeys(SWITCHES, ""), ("6",)),
        ("sched_add 0 -oc 5", {"offline": "", "max_charge": "5"}, ("0",)),
        ("sched_add 1 --min 1 --min 2", {"min": "2"}, ("1",)),
        ("sched_add -- -1 --min", {}, ("-1", "--min")),
        ("sched_add 1 -", {}, ("1", "-")),
    ],
)
def test_options_are_parsed_like_getopt(
    line: str, flags: dict[str, str], arguments: tuple[str, ...]
) -> None:
    command = parse_command(line)
    assert (command.name, command.flags, command.arguments) == ("sched_add", flags, arguments)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sched_add 5 --nonsense 1", "invalid option"),
        ("sched_add 5 -z", "invalid option"),
        ("sched_add 5 --max 1 --m 1", "invalid option"),
        ("sched_add 5 --setpoint", "requires an argument"),
        ("sched_add 5 -s", "requires an argument"),
        ("sched_add 0 --offline=1", "takes no argument"),
        ("sched_del --id 1", "invalid option"),
    ],
)
def test_invalid_options_are_refused(line: str, reason: str) -> None:
    with pytest.raises(CommandLineError, match=reason):
        parse_command(line)


def test_repeated_options_are_kept_in_order() -> None:
    command = parse_command("sched_add 1 --min 1 -s 5 --min 2")
    assert command.given == ("min", "setpoint", "min")


@pytest.mark.parametrize("separator", ["\n", "\r", "\0", ";", "\r\n"])
def test_a_line_separatorbegins_another_command(separator: str) -> None:
    commands = parse_commands(f"sched_list{separator}sched_clear")
    assert [command.name for command in commands] == ["sched_list", "sched_clear"]
    with pytest.raises(CommandLineError, match="2 commands"):
        parse_command(f"sched_list{separator}sched_clear")


def test_quotes_and_backslashes_protect_a_semicolon_but_not_a_line_break() -> None:
    assert parse_command('param_set ota_channel "a;b"').arguments == ("ota_channel", "a;b")
    assert len(parse_commands("param_set ota_channel a\\;b")) == 1
    assert len(parse_commands("param_set ota_channel a\\\\;b")) == 2
    with pytest.raises(CommandLineError, match="unterminated"):
        parse_commands('param_set ota_channel "a\nb"')


def test_an_empty_text_is_not_a_command() -> None:
    with pytest.raises(CommandLineError, match="0 commands"):
        parse_command("  \n ")


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0\r\n")), max_size=5))
def test_quoted_words_are_returned_unchanged(words: list[str]) -> None:
    def quote(word: str) -> str:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'

    line = " ".join(["param_set", "--", *map(quote, words)])
    command = parse_command(line)
    assert (command.name, command.arguments, command.flags) == ("param_set", tuple(words), {})


@given(st.text())
def test_any_text_is_either_parsed_or_refused(text: str) -> None:
    try:
        commands = parse_commands(text)
    except CommandLineError:
        return
    assert all(isinstance(command.name, str) for command in commands)


def test_a_usage_that_cannot_be_read_is_an_error_of_its_author() -> None:
    with pytest.raises(ValueError, match="neither an argument nor an option"):
        spec("<path> -o", "Open a file", "")
