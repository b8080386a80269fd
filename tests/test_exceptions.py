"""The errors are values: they can be copied and sent to another process with all they carry."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from homevolt import exceptions
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltPricesError,
    HomevoltPriceUnitError,
    HomevoltRedirectError,
)
from homevolt.schedule.entry import ScheduleEntry

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = ScheduleEntry(mode=1, id=3, setpoint=500)
ATTRIBUTES: dict[type[HomevoltError], dict[str, Any]] = {
    HomevoltRedirectError: {"location": "https://10.0.0.7/", "status": 302},
    HomevoltConnectionError: {"maybe_sent": True, "status": 503},
    HomevoltAuthenticationError: {"retry_after": 10.0, "is_final": False},
    HomevoltPriceUnitError: {"probable_unit": "öre/kWh", "path": None},
    HomevoltPricesError: {"day": date(2026, 1, 31), "retry_at": datetime(2026, 1, 30, tzinfo=UTC)},
    HomevoltDataError: {"path": "$.ems"},
    HomevoltCommandRejectedError: {"reply": "invalid option"},
    HomevoltCommandVerificationError: {"expected": ENTRY, "actual": (ENTRY, None)},
}
"""Attributes of an error and of those below it; the nearest row counts."""
ERRORS = sorted(
    (each for name, each in vars(exceptions).items() if name.startswith("Homevolt")),
    key=lambda each: each.__name__,
)


def through_pickle(error: HomevoltError) -> HomevoltError:
    twin: HomevoltError = pickle.loads(pickle.dumps(error))  # noqa: S301 - the bytes are our own
    return twin


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, through_pickle])
@pytest.mark.parametrize("kind", ERRORS)
def test_a_copied_error_has_all_that_the_error_had(
    kind: type[HomevoltError], copied: Callable[[HomevoltError], HomevoltError]
) -> None:
    attributes = next((ATTRIBUTES[base] for base in kind.__mro__ if base in ATTRIBUTES), {})
    error = kind("What happened.", **attributes)
    error.add_note("A note of the caller.")
    twin = copied(error)
    assert type(twin) is kind
    assert twin is not error
    assert (str(twin), twin.args) == ("What happened.", ("What happened.",))
    assert vars(twin) == vars(error)
    assert {name: getattr(twin, name) for name in attributes} == attributes


def test_an_error_of_a_program_of_its_own_can_be_copied_too() -> None:
    class OwnError(HomevoltError):
        def __init__(self, code: int, *, hint: str) -> None:
            super().__init__(f"Error {code}.")
            self.hint = hint

    twin = copy.deepcopy(OwnError(5, hint="Try again."))
    assert (str(twin), twin.hint) == ("Error 5.", "Try again.")
