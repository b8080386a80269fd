"""From whatever a person types for an address to the one base URL of a device."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from homevolt.exceptions import HomevoltValueError

_ENDS_IN_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?")
"""No host name does, so this is an IPv4 address with a slip in it."""
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[^\W_]([\w-]{0,62})(\.[^\W_][\w-]{0,62})*\.?")


def base_url(address: str) -> str:
    """Return the base URL of a device, without a trailing slash.

    Args:
        address: An IPv4 or IPv6 address, a host name, `host:port`, or an http or https URL without
            path, query and credentials.

    Raises:
        HomevoltValueError: The address is none of these.
    """
    if not isinstance(address, str):
        raise HomevoltValueError(f"An address is text, not {type(address).__name__}.")
    text = address.strip()
    if "@" in text:
        # There is no other use for it. What it holds may be a password, so it is not repeated.
        raise HomevoltValueError("The address holds credentials; pass them as password=.")
    parts = _split(text)
    if parts.scheme not in ("http", "https"):
        raise _wrong(text, "only http and https are spoken")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _wrong(text, "it must end after the host and port")
    host, port = _host(parts, text), _port(parts, text)
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def _split(text: str) -> SplitResult:
    """Split an address as a URL; what has no scheme is taken for http."""
    try:
        if "://" not in text:
            text = f"http://{_bracketed(text)}"
        return urlsplit(text)
    except ValueError as error:
        raise _wrong(text, str(error)) from None


def _bracketed(text: str) -> str:
    """Put a bare IPv6 address into the brackets that a URL wants."""
    try:
        return f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        return text


def _host(parts: SplitResult, text: str) -> str:
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _ENDS_IN_NUMBER.fullmatch(host):
            raise _wrong(text, "an IPv4 address is four numbers from 0 to 255") from None
        if not _HOST_NAME.fullmatch(host):
            raise _wrong(text, "it names no host") from None
        return host
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 (IP version)


def _port(parts: SplitResult, text: str) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise _wrong(text, "its port is no number from 1 to 65535") from None
    if port == 0:
        raise _wrong(text, "its port is no number from 1 to 65535")
    return port


def _wrong(text: str, why: str) -> HomevoltValueError:
    text = re.split("[?#]", text, maxsplit=1)[0]  # behind these a secret may follow
    return HomevoltValueError(
        f"{text!r} is no address of a device: {why}. "
        "Give an IP address, a host name, host:port or a URL such as 'http://192.168.1.100'."
    )
