"""Keeps wrong passwords of this process from locking a device.

A device locks its user for up to 10 s after too many wrong passwords from any client, and then
refuses the right one too. So all connections of this process to one address share the state of each
password. An unproven password is sent by one call at a time, and one that was refused too often is
not sent again for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from homevolt._common import LoopLock
from homevolt.exceptions import HomevoltAuthenticationError, HomevoltRateLimitError

if TYPE_CHECKING:
    import asyncio

    from homevolt._common import Clock

FREE_TRIES = 3
"""Wrong passwords sent before calls are refused here; the device locks at the fifth."""
LONGEST_LOCK_S = 10.0
"""The longest time for which the device locks its user."""
LOCKOUT_MEMORY_S = 300.0
"""The device forgets wrong passwords after this long without one."""
MOST_ADDRESSES = 256
"""Addresses that are remembered after their last connection was closed."""
MOST_PASSWORDS = 16
"""Passwords of one address that are remembered after their last connection was closed."""
_DEFAULT_PORTS = (None, 80, 443)

K = TypeVar("K")
V = TypeVar("V")


class _Password:
    """What is known of one password at one address.

    Attributes:
        worked: Whether the device accepted it, and has not refused it for too long since.
        refusals: How often it was refused since it was accepted last.
        first_s: When the first of these refusals came.
        last_s: When the last of them came.
    """

    __slots__ = ("first_s", "last_s", "refusals", "worked")

    def __init__(self) -> None:
        self.worked = False
        self.refusals = 0
        self.first_s = self.last_s = 0.0


class _Address:
    """What all connections of this process to one address share.

    Attributes:
        clock: The time to go by.
        lock: Held by a call whose password is unproven.
        refusals: How many refusals the device may remember, of all passwords.
        last_s: When the last of them was refused.
        locked_until_s: Until when nothing is sent, as the device asked with status 429.
        passwords: The state of each password, by its hash; the password itself is not kept.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = LoopLock()
        self.refusals = 0
        self.last_s = self.locked_until_s = 0.0
        self.passwords: dict[int, _Password] = {}


_Key = tuple[int, str | None, int | None]
_in_use: WeakValueDictionary[_Key, _Address] = WeakValueDictionary()
_recent: dict[_Key, _Address] = {}


