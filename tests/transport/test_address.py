"""Any way to write an address becomes one base URL, or an error that says what to write."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltValueError
from homevolt.transport.address import base_url
from tests.support.errors import chain

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("192.168.1.100", "http://192.168.1.100"),
        (" 192.168.1.100\n", "http://192.168.1.100"),
        ("192.168.1.100:8080", "http://192.168.1.100:8080"),
        ("homevolt-a1.local", "http://homevolt-a1.local"),
        ("homevolt.local.", "http://homevolt.local."),
        ("Homevolt.LOCAL:80", "http://homevolt.local:80"),
        ("under_score", "http://under_score"),
        ("batterie-küche.local", "http://batterie-küche.local"),
        ("http://10.0.0.7/", "http://10.0.0.7"),
        ("10.0.0.7:", "http://10.0.0.7"),
        ("https://10.0.0.7:8443", "https://10.0.0.7:8443"),
        ("HTTPS://10.0.0.7", "https://10.0.0.7"),
        ("fd00::7", "http://[fd00::7]"),
        ("FD00:0:0:0:0:0:0:7", "http://[fd00::7]"),
        ("[fd00::7]:81", "http://[fd00::7]:81"),
        ("https://[fd00::7]", "https://[fd00::7]"),
        ("fe80::1%eth0", "http://[fe80::1%eth0]"),
        ("FE80::1%Eth0.5", "http://[fe80::1%Eth0.5]"),
        ("fe80::1%2", "http://[fe80::1%2]"),
        ("fe80::1%25", "http://[fe80::1%25]"),
        ("fe80::1%eth0:8080", "http://[fe80::1%eth0]:8080"),
        ("[fe80::1%eth0]", "http://[fe80::1%eth0]"),
        ("[fe80::1%eth0]:8080", "http://[fe80::1%eth0]:8080"),
        ("http://[fe80::1%eth0]", "http://[fe80::1%eth0]"),
        ("https://[fe80::1%25eth0]:8443/", "https://[fe80::1%eth0]:8443"),
        ("http://[fe80::1%252]", "http://[fe80::1%2]"),
    ],
)
def test_an_address_becomes_a_base_url(typed: str, url: str) -> None:
    assert base_url(typed) == url
    assert base_url(url) == url


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "the host name is missing or malformed"),
        ("   ", "the host name is missing or malformed"),
        ("192.168.1. 100", "the host name is missing or malformed"),
        ("my battery", "the host name is missing or malformed"),
        ("http://", "the host name is missing or malformed"),
        ("-dash.local", "the host name is missing or malformed"),
        ("a..b", "the host name is missing or malformed"),
        ("x" * 64, "the host name is missing or malformed"),
        (".".join(["x" * 60] * 5), "the host name is missing or malformed"),
        *(
            (slip, "four numbers")
            for slip in ("10.0.0.256", "192.168.1", "10.0.0.7.", "7", "0x7f.0x1")
        ),
        ("ftp://10.0.0.7", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("10.0.0.7/ems.json", "nothing may follow the host and port"),
        ("http://10.0.0.7/?a=b", "nothing may follow the host and port"),
        ("http://10.0.0.7#x", "nothing may follow the host and port"),
        ("10.0.0.7:0", "1 to 65535"),
        ("10.0.0.7:65536", "1 to 65535"),
        ("10.0.0.7:http", "1 to 65535"),
        ("10.0.0.7:-1", "1 to 65535"),
        ("[fd00::7", "not an address of a device"),
        ("[nonsense]", "not an address of a device"),
        ("http://a℀b", "not an address of a device"),
        ("fe80::1%", "not an address of a device"),
        ("[fe80::1%]:80", "not an address of a device"),
        ("http://[fe80::1%eth0%1]", "not an address of a device"),
        ("fe80::1%eth 0", "malformed"),
        ("10.0.0.7%eth0", "malformed"),
        ("homevolt.local%eth0", "malformed"),
    ],
)
def test_text_that_is_not_an_address_is_refused_with_the_reason(typed: str, why: str) -> None:
    with pytest.raises(HomevoltValueError, match=re.escape(why)) as caught:
        base_url(typed)
    assert "192.168.1.100" in str(caught.value), "an example shows what to write"


@pytest.mark.parametrize("typed", [None, 5, b"10.0.0.7", ["10.0.0.7"]])
def test_an_address_is_a_string(typed: Any) -> None:
    with pytest.raises(HomevoltValueError, match=type(typed).__name__):
        base_url(typed)


@pytest.mark.parametrize(
    "typed",
    [
        f"http://admin:{SECRET}@10.0.0.7",
        f"admin:{SECRET}@10.0.0.7",
        f"{SECRET}@10.0.0.7",
        f"http://admin:{SECRET}/x@10.0.0.7",
        f"http://admin:{SECRET}#x@10.0.0.7",
        f"http://admin:[{SECRET}@10.0.0.7",
        f"ftp://admin:{SECRET}@10.0.0.7",
        f"http://10.0.0.7/login?password={SECRET}",
        f"http://10.0.0.7#{SECRET}",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(HomevoltValueError) as caught:
        base_url(typed)
    for error in chain(caught.value):
        assert SECRET not in repr(error)
    if "@" in typed:
        assert "password=" in str(caught.value)


@given(
    st.text()
    | st.from_regex(r"(https?://)?[\w.\[\]:%-]{0,20}(:\d{1,6})?/?")
    | st.from_regex(r"(https?://)?\[?fe80::1%(25)?\w{0,4}\]?(:\d{1,5})?", fullmatch=True)
)
def test_any_text_is_an_address_or_a_library_error(typed: str) -> None:
    try:
        url = base_url(typed)
    except HomevoltValueError:
        return
    parts = urlsplit(url)
    assert base_url(url) == url
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert (parts.path, parts.query, parts.fragment, parts.username) == ("", "", "", None)
