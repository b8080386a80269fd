"""Whatever a person types becomes one base URL, or an error that says what to type."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.exceptions import HomevoltValueError
from homevolt.transport.address import base_url

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
    ],
)
def test_an_address_becomes_a_base_url(typed: str, url: str) -> None:
    assert base_url(typed) == url
    assert base_url(url) == url


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "names no host"),
        ("   ", "names no host"),
        ("192.168.1. 100", "names no host"),
        ("my battery", "names no host"),
        ("http://", "names no host"),
        ("-dash.local", "names no host"),
        ("a..b", "names no host"),
        ("x" * 64, "names no host"),
        (".".join(["x" * 60] * 5), "names no host"),
        *(
            (slip, "four numbers")
            for slip in ("10.0.0.256", "192.168.1", "10.0.0.7.", "7", "0x7f.0x1")
        ),
        ("ftp://10.0.0.7", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("10.0.0.7/ems.json", "after the host and port"),
        ("http://10.0.0.7/?a=b", "after the host and port"),
        ("http://10.0.0.7#x", "after the host and port"),
        ("10.0.0.7:0", "1 to 65535"),
        ("10.0.0.7:65536", "1 to 65535"),
        ("10.0.0.7:http", "1 to 65535"),
        ("10.0.0.7:-1", "1 to 65535"),
        ("[fd00::7", "no address of a device"),
        ("[nonsense]", "no address of a device"),
        ("http://a℀b", "no address of a device"),
    ],
)
def test_what_is_no_address_is_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(HomevoltValueError, match=re.escape(why)) as caught:
        base_url(typed)
    assert "192.168.1.100" in str(caught.value), "an example says what is wanted"


@pytest.mark.parametrize("typed", [None, 5, b"10.0.0.7", ["10.0.0.7"]])
def test_only_text_is_an_address(typed: Any) -> None:
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
    seen: BaseException | None = caught.value
    while seen is not None:
        assert SECRET not in repr(seen)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    if "@" in typed:
        assert "password=" in str(caught.value)


@given(st.text() | st.from_regex(r"(https?://)?[\w.\[\]:%-]{0,20}(:\d{1,6})?/?"))
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
