"""A real broker on loopback: Debian's `mosquitto`, with a password and with or without TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

import pytest

from homevolt.bridges.config import MqttConfig
from tests.support.raw_server import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

USER, PASSWORD = "bridge", "not-a-secret"
DEADLINE_S = 20.0
_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin:/opt/homebrew/bin"


class Mosquitto:
    """A broker that is started and stopped at will, always on the same port.

    Args:
        folder: Where its files are.
        tls: The files of its certificate and its key, and of the authority; None for no TLS.
        allowed: What its user may do, such as `readwrite homevolt/#`; None for everything.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tls: tuple[Path, Path, Path] | None = None,
        allowed: tuple[str, ...] | None = None,
    ) -> None:
        self.port = unused_port()
        self._folder, self._tls, self._allowed = folder, tls, allowed
        self._process: asyncio.subprocess.Process | None = None

    def config(self, **changes: object) -> MqttConfig:
        """Return how to connect to it."""
        options: dict[str, object] = {
            "host": "localhost" if self._tls else "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "tls": self._tls is not None,
            "ca_file": None if self._tls is None else self._tls[2],
        }
        return MqttConfig(**{**options, **changes})  # type: ignore[arg-type]  # by their names

    @property
    def _acl(self) -> Path:
        return self._folder / "permissions"

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self._folder.mkdir(exist_ok=True)
        passwords = self._folder / "passwords"
        if not passwords.exists():
            subprocess.run(  # noqa: ASYNC221 - nothing else waits
                [_program("mosquitto_passwd"), "-b", "-c", passwords, USER, PASSWORD],
                check=True,
                capture_output=True,
            )
        if self._allowed is not None:
            rules = [f"user {USER}", *(f"topic {rule}" for rule in self._allowed)]
            self._acl.write_text("\n".join(rules) + "\n")
        file = self._folder / "mosquitto.conf"
        file.write_text("\n".join(self._lines(passwords)) + "\n")
        self._process = await asyncio.create_subprocess_exec(
            _program("mosquitto"), "-c", str(file), stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        said = b""
        while b" running" not in said:
            line = await asyncio.wait_for(self._process.stderr.readline(), DEADLINE_S)
            assert line, f"mosquitto ended: {said.decode()}"
            said += line
        self._drain = asyncio.create_task(self._process.stderr.read())

    async def stop(self) -> None:
        """End it, with what it has retained."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()
            await self._drain
            self._process = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _lines(self, passwords: Path) -> list[str]:
        lines = [
            "user root",  # which counts only for root, who may not leave the folder unreadable
            f"listener {self.port} {'localhost' if self._tls else '127.0.0.1'}",
            "allow_anonymous false",
            f"password_file {passwords}",
            "max_queued_messages 100000",
            "set_tcp_nodelay true",
        ]
        if self._allowed is not None:
            lines.append(f"acl_file {self._acl}")
        if self._tls is not None:
            certificate, key, authority = self._tls
            lines += [f"certfile {certificate}", f"keyfile {key}", f"cafile {authority}"]
        return lines


@asynccontextmanager
async def running_broker(folder: Path) -> AsyncIterator[Mosquitto]:
    """Run a broker with a password."""
    async with Mosquitto(folder) as broker:
        yield broker


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_PATH)
    if not found and "CI" not in os.environ:
        pytest.skip(f"{name} is not here: package mosquitto")
    assert found, f"{name} is missing: install Debian's package mosquitto, as .ci/run does"
    return found
