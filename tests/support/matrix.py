"""Every public method under every fault: how a cell of `docs/reliability.md` is brought about."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt import (
    Homevolt,
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltError,
    HomevoltRateLimitError,
)
from homevolt.device import DEFAULT_INTERVAL_S, LEAST_OF_BACKOFF
from homevolt.simulator.web.fault_kinds import FAULT_KINDS
from homevolt.simulator.world.clock import WINTER_NOON
from homevolt.simulator.world.ems.plan import Entry
from homevolt.transport.client import RETRY_BACKOFF_S
from tests.reports.documents import CASES, PLAIN_CASES
from tests.support.connected_device import (
    LONG_S,
    ConnectedDevice,
    connected_device,
    set_deadline,
)
from tests.support.plans import HOUR, NOON

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from homevolt import Device

END = int(WINTER_NOON) + 7200
SHORTEST_PAUSE_S = DEFAULT_INTERVAL_S * LEAST_OF_BACKOFF
"""How long a watch waits at least after a failure."""
PREVIOUS = Entry(6, None, END)
WINDOW: dict[str, Any] = {"from_time": NOON + HOUR, "to_time": NOON + HOUR + timedelta(hours=1)}


def _parameter(running: ConnectedDevice, name: str) -> object:
    return running.sim.installation.parameters[name]


class Method(NamedTuple):
    """A public method, and how to see that it took effect.

    Attributes:
        call: Calls it on the device, or on the connection if `of_connection` says so.
        took_effect: Looks at the simulated device; None for a method that writes nothing.
        local_mode: Whether local mode is on before.
        nth: Which of its writes a fault strikes.
        key: The option or parameter of it that a `normalise` limits.
        of_connection: Whether it is a method of `Homevolt`.
        is_repeated: Whether it reads again after a failure: a fault strikes its first read alone.
        is_local: Whether it asks the device nothing.
    """

    call: Callable[[Any], Awaitable[object]]
    took_effect: Callable[[ConnectedDevice], bool] | None = None
    local_mode: bool = True
    nth: int = 1
    key: str = "setpoint"
    of_connection: bool = False
    is_repeated: bool = False
    is_local: bool = False


def _plan(running: ConnectedDevice) -> list[tuple[int, object]]:
    return [(e.type, e.options.get("setpoint")) for e in running.sim.installation.plan.entries]


def _mode(number: int, setpoint: int | None, call: Callable[[Device], Awaitable[object]]) -> Method:
    return Method(call, lambda running: _plan(running) == [(number, setpoint)])


async def _first_update(owner: Device | Homevolt) -> None:
    async for update in owner.updates():
        if update.error is not None:
            raise update.error
        return


async def _first_snapshot(device: Device) -> None:
    async for _ in device.watch():
        return


async def _now(device: Device) -> None:
    with suppress(HomevoltError):
        await device.update_info()
    device.now()


async def _get_device(connection: Homevolt) -> None:
    with suppress(HomevoltError):
        await connection.update_info()
    connection.get_device()


async def _close(connection: Homevolt) -> None:
    with suppress(HomevoltError):
        await connection.update_info()
    await connection.close_connection()


def _report(method: str, **arguments: Any) -> Method:
    return Method(lambda device: getattr(device, method)(**arguments))


REPORTS = {
    "fetch_node_params": _report("fetch_node_params", node_id=1),
    "fetch_raw": _report("fetch_raw", name="pid"),
    **{
        case.method: _report(case.method, **case.arguments)
        for case in (CASES | PLAIN_CASES).values()
    },
}
"""Every method of `DeviceReports`."""
METHODS: dict[str, Method] = {
    "set_battery_mode": _mode(1, 500, lambda d: d.set_battery_mode(1, setpoint=500)),
    "charge_battery": _mode(1, 500, lambda d: d.charge_battery(max_power=500)),
    "discharge_battery": _mode(2, 500, lambda d: d.discharge_battery(max_power=500)),
    "set_battery_idle": _mode(0, None, lambda d: d.set_battery_idle()),
    "charge_from_grid": _mode(3, 500, lambda d: d.charge_from_grid(setpoint=500)),
    "discharge_to_grid": _mode(4, 500, lambda d: d.discharge_to_grid(setpoint=500)),
    "charge_from_solar": _mode(7, None, lambda d: d.charge_from_solar()),
    "add_schedule": Method(
        lambda d: d.add_schedule(1, setpoint=500, **WINDOW),
        lambda r: _plan(r) == [(6, None), (1, 500)],
    ),
    "delete_schedule": Method(lambda d: d.delete_schedule(1), lambda r: (6, None) not in _plan(r)),
    "clear_all_schedules": Method(lambda d: d.clear_all_schedules(), lambda r: _plan(r) == []),
    "replace_schedule": Method(
        lambda d: d.replace_schedule([{"mode": 1, "setpoint": 500, **WINDOW}]),
        lambda r: _plan(r) == [(1, 500)],
        nth=2,
    ),
    "overlay_schedule": Method(
        lambda d: d.overlay_schedule(
            [{"mode": 1, "setpoint": 500, "from_time": NOON, "to_time": NOON + HOUR}]
        ),
        lambda r: _plan(r) == [(1, 500), (6, None)],
        nth=2,
    ),
    "enable_local_mode": Method(
        lambda d: d.enable_local_mode(),
        lambda r: _parameter(r, "settings_local") is True,
        local_mode=False,
    ),
    "disable_local_mode": Method(
        lambda d: d.disable_local_mode(), lambda r: _parameter(r, "settings_local") is False
    ),
    "set_parameter": Method(
        lambda d: d.set_parameter("ledstrip_bright_max", 42),
        lambda r: _parameter(r, "ledstrip_bright_max") == 42,
        key="ledstrip_bright_max",
    ),
    "set_parameter (a secret)": Method(
        lambda d: d.set_parameter("ems_psk", "hunter2"),
        lambda r: _parameter(r, "ems_psk") == "hunter2",
    ),
    "reset_parameter": Method(
        lambda d: d.reset_parameter("ledstrip_bright_min"),
        lambda r: _parameter(r, "ledstrip_bright_min") == 10,
        key="ledstrip_bright_min",
    ),
    "console": Method(lambda d: d.console("sched_clear"), lambda r: _plan(r) == []),
    "reboot": Method(lambda d: d.reboot(), lambda r: r.sim.device.reboots > 0),
    "update_info": Method(lambda d: d.update_info()),
    "updates": Method(_first_update),
    "fetch_ems_data": Method(lambda d: d.fetch_ems_data()),
    "fetch_schedule_data": Method(lambda d: d.fetch_schedule_data()),
    "diff_schedule": Method(lambda d: d.diff_schedule([{"mode": 0}])),
    "parameters": Method(lambda d: d.parameters()),
    "get_parameter": Method(lambda d: d.get_parameter("ledstrip_bright_max")),
    **REPORTS,
    "watch": Method(_first_snapshot, is_repeated=True),
    "now": Method(_now, is_local=True),
    "Homevolt.update_info": Method(lambda c: c.update_info(), of_connection=True),
    "Homevolt.updates": Method(_first_update, of_connection=True),
    "Homevolt.get_device": Method(_get_device, of_connection=True, is_local=True),
    "Homevolt.close_connection": Method(_close, of_connection=True, is_local=True),
}
"""Every public method of `Device` and `Homevolt`."""

FAULTS: dict[str, dict[str, Any]] = {
    "latency": {"kind": "latency", "seconds": 0.01},
    **{
        f"status {status}": {"kind": "status", "status": status}
        for status in (204, 400, 401, 403, 404, 429, 500, 503, 507)
    },
    "reboot": {"kind": "reboot", "seconds": 30},
    "skew": {"kind": "skew", "seconds": -7200},
    "uptime_wrap": {"kind": "uptime_wrap", "seconds": 1},
    "normalise": {"kind": "normalise", "limit": 3},
    "other_client": {"kind": "other_client", "run": "sched_clear; sched_add 2 --setpoint 7"},
}
"""The settings of the faults that need some, by the name of their row."""


def rows() -> dict[str, tuple[dict[str, Any], str]]:
    """Return every row of the table: its name, the fault and its moment."""
    kinds = {fault["kind"] for fault in FAULTS.values()}
    faults = FAULTS | {kind: {"kind": kind} for kind in FAULT_KINDS if kind not in kinds}
    order = {kind: number for number, kind in enumerate(FAULT_KINDS)}
    return {
        f"`{name}` {when}": (fault, when)
        for name, fault in sorted(faults.items(), key=lambda item: order[item[1]["kind"]])
        for when in FAULT_KINDS[fault["kind"]].moments
    }


@dataclass
class Cell:
    """What came of one method under one fault.

    Attributes:
        outcome: One of the words that the page explains.
        writes: What was sent.
        error: What was raised.
    """

    outcome: str
    writes: list[str] = field(default_factory=list)
    error: HomevoltError | None = None


SILENT = ("silence", "stall")
"""The faults that cost the deadline of a request."""


async def run(
    name: str, fault: dict[str, Any], when: str, *, deadline_s: float, ready: asyncio.Barrier
) -> Cell:
    """Call a method while a fault strikes one of its writes, or each request if it only reads.

    The deadline runs from the call on, which begins once all others are `ready` too.
    """
    method = METHODS[name]
    async with (
        connected_device(
            local_mode=method.local_mode, linked=True, timeout=deadline_s, boot_s=4
        ) as running,
        Homevolt(
            running.sim.host, running.sim.password, timeout=LONG_S, clock=running.clock
        ) as connection,
    ):
        if method.of_connection:
            await connection.update_info()
        set_deadline(connection, deadline_s)
        running.sim.advance(20)
        running.plan(PREVIOUS)
        running.sim.device.set_parameter("ledstrip_bright_min", 5, store=True)
        before = _state(running)
        settings = {**fault, "when": when}
        if method.took_effect is not None:
            settings |= {"write": True, "nth": method.nth}
        if method.is_repeated:
            settings["count"] = 1 if _is_final(fault) else 1 + len(RETRY_BACKOFF_S)
        if fault["kind"] == "normalise":
            settings["key"] = method.key
        running.sim.faults.add_settings(settings)
        await ready.wait()
        error: HomevoltError | None = None
        begin_s = running.clock.monotonic()
        try:
            await method.call(connection if method.of_connection else running.device)
        except HomevoltError as raised:
            error = raised
        outcome = _outcome(method, running, before, error)
        waited_s = running.clock.monotonic() - begin_s
        if outcome == "read" and name == "watch" and waited_s >= SHORTEST_PAUSE_S:
            outcome = "waited"
        return Cell(outcome, running.writes, error)


def _is_final(fault: dict[str, Any]) -> bool:
    """Return whether a read that meets a fault is not tried again at once."""
    return fault["kind"] in (*SILENT, "lockout") or fault.get("status") in (401, 403, 429)


def _state(running: ConnectedDevice) -> object:
    plan = [(e.type, e.from_time, e.to_time, dict(e.options)) for e in _entries(running)]
    return plan, dict(running.sim.installation.parameters)


def _entries(running: ConnectedDevice) -> tuple[Entry, ...]:
    return running.sim.installation.plan.entries


def _outcome(
    method: Method, running: ConnectedDevice, before: object, error: HomevoltError | None
) -> str:
    if method.took_effect is not None:
        return _outcome_of_write(method.took_effect(running), running, before, error)
    return "error" if error is not None else "local" if method.is_local else "read"


def _outcome_of_write(
    took_effect: bool,
    running: ConnectedDevice,
    before: object,
    error: HomevoltError | None,
) -> str:
    if error is None:
        # The effect of a command of the caller's own is not read back.
        is_own = running.writes == ["sched_clear"]
        return "done" if took_effect else "confirmed" if is_own else "FALSE SUCCESS"
    for kind, word in (_WORDS | (_WORDS_OF_EFFECT if took_effect else {})).items():
        if isinstance(error, kind):
            return word
    is_same = _state(running) == before
    if took_effect or not (is_same or isinstance(error, HomevoltCommandError)):
        return "FALSE FAILURE"
    if not is_same:
        return "left alone"
    return "undone" if isinstance(error, HomevoltCommandError) else "not sent"


_WORDS = {
    HomevoltCommandOutcomeUnknownError: "unknown",
    HomevoltCommandRejectedError: "refused",
}
_WORDS_OF_EFFECT = {HomevoltAuthenticationError: "denied", HomevoltRateLimitError: "denied"}
