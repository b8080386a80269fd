"""The commands around battery, inverter and energy counters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homevolt.simulator.console.command_spec import (
    Invocation,
    Spec,
    choice,
    number,
    spec,
    whole_number,
    with_any,
)

if TYPE_CHECKING:
    from homevolt.simulator.console.commandline import Command
    from homevolt.simulator.device.device import SimulatedDevice

GRID_CODE: Final = "ems_grid_code_preset"
WH_PER_KWH: Final = 1000
UINT8_MAX: Final = 255
UINT16_MAX: Final = 65_535

SYSTEM_MODES: Final = ("init", "production", "operational", "standalone", "service")


def _ems(call: Invocation) -> str:
    return "\n".join(
        f"{unit.ecu_id}: state: {unit.state_str}, op state: {unit.op_state_str}, error: No error, "
        f"power: {round(unit.power_w)} W, soc: {unit.state_of_charge * 100:.2f} %"
        for unit in call.device.installation.online_units
    )


def _ems_config(call: Invocation) -> str:
    device, flags = call.device, call.command.flags
    code = timeout_s = None
    if "grid_code" in flags:
        code = whole_number(flags["grid_code"], "grid code", high=UINT8_MAX)
    if "control_timeout" in flags:
        timeout_s = whole_number(flags["control_timeout"], "timeout", high=UINT16_MAX)

    def change() -> None:
        if code is not None:
            device.set_parameter(GRID_CODE, code, store=True)
        if timeout_s is not None:
            device.control_timeout_s = timeout_s
            device.version += 1

    if flags:
        call.carry_out(change)
    preset = device.parameters.values[GRID_CODE]
    return f"Grid code: {preset}, control timeout: {device.control_timeout_s} s"


def _inverter_config(call: Invocation) -> str:
    device, text = call.device, call.option("fstart_freq")
    if text is not None:
        frequency = whole_number(text, "frequency", high=UINT16_MAX)

        def change() -> None:
            device.ffr_start_frequency = frequency
            device.version += 1

        call.carry_out(change)
    return f"FFR start frequency: {device.ffr_start_frequency}"


def _counters(device: SimulatedDevice) -> dict[str, tuple[object, str, str]]:
    """Return by name where a counter is, and its attributes of imported and exported energy."""
    meter = device.installation.meter
    return {
        "grid": (meter, "imported_wh", "exported_wh"),
        "solar": (meter, "produced_wh", ""),
        "load": (meter, "", "consumed_wh"),
        **{unit.ecu_id: (unit, "imported_wh", "exported_wh") for unit in device.installation.units},
    }


def _energy(call: Invocation) -> str:
    counters = _counters(call.device)
    if _changes_energy(call.command):
        name = choice(call.option("name") or "", "name", tuple(counters))
        target, *attributes = counters[name]
        texts = (call.option("imported"), call.option("exported"))
        values_wh = [
            None if text is None else number(text, "energy") * WH_PER_KWH for text in texts
        ]

        def change() -> None:
            for attribute, value_wh in zip(attributes, values_wh, strict=True):
                if attribute and value_wh is not None:
                    setattr(target, attribute, value_wh)
            call.device.version += 1

        call.carry_out(change)
    return "\n".join(
        f"{name}: imported: {_kwh(target, imported)} kWh, exported: {_kwh(target, exported)} kWh"
        for name, (target, imported, exported) in counters.items()
    )


def _kwh(target: object, attribute: str) -> str:
    return f"{getattr(target, attribute) / WH_PER_KWH if attribute else 0.0:.2f}"


def _changes_energy(command: Command) -> bool:
    return not command.flags.keys().isdisjoint({"imported", "exported"})


def _modbus_read(call: Invocation) -> str:
    address = whole_number(call.argument(1), "address", high=UINT16_MAX)
    return f"{address}: 0"


def _power(call: Invocation) -> str:
    word = choice(call.argument(0, "i"), "command", ("i", "c", "s"))
    if word != "i":
        call.carry_out()
    return "Supercap charge: on, power losses: 0"


def _changes_power(command: Command) -> bool:
    return bool(command.arguments) and command.arguments[0] != "i"


def _rearm(call: Invocation) -> str:
    call.carry_out(call.device.installation.rearm_reserve)
    return "FFR armed"


def system_mode(device: SimulatedDevice) -> int:
    """Return the system mode by its parameters, an index of `SYSTEM_MODES`."""
    values = device.parameters.values
    if values["system_service_mode"]:
        return SYSTEM_MODES.index("service")
    return SYSTEM_MODES.index("standalone" if values["system_standalone_mode"] else "operational")


def _system_mode(call: Invocation) -> str:
    mode = system_mode(call.device)
    return f"System mode: {mode} ({SYSTEM_MODES[mode]})"


def _force_system_mode(call: Invocation) -> str:
    mode = SYSTEM_MODES[whole_number(call.argument(0), "mode", high=len(SYSTEM_MODES) - 1)]

    def change() -> None:
        for name in ("standalone", "service"):
            call.device.set_parameter(f"system_{name}_mode", mode == name, store=False)

    call.carry_out(change)
    return f"System mode forced: {mode}"


_DONE: Final = "Done"

COMMANDS: Final[dict[str, Spec]] = {
    "ecu_ctx_reset": spec("", "Reset the context of the ECU", _DONE, "write"),
    "ecu_ffr_rearm": spec("", "Make FFR available again at once", _rearm, "write"),
    "ems": spec("", "Print the state of every unit", _ems),
    "ems_cli": spec("*", "Send a command to the command line of the EMS", _DONE, "write"),
    "ems_config_set": spec(
        "-g,--grid_code=<grid_code> -t,--control_timeout=<control_timeout>",
        "Set grid code and control timeout (s, 0 for none)",
        _ems_config,
        "write",
        with_any("grid_code", "control_timeout"),
    ),
    "ems_freq_report_test": spec("", "Send test values as frequency reports", _DONE, "write"),
    "ems_reset": spec("", "Reset the EMS", _DONE, "destructive"),
    "energy": spec(
        "-n,--name=<name> -i,--imported=<kWh> -e,--exported=<kWh> -s,--store",
        "Print the energy counters, or set one (kWh)",
        _energy,
        "destructive",
        _changes_energy,
    ),
    "inverter_config_set": spec(
        "-f,--fstart_freq=<custom_ffr_fstart_freq>",
        "Set the frequency at which FFR starts",
        _inverter_config,
        "write",
        with_any("fstart_freq"),
    ),
    "modbus_read": spec("<slave> <addr> <format>", "Read a Modbus register", _modbus_read),
    "modbus_write": spec(
        "<slave> <addr> <format> <data>", "Write a Modbus register", _DONE, "destructive"
    ),
    "power": spec(
        "[<command>] [<x>]",
        "Print (i) or clear (c) the power state, or switch charging of the supercap (s)",
        _power,
        "write",
        _changes_power,
    ),
    "pulse_monitor_status": spec(
        "", "Print the state of the pulse monitor", "Pulse monitor: running, no alarm"
    ),
    "system_mode": spec("", "Print the system mode", _system_mode),
    "system_mode_force": spec(
        "<mode>",
        "Set the system mode: 0 init, 1 production, 2 operational, 3 standalone, 4 service",
        _force_system_mode,
        "destructive",
    ),
}
