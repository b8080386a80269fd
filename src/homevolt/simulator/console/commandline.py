"""The device's own reading of a console line: words, quotes, and options in getopt's manner.

This is the judge of what a device would make of a text: `parse_commands(text)` lists every command,
with every flag, that the text would run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_BREAKS: Final = "\r\n\0;"
"""Outside quotes each of these ends a command and begins the next: the worst a device could do."""

ESCAPABLE: Final = '\\" '


class CommandLineError(ValueError):
    """A line the device refuses; the text is its own."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command: `--name VALUE`, `-x VALUE`, or a bare switch."""

    name: str
    short: str = ""
    takes_value: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the device understood it.

    Attributes:
        name: First word.
        arguments: The words that belong to no option, in order.
        flags: Long name of every option given and its text, "" for a bare switch; the last wins.
        given: Long names in the order given, repeats included.
    """

    name: str
    arguments: tuple[str, ...]
    flags: Mapping[str, str]
    given: tuple[str, ...] = ()


def split_lines(text: str) -> list[str]:
    """Cut a text into the command lines it holds; quotes protect a semicolon, not a line break."""
    lines, start, quoted, escaped = [], 0, False, False
    for index, char in enumerate(text):
        if char in LINE_BREAKS and (char != ";" or not (quoted or escaped)):
            lines.append(text[start:index])
            start, quoted, escaped = index + 1, False, False
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
    lines.append(text[start:])
    return [line for line in lines if line.strip()]


def split_words(line: str) -> list[str]:
    """Split one command line on spaces; double quotes group, a backslash escapes.

    Raises:
        CommandLineError: When a quote is not closed.
    """
    words: list[str] = []
    word: str | None = None
    quoted = False
    index = 0
    while index < len(line):
        char = line[index]
        following = line[index + 1 : index + 2]
        if char == "\\" and following and following in ESCAPABLE:
            word = (word or "") + following
            index += 1
        elif char == '"':
            quoted = not quoted
            word = word or ""
        elif char.isspace() and not quoted:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + char
        index += 1
    if quoted:
        raise CommandLineError("unterminated quote")
    return words if word is None else [*words, word]


def read_options(words: list[str], options: tuple[Option, ...]) -> Command:
    """Sort the words of a command into options and arguments, as getopt_long does.

    Long options may be shortened while unambiguous and may carry `=value`; short ones may be
    joined, the last with its value; `--` ends the options; an option's value may begin with a dash.

    Raises:
        CommandLineError: For an unknown option, or one that lacks or has too much of a value.
    """
    flags: dict[str, str] = {}
    given: list[str] = []
    arguments: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word == "--":
            arguments += rest
            break
        if word.startswith("--"):
            option, value = _read_long(word, rest, options)
            found = [(option, value)]
        elif word.startswith("-") and word != "-" and not word[1].isdigit():
            found = _read_short(word, rest, options)
        else:
            arguments.append(word)
            continue
        for option, value in found:
            flags[option.name] = value
            given.append(option.name)
    return Command(words[0], tuple(arguments), flags, tuple(given))


def _read_long(word: str, rest: list[str], options: tuple[Option, ...]) -> tuple[Option, str]:
    name, equals, value = word[2:].partition("=")
    exact = [option for option in options if option.name == name]
    matches = exact or [option for option in options if name and option.name.startswith(name)]
    if len(matches) != 1:
        raise CommandLineError(f'invalid option "{word}"')
    option = matches[0]
    if not option.takes_value:
        if equals:
            raise CommandLineError(f'option "--{option.name}" takes no argument')
        return option, ""
    return option, value if equals else _take(word, rest)


def _read_short(
    word: str, rest: list[str], options: tuple[Option, ...]
) -> list[tuple[Option, str]]:
    found: list[tuple[Option, str]] = []
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        option = next((known for known in options if known.short == letter), None)
        if option is None:
            raise CommandLineError(f'invalid option "-{letter}"')
        if not option.takes_value:
            found.append((option, ""))
            continue
        found.append((option, letters or _take(f"-{letter}", rest)))
        break
    return found


def _take(word: str, rest: list[str]) -> str:
    if not rest:
        raise CommandLineError(f'option "{word}" requires an argument')
    return rest.pop(0)
