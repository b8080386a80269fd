"""The `host` of an output: the name or address alone, and what to write instead of more."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from homevolt._common import short_repr

LONGEST_HOST = 253
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_PARTS = re.compile(
    r"(?:(?P<scheme>[A-Za-z][\w+.-]*)://)?(?:(?P<user>.*)@)?(?P<host>\[[^\]]*\]|[^:/?#@\[\]]*)"
    r"(?::(?P<port>[^/?#]*))?(?P<path>[/?#].*)?",
    re.DOTALL,
)
_NAMES = {"scheme": "a scheme", "user": "a user", "port": "a port", "path": "a path"}


def is_host(value: Any) -> bool:
    """Tell whether a value is a host name or an address, and nothing more."""
    return isinstance(value, str) and (_is_address(value) or _is_name(value))


def explain_host(value: Any, *, has_login: bool = False) -> str:
    """Return what is wrong with a host and what to write; a password in it is not repeated.

    Args:
        value: The host.
        has_login: Whether its table has a user and a password.
    """
    if not isinstance(value, str):
        return 'is not text. Write host = "192.168.1.10".'
    text = value.strip()
    if not text:
        return 'is empty. Write host = "192.168.1.10", or remove the line.'
    found = _PARTS.fullmatch(text)
    host = found["host"].strip("[]") if found else ""
    if found is None or not is_host(host):
        shown = "" if "@" in text else f", {short_repr(value)}"
        return f'is neither a host name nor an address{shown}. Write host = "192.168.1.10".'
    has = [name for part, name in _NAMES.items() if found[part] is not None]
    has += ["brackets"] if found["host"].startswith("[") else []
    has += ["spaces"] if text != value else []
    write = [f'host = "{host}"']
    port = found["port"] or ""
    write += [f"port = {int(port)}"] if port.isascii() and port.isdecimal() else []
    write += ["username and password_file"] if found["user"] and has_login else []
    return f"has {_listed(has)}. Write {_listed(write)}."


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    return (
        len(text) <= LONGEST_HOST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdecimal()
    )
