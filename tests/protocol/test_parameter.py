"""Parameters: what each type holds, how it is written, what is the same when read back."""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.protocol.disclosable import is_secret
from homevolt.protocol.parameter import (
    Parameter,
    form_text,
    is_same,
    masked,
    typed_parameter,
)
from homevolt.protocol.params import ParamData, decode_params
from homevolt.simulator.device import parameters as simulated


def parameter(type_: str, name: str = "x", **fields: Any) -> Parameter:
    return Parameter(name=name, type=type_, **fields)


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (b'{"a": {"value": 1}, "led": {"b": {"type": "bool"}, "c": 2}}', ["a", "b", "c"]),
        (b'[{"name": "a"}, 5, {"name": "b", "size": "large"}]', ["a", None, "b"]),
        (b"[]", []),
    ],
)
def test_parameters_may_be_nested_in_groups_or_partly_malformed(
    document: bytes, names: list[str | None]
) -> None:
    assert [data.name for data in decode_params(document)] == names


def test_nested_parameters_keep_their_group_and_value() -> None:
    _, nested = decode_params(b'{"a": 1, "led": {"b": {"value": [2], "default": [3]}}}')
    assert (nested.desc, nested.value, nested.default) == ("led", [2], [3])


def test_the_text_of_an_enum_is_written_and_not_its_name() -> None:
    class Name(str, Enum):  # noqa: UP042 - a StrEnum writes itself as its text
        HOUSE = "house"

    checked = parameter("str32").check(Name.HOUSE)
    assert form_text(checked) == "house"


def test_a_tiny_number_is_not_zero() -> None:
    assert not is_same(parameter("double"), 1e-12, 0.0)
    assert is_same(parameter("flt"), 0.1, 0.10000000149011612)


def test_the_library_rich_shows_no_secret_either() -> None:
    secret = parameter("str32", "ems_psk", value="hunter2", secret=True)
    assert "hunter2" not in pretty_repr(secret) + repr(secret)


