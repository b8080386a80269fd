"""Make what a device answers fit to be shown to others: for diagnostics and the debug log.

Allowed is what `disclosable` lists: numbers, states, versions, words of the trade. Everything else
is replaced by a pseudonym such as `serial-1`, and the same thing has the same pseudonym wherever a
redactor meets it, also within a longer text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

from homevolt.protocol.disclosable import (
    AMOUNT,
    KEYS,
    KINDS,
    LABELS,
    LARGEST,
    PATTERNS,
    PHRASES,
    SENTENCES,
    UNITS,
    VOCABULARY,
    is_secret,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_DEEPEST = 40
"""How many blocks within blocks are shown; known firmware has five."""
_SHORTEST_TELLING, _LONGEST_TELLING = 4, 80
_MOST_EMBEDDED = 1000
_SHORTEST_NUMBER = 4
_LONGEST_SHOWN = 80
_TELLING_DIGITS = 6
"""From how many digits on a number that is an identifier elsewhere is taken for it."""
_IDENTIFIERS = frozenset(KINDS.values())
_CHUNK = re.compile(r"([(\[{\"':=]?)(.*?)([)\]}.,:;=!?\"']{0,2})", re.DOTALL)
_SPACE = re.compile(r"(\s+)")
_NUMBER = re.compile(r"[+-]?(0x)?[\d.]+")
_JOINT = re.compile(r"[_\-/.]")
_HARDWARE_ADDRESS = re.compile(r"[0-9a-f]{2}([:-]?[0-9a-f]{2}){5,7}")


class Redactor:
    """Replaces what must not be shown, the same thing by the same word each time.

    Args:
        most_words: How many pseudonyms are remembered; beyond that all have the same number.
    """

    def __init__(self, most_words: int = 1_000_000) -> None:
        self._most_words = most_words
        self._words: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._everywhere: dict[str, str] = {}
        self._embedded: tuple[str, ...] = ()

    def learn(self, payload: Any) -> None:
        """Note the identifiers of a payload, so that they are replaced in every other one too.

        Args:
            payload: A JSON value.
        """
        self._redacted(payload, "", lambda text: text)
        telling = islice(filter(_is_telling, self._everywhere), _MOST_EMBEDDED)
        self._embedded = tuple(sorted(telling, key=len, reverse=True))

    def payload(self, payload: Any) -> Any:
        """Return a payload as it may be shown.

        Args:
            payload: A JSON value.

        Returns:
            A JSON value of the same shape.
        """
        return self._redacted(payload, "", self.text)

    def shown(self, name: str, value: Any) -> str:
        """Return the value of a field as it may be shown in a message, as short JSON.

        Args:
            name: The JSON key of the field.
            value: A JSON value.
        """
        value = value[:_LONGEST_SHOWN] if isinstance(value, str) else value
        text = json.dumps(self._redacted(value, name, self.text), ensure_ascii=False)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."

    def text(self, text: str) -> str:
        """Return a text of which only known words, and amounts with a unit, are shown.

        Args:
            text: A state, a message, a line of a log.
        """
        folded = _folded(text)
        if text in PHRASES and folded not in self._everywhere:
            return text
        found = [re.escape(each) for each in self._embedded if each in folded]
        if not found:
            return self._segment(text)
        parts = re.split(f"({'|'.join(found)})", text, flags=re.IGNORECASE)
        return "".join(
            self._word(part, "text") if n % 2 else self._segment(part)
            for n, part in enumerate(parts)
        )

    def _redacted(self, value: Any, name: str, text: Callable[[str], str], depth: int = 0) -> Any:
        """Return a JSON value as it may be shown; `name` is the key it stands under."""
        if value is None or isinstance(value, bool) or value == "":
            return value
        if isinstance(value, list | dict) and depth >= _DEEPEST:
            return "nested too deeply"
        if isinstance(value, list):
            return [self._redacted(item, name, text, depth + 1) for item in value]
        if isinstance(value, dict):
            return {
                self._key(key): self._redacted(item, _name(key, value, name), text, depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, str):
            return self._string(value, name, text)
        return self._number(value, name)

    def _key(self, key: str) -> str:
        if key in KEYS or (_is_known(key) and _normal(key) not in self._everywhere):
            return key
        return self._closed(key, "key")

    def _string(self, value: str, name: str, text: Callable[[str], str]) -> str:
        if name in SENTENCES:
            return text(value)
        is_open = name in PATTERNS and PATTERNS[name].fullmatch(value) is not None
        return value if is_open else self._closed(value, KINDS.get(name, "text"))

    def _number(self, value: float, name: str) -> float | str:
        digits = str(value)
        is_identifier = len(digits) >= _TELLING_DIGITS and digits in self._everywhere
        if abs(value) <= LARGEST.get(name, -1) and not is_identifier:
            return value
        return self._closed(digits, KINDS.get(name, "number"))

    def _closed(self, value: str, kind: str) -> str:
        """Return the pseudonym of an identifier, to be used wherever it stands."""
        word = self._word(value, kind)
        is_short = value.isdigit() and len(value) < _SHORTEST_NUMBER
        is_remembered = _normal(value) in self._words
        if is_remembered and not is_short and (kind in _IDENTIFIERS or not _is_known(value)):
            self._everywhere[_normal(value)] = word
        return word

    def _word(self, value: str, kind: str) -> str:
        """Return the pseudonym of a value."""
        normal = _normal(value)
        if normal not in self._words:
            if len(self._words) >= self._most_words:
                return f"{kind}-n"
            self._counts[kind] += 1
            self._words[normal] = f"{kind}-{self._counts[kind]}"
        return self._words[normal]

    def _segment(self, text: str) -> str:
        """Return a text that holds no identifier known by now, word by word."""
        chunks = _SPACE.split(text)
        shown: list[str] = []
        for n, chunk in enumerate(chunks):
            if n % 2 or not chunk:
                shown.append(chunk)
                continue
            following = chunks[n + 2] if n + 2 < len(chunks) else ""
            shown.append(self._chunk(chunk, following))
            if following and _is_label(chunk):
                rest = "".join(chunks[n + 2 :])
                return "".join([*shown, chunks[n + 1], self._word(rest.strip(), "text")])
        return "".join(shown)

    def _chunk(self, chunk: str, following: str) -> str:
        """Return one chunk of a text, which has no space in it."""
        if _normal(chunk) in self._everywhere:
            return self._everywhere[_normal(chunk)]
        match = _CHUNK.fullmatch(chunk)
        if match is None or not match[2]:
            return chunk if len(chunk) <= 2 else self._word(chunk, "text")  # noqa: PLR2004 - punctuation
        lead, core, trail = match.groups()
        return f"{lead}{self._core(core, following)}{trail}"

    def _core(self, core: str, following: str) -> str:
        head, separator, tail = _divided(core)
        if not separator or not _is_known(head):
            return self._value(core, following)
        shown = self._word(tail, "text") if _is_label(head) else self._value(tail, following)
        return f"{head}{separator}{shown}"

    def _value(self, core: str, following: str) -> str:
        if _normal(core) in self._everywhere:
            return self._everywhere[_normal(core)]
        if _is_known(core) or _is_amount(core, following):
            return core
        return self._word(core, "number" if _NUMBER.fullmatch(core) else "text")


def _is_telling(identifier: str) -> bool:
    """Tell whether an identifier is to be looked for within texts."""
    shortest = _TELLING_DIGITS if identifier.isdigit() else _SHORTEST_TELLING
    return shortest <= len(identifier) <= _LONGEST_TELLING


def _name(key: str, block: dict[str, Any], outer: str) -> str:
    """Return the name by which a value is judged: that of the parameter for its value."""
    if key not in ("value", "default"):
        return key
    name = block.get("name", outer)
    return name if isinstance(name, str) and not is_secret(name) else ""


def _divided(core: str) -> tuple[str, str, str]:
    """Split `key=value` or `key:value`; there is no separator in what is neither."""
    match = None if "://" in core else re.match(r"([^=:]+)([=:])(.+)", core, re.DOTALL)
    return (match[1], match[2], match[3]) if match else (core, "", "")


def _is_known(core: str) -> bool:
    """Tell whether a word is made of known words."""
    return all(part in VOCABULARY for part in _JOINT.split(core.casefold()))


def _is_label(chunk: str) -> bool:
    """Tell whether an identifier follows."""
    head = _divided(chunk)[0].strip("([{\"').,;!?").casefold()
    return head in LABELS or is_secret(head)


def _is_amount(core: str, following: str) -> bool:
    """Tell whether this is a number with a unit, at once or in the following chunk."""
    match = AMOUNT.fullmatch(core)
    if match is None:
        return False
    unit = match["unit"] or following.rstrip(")]}.,;:!?")
    return unit in UNITS


def _normal(value: str) -> str:
    """Return what two spellings of the same identifier have in common."""
    folded = _folded(value)
    return re.sub("[:-]", "", folded) if _HARDWARE_ADDRESS.fullmatch(folded) else folded


def _folded(text: str) -> str:
    """Return a text without case, of the same length, so that `re.IGNORECASE` finds it again."""
    if text.isascii():
        return text.lower()
    return "".join(c if len(folded := c.casefold()) > 1 else folded for c in text)


LOG_REDACTOR = Redactor(most_words=1000)
"""The redactor of the debug log."""
