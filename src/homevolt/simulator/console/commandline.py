"""How the device parses a console line: words, quotes, and options as getopt does.

It decides what a device would make of a text: `parse_commands(text)` returns every command, with
every option, that the text would run.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_BREAKS: Final = "\r\n\0;"
"""Outside quotes each of these ends a command and starts the next: the worst case for a client."""

ESCAPABLE: Final = '\\" '


class CommandLineError(ValueError):
    """A command line that the device refuses; the text is the device's reason."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command: `--name VALUE`, `-x VALUE`, or a switch.

    Attributes:
        name: Long name, without dashes.
        short: Short name, one character, empty for none.
        value: Name of its value, empty for a switch.
    """

    name: str
    short: str = ""
    value: str = "value"

    @property
    def takes_value(self) -> bool:
        """Whether it has a value."""
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the device parsed it.

    Attributes:
        name: First word.
        arguments: The words that belong to no option, in order.
        flags: Long name of every option given and its value, "" for a switch; the last one wins.
        given: Long names in the order given, repeated ones included.
        values: The values of all options in the same order.
    """

    name: str
    arguments: tuple[str, ...]
    flags: Mapping[str, str]
    given: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def all_of(self, name: str) -> list[str]:
        """Return every value of an option that may be repeated."""
        return [
            value for given, value in zip(self.given, self.values, strict=True) if given == name
        ]


def split_lines(text: str) -> list[str]:
    """Split a text into command lines; quotes protect a semicolon, not a line break."""
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
        CommandLineError: If a quote is not closed.
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

    Long options may be abbreviated while unambiguous and may have `=value`; short ones may be
    combined, the last with its value; `--` ends the options; an option's value may start with a
    dash. A dash before a digit starts a negative number, unless that digit is a short option.

    Raises:
        CommandLineError: For an unknown option, or one with a missing or an unexpected value.
    """
    given: list[tuple[str, str]] = []
    arguments: list[str] = []
    digits = {option.short for option in options if option.short.isdigit()}
    remaining = deque(words[1:])
    while remaining:
        word = remaining.popleft()
        if word == "--":
            arguments += remaining
            break
        if word.startswith("--"):
            found = [_read_long(word, remaining, options)]
        elif word.startswith("-") and word != "-" and (not word[1].isdigit() or word[1] in digits):
            found = _read_short(word, remaining, options)
        else:
            arguments.append(word)
            continue
        given += [(option.name, value) for option, value in found]
    names, values = (tuple(name for name, _ in given), tuple(value for _, value in given))
    return Command(words[0], tuple(arguments), dict(given), names, values)


def _read_long(word: str, remaining: deque[str], options: tuple[Option, ...]) -> tuple[Option, str]:
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
    return option, value if equals else _take(word, remaining)


def _read_short(
    word: str, remaining: deque[str], options: tuple[Option, ...]
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
        found.append((option, letters or _take(f"-{letter}", remaining)))
        break
    return found


def _take(word: str, remaining: deque[str]) -> str:
    if not remaining:
        raise CommandLineError(f'option "{word}" requires an argument')
    return remaining.popleft()
