"""The host of an output is a name or an address alone; whatever else is in it is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from homevolt.bridges.hosts import explain_host, is_host
from homevolt.bridges.settings import mistakes

LOGIN = "username and password_file."
OTHER = 'Write host = "192.168.1.10".'


@pytest.mark.parametrize(
    "host",
    [
        *("broker", "broker.local", "a_b.example.", "127.0.0.1", "0.0.0.0"),  # noqa: S104 - a value to check
        *("::1", "fe80::1%eth0", "bücher.example", "1host", "a-b"),
    ],
)
def test_a_name_or_an_address_alone_is_a_host(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("a:1", 'has a port. Write host = "a" and port = 1.'),
        ("a:", 'has a port. Write host = "a".'),
        ("a:b", 'has a port. Write host = "a".'),
        ("[::1]", 'has brackets. Write host = "::1".'),
        ("[::1]:1883", 'has a port and brackets. Write host = "::1" and port = 1883.'),
        ("tcp://broker", 'has a scheme. Write host = "broker".'),
        ("a/b", 'has a path. Write host = "a".'),
        ("a?b", 'has a path. Write host = "a".'),
        (" a\n", 'has spaces. Write host = "a".'),
        ("u:p@a", 'has a user. Write host = "a" and username and password_file.'),
        (
            "mqtts://u:pass-secret@a:8883/x",
            f'has a scheme, a user, a port and a path. Write host = "a", port = 8883 and {LOGIN}',
        ),
        ("", 'is empty. Write host = "192.168.1.10", or remove the line.'),
        (" \t", 'is empty. Write host = "192.168.1.10", or remove the line.'),
        (5, f"is not text. {OTHER}"),
        (True, f"is not text. {OTHER}"),
        ("a b", f"is neither a host name nor an address, 'a b'. {OTHER}"),
        ("*", f"is neither a host name nor an address, '*'. {OTHER}"),
        ("1.2.3.256", f"is neither a host name nor an address, '1.2.3.256'. {OTHER}"),
        ("a,b", f"is neither a host name nor an address, 'a,b'. {OTHER}"),
        ("u:pass-secret@a b", f"is neither a host name nor an address. {OTHER}"),
    ],
)
def test_whatever_else_is_in_a_host_is_named_with_what_to_do(host: Any, said: str) -> None:
    document = {"mqtt": {"host": host}}
    (mistake,) = mistakes(document, Path())
    assert mistake.keys == ("mqtt", "host")
    assert mistake.message == f"host of mqtt {said}"


def test_the_http_server_has_no_user_to_write() -> None:
    (mistake,) = mistakes({"http": {"host": "u@a:80"}}, Path())
    assert mistake.message == (
        'host of http has a user and a port. Write host = "a" and port = 80.'
    )


@given(st.text(max_size=40))
@example("://")
@example("[]")
@example("@")
def test_any_text_is_a_host_or_explained_without_the_password(text: str) -> None:
    assert is_host(text) or explain_host(text).startswith(("has ", "is "))
    secret = f"u:not-a-secret{text}@{text}"
    assert "not-a-secret" not in explain_host(secret)
