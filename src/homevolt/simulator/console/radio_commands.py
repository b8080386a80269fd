"""The commands around the radio hub and its nodes, which carry the clamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homevolt.simulator.console.command_spec import (
    Invocation,
    Spec,
    choice,
    spec,
    whole_number,
    with_any,
)
from homevolt.simulator.console.commandline import CommandLineError
from homevolt.simulator.device.nodes import ALL_CLAMPS, UNSPECIFIED

if TYPE_CHECKING:
    from homevolt.simulator.device.nodes import RadioNode

_DONE: Final = "Done"
CLAMPS: Final = {"L1": 1, "L2": 2, "L3": 4}
FUNCTIONS: Final = ("grid", "solar")
MAX_LABEL: Final = 20
PAIRING_S: Final = 60


def _euid(text: str, call: Invocation) -> str:
    euid = text.lower().removeprefix("0x")
    if all(node.euid != euid for node in call.device.nodes):
        raise CommandLineError(f"Sensor node '{text}' not found")
    return euid


def _interface(call: Invocation) -> int:
    mask = 0
    for text in call.command.all_of("interface"):
        mask |= CLAMPS.get(text) or whole_number(text, "interface", high=ALL_CLAMPS)
    return mask or ALL_CLAMPS


def _assign(call: Invocation) -> str:
    euid = _euid(call.argument(0), call)
    function = choice(call.argument(1), "function", FUNCTIONS)
    label = call.option("label") or ""
    if len(label) > MAX_LABEL:
        raise CommandLineError("Label is too long")
    interface = _interface(call)
    call.carry_out(
        lambda: call.device.assign_node(euid, function=function, interface=interface, label=label)
    )
    return f"{euid} assigned to {function}"


def _clear(call: Invocation) -> str:
    device, mask = call.device, _interface(call)
    chosen = {_euid(call.argument(0), call)} if call.command.arguments else None

    def change() -> None:
        for node in device.nodes:
            remaining = node.interface & ~mask
            if chosen is None or node.euid in chosen:
                function = node.function if remaining else UNSPECIFIED
                device.assign_node(
                    node.euid, function=function, interface=remaining or ALL_CLAMPS, label=""
                )

    call.carry_out(change)
    return "Assignments cleared"


def _list(call: Invocation) -> str:
    return "\n".join(
        f"{node.euid}: {node.function}, interface {node.interface}, label '{node.label}'"
        for node in call.device.nodes
    )


def _nodes(call: Invocation) -> str:
    return "\n".join(f"{node.node_id}: {node.euid}, {_seen(node)}" for node in call.device.nodes)


def _seen(node: RadioNode) -> str:
    return f"rssi {node.rssi} dBm" if node.seen else "never seen"


def _chosen(call: Invocation) -> list[RadioNode]:
    """Return the node of the first argument, every node without one."""
    nodes = call.device.nodes
    if not call.command.arguments:
        return nodes
    node_id = whole_number(call.argument(0), "node id")
    chosen = [node for node in nodes if node.node_id == node_id]
    if not chosen:
        raise CommandLineError(f"Node {node_id} not found")
    return chosen


def _node_metrics(call: Invocation) -> str:
    return "\n".join(f"{node.node_id}: {_seen(node)}, battery 2.96 V" for node in _chosen(call))


def _node_data(call: Invocation) -> str:
    return "\n".join(f"{node.node_id}: {_seen(node)}" for node in _chosen(call))


def _node_params(call: Invocation) -> str:
    _chosen(call)
    return "1: report_interval_ms: 5000\n2: radio_tx_power: 200"


def _on_node(call: Invocation) -> str:
    _chosen(call)
    call.carry_out()
    return _DONE


def _pair(call: Invocation) -> str:
    device = call.device
    seconds = whole_number(call.option("seconds") or str(PAIRING_S), "time")

    def change() -> None:
        device.pairing_until = device.clock.now() + seconds

    call.carry_out(change)
    return f"Pairing for {seconds} s"


def _stop_pairing(call: Invocation) -> str:
    def change() -> None:
        call.device.pairing_until = 0.0

    call.carry_out(change)
    return "Pairing stopped"


COMMANDS: Final[dict[str, Spec]] = {
    "ecu_sense_assign": spec(
        "<euid> <function> -i,--interface=<mask>... -l,--label=<label>",
        "Assign a sensor node to the function grid or solar",
        _assign,
        "write",
    ),
    "ecu_sense_clear": spec(
        "[<euid>] -i,--interface=<mask>...",
        "Clear the assignment of one sensor node, or of all",
        _clear,
        "destructive",
    ),
    "ecu_sense_list": spec("", "Print the functions of the sensor nodes", _list),
    "efr": spec(
        "--uart --power --start --stop",
        "Restart, start or stop the radio hub",
        "Radio hub: running",
        "write",
        with_any("uart", "power", "start", "stop"),
    ),
    "efr_cli": spec("*", "Send a command to the radio hub", _DONE, "write"),
    "efr_factory_reset": spec("", "Reset the radio hub to factory settings", _DONE, "destructive"),
    "efr_flash": spec("<file> <baudrate>", "Flash the radio hub", _DONE, "destructive"),
    "node_cli": spec("*", "Send commands to a node", _DONE, "write"),
    "node_data": spec("[<node_id>] -x,--hex -c,--canonical", "Print data of a node", _node_data),
    "node_metrics": spec("[<node_id>]", "Print the metrics of a node", _node_metrics),
    "node_ota_abort": spec("<node_id>", "Abort the update of a node", _on_node, "write"),
    "node_ota_distribute": spec(
        "<node_id>", "Update a node from the manifest", _on_node, "destructive"
    ),
    "node_ota_distribute_file": spec(
        "<node_id> <filename> <file_size> <image_tag>",
        "Update a node from a file",
        _on_node,
        "destructive",
    ),
    "node_param_send": spec(
        "<node_id> <key> <value>...", "Send a parameter to a node", _on_node, "write"
    ),
    "node_params": spec("<node_id>", "Print the parameters of a node", _node_params),
    "node_ping": spec("*", "Ping a node", "Ping sent"),
    "nodes": spec("", "Print the nodes", _nodes),
    "warp_pair_start": spec(
        "-s,--seconds=<int> -e,--euid=<string> -c,--channel=<int>",
        "Permit pairing for some seconds",
        _pair,
        "write",
    ),
    "warp_pair_stop": spec("", "End pairing", _stop_pairing, "write"),
}
