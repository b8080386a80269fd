"""Every error this library raises: one closed tree below `HomevoltError`.

What to catch:

* `HomevoltConnectionError`: the device could not be reached or gave no usable answer; try again
  later.
* `HomevoltAuthenticationError`: the device refused the password; its `is_final` says whether trying
  again is of any use, its `retry_after` when.
* `HomevoltDataError`: an answer came that is not what this endpoint gives; nothing was read.
* `HomevoltNotSupportedError`: this unit has no such endpoint; do not ask it again for this.
* `HomevoltValueError`: an argument is wrong; nothing was sent.
* `HomevoltLocalModeError`: the cloud is in charge; call `enable_local_mode()` first.
* `HomevoltCommandError`: a write was sent and did not do what was asked; its subclasses say how.
* `HomevoltPricesError`: no source of prices gave those of a day; its subclass says that they are
  not published yet.
* `HomevoltPriceUnitError`: prices are in another unit than stated; it names the probable one.
* `HomevoltNotReadyError`: nothing has been read yet; call `update_info()` first.
* `HomevoltDiscoveryError`: the local network cannot be searched.

Nothing else leaves the library, `asyncio.CancelledError` aside. Every error can be pickled and
copied with its attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime


class HomevoltError(Exception):
    """Base of every error of this library."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make a copy: without `__init__`, whose arguments differ by error."""
        return _without_init, (type(self), self.args), self.__dict__


def _without_init(kind: type[HomevoltError], args: tuple[Any, ...]) -> HomevoltError:
    return kind.__new__(kind, *args)


class HomevoltConnectionError(HomevoltError):
    """The device could not be reached, the connection was lost, or it answered that it is failing.

    Attributes:
        maybe_sent: True if the request may have reached the device. A write that failed this way
            may have taken effect.
        status: The HTTP status of the answer, or None if there was none.
    """

    def __init__(
        self, message: str, *, maybe_sent: bool = False, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.maybe_sent = maybe_sent
        self.status = status


class HomevoltTimeoutError(HomevoltConnectionError):
    """The answer was not complete when the deadline passed."""


class HomevoltCertificateError(HomevoltConnectionError):
    """The device's certificate is not trusted; pin it with `ssl=`."""


class HomevoltResponseError(HomevoltConnectionError):
    """The device answered with an HTTP status that is not a success; see `status`."""


class HomevoltRedirectError(HomevoltResponseError):
    """The device answered with a redirect, which is never followed.

    Attributes:
        location: The address it pointed to, such as an https address of the same device.
    """

    def __init__(self, message: str, *, location: str, status: int) -> None:
        super().__init__(message, maybe_sent=True, status=status)
        self.location = location


class HomevoltNotSupportedError(HomevoltResponseError):
    """This unit lacks what was asked for: it answers 404, so its firmware does not offer it."""


class HomevoltAuthenticationError(HomevoltError):
    """The device refused the password, or requires one and none is configured.

    Attributes:
        retry_after: Seconds until this library sends the same password again, or None if the next
            call may send it at once.
        is_final: True if trying again with the same password is of no use: it is missing, it was
            never accepted, or it has been refused for longer than any lock of the device lasts.
            False while another client may have locked the device: try again after `retry_after`.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_final: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_final = is_final


class HomevoltRateLimitError(HomevoltAuthenticationError):
    """The device answered 429: too many wrong passwords, from here or from another client.

    It is never final: the device unlocks by itself.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_final: bool = False
    ) -> None:
        super().__init__(message, retry_after=retry_after, is_final=is_final)


class HomevoltDataError(HomevoltError):
    """An answer is not what its endpoint gives.

    Attributes:
        path: The JSON path at which it went wrong, such as `$.ems`, or None if it is not JSON.
    """

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class HomevoltPriceUnitError(HomevoltDataError):
    """Prices cannot be in the stated unit: ask, and read them again with the right one.

    Attributes:
        probable_unit: The unit that they are probably in, such as `öre/kWh`.
    """

    def __init__(self, message: str, *, probable_unit: str, path: str | None = None) -> None:
        super().__init__(message, path=path)
        self.probable_unit = probable_unit


class HomevoltPricesError(HomevoltError):
    """No source gave the prices of a day, or they are not known that far.

    Attributes:
        day: The delivery day.
        retry_at: When it makes sense to ask again, in UTC, or None if that is not known.
    """

    def __init__(self, message: str, *, day: date, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.day = day
        self.retry_at = retry_at


class HomevoltPricesNotPublishedError(HomevoltPricesError):
    """The prices of this day are not published yet; today's plan ends with today's prices."""


class HomevoltNotReadyError(HomevoltError):
    """Something was asked for that only exists after `update_info()`."""


class HomevoltDiscoveryError(HomevoltError):
    """Devices could not be searched for: no permission, no network, or a package is missing."""


class HomevoltValueError(HomevoltError, ValueError):
    """An argument is wrong; nothing was sent."""


class HomevoltLocalModeError(HomevoltError):
    """A schedule write needs local mode, and local mode is off; nothing was sent."""


class HomevoltCommandError(HomevoltError):
    """A write was sent and did not do what was asked."""


class HomevoltCommandRejectedError(HomevoltCommandError):
    """The device refused the command.

    Attributes:
        reply: The reason in the device's own words.
    """

    def __init__(self, message: str, *, reply: str) -> None:
        super().__init__(message)
        self.reply = reply


class HomevoltCommandVerificationError(HomevoltCommandError):
    """The device accepted the command, but what was read back is not what was asked for.

    Attributes:
        expected: What was asked for.
        actual: What was read back.
    """

    def __init__(self, message: str, *, expected: Any, actual: Any) -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual


class HomevoltCommandOutcomeUnknownError(HomevoltCommandError):
    """The command was sent once, no usable answer came, and reading back did not settle it.

    Likewise where what is read back now may not last: the device reported that its flash is full,
    so the next restart may undo it; or local mode was switched off meanwhile, so the cloud may.
    """
