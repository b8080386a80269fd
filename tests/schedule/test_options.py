"""Options and what may be given for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.options import (
    BY_NAME,
    OPTIONS,
    Kind,
    check_names,
    check_option,
    whole_number,
)


class Three:
    """A number of another library, as numpy has them."""

    def __index__(self) -> int:
        return 3


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


NO_NUMBERS: list[Any] = [True, False, 1.0, 1.5, float("nan"), "3", b"3", [3], object(), 1j]


@pytest.mark.parametrize("wrong", [*NO_NUMBERS, Unspeakable()])
@pytest.mark.parametrize("name", [o.name for o in OPTIONS if o.kind is Kind.WHOLE])
def test_a_number_must_be_a_whole_number(name: str, wrong: object) -> None:
    with pytest.raises(HomevoltValueError, match=f"^{name} must be a whole number"):
        check_option(BY_NAME[name], wrong)


@pytest.mark.parametrize("name", [o.name for o in OPTIONS if o.kind is Kind.WHOLE])
def test_a_number_must_be_in_range(name: str) -> None:
    option = BY_NAME[name]
    assert check_option(option, option.low) == option.low
    assert check_option(option, option.high) == option.high
    for wrong in (option.low - 1, option.high + 1, 10**5000):
        with pytest.raises(HomevoltValueError, match=f"^{name} must be {option.low} to"):
            check_option(option, wrong)


@pytest.mark.parametrize("name", [o.name for o in OPTIONS if o.kind is Kind.FLAG])
def test_a_switch_is_true_or_false(name: str) -> None:
    assert check_option(BY_NAME[name], True) is True
    assert check_option(BY_NAME[name], False) is False
    for wrong in (0, 1, "true", 1.0):
        with pytest.raises(HomevoltValueError, match=f"^{name} must be True or False"):
            check_option(BY_NAME[name], wrong)


@pytest.mark.parametrize("name", [o.name for o in BY_NAME.values() if o.kind is Kind.TIME])
def test_a_time_is_parsed(name: str) -> None:
    seen = check_option(BY_NAME[name], "2026-01-31T23:00:00.5Z")
    assert seen == datetime(2026, 1, 31, 23, tzinfo=UTC)
    with pytest.raises(HomevoltValueError, match=f"^{name} must be a datetime or ISO text"):
        check_option(BY_NAME[name], 1766131200)


def test_numbers_of_other_libraries_are_numbers() -> None:
    number = whole_number("setpoint", Three())
    assert number == 3
    assert type(number) is int


def test_an_unknown_option_is_refused_with_the_nearest_one() -> None:
    check_names(["setpoint"], BY_NAME)
    with pytest.raises(HomevoltValueError, match="no option 'set_point'; did you mean 'setpoint'"):
        check_names(["setpoint", "set_point"], BY_NAME)
    with pytest.raises(HomevoltValueError, match=r"no option '\?'$"):
        check_names(["?"], BY_NAME)


def test_whatever_is_quoted_in_a_message_stays_short() -> None:
    assert short_repr("x") == "'x'"
    assert len(short_repr("x" * 1000)) == 80
    assert short_repr(Unspeakable()) == "a Unspeakable"
    assert short_repr(10**5000) == "a int"
