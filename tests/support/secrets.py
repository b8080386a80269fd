"""Secrets to plant in payloads: what must never be shown to others."""

from __future__ import annotations

import string
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

_HEX = "0123456789abcdef"


def _digits(low: int, high: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=low, max_size=high).map(lambda text: "7" + text)


def _mac(octets: bytes, separator: str, upper: bool) -> str:
    text = octets.hex(separator) if separator else octets.hex()
    return text.upper() if upper else text


MACS = st.builds(
    _mac, st.binary(min_size=6, max_size=8), st.sampled_from(["", ":", "-"]), st.booleans()
).filter(lambda text: any(letter in text.lower() for letter in "abcdef"))
SSIDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=5, max_size=32
).map(lambda text: f"Qx{text.strip()}")
PASSWORDS = st.text(
    string.ascii_letters + string.digits + string.punctuation + " ", min_size=8, max_size=63
).map(lambda text: f"xQ{text.strip()}")
KEYS = st.text(_HEX, min_size=16, max_size=64).map(lambda text: f"f{text}")
ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str).filter(
    lambda text: len(text) >= 8
)
TOKENS = KEYS.map(lambda key: f"https://example.invalid/a?token={quote(key)}")
PHRASES = st.lists(
    st.sampled_from(["correct", "horse", "staple", "Storgatan", "Anna", "Lindqvist"]),
    min_size=2,
    max_size=4,
).map(" ".join)

TEXTS: dict[str, st.SearchStrategy[str]] = {
    "serial_number": _digits(9, 19),
    "imei": _digits(14, 14),
    "imsi": _digits(14, 14),
    "iccid": _digits(18, 19),
    "bssid": MACS,
    "ecu_id": MACS,
    "euid": MACS,
    "ssid": SSIDS | PHRASES,
    "webserver_password": PASSWORDS | PHRASES,
    "ems_psk": KEYS,
    "ip": ADDRESSES,
    "ecu_host": ADDRESSES.map(lambda address: f"[{address}]:5259"),
    "manifest_url": TOKENS,
    "cell_id": st.text(_HEX, min_size=7, max_size=8).map(lambda text: f"c{text}"),
}
"""Secrets that are texts, by the key they may stand under."""

NUMBERS: dict[str, st.SearchStrategy[int]] = {
    "imei": st.integers(10**14, 10**15 - 1),
    "ecu_id": st.integers(2**44, 2**48 - 1),
    "serial_number": st.integers(10**15, 2**64 - 1),
    "iccid": st.integers(10**18, 2**64 - 1),
}
"""Secrets that are numbers too long to be taken for a reading."""

SHORT_NUMBERS: dict[str, st.SearchStrategy[int]] = {
    "cell_id": st.integers(10_000, 2**28),
    "area_code": st.integers(10_000, 65_535),
    "pan_id": st.integers(10_000, 65_535),
    "customer": st.integers(10_000, 2**31),
}
"""Secrets that are numbers like any other, by the key that says what they are."""


def texts() -> st.SearchStrategy[str]:
    """Return any secret that is a text."""
    return st.one_of(*TEXTS.values())


def strings_of(value: Any) -> list[str]:
    """Return every text, key and number of a JSON value as text."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *strings_of(item))]
    if isinstance(value, list):
        return [text for item in value for text in strings_of(item)]
    return [str(value)]