@pytest.mark.parametrize(
    "name", ["wifi_passphrase", "apikey", "wifi_password2", "wifiPassword", "admin_passcode"]
)
def test_a_credential_is_known_by_its_name(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["bypass_relay", "keyboard", "pinned", "ledstrip_mode"])
def test_other_names_are_not_credentials(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize("document", [b"5", b'"x"', b"null", b"<html>"])
def test_other_documents_are_a_data_error(document: bytes) -> None:
    with pytest.raises(HomevoltDataError):
        decode_params(document)


def test_a_parameter_is_read_with_all_its_fields() -> None:
    (found,) = map(
        typed_parameter,
        decode_params(
            b"""[{"param_id": 15, "desc": "\\"common_params\\"", "name": "ota_enable_esp32",
            "size": 1, "type": "bool", "value": [true], "default": [0], "help": "OTA",
            "level": 8}]"""
        ),
    )
    assert found == Parameter(
        name="ota_enable_esp32",
        type="bool",
        value=True,
        default=False,
        help="OTA",
        group="common_params",
        level=8,
    )


@pytest.mark.parametrize(
    ("declared", "size", "value", "expected", "count"),
    [
        ("uint8", 1, [7], 7, None),
        ("uint8", 1, 7, 7, None),
        ("uint8", 3, [1, 2, 3], [1, 2, 3], 3),
        ("uint8[]", None, [1], [1], 1),
        ("uint8[2]", 2, [1, 2], [1, 2], 2),
        ("flt", 8, [1, 2], [1.0, 2.0], 2),
        ("str32", 32, ["a"], "a", None),
        ("str32", 64, ["a", "b"], ["a", "b"], 2),
        ("bool", 1, [1], True, None),
        ("uint8", 1, None, None, None),
        ("uint8", 1, [], None, None),
        ("uint8", 1, [{}], None, None),
        ("uint8", 2, [1, None], None, 2),
        ("flt", 4, [True], True, None),
    ],
)
def test_values_come_bare_or_in_a_list_and_only_arrays_stay_lists(
    declared: str, size: int | None, value: object, expected: object, count: int | None
) -> None:
    found = typed_parameter(ParamData(name="x", type=declared, size=size, value=value))
    assert found is not None
    assert found.value == expected
    assert found.count == count


def test_a_parameter_without_a_name_is_none() -> None:
    assert typed_parameter(ParamData(type="bool")) is None


INTEGERS = {
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    **{f"sint{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
}


@pytest.mark.parametrize("type_", INTEGERS)
def test_an_integer_is_checked_by_the_range_of_its_type(type_: str) -> None:
    low, high = INTEGERS[type_]
    assert parameter(type_).range == (low, high)
    for right in (low, high, 1, str(high), f" {low} "):
        assert parameter(type_).check(right) == int(right)
    for wrong in (low - 1, high + 1, True, 1.0, 1.5, math.nan, "x", "1.0", "1" * 30, None, [1]):
        with pytest.raises(HomevoltValueError, match=f"x .{type_}. must be a whole number"):
            parameter(type_).check(wrong)


@pytest.mark.parametrize("spelling", [True, 1, "true", "True", "TRUE", "1", "on", "yes", " Yes "])
def test_a_bool_is_true_in_all_its_spellings(spelling: object) -> None:
    assert parameter("bool").check(spelling) is True


@pytest.mark.parametrize("spelling", [False, 0, "false", "False", "0", "off", "no"])
def test_a_bool_is_false_in_all_its_spellings(spelling: object) -> None:
    assert parameter("bool").check(spelling) is False


@pytest.mark.parametrize("wrong", [2, -1, 1.0, "", "2", "maybe", None, [], 10**400])
def test_nothing_else_is_a_bool(wrong: object) -> None:
    with pytest.raises(HomevoltValueError, match="true or false"):
        parameter("bool").check(wrong)


@pytest.mark.parametrize("type_", ["flt", "double"])
def test_a_float_is_finite_and_within_its_type(type_: str) -> None:
    _, limit = parameter(type_).range or (0, 0)
    for right in (0, 1, -0.25, limit, "0.25", "1e3"):
        assert parameter(type_).check(right) == float(right)
    for wrong in (math.nan, math.inf, "inf", "nan", 10**400, True, "x", None, b"1"):
        with pytest.raises(HomevoltValueError, match="finite number"):
            parameter(type_).check(wrong)
    with pytest.raises(HomevoltValueError):
        parameter("flt").check(1e39)


def test_text_is_measured_in_bytes_and_one_of_them_is_the_end() -> None:
    assert parameter("str32").check("å" * 15) == "å" * 15
    assert parameter("str32").check("") == ""
    for wrong in ("a" * 32, "å" * 16, "a\0b", "a\nb", "\ud800", 5, None, b"x"):
        with pytest.raises(HomevoltValueError, match="31 bytes"):
            parameter("str32").check(wrong)
    assert parameter("str32").range is None


def test_an_array_is_checked_element_by_element() -> None:
    triple = parameter("uint8", count=3)
    assert triple.check([1, 2, 3]) == [1, 2, 3]
    assert triple.check((1, "2", 3)) == [1, 2, 3]
    assert triple.check("1, 2,3") == [1, 2, 3]
    assert form_text([1, 2, 3]) == "1,2,3"
    for wrong in ([1, 2], [1, 2, 3, 4], [1, 2, 300], "1,2", 1, None, {1, 2, 3}):
        with pytest.raises(HomevoltValueError):
            triple.check(wrong)
    pair = parameter("str32", count=2)
    assert pair.check(["a", "b"]) == ["a", "b"]
    for wrong_text in (["a,b", "c"], "a,b"):
        with pytest.raises(HomevoltValueError):
            pair.check(wrong_text)


def test_a_type_that_this_library_does_not_know_is_not_written() -> None:
    with pytest.raises(HomevoltValueError, match="'blob', which this library cannot write"):
        parameter("blob").check(1)
    assert parameter("blob").range is None


@pytest.mark.parametrize(
    ("type_", "expected", "actual", "same"),
    [
        ("flt", 0.1, 0.10000000149011612, True),
        ("flt", 0.1, 0.1001, False),
        ("double", 0.1, 0.10000000149011612, False),
        ("double", 1.0, 1, True),
        ("uint8", 1, 2, False),
        ("uint8", 1, None, False),
        ("bool", True, True, True),
        ("uint8", [1, 2], [1, 2], True),
        ("uint8", [1, 2], [1, 3], False),
        ("uint8", [1, 2], [1], False),
        ("uint8", [1, 2], 1, False),
        ("flt", [0.1, 0.2], [0.10000000149011612, 0.2], True),
    ],
)
def test_what_is_read_back_is_compared_as_its_type_resolves_it(
    type_: str, expected: Any, actual: Any, *, same: bool
) -> None:
    assert is_same(parameter(type_), expected, actual) is same


def test_a_secret_is_known_by_its_name() -> None:
    for name in ("webserver_password", "ems_psk", "wifi_sta_password", "wifi_prov_pop", "api_key"):
        assert is_secret(name)
    for name in ("ledstrip_mode", "keypad_level", "ecu_main_fuse_size_a", "wifi_sta_ssid"):
        assert not is_secret(name)


def test_a_secret_shows_neither_in_its_repr_nor_in_an_error() -> None:
    secret = parameter("str32", "ems_psk", value="hunter2", default="sesame", secret=True)
    assert "hunter2" not in repr(secret) + str(secret)
    assert "sesame" not in repr(secret)
    assert "********" in repr(secret)
    assert secret.value == "hunter2"
    with pytest.raises(HomevoltValueError) as caught:
        secret.check("hunter3" * 10)
    assert "hunter3" not in str(caught.value)
    assert "'hunter2'" in repr(parameter("str32", value="hunter2"))


def test_a_secret_that_the_device_hides_counts_as_read_back_unless_it_was_emptied() -> None:
    secret = parameter("str32", secret=True)
    assert is_same(secret, "hunter2", "****")
    assert is_same(secret, "hunter2", "hunter2")
    assert not is_same(secret, "hunter2", "hunter1")
    assert not is_same(secret, "hunter2", "")
    assert not is_same(secret, "", "****")
    assert is_same(secret, "", "")
    assert masked(secret, "") == ""


@pytest.mark.parametrize("declared", simulated.PARAMETERS, ids=lambda p: p.name)
def test_the_default_of_every_parameter_is_written_as_the_device_parses_it(
    declared: simulated.Parameter,
) -> None:
    several = isinstance(declared.default, tuple)
    default = list(declared.default) if isinstance(declared.default, tuple) else [declared.default]
    data = ParamData(
        name=declared.name, type=declared.type, size=declared.size_bytes, default=default
    )
    ours = typed_parameter(data)
    assert ours is not None
    assert ours.default is not None
    parsed = declared.parse(form_text(ours.check(ours.default)))
    assert (parsed if several else (parsed,)) == tuple(default)


@example("uint8", "0\x1f")  # white space to one function of Python and not to another
@given(
    st.sampled_from(["bool", "flt", "double", "str32", *INTEGERS]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
)
def test_whatever_passes_the_check_is_parsed_by_the_device_to_the_same_value(
    type_: str, value: object
) -> None:
    if type_ == "sint16":  # a type that the simulated device does not have
        return
    ours = parameter(type_)
    try:
        checked = ours.check(value)
    except HomevoltValueError:
        return
    parsed = simulated.Parameter(1, "x", type_, 0, "").parse(form_text(checked))
    assert not isinstance(parsed, tuple)
    assert is_same(ours, checked, parsed)


@pytest.mark.parametrize("value", ["true", ["true"], "1", 1, 1.0, [True]])
def test_a_boolean_is_read_in_all_its_spellings(value: Any) -> None:
    found = typed_parameter(ParamData(name="x", type="bool", size=1, value=value))
    assert found is not None
    assert found.value is True


@pytest.mark.parametrize("value", ["perhaps", 2, {"on": True}, [None]])
def test_a_value_that_is_not_a_boolean_is_not_read(value: Any) -> None:
    found = typed_parameter(ParamData(name="x", type="bool", size=1, value=value))
    assert found is not None
    assert found.value is None
