"""`homevolt run` with a broker, as a process: it is ended, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from homevolt.simulator import Simulator
from tests.support.bridged import DEADLINE_S, observing
from tests.support.mosquitto import PASSWORD, USER, Mosquitto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.bridged import Observer

PROGRAM = str(Path(sys.executable).parent / "homevolt")
BRIDGE = "homevolt/bridge/state"


@asynccontextmanager
async def bridge(
    folder: Path, sim: Simulator, broker: Mosquitto
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the program, with its state in the folder."""
    (folder / "mqtt").write_text(PASSWORD)
    file = folder / "homevolt.toml"
    file.write_text(
        f'[devices.home]\nhost = "{sim.host}"\npassword = "device-secret"\n'
        f'[mqtt]\nport = {broker.port}\nusername = "{USER}"\npassword_file = "mqtt"\n'
    )
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "run", str(file)),
        env={**os.environ, "HOMEVOLT_STATE": str(folder / "state")},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ask(observer: Observer, topic: str, result: str, payload: str) -> str:
    since = await observer.send(topic, payload)
    outcome: str = (await observer.wait(result, since=since)).json["outcome"]
    return outcome


async def test_a_charge_survives_a_killed_process_and_is_ended_by_the_next_one(
    tmp_path: Path, broker: Mosquitto
) -> None:
    has_begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: float) -> None:
        has_begun.set()
        await may_go_on.wait()

    async with (
        Simulator("device-secret", local_mode=True, cloud=False, sleep=wait) as sim,
        observing(broker) as observer,
    ):
        sim.installation.plan.replace([], "Manual Schedule")
        base = f"homevolt/{sim.installation.units[0].ecu_id}"
        facade = (f"{base}/battery/mode", f"{base}/battery/result")

        async with bridge(tmp_path, sim, broker) as process:
            await observer.wait(f"{base}/availability", lambda m: m.payload == b"online")
            assert await ask(observer, *facade, "charge") == "verified"
            process.kill()
            await observer.wait(BRIDGE, lambda m: m.payload == b"offline")
        assert [entry.type for entry in sim.installation.plan.entries] == [1, 5]

        since = len(observer.messages)
        async with bridge(tmp_path, sim, broker) as process:
            await observer.wait(
                f"{base}/battery/state", lambda m: m.json["mode"] == "charge", since=since
            )
            assert await ask(observer, *facade, "normal") == "verified"
            assert [entry.type for entry in sim.installation.plan.entries] == [5]

            sim.faults.add("latency", seconds=1, write=True, count=1)
            since = await observer.send(f"{base}/set/mode", "idle")
            await asyncio.wait_for(has_begun.wait(), DEADLINE_S)
            await observer.send(f"{base}/set/clear", "PRESS")
            # It cannot be read, so it is answered at once: what came before it waits by now.
            assert await ask(observer, f"{base}/set/x", f"{base}/result/x", "{") == "refused"
            process.send_signal(signal.SIGTERM)
            may_go_on.set()
            mode = await observer.wait(f"{base}/result/mode", since=since)
            clear = await observer.wait(f"{base}/result/clear", since=since)
            assert (mode.json["outcome"], clear.json["outcome"]) == ("verified", "refused")
            await observer.wait(BRIDGE, lambda m: m.payload == b"offline", since=since)
            await asyncio.wait_for(process.wait(), DEADLINE_S)
            assert process.returncode == 0
        assert sim.installation.plan.entries[0].type == 0
