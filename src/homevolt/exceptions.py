"""Every error this library raises: one closed tree below `HomevoltError`.

What to catch:

* `HomevoltConnectionError`: the device was not reached or gave no usable answer; try again later.
* `HomevoltAuthenticationError`: the password is wrong; do not try again before it is changed.
* `HomevoltDataError`: an answer came that is not what this endpoint gives; nothing was read.
* `HomevoltValueError`: an argument is wrong; nothing was sent.
* `HomevoltLocalModeError`: the cloud is in charge; call `enable_local_mode()` first.
* `HomevoltCommandError`: a write was sent and did not do what was asked; its subclasses say how.

Nothing else leaves the library, `asyncio.CancelledError` aside.
"""

from __future__ import annotations

from typing import Any


class HomevoltError(Exception):
    """Base of every error of this library."""


class HomevoltConnectionError(HomevoltError):
    """The device could not be reached, broke off, or answered that it is busy or failing.

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
    """The device answered with an HTTP status that is no success; see `status`."""


class HomevoltRedirectError(HomevoltResponseError):
    """The device answered with a redirect, which is never followed.

    Attributes:
        location: The address it pointed to, such as an https address of the same device.
    """

    def __init__(self, message: str, *, location: str, status: int) -> None:
        super().__init__(message, status=status)
        self.location = location


class HomevoltAuthenticationError(HomevoltError):
    """The device refused the password, or wants one and none was given.

    Attributes:
        retry_after: Seconds until this library sends the same password again, or None if the next
            call may send it at once.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HomevoltRateLimitError(HomevoltAuthenticationError):
    """The device answers 429: too many wrong passwords, from here or from elsewhere."""


class HomevoltDataError(HomevoltError):
    """An answer is not what its endpoint gives.

    Attributes:
        path: The JSON path at which it went wrong, such as `$.ems`, or None if it is no JSON.
    """

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class HomevoltNotReadyError(HomevoltError):
    """Something was asked for that only exists after `update_info()`."""


class HomevoltValueError(HomevoltError, ValueError):
    """An argument is wrong; nothing was sent."""


class HomevoltLocalModeError(HomevoltError):
    """A schedule write needs local mode, and local mode is off; nothing was sent."""


class HomevoltCommandError(HomevoltError):
    """A write was sent and did not do what was asked."""


class HomevoltCommandRejectedError(HomevoltCommandError):
    """The device refused the command.

    Attributes:
        reply: What the device said, in its own words.
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

    That is so too where what is read back now may not last: the device says that its flash is full,
    so the next restart may undo it; or local mode went off meanwhile, so the cloud may.
    """
