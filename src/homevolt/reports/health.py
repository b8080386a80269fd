"""What the unit checks about itself, and its log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from homevolt.reports.view import Source, Sources, View, epoch_ms


class CheckView(View, frozen=True):
    """One check of the unit (`GET /error_report.json` and `/error_history.json`, an item).

    Attributes:
        subsystem: What it checks, such as `ECU` or `EMS` (`sub_system_name`).
        subsystem_id: The same as the device numbers it.
        name: The name of the check (`error_name`).
        check_id: The same as the device numbers it within the subsystem (`error_id`).
        state: `ok`, `warning`, `error`, `unknown`, or another word (`activated`).
        message: What the device says about it, empty if nothing.
        details: Further values; their shape depends on the check.
        at: When it was so, in UTC; the history alone says.
    """

    subsystem: str | None = None
    subsystem_id: int | None = None
    name: str | None = None
    check_id: int | None = None
    state: str | None = None
    message: str | None = None
    details: tuple[Any, ...] = ()
    at: datetime | None = None

    sources: ClassVar[Sources] = {
        "subsystem": Source("sub_system_name"),
        "subsystem_id": Source("sub_system_id"),
        "name": Source("error_name"),
        "check_id": Source("error_id"),
        "state": Source("activated"),
        "at": Source("timestamp", epoch_ms),
    }


class LogLineView(View, frozen=True):
    """A line of the log (`GET /logs.json`, an item).

    Attributes:
        at: When it was written, in UTC.
        level: `error`, `warning`, `info`, `debug`, `verbose`, or another word.
        tag: Which part of the firmware wrote it.
        text: The line (`data`).
        task: The task that wrote it.
        core: The core of the processor that it ran on.
    """

    at: datetime | None = None
    level: str | None = None
    tag: str | None = None
    text: str | None = None
    task: str | None = None
    core: int | None = None

    sources: ClassVar[Sources] = {
        "at": Source("timestamp", epoch_ms),
        "text": Source("data"),
    }
