"""What tests of the named devices share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from homevolt.cli.output import CONFIG_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps passwords until the test ends, or refuses what it is told to refuse."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # as the package has it
        self.passwords: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password."""
        self._fail()
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self._fail()
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password."""
        self._fail()
        del self.passwords[service, username]


@pytest.fixture(autouse=True)
def _no_keyring() -> None:
    """Let no test near the keyring of the developer."""
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # as the package has it


@pytest.fixture
def memory_keyring(_no_keyring: None) -> Iterator[MemoryKeyring]:
    """Let the system have a keyring."""
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call] # as the package has it


@pytest.fixture
def file() -> Path:
    """Return where the configuration file is in this test; its folder exists."""
    path = Path(os.environ[CONFIG_VARIABLE])
    path.parent.mkdir()
    return path
