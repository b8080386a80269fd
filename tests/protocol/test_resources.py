"""No body of an answer, whatever it holds, brings an error that is not the library's own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.report_resources import RESOURCES
from tests.support.errors import chain

if TYPE_CHECKING:
    from homevolt.protocol.resources import Resource

DEEP = 900
BODIES = {
    "not UTF-8": b'"\xff"',
    "not UTF-8 in a list": b'[{"name": "\xff", "value": ["\xff"]}]',
    "not UTF-8 in an object": b'{"name": "\xff", "schedule": [{"type": "\xff"}]}',
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep in a list": b'[{"param_id": "x", "value": ' + b"[" * DEEP + b"]" * DEEP + b"}]",
    "too deep": b'{"a":' * 100_000,
    "lone surrogate": b'[{"name": "\\ud800", "size": "\\udfff"}]',
    "huge number": b'[{"size": 1' + b"0" * 5000 + b"}]",
    "scalar": b"5",
    "empty": b"",
}
SECRET = b'[{"name": "ems_psk", "value": "hunter2"}'
BROKEN = {
    "cut off": SECRET,
    "cut off and not UTF-8": SECRET + b'"\xff"',
    "a page": b"<html>" + SECRET,
    "another kind": b'"hunter2"',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)
def test_a_body_is_read_or_a_data_error(resource: Resource[Any], body: bytes) -> None:
    with contextlib.suppress(HomevoltDataError):
        resource.decode(body)


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)
def test_nothing_that_an_error_leads_to_holds_the_body(
    resource: Resource[Any], body: bytes
) -> None:
    with pytest.raises(HomevoltDataError) as caught:
        resource.decode(body)
    assert chain(caught.value) == [caught.value]
    assert "hunter2" not in f"{caught.value} {vars(caught.value)}"


def test_a_parameter_beside_broken_bytes_is_read() -> None:
    broken, whole = RESOURCES["params"].decode(b'[{"name": "a\xff"}, {"name": "b", "value": 5}]')
    assert broken.name == "a\ufffd"
    assert (whole.name, whole.value) == ("b", 5)
