"""The commands around the main chip: reboot, files, log, time, memory and tasks."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from homevolt.simulator.console.command_spec import (
    Invocation,
    Spec,
    choice,
    spec,
    whole_number,
    with_any,
    with_arguments,
)
from homevolt.simulator.console.commandline import CommandLineError
from homevolt.simulator.device.log import LEVELS
from homevolt.simulator.device.profiles import INVERTER_FIRMWARE, MODEL

MAX_FILES: Final = 64
MAX_TAGS: Final = 64
MAX_DELAY_MS: Final = 2**32 - 1
DMESG_LINES: Final = 50
FREE_BYTES: Final = 143_000
_DONE: Final = "Done"


def _status(call: Invocation) -> str:
    device = call.device
    return "\n".join(
        [
            f"Uptime: {int(device.uptime_s)} s",
            f"Schedule: '{device.plan.schedule_id}', {len(device.plan.entries)} entries",
            f"Local mode: {str(device.local_mode).lower()}",
            "Wi-Fi: connected, MQTT: connected, last error: none",
        ]
    )


def _info(call: Invocation) -> str:
    device = call.device
    unit = device.installation.units[0]
    return "\n".join(
        [
            f"ECU id: {unit.ecu_id}",
            f"Model: {MODEL}",
            f"Firmware: {device.profile.firmware}, EMS: {device.profile.ems_firmware}",
            f"Inverter: {INVERTER_FIRMWARE}, {unit.inverter_serial}",
        ]
    )


def _time(call: Invocation) -> str:
    device, now = call.device, int(call.device.now())
    lines = {
        "date": f"Time: {datetime.fromtimestamp(now, device.profile.zone):%Y-%m-%dT%H:%M:%S} "
        f"({now})",
        "uptime": f"Uptime: {device.installation.uptime_ms} ms",
        "ticks": f"Ticks: {device.installation.uptime_ms}",
    }
    if not call.command.arguments:
        return "\n".join(lines.values())
    return lines[choice(call.argument(0), "clock", tuple(lines))]


def _reset(call: Invocation) -> str:
    device = call.device
    if not call.command.arguments:
        call.carry_out(device.reboot)
        return "Restarting"
    delay_ms = whole_number(call.argument(0), "delay", high=MAX_DELAY_MS)
    if delay_ms == 0:
        call.carry_out(lambda: device.reset_after(None))
        return "Restart aborted"
    call.carry_out(lambda: device.reset_after(delay_ms / 1000))
    return f"Restarting in {delay_ms} ms"


def _reboot(call: Invocation) -> str:
    call.carry_out(call.device.reboot)
    return "Restarting"


def _factory_reset(call: Invocation) -> str:
    restart = call.option("no-restart") is None
    call.carry_out(lambda: call.device.factory_reset(restart=restart))
    return "Factory settings restored" + (", restarting" if restart else "")


def _file(call: Invocation) -> bytes:
    path = call.argument(0)
    if path not in call.device.files:
        raise CommandLineError(f"File '{path}' not found")
    return call.device.files[path]


def _cat(call: Invocation) -> str:
    if not _writes_file(call.command):
        return _file(call).decode("utf-8", "replace").rstrip("\n")
    path, data = call.command.arguments
    files = call.device.files
    if path not in files and len(files) >= MAX_FILES:
        raise CommandLineError("No space left on device")
    call.carry_out(lambda: files.__setitem__(path, data.encode("utf-8", "replace")))
    return f"Wrote {path}"


_writes_file = with_arguments(2)


def _ls(call: Invocation) -> str:
    folder = call.argument(0).rstrip("/") + "/"
    return "\n".join(
        f"{len(content):8} {path}"
        for path, content in sorted(call.device.files.items())
        if path.startswith(folder)
    )


def _rm(call: Invocation) -> str:
    _file(call)
    call.carry_out(lambda: call.device.files.pop(call.argument(0)))
    return f"Removed {call.argument(0)}"


def _sha1(call: Invocation) -> str:
    return hashlib.sha1(_file(call), usedforsecurity=False).hexdigest()


def _format(call: Invocation) -> str:
    call.carry_out(call.device.files.clear)
    return "Filesystem formatted"


def _dmesg(call: Invocation) -> str:
    log, flags = call.device.log, call.command.flags
    limit = whole_number(flags.get("limit", str(DMESG_LINES)), "limit", low=-1)
    lines = log.last(len(log) if limit < 0 else limit, LEVELS[-1])
    if "stats" in flags:
        return f"{len(log)} lines"
    if "clear" in flags or "purge" in flags:
        call.carry_out(log.clear)
    if "purge" in flags:
        return "Log cleared"
    return "\n".join(f"{line.level[0].upper()} {line.tag}: {line.text}" for line in lines)


def _log_list(call: Invocation) -> str:
    log, search = call.device.log, call.argument(0)
    return "\n".join(
        f"{tag}: {log.tag_levels.get(tag, len(LEVELS) - 1)}" for tag in log.tags if search in tag
    )


def _log_set(call: Invocation) -> str:
    if not call.command.arguments:
        return _log_list(call)
    name, levels = call.argument(0), call.device.log.tag_levels
    level = whole_number(call.argument(1, "3"), "level", high=len(LEVELS) - 1)
    if name not in levels and len(levels) >= MAX_TAGS:
        raise CommandLineError("No space left for log tags")
    call.carry_out(lambda: levels.__setitem__(name, level))
    return f"{name}: {level}"


def _log_reset(call: Invocation) -> str:
    log = call.device.log
    level = whole_number(call.argument(0, "3"), "level", high=len(LEVELS) - 1)
    call.carry_out(lambda: log.tag_levels.update(dict.fromkeys(log.tags, level)))
    return f"Log level: {level}"


def _worker(call: Invocation) -> str:
    if call.command.flags.keys() - {"id"}:
        call.carry_out()
    return "0: cloud, period 1000 ms, enabled\n1: metrics, period 60000 ms, enabled"


COMMANDS: Final[dict[str, Spec]] = {
    "burnin_set": spec(
        "<qr_code> <test_info> <mfg_date> <provreg_url> <provreg_auth> <burnin_lock>",
        "Write the data of the factory",
        _DONE,
        "destructive",
    ),
    "cat": spec(
        "<path> [<data>]",
        "Print a file, or write data to it",
        _cat,
        "destructive",
        _writes_file,
    ),
    "clear": spec("", "Clear the terminal", ""),
    "coredump_crash": spec("", "Crash the main chip", _reboot, "destructive"),
    "coredump_erase": spec("", "Erase the core dump", _DONE, "destructive"),
    "coredump_upload": spec(
        "[<url>] [<filename>] -e,--erase",
        "Upload the core dump, and erase it if asked",
        "No core dump found",
        "write",
        with_any("erase"),
    ),
    "debug_led_set": spec("<index> <value>", "Set the brightness of an LED (0-1)", _DONE, "write"),
    "dmesg": spec(
        "-c,--clear -p,--purge -s,--stats -l,--limit=<limit>",
        "Print the log, clear it afterwards, or clear it unread",
        _dmesg,
        "write",
        with_any("clear", "purge"),
    ),
    "echo": spec("*", "Print the arguments", lambda call: " ".join(call.command.arguments)),
    "factory_reset": spec(
        "-n,--no-restart",
        "Return every parameter to its default and delete the schedule",
        _factory_reset,
        "destructive",
    ),
    "format": spec("", "Delete every file in flash", _format, "destructive"),
    "free": spec("", "Print the free space in flash", "Free: 917504 bytes"),
    "heap_trace_dump": spec("--internal --spiram", "Print the heap trace", "No heap trace"),
    "heap_trace_start": spec("--leaks --min_size=<n>", "Start a heap trace", _DONE, "write"),
    "heap_trace_stop": spec("", "End the heap trace", _DONE, "write"),
    "history": spec("", "Print the latest commands", "No history"),
    "info": spec("", "Print versions and identity", _info),
    "log_list": spec("[<search>]", "Print the log levels of tags that contain a text", _log_list),
    "log_mqtt": spec("<interval_ms> <duration_s>", "Send the log by MQTT", _DONE, "write"),
    "log_reset": spec(
        "[<level>]",
        "Set one log level for all tags: 0 none, 1 error ... 5 all",
        _log_reset,
        "write",
    ),
    "log_set": spec(
        "[<name>] [<level>]",
        "Set the log level of a tag",
        _log_set,
        "write",
        with_arguments(1),
    ),
    "ls": spec("<path>", "List the files in a folder", _ls),
    "mem": spec(
        "-t,--tasks -h,--heap -f,--full -d,--dump -e,--dumpe -a,--all",
        "Print the free memory",
        f"Free heap: {FREE_BYTES} bytes",
    ),
    "read_mem": spec(
        "<memory_offset> <size> -b,--bin -x,--hex -c,--chr -d,--dec", "Print memory", "00 00 00 00"
    ),
    "reset": spec(
        "[<reset_delay_ms>]", "Reboot, after a delay if one is given (0 aborts it)", _reset, "write"
    ),
    "reset_hard": spec("", "Reboot by a reset of the hardware", _reboot, "write"),
    "rm": spec("<path>", "Delete a file", _rm, "destructive"),
    "sha1": spec("<path>", "Print the SHA-1 of a file", _sha1),
    "status": spec("", "Print uptime, schedule and connections", _status),
    "tasks": spec("", "Print the tasks", "cloud: blocked\nhttpd: running"),
    "tasks_load": spec("[<period_ms>]", "Print the load of the tasks", "idle: 88 %, httpd: 5 %"),
    "time": spec("[<clock>]", "Print time, uptime and ticks, or one of them", _time),
    "webapp_reload": spec("", "Load the web pages again", _DONE, "write"),
    "worker": spec(
        "[<name>] -i,--id=<i> -r,--reset -p,--period=<i> -e,--enable -d,--disable -n,--run "
        "-o,--once",
        "Print or control background tasks",
        _worker,
        "write",
        with_any("reset", "period", "enable", "disable", "run", "once"),
    ),
    "write_mem": spec(
        "<memory_offset> <value> -b,--byte -w,--word -d,--dword -q,--qword",
        "Write to memory",
        _DONE,
        "destructive",
    ),
}
