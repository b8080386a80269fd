"""What `homevolt run` costs: 200 devices on MQTT and Prometheus, and a command over MQTT.

Devices, broker and bridge are processes of their own, so that the bridge is measured alone.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import ClientSession

from benchmarks.bare import Bare
from benchmarks.processes import bridging, cpu_s, resident_mb, simulating
from tests.support.bridged import Observer, observing
from tests.support.mosquitto import Mosquitto
from tests.support.raw_server import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
    from pathlib import Path

    from homevolt.bridges.config import MqttConfig

DEVICES, INTERVAL_S = 200, 10
SETTLE_S, WINDOW_S = 15, 20
MAY_TAKE_PERCENT, MAY_WEIGH_MB = 50, 150
START_S = 60.0
ROUNDS, WARM_UP = 60, 20
MAY_COST, MAY_ADD_MS = 1.3, 20.0
LONG_S = 3600


class Bridge(NamedTuple):
    """A bridge in a process of its own.

    Attributes:
        pid: The id of its process.
        url: Where it serves Prometheus.
        observer: Who listens and commands on the broker.
    """

    pid: int
    url: str
    observer: Observer


@asynccontextmanager
async def bridge(folder: Path, urls: Iterable[str], interval_s: int) -> AsyncIterator[Bridge]:
    """Run a bridge with a broker, and give it once every device is available there."""
    urls = [*urls]
    async with Mosquitto(folder / "broker") as broker, observing(broker) as observer:
        port = unused_port()
        file = folder / "homevolt.toml"
        file.write_text(config(urls, broker.config(), port, interval_s))
        file.chmod(0o600)
        with bridging(file) as pid:
            await until(lambda: len(of(observer, "availability")) == len(urls))
            yield Bridge(pid, f"http://127.0.0.1:{port}", observer)


def config(urls: Iterable[str], mqtt: MqttConfig, port: int, interval_s: int) -> str:
    """Return a configuration with both outputs."""
    tables = [
        f"interval_s = {interval_s}",
        f'[mqtt]\nport = {mqtt.port}\nusername = "{mqtt.username}"\npassword = "{mqtt.password}"',
        f"[prometheus]\n[http]\nport = {port}",
    ]
    for number, url in enumerate(urls):
        tables.append(f'[devices.house-{number}]\nhost = "{url}"\npassword = "secret"')
    return "\n".join(tables)


def of(observer: Observer, name: str) -> list[str]:
    """Return the topics of the devices that end like this."""
    return [topic for topic in observer.latest if topic.endswith(f"/{name}")]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(START_S):
        while not condition():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.1)


async def test_two_hundred_devices_take_half_a_core_and_150_mb(tmp_path: Path) -> None:
    with simulating("--fleet", str(DEVICES)) as (ready, simulators):
        async with bridge(tmp_path, ready["devices"], INTERVAL_S) as run, ClientSession() as client:
            await asyncio.sleep(SETTLE_S)  # for the parameters, which are read once
            states = sum(m.topic.endswith("/state") for m in run.observer.messages)
            began_s = time.perf_counter()
            before_s, simulators_s = cpu_s(run.pid), cpu_s(simulators)
            async with client.get(f"{run.url}/metrics") as answer:
                scraped = await answer.read()
            await asyncio.sleep(WINDOW_S)
            took_s = time.perf_counter() - began_s
            percent = (cpu_s(run.pid) - before_s) / took_s * 100
            simulators_percent = (cpu_s(simulators) - simulators_s) / took_s * 100
            states = sum(m.topic.endswith("/state") for m in run.observer.messages) - states
            weight_mb = resident_mb(run.pid)
    print(
        f"\n{DEVICES} devices at {INTERVAL_S} s on MQTT and Prometheus: {percent:.0f} % of a core "
        f"and {weight_mb:.0f} MB resident; the simulators {simulators_percent:.0f} % of a core"
    )
    assert scraped.count(b"\nhomevolt_up{") == DEVICES
    # Of each device its state, and its battery's, in each interval.
    assert states >= 2 * DEVICES * (WINDOW_S // INTERVAL_S) * 0.9
    assert percent <= MAY_TAKE_PERCENT
    assert weight_mb <= MAY_WEIGH_MB


async def test_a_command_takes_little_longer_than_its_round_trips(tmp_path: Path) -> None:
    """The floor is a message over the broker and back, and the requests that the command made."""
    with simulating("--local-mode", "--no-cloud", "--control-port", "0") as (ready, _):
        (url,) = ready["devices"]
        journal = f"{ready['control']}/journal"
        async with (
            bridge(tmp_path, [url], LONG_S) as run,
            Bare(url.removeprefix("http://"), ready["password"]) as bare,
            ClientSession() as control,
        ):
            observer = run.observer
            (availability,) = of(observer, "availability")
            thing = availability.removesuffix("availability") + "{}/mode"

            async def command(number: int) -> None:
                # Each differs from the one before, which would only be extended otherwise.
                wanted = {"mode": "inverter_charge", "setpoint": 1000 + number, "id": str(number)}
                since = await observer.send(thing.format("set"), wanted)
                result = await observer.wait(thing.format("result"), since=since)
                assert (result.json["id"], result.json["outcome"]) == (str(number), "verified")

            async def floor(records: list[dict[str, Any]]) -> None:
                since = await observer.send("floor", "")
                await observer.wait("floor", since=since)
                for record in records:
                    await (bare.send(record["command"]) if record["command"] else bare.read())

            pairs = []
            for number in range(WARM_UP + ROUNDS):
                (await control.delete(journal)).release()
                own_s = await seconds(command(number))
                async with control.get(journal) as answer:
                    records = await answer.json()
                # It leaves the plan that the command wrote, so that the next one makes the same.
                pairs.append((own_s, await seconds(floor(records))))
    own_ms, floor_ms = (median(column) * 1000 for column in zip(*pairs[WARM_UP:], strict=True))
    print(
        f"\ncommand over MQTT, verified: {own_ms:.1f} ms over {floor_ms:.1f} ms of "
        f"{len(records)} bare requests and a message"
    )
    assert own_ms <= floor_ms * MAY_COST + MAY_ADD_MS


async def seconds(call: Awaitable[None]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    await call
    return time.perf_counter() - start
