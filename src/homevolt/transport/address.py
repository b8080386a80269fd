"""The base URL of a device, from any way to write its address."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from homevolt.exceptions import HomevoltValueError

_ENDS_IN_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?")
"""A host name never does, so this is a mistyped IPv4 address."""
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[^\W_]([\w-]{0,62})(\.[^\W_][\w-]{0,62})*\.?")
_ZONE = re.compile(r"(%(25(?=.))?(?P<name>[\w.~-]+))?", re.ASCII)
"""The zone of an IPv6 address, such as `%eth0`; URLs write the percent sign as `%25`."""


def base_url(address: str) -> str:
    """Return the base URL of a device, without a trailing slash.

    Args:
        address: An IPv4 or IPv6 address, a host name, `host:port`, or an http or https URL without
            path, query and credentials. An IPv6 address may have a zone, such as `fe80::1%eth0`;
            with a port it stands in brackets.

    Returns:
        Such as `http://192.168.1.100`, `https://homevolt.local:8443` or `http://[fe80::1%eth0]`.
        The zone stands as it is, since the HTTP library does not decode it.

    Raises:
        HomevoltValueError: The address is none of these.
    """
    if not isinstance(address, str):
        raise HomevoltValueError(f"The address must be a string, not {type(address).__name__}.")
    text = address.strip()
    if "@" in text:
        # Only credentials need it. The text may hold a password, so the message does not repeat it.
        raise HomevoltValueError(
            "The address contains credentials; pass the password as password=."
        )
    parts = _split(text)
    if parts.scheme not in ("http", "https"):
        raise _wrong(text, "only http and https are supported")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _wrong(text, "nothing may follow the host and port")
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
    """Put an IPv6 address without brackets into those that a URL requires."""
    address, percent, zone = text.partition("%")
    zone, colon, port = zone.partition(":")
    try:
        return f"[{ipaddress.IPv6Address(address)}{percent}{zone}]{colon}{port}"
    except ValueError:
        return text


def _host(parts: SplitResult, text: str) -> str:
    host, percent, zone = (parts.hostname or "").partition("%")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _ENDS_IN_NUMBER.fullmatch(host):
            raise _wrong(text, "an IPv4 address is four numbers from 0 to 255") from None
        if percent or not _HOST_NAME.fullmatch(host):
            raise _wrong(text, "the host name is missing or malformed") from None
        return host
    if isinstance(address, ipaddress.IPv6Address) and (found := _ZONE.fullmatch(percent + zone)):
        return f"[{address}%{found['name']}]" if percent else f"[{address}]"
    if percent:
        raise _wrong(text, "the zone after % is malformed")
    return str(address)


def _port(parts: SplitResult, text: str) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise _wrong(text, "the port must be a number from 1 to 65535") from None
    if port == 0:
        raise _wrong(text, "the port must be a number from 1 to 65535")
    return port


def _wrong(text: str, why: str) -> HomevoltValueError:
    text = re.split("[?#]", text, maxsplit=1)[0]  # after these a secret may follow
    return HomevoltValueError(
        f"{text!r} is not an address of a device: {why}. "
        "Give an IP address, a host name, host:port or a URL such as 'http://192.168.1.100'."
    )
