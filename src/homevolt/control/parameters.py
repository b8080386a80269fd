"""Reading and writing the device's parameters, local mode among them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

from homevolt._common import checking, short_repr
from homevolt.control.write_path import (
    LOCAL_MODE_KEY,
    PARAMS_PATH,
    check_kept,
    outcome_unknown,
    read_back_failed,
    shortened,
    unclear_answer,
)
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltError,
    HomevoltResponseError,
    HomevoltValueError,
)
from homevolt.protocol.parameter import (
    MASK,
    Parameter,
    form_text,
    is_same,
    masked,
    typed_parameter,
)
from homevolt.protocol.report_resources import PARAMS
from homevolt.protocol.resources import SCHEDULE
from homevolt.schedule.options import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.control.write_path import WritePath
    from homevolt.protocol.parameter import Value
    from homevolt.protocol.params import ParamData

_OWN_LOGIN_KEY = "webserver_password"
_STATES = {True: "on", False: "off", None: "not reported"}
_SAVED = re.compile(r"saved parameter", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\b(cannot|can't|could not|denied|error|fail(s|ed|ure)?|illegal|invalid|missing|must|no such|"
    r"not|out of range|read-?only|refused?|reject(s|ed)?|too (large|long|small)|unable|unknown|"
    r"unsupported|wrong)\b",
    re.IGNORECASE,
)
"""Words that mark a reply as a refusal; replies have no other mark."""


class _Reply(NamedTuple):
    """The answer to a parameter that was sent.

    Attributes:
        text: The reply text, secrets masked; empty if there was none.
        is_saved: Whether it says that the parameter was saved.
        uncertain_cause: What makes the outcome uncertain, None if the text confirms or refuses it.
    """

    text: str
    is_saved: bool
    uncertain_cause: HomevoltError | None


class Parameters:
    """The parameters of one device.

    Args:
        path: The write path of the device.
    """

    def __init__(self, path: WritePath) -> None:
        self._path = path

    async def all(self) -> dict[str, Parameter]:
        """Read every parameter, by name (`GET /params.json`)."""
        return _by_name((await self._path.store.read(PARAMS)).value)

    async def find(self, key: object) -> Parameter:
        """Read one parameter.

        Raises:
            HomevoltValueError: The device has none of that name; the nearest ones are suggested.
        """
        return await self._read(_checked_key(key))

    async def set(self, key: object, value: object, *, store: bool) -> Value:
        """Check a value against what the device declares, write it once, read it back.

        Returns:
            The value that was read back; of a secret the one that was written.

        Raises:
            HomevoltValueError: There is no such parameter or its type does not hold the value.
            HomevoltCommandError: See `homevolt.control.write_path`.
        """
        name = _checked_key(key)
        with checking("store"):
            if not isinstance(store, bool):
                raise HomevoltValueError(f"store must be True or False, not {short_repr(store)}")
        async with self._path.exclusive():
            parameter = await self._read(name)
            with checking(parameter.name):
                checked = parameter.check(value)
            return await self._write(parameter, checked, store=store)

    async def reset(self, key: object) -> Value:
        """Write the default of a parameter, for good, and read it back.

        Raises:
            HomevoltValueError: There is no such parameter or the device declares no default.
            HomevoltCommandError: See `homevolt.control.write_path`.
        """
        name = _checked_key(key)
        async with self._path.exclusive():
            parameter = await self._read(name)
            if parameter.default is None:
                raise HomevoltValueError(f"the device declares no default for {parameter.name}")
            return await self._write(parameter, parameter.check(parameter.default), store=True)

    async def set_local_mode(self, *, on: bool) -> None:
        """Switch local mode for good; read back both the parameter and `/schedule.json`."""
        value = str(on).lower()
        what = f"{LOCAL_MODE_KEY}={value}"

        async def switch() -> None:
            reply = await self._post(LOCAL_MODE_KEY, value, what, store=True)
            try:
                states = await self._local_mode()
            except HomevoltError as error:
                raise read_back_failed(what, reply.uncertain_cause, error) from error
            if states == {on}:
                check_kept(what, reply.uncertain_cause)
                return
            state = (not on) if states else None
            message = f"Local mode is {_STATES[state]} after it was switched {_STATES[on]}."
            different = HomevoltCommandVerificationError(message, expected=on, actual=state)
            raise _failure(what, reply, different) from reply.uncertain_cause

        async with self._path.exclusive():
            await self._path.shielded(switch())

    async def _local_mode(self) -> frozenset[bool]:
        """Read local mode from its parameter and from `/schedule.json`; return what they report."""
        try:
            parameter = await self._path.local_mode_parameter()
        except HomevoltResponseError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            parameter = None  # the firmware does not show its parameters
        reported = (await self._path.store.read(SCHEDULE)).value.local_mode
        return frozenset(s for s in (parameter, reported) if s is not None)

    async def _read(self, key: str) -> Parameter:
        return _find(key, await self.all())

    async def _write(self, parameter: Parameter, expected: Value, *, store: bool) -> Value:
        what = f"{parameter.name}={masked(parameter, expected)}"
        text = form_text(expected)

        async def send_and_compare() -> Value:
            secret = text if parameter.secret else ""
            reply = await self._post(parameter.name, text, what, secret=secret, store=store)
            actual = await self._compare(parameter, expected, what, reply)
            if parameter.name == LOCAL_MODE_KEY:
                await self._path.refresh_schedule()  # which reports it too
            return actual

        return await self._path.shielded(send_and_compare())

    async def _post(
        self, key: str, text: str, what: str, *, store: bool, secret: str = ""
    ) -> _Reply:
        """Send a parameter once, and read from the answer whether it was saved or refused."""
        form = {"k": key, "v": text, "store": "1" if store else "0"}
        body, uncertain_cause = await self._path.post(PARAMS_PATH, form)
        reply = _without(secret, body.decode("utf-8", "replace").strip())
        is_saved = _SAVED.search(reply) is not None
        if uncertain_cause is None and not is_saved and not _is_refusal(reply):
            uncertain_cause = unclear_answer(what, reply)
        return _Reply(reply, is_saved, uncertain_cause)

    async def _compare(
        self, parameter: Parameter, expected: Value, what: str, reply: _Reply
    ) -> Value:
        """Return the value that was read back if it proves the write."""
        try:
            actual = (await self._read(parameter.name)).value
        except HomevoltAuthenticationError as error:
            if reply.is_saved and parameter.name == _OWN_LOGIN_KEY:
                return expected  # the new password is in force, and this connection has the old one
            raise read_back_failed(what, reply.uncertain_cause, error) from error
        except HomevoltError as error:
            raise read_back_failed(what, reply.uncertain_cause, error) from error
        # A value that was there before, or is hidden, proves nothing about the write: then the
        # device must have confirmed it.
        is_proof = not parameter.secret and not is_same(parameter, expected, parameter.value)
        is_confirmed = reply.is_saved and reply.uncertain_cause is None
        if is_same(parameter, expected, actual) and (is_proof or is_confirmed):
            check_kept(what, reply.uncertain_cause)
            return expected if parameter.secret or actual is None else actual
        shown, shown_actual = masked(parameter, expected), masked(parameter, actual)
        different = HomevoltCommandVerificationError(
            f"{parameter.name} was set to {short_repr(shown)}, but reads back as "
            f"{short_repr(shown_actual)}.",
            expected=shown,
            actual=shown_actual,
        )
        raise _failure(what, reply, different) from reply.uncertain_cause


def _by_name(data: Sequence[ParamData]) -> dict[str, Parameter]:
    found = map(typed_parameter, data)
    return {parameter.name: parameter for parameter in found if parameter is not None}


def _checked_key(key: object) -> str:
    with checking("the name of the parameter"):
        if not isinstance(key, str):
            raise HomevoltValueError(f"the name of a parameter is text, not {short_repr(key)}")
        return key


def _find(key: str, known: dict[str, Parameter]) -> Parameter:
    with checking("the name of the parameter"):
        if key in known:
            return known[key]
    raise HomevoltValueError(f"the device has no parameter {short_repr(key)}{nearest(key, known)}")


def _without(secret: str, text: str) -> str:
    """Mask a secret in a reply, even where it repeats the form as it was sent."""
    for spelling in {secret, quote(secret, safe=""), quote_plus(secret)} - {""}:
        text = re.sub(re.escape(spelling), MASK, text, flags=re.IGNORECASE)
    return text


def _is_refusal(reply: str) -> bool:
    """Return whether a reply is text in which the device refuses a parameter."""
    is_text = reply.replace("\n", "").replace("\r", "").isprintable() and "\ufffd" not in reply
    return is_text and not reply.startswith("<") and _REFUSAL.search(reply) is not None


def _failure(
    what: str, reply: _Reply, different: HomevoltCommandVerificationError
) -> HomevoltCommandError:
    """Return the error for a write that the read-back does not show."""
    if reply.uncertain_cause is not None:
        return outcome_unknown(what, reply.uncertain_cause, different)
    if reply.is_saved:
        return different
    return HomevoltCommandRejectedError(
        f"The device refused {what}: {shortened(reply.text)}", reply=reply.text
    )
