"""The parameters of a device are read in either form, whatever else stands there."""

from __future__ import annotations

from typing import Any

import pytest

from homevolt.exceptions import HomevoltDataError
from homevolt.protocol.params import decode_node_params, decode_params
from tests.support.payloads import encoded


def test_groups_within_groups_are_looked_into_down_to_a_limit() -> None:
    document: Any = {"deepest": {"value": 1}}
    for n in range(900):
        document = {"shallow": {"value": 2}, f"group{n}": document}
    names = {param.name for param in decode_params(encoded(document))}
    assert names == {"shallow"}
    assert decode_params(encoded({"group": {"x": {"value": 1}}}))[0].desc == "group"


@pytest.mark.parametrize("body", [b"5", b"null", b'"\xff"', b"<html>"])
def test_what_is_not_a_list_of_parameters_is_an_error_that_names_its_source(body: bytes) -> None:
    for source, decode in (("/params", decode_params), ("/node_params", decode_node_params)):
        with pytest.raises(HomevoltDataError, match=f"^{source}.json is not"):
            decode(body)


@pytest.mark.parametrize("key", ["name", "help", "value", "desc", "new"])
@pytest.mark.parametrize("raw", [b"\xff", b"\xed\xa0\x80", b"\x01"])
def test_bytes_that_are_no_text_cost_no_more_than_themselves(key: str, raw: bytes) -> None:
    whole = {"name": "a", "value": "x", "help": "y", "desc": "z", key: "HOLE"}
    body = encoded([whole, {"name": "b", "value": [7]}]).replace(b"HOLE", b"id" + raw + b"le")
    for decode in (decode_params, decode_node_params):
        first, second = decode(body)
        assert (second.name, second.value) == ("b", [7])
        for name in {"name", "value", "help", "desc"} - {key}:
            assert getattr(first, name) == whole[name]
        if key != "new":
            assert getattr(first, key).startswith("id")
            assert getattr(first, key).endswith("le")
