"""A real Home Assistant without a screen: started in a folder of its own, asked over its API."""

from __future__ import annotations

import asyncio
import json
import os
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import ClientError, ClientSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PYTHON = Path(os.environ.get("HOME_ASSISTANT_PYTHON", ".venv-homeassistant/bin/python")).absolute()
"""The interpreter that has Home Assistant; `make homeassistant` installs it."""
USER = PASSWORD = "homevolt"
ENTRY_ID = "01HOMEVOLT0000000000000000"
START_TIMEOUT_S = 180
_CONFIGURATION = """
homeassistant:
  name: Acceptance
  time_zone: Europe/Stockholm
  unit_system: metric
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
frontend:
logger:
  default: info
"""
_LAUNCH = """
import sys
import homeassistant.const
homeassistant.const.REQUIRED_PYTHON_VER = (3, 13, 0)  # it runs on this one too
from homeassistant.__main__ import main
sys.exit(main())
"""
_LOG_LINE = re.compile(r"\S+ \S+ (?P<level>[A-Z]+) \(\S+\) \[(?P<logger>[\w.]+)\]")


class Entity(NamedTuple):
    """An entity as Home Assistant has it.

    Attributes:
        id: Its id, such as `sensor.homevolt_power`.
        unique_id: The id that the discovery gave it.
        state: Its state as text.
        attributes: Its attributes, such as `device_class`.
    """

    id: str
    unique_id: str
    state: str
    attributes: dict[str, Any]


def prepare(folder: Path, *, port: int, broker_port: int, username: str, password: str) -> None:
    """Write the configuration of a Home Assistant that was set up and has one broker.

    Args:
        folder: An empty folder.
        port: Where it will listen on loopback.
        broker_port: Where the broker listens on loopback.
        username: Who logs in to the broker.
        password: The password for that.
    """
    storage = folder / ".storage"
    storage.mkdir()
    (folder / "configuration.yaml").write_text(_CONFIGURATION.format(port=port))
    done = ["user", "core_config", "analytics", "integration"]
    _store(storage, "onboarding", 4, {"done": done})
    moment = "2026-01-01T00:00:00+00:00"
    entry: dict[str, Any] = {
        "created_at": moment,
        "modified_at": moment,
        "data": {
            "broker": "127.0.0.1",
            "port": broker_port,
            "username": username,
            "password": password,
        },
        "disabled_by": None,
        "discovery_keys": {},
        "domain": "mqtt",
        "entry_id": ENTRY_ID,
        "minor_version": 1,
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": "broker",
        "unique_id": None,
        "version": 1,
    }
    _store(storage, "core.config_entries", 1, {"entries": [entry]})


def _store(storage: Path, key: str, version: int, data: dict[str, Any]) -> None:
    document = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(document))


class HomeAssistant:
    """A running Home Assistant.

    Args:
        session: What its API is asked with.
        folder: Its folder.
        port: Where it listens on loopback.
        token: What it lets in.
    """

    def __init__(self, session: ClientSession, folder: Path, port: int, token: str) -> None:
        self._session = session
        self._folder = folder
        self._url = f"http://127.0.0.1:{port}"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def entities(self) -> dict[str, Entity]:
        """Return the entities of the broker by their unique id."""
        registry = await self._command("config/entity_registry/list")
        states = {each["entity_id"]: each for each in await self._get("/api/states")}
        return {
            row["unique_id"]: Entity(
                row["entity_id"],
                row["unique_id"],
                states[row["entity_id"]]["state"],
                states[row["entity_id"]]["attributes"],
            )
            for row in registry
            if row["platform"] == "mqtt" and row["entity_id"] in states
        }

    async def devices(self) -> dict[str, dict[str, Any]]:
        """Return the devices of the broker by the id that the discovery gave them."""
        rows = await self._command("config/device_registry/list")
        return {
            identifier: row
            for row in rows
            if ENTRY_ID in row["config_entries"]
            for domain, identifier in row["identifiers"]
            if domain == "mqtt"
        }

    async def call(self, service: str, entity_id: str, **data: Any) -> None:
        """Call a service for an entity, such as `select.select_option`."""
        domain, name = service.split(".")
        async with self._session.post(
            f"{self._url}/api/services/{domain}/{name}",
            json={"entity_id": entity_id, **data},
            headers=self._headers,
        ) as response:
            response.raise_for_status()

    def complaints(self, start: int = 0, but: str = "\n") -> list[str]:
        """Return the lines of its log above INFO that its MQTT part wrote.

        Args:
            start: How many lines of the log are passed over.
            but: A text whose lines are passed over too.
        """
        found = []
        for line in self.log()[start:]:
            match = _LOG_LINE.match(line)
            if (
                but not in line
                and match
                and ".mqtt" in match["logger"]
                and match["level"] not in {"DEBUG", "INFO"}
            ):
                found.append(line)
        return found

    def log(self) -> list[str]:
        """Return the lines of its log."""
        return (self._folder / "out.log").read_text(errors="replace").splitlines()

    async def _get(self, path: str) -> Any:
        async with self._session.get(self._url + path, headers=self._headers) as response:
            response.raise_for_status()
            return await response.json()

    async def _command(self, kind: str) -> Any:
        """Send one command over its websocket and return the result."""
        async with self._session.ws_connect(f"{self._url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            token = self._headers["Authorization"].removeprefix("Bearer ")
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": kind})
            answer = await socket.receive_json()
            assert answer["success"], answer
            return answer["result"]


@asynccontextmanager
async def home_assistant(folder: Path, port: int) -> AsyncIterator[HomeAssistant]:
    """Run Home Assistant in a folder that was prepared.

    Args:
        folder: The folder; it keeps what Home Assistant remembers.
        port: Where it listens on loopback.
    """
    if not (folder / ".storage" / "auth_provider.homeassistant").exists():
        adding = ("--script", "auth", "-c", str(folder), "add", USER, PASSWORD)
        process = await asyncio.create_subprocess_exec(str(PYTHON), "-c", _LAUNCH, *adding)
        assert await process.wait() == 0
    with (folder / "out.log").open("ab") as log:
        arguments = ("-c", str(folder), "--skip-pip")
        process = await asyncio.create_subprocess_exec(
            str(PYTHON), "-c", _LAUNCH, *arguments, stdout=log, stderr=log
        )
        try:
            async with ClientSession() as session:
                async with asyncio.timeout(START_TIMEOUT_S):
                    token = await _token(session, f"http://127.0.0.1:{port}")
                yield HomeAssistant(session, folder, port, token)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _token(session: ClientSession, url: str) -> str:
    """Log in as soon as it answers."""
    client = {"client_id": f"{url}/"}
    flow = {**client, "handler": ["homeassistant", None], "redirect_uri": f"{url}/"}
    while True:
        try:
            async with session.post(f"{url}/auth/login_flow", json=flow) as response:
                if response.ok:
                    begun = await response.json()
                    break
        except ClientError:
            pass
        await asyncio.sleep(0.5)  # a program of its own, which cannot be waited for otherwise
    form = {**client, "username": USER, "password": PASSWORD}
    async with session.post(f"{url}/auth/login_flow/{begun['flow_id']}", json=form) as response:
        code = (await response.json())["result"]
    form = {**client, "grant_type": "authorization_code", "code": code}
    async with session.post(f"{url}/auth/token", data=form) as response:
        return str((await response.json())["access_token"])