class PasswordGuard:
    """Decides for one connection whether its password may be sent, and what a refusal means.

    Args:
        clock: The time to go by. Connections share what they know if they share the clock.
        base_url: The base URL of the device.
        password: The password, or None or empty if there is none.
    """

    def __init__(self, clock: Clock, base_url: str, password: str | None) -> None:
        parts = urlsplit(base_url)
        port = None if parts.port in _DEFAULT_PORTS else parts.port  # http and https are one device
        key = (id(clock), parts.hostname, port)
        self._device = base_url
        self._address = _in_use.setdefault(key, _Address(clock))
        _keep(_recent, key, self._address, MOST_ADDRESSES)
        self._password: _Password | None = None
        if password:
            known, key_of_password = self._address.passwords, hash(password)
            self._password = known.get(key_of_password) or _Password()
            _keep(known, key_of_password, self._password, MOST_PASSWORDS)

    @property
    def is_proven(self) -> bool:
        """Whether the device accepted the password when it was sent last, or there is none."""
        password = self._password
        return password is None or (password.worked and not password.refusals)

    @property
    def lock(self) -> asyncio.Lock:
        """Held by a call whose password is unproven, so that several wrong ones are not sent."""
        return self._address.lock.get()

    def check(self) -> None:
        """Make sure that a request may be sent now.

        Raises:
            HomevoltRateLimitError: The device asked with status 429 to be left alone.
            HomevoltAuthenticationError: One more wrong password could lock the device, or another
                client has locked it.
        """
        if self._address.locked_until_s and (wait_s := self._until(self._address.locked_until_s)):
            raise HomevoltRateLimitError(
                f"{self._device} is locked after too many wrong passwords, so nothing was sent. "
                f"Try again in {wait_s:.0f} s.",
                retry_after=wait_s,
            )
        password = self._password
        if password is None or not password.refusals:
            return
        if password.worked:
            if wait_s := self._until(password.last_s + LONGEST_LOCK_S):
                raise self._locked_by_another(wait_s)
        elif wait_s := self._silence_s():
            raise HomevoltAuthenticationError(
                f"Authentication failed: {self._device} refused this password. It is not sent "
                f"again for {wait_s:.0f} s, so that the device does not lock. Check the password.",
                retry_after=wait_s,
            )

    def accepted(self) -> None:
        """Note that the device accepted the password."""
        password = self._password
        if password is not None and not (password.worked and not password.refusals):
            self._address.refusals = max(0, self._address.refusals - password.refusals)
            password.worked, password.refusals = True, 0

    def refused(self, status: int) -> HomevoltAuthenticationError:
        """Note that the device refused the password, and return what that means.

        Args:
            status: The HTTP status of the answer, 401 or 403.
        """
        address, password, now_s = self._address, self._password, self._address.clock.monotonic()
        answer = f"{self._device} answered {status}"
        if password is None:
            return HomevoltAuthenticationError(
                f"Authentication failed: {answer} and no password was given; pass password=."
            )
        if now_s - address.last_s >= LOCKOUT_MEMORY_S:
            address.refusals = 0
        address.refusals += 1
        password.refusals += 1
        address.last_s = password.last_s = now_s
        if password.refusals == 1:
            password.first_s = now_s
        refused_s = now_s - password.first_s
        # Another client may lock the device again and again, so two refusals are not enough.
        if password.worked and (password.refusals < FREE_TRIES or refused_s <= LONGEST_LOCK_S):
            return self._locked_by_another(LONGEST_LOCK_S)
        reason = (
            f"it has refused the password for {refused_s:.0f} s, longer than any lock lasts. Check "
            "whether the password was changed"
            if password.worked
            else "the password is wrong"
        )
        password.worked = False
        return HomevoltAuthenticationError(
            f"Authentication failed: {answer}: {reason}.", retry_after=self._silence_s()
        )

    def locked(self, wait_s: float | None) -> HomevoltRateLimitError:
        """Note that the device answered 429, and return what that means.

        Args:
            wait_s: The seconds that it asks for, or None if it does not say.
        """
        wait_s = LONGEST_LOCK_S if wait_s is None else min(wait_s, LOCKOUT_MEMORY_S)
        self._address.locked_until_s = self._address.clock.monotonic() + wait_s
        return HomevoltRateLimitError(
            f"{self._device} answered 429: it is locked after too many wrong passwords, from here "
            f"or from another client. Try again in {wait_s:.0f} s.",
            retry_after=wait_s,
        )

    def _locked_by_another(self, wait_s: float) -> HomevoltAuthenticationError:
        return HomevoltAuthenticationError(
            f"{self._device} refuses the password that it accepted before: locked by another "
            f"client, trying again in {wait_s:.0f} s.",
            retry_after=wait_s,
            is_final=False,
        )

    def _silence_s(self) -> float | None:
        """Return for how many seconds a refused password is not sent, None if it may be sent."""
        if self._address.refusals < FREE_TRIES:
            return None
        return self._until(self._address.last_s + LOCKOUT_MEMORY_S)

    def _until(self, time_s: float) -> float | None:
        """Return the seconds until a time, None if it has passed."""
        wait_s = time_s - self._address.clock.monotonic()
        return wait_s if wait_s > 0 else None


def _keep(recent: dict[K, V], key: K, value: V, most: int) -> None:
    """Make an entry the most recent one, and drop the oldest if there are too many."""
    recent.pop(key, None)
    recent[key] = value
    if len(recent) > most:
        del recent[next(iter(recent))]
