"""Reading and writing the device's parameters, local mode among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from homevolt._common import short_repr
from homevolt.control.write_path import (
    LOCAL_MODE_KEY,
    PARAMS_PATH,
    check_kept,
    outcome_unknown,
    read_back_failed,
    shielded,
)
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltError,
    HomevoltValueError,
)
from homevolt.protocol.parameter import MASK, Parameter
from homevolt.protocol.resources import PARAMS, SCHEDULE
from homevolt.schedule.options import nearest

if TYPE_CHECKING:
    from homevolt.control.write_path import WritePath
    from homevolt.protocol.parameter import Value

_OWN_LOGIN_KEY = "webserver_password"
_STATES = {True: "on", False: "off", None: "not reported"}


class Settings:
    """The parameters of one device.

    Args:
        path: The write path of the device.
    """

    def __init__(self, path: WritePath) -> None:
        self._path = path

    async def all(self) -> dict[str, Parameter]:
        """Read every parameter, by name (`GET /params.json`)."""
        found = map(Parameter.from_wire, (await self._path.store.read(PARAMS)).value)
        return {parameter.name: parameter for parameter in found if parameter is not None}

    async def find(self, key: object) -> Parameter:
        """Read one parameter.

        Raises:
            HomevoltValueError: The device has none of that name; the nearest ones are suggested.
        """
        if not isinstance(key, str):
            raise HomevoltValueError(f"the name of a parameter is text, not {short_repr(key)}")
        known = await self.all()
        if key not in known:
            raise HomevoltValueError(
                f"the device has no parameter {short_repr(key)}{nearest(key, known)}"
            )
        return known[key]

    async def set(self, key: object, value: object, *, store: bool) -> Value:
        """Check a value against what the device declares, write it once, read it back.

        Returns:
            The value that was read back; of a secret the one that was written.

        Raises:
            HomevoltValueError: There is no such parameter or its type does not hold the value.
            HomevoltCommandError: See `homevolt.control.write_path`.
        """
        if not isinstance(store, bool):
            raise HomevoltValueError(f"store must be True or False, not {short_repr(store)}")
        async with self._path.turn:
            parameter = await self.find(key)
            return await self._write(parameter, parameter.check(value), store=store)

    async def reset(self, key: object) -> Value:
        """Write the default of a parameter, for good, and read it back.

        Raises:
            HomevoltValueError: There is no such parameter or the device declares no default.
            HomevoltCommandError: See `homevolt.control.write_path`.
        """
        async with self._path.turn:
            parameter = await self.find(key)
            if parameter.default is None:
                raise HomevoltValueError(f"the device declares no default for {parameter.name}")
            return await self._write(parameter, parameter.check(parameter.default), store=True)

    async def set_local_mode(self, *, on: bool) -> None:
        """Switch local mode for good and read it back from `/schedule.json`."""
        what = f"{LOCAL_MODE_KEY}={str(on).lower()}"

        async def switch() -> None:
            said, doubt = await self._post(LOCAL_MODE_KEY, str(on).lower(), store=True)
            try:
                record = await self._path.store.read(SCHEDULE)
                state = await self._path.tells_local_mode(record.value)
            except HomevoltError as error:
                raise read_back_failed(what, doubt, error) from error
            if state is on:
                check_kept(what, doubt)
            else:
                message = f"Local mode is {_STATES[state]} after it was switched {_STATES[on]}."
                different = HomevoltCommandVerificationError(message, expected=on, actual=state)
                raise _failure(what, said, doubt, different) from doubt

        async with self._path.turn:
            await shielded(switch())

    async def _write(self, parameter: Parameter, wanted: Value, *, store: bool) -> Value:
        async def send_and_compare() -> Value:
            said, doubt = await self._post(parameter.name, parameter.render(wanted), store=store)
            seen = await self._compare(parameter, wanted, said, doubt)
            if parameter.name == LOCAL_MODE_KEY:
                await self._path.refresh_schedule()  # which tells it too
            return seen

        return await shielded(send_and_compare())

    async def _post(self, key: str, text: str, *, store: bool) -> tuple[str, HomevoltError | None]:
        form = {"k": key, "v": text, "store": "1" if store else "0"}
        body, doubt = await self._path.post(PARAMS_PATH, form)
        return body.decode("utf-8", "replace").strip(), doubt

    async def _compare(
        self, parameter: Parameter, wanted: Value, said: str, doubt: HomevoltError | None
    ) -> Value:
        what = f"{parameter.name}={parameter.shown(wanted)}"
        try:
            seen = (await self.find(parameter.name)).value
        except HomevoltAuthenticationError as error:
            if _is_saved(said) and parameter.name == _OWN_LOGIN_KEY:
                return wanted  # the new password is in force: it is our own that is refused now
            raise read_back_failed(what, doubt, error) from error
        except HomevoltError as error:
            raise read_back_failed(what, doubt, error) from error
        # What was there before, or is hidden, proves nothing about the write: then the device's
        # own word is needed.
        is_proof = not parameter.secret and not parameter.matches(wanted, parameter.value)
        if parameter.matches(wanted, seen) and (is_proof or (doubt is None and _is_saved(said))):
            check_kept(what, doubt)
            return wanted if parameter.secret or seen is None else seen
        shown, shown_seen = parameter.shown(wanted), parameter.shown(seen)
        different = HomevoltCommandVerificationError(
            f"{parameter.name} was set to {short_repr(shown)}, but reads back as "
            f"{short_repr(shown_seen)}.",
            expected=shown,
            actual=shown_seen,
        )
        if parameter.secret and wanted:
            said = _without(parameter.render(wanted), said)
        raise _failure(what, said, doubt, different) from doubt


def _without(secret: str, said: str) -> str:
    """Mask a secret in the words of the device, also where they repeat the form as it was sent."""
    for spelling in (secret, quote(secret, safe=""), quote_plus(secret)):
        said = re.sub(re.escape(spelling), MASK, said, flags=re.IGNORECASE)
    return said


def _is_saved(said: str) -> bool:
    return "saved parameter" in said.lower()


def _failure(
    what: str,
    said: str,
    doubt: HomevoltError | None,
    different: HomevoltCommandVerificationError,
) -> HomevoltCommandError:
    """Return the error for a write that the read-back does not show."""
    if doubt is not None:
        return outcome_unknown(what, doubt, different)
    if _is_saved(said):
        return different
    return HomevoltCommandRejectedError(
        f"The device refused {what}: {said[:200] or 'it gave no reason'}", reply=said
    )
