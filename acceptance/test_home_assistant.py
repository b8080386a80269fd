"""The bridge of MQTT against a real Home Assistant: entities, states, commands, restarts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Self

import aiomqtt

from acceptance.home_assistant import Entity, HomeAssistant, home_assistant, prepare
from homevolt.simulator import Mode, Simulator
from tests.support.mosquitto import PASSWORD, USER, Mosquitto
from tests.support.raw_server import unused_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

DEADLINE_S = 90.0
TOLD = ("device_class", "state_class", "unit_of_measurement")
"""What of the discovery Home Assistant gives back as an attribute."""
_CONFIG = """
interval_s = 2

[devices.house]
host = "{host}"
password = "{password}"

[mqtt]
host = "127.0.0.1"
port = {port}
username = "{user}"
password = "{broker_password}"
"""


class Bridge:
    """`homevolt run` in a process of its own, ended as systemd does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it."""
        with (self._folder / "bridge.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "homevolt", "run", str(self._folder / "homevolt.toml")),
                stdout=log,
                stderr=log,
                env={**os.environ, "HOMEVOLT_STATE": str(self._folder / "state")},
            )

    async def stop(self) -> None:
        """End it; it says goodbye to the broker first."""
        self._process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self._process.wait(), DEADLINE_S) == 0


async def becomes(what: str, condition: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until a condition holds, and return what it returned."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not (result := await condition()):
                await asyncio.sleep(0.5)
            return result
    except TimeoutError:
        raise AssertionError(f"within {DEADLINE_S:g} s it did not come true: {what}") from None


async def discovery(broker: Mosquitto) -> dict[str, dict[str, Any]]:
    """Return the component of each entity that the bridge described, by its unique id."""
    components = {}
    async with aiomqtt.Client("127.0.0.1", broker.port, username=USER, password=PASSWORD) as client:
        await client.subscribe("homeassistant/device/+/config")
        with_nothing_more = asyncio.timeout(2)
        try:
            async with with_nothing_more:
                async for message in client.messages:
                    assert isinstance(message.payload, bytes)
                    document = json.loads(message.payload)
                    for component in document["components"].values():
                        components[component["unique_id"]] = component
        except TimeoutError:
            pass
    return components


def prepare_all(folder: Path, simulator: Simulator, broker: Mosquitto, port: int) -> None:
    """Write what the bridge and Home Assistant start with.

    Args:
        folder: Where their files will be.
        simulator: The device.
        broker: The broker.
        port: Where Home Assistant will listen.
    """
    (folder / "hass").mkdir()
    broker_login = {"username": USER, "password": PASSWORD}
    prepare(folder / "hass", port=port, broker_port=broker.port, **broker_login)
    config = folder / "homevolt.toml"
    config.touch(mode=0o600)
    config.write_text(
        _CONFIG.format(
            host=simulator.host,
            password=simulator.password,
            port=broker.port,
            user=USER,
            broker_password=PASSWORD,
        )
    )


async def known(
    hass: HomeAssistant, expected: dict[str, dict[str, Any]]
) -> dict[str, Entity] | None:
    """Return the entities if each that is expected is there and available."""
    entities = await hass.entities()
    available = {each for each, entity in entities.items() if entity.state != "unavailable"}
    return entities if available == set(expected) else None


async def test_home_assistant_has_every_entity_and_commands_the_battery(tmp_path: Path) -> None:
    hass_port = unused_port()
    async with (
        Simulator(password="not-a-secret", units=2) as simulator,
        Mosquitto(tmp_path / "broker") as broker,
    ):
        prepare_all(tmp_path, simulator, broker, hass_port)
        async with Bridge(tmp_path) as bridge:
            expected = await becomes("the bridge describes its devices", lambda: discovery(broker))
            async with home_assistant(tmp_path / "hass", hass_port) as hass:
                entities = await becomes("all entities are there", lambda: known(hass, expected))
                print(f"\n{len(entities)} entities of {len(await hass.devices())} devices")
                check_attributes(entities, expected)
                await check_devices(hass)
                check_states(entities)
                await check_commands(hass, simulator)
                for program in (bridge, broker, simulator):
                    await check_restart(program, hass, expected)
                assert hass.complaints(but="The connection was lost") == []
            lines = len(hass.log())
            async with home_assistant(tmp_path / "hass", hass_port) as hass:
                again = await becomes("all entities are back", lambda: known(hass, expected))
                assert ids(again) == ids(entities)
                assert hass.complaints(lines) == []


def ids(entities: dict[str, Entity]) -> dict[str, str]:
    """Return the id of each entity by its unique id."""
    return {unique: entity.id for unique, entity in entities.items()}


def check_attributes(entities: dict[str, Entity], expected: dict[str, dict[str, Any]]) -> None:
    """Compare class and unit with the discovery; a class that is refused would be missing."""
    for unique_id, component in expected.items():
        told = {name: component[name] for name in TOLD if name in component}
        attributes = entities[unique_id].attributes
        assert {name: attributes.get(name) for name in told} == told, unique_id


async def check_devices(hass: HomeAssistant) -> None:
    """Every device but the unit that answers hangs below another one."""
    devices = await hass.devices()
    roots = [row["name"] for row in devices.values() if row["via_device_id"] is None]
    assert len(roots) == 1, roots
    assert all(row["via_device_id"] != row["id"] for row in devices.values())


def check_states(entities: dict[str, Entity]) -> None:
    """Compare states that can be known beforehand with what they must be."""
    states = {unique_id: entity.state for unique_id, entity in entities.items()}
    unknown = [each for each, state in states.items() if state == "unknown"]
    print(f"{len(unknown)} of their states are unknown")
    assert not [each for each, state in states.items() if state in {"nan", "None", "null"}]
    numbers: dict[str, list[float]] = {"Hz": [], "%": []}
    for entity in entities.values():
        unit = entity.attributes.get("unit_of_measurement")
        if unit in numbers and entity.id.startswith("sensor.") and entity.state != "unknown":
            numbers[unit].append(float(entity.state))
    assert all(49 < each < 51 for each in numbers["Hz"])
    assert all(0 <= each <= 100 for each in numbers["%"])
    assert any(each > 1 for each in numbers["%"]), "percent, not a ratio"


async def check_commands(hass: HomeAssistant, simulator: Simulator) -> None:
    """Switch local mode on, charge for a while, and resume the plan, all from Home Assistant."""
    entities = await hass.entities()

    def find(platform: str, ending: str) -> str:
        (found,) = [
            each.id
            for each in entities.values()
            if each.id.startswith(f"{platform}.") and each.unique_id.endswith(ending)
        ]
        return found

    async def state_is(entity_id: str, state: str) -> bool:
        return any(
            each.id == entity_id and each.state == state
            for each in (await hass.entities()).values()
        )

    local_mode, mode = find("switch", "_set_local_mode"), find("select", "_set_mode")
    await hass.call("switch.turn_on", local_mode)
    await becomes("local mode is on", lambda: state_is(local_mode, "on"))
    await hass.call("number.set_value", find("number", "_set_setpoint"), value=2500)
    await hass.call("select.select_option", mode, option="inverter_charge")
    plan = simulator.installation.plan

    async def is_told() -> bool:
        # The mode too: the plan of the simulated cloud has the same power in other options.
        told = (Mode.INVERTER_CHARGE, 2500)
        return any((entry.type, entry.options.get("setpoint")) == told for entry in plan.entries)

    async def goes_on() -> bool:
        return not await is_told()

    await becomes("the battery is told to charge", is_told)  # at night its plan did so before
    await becomes("the battery charges", lambda: state_is(mode, "inverter_charge"))
    await hass.call("button.press", find("button", "_set_resume"))
    await becomes("the plan goes on", goes_on)


async def check_restart(
    program: Bridge | Mosquitto | Simulator,
    hass: HomeAssistant,
    expected: dict[str, dict[str, Any]],
) -> None:
    """Stop a program and start it again: everything is unavailable meanwhile, and comes back."""
    before = ids(await hass.entities())
    await program.stop()

    async def is_away() -> bool:
        entities = await hass.entities()
        return all(each.state == "unavailable" for each in entities.values())

    await becomes("nothing is available", is_away)
    await program.start()
    entities = await becomes("all entities are back", lambda: known(hass, expected))
    assert ids(entities) == before
