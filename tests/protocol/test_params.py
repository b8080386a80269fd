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
