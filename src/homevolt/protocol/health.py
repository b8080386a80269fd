"""What the device says about itself: `/error_report.json`, `/error_history.json`, `/logs.json`."""

from __future__ import annotations

from typing import Any

from homevolt.protocol.decoding import Wire


class ErrorReport(Wire, frozen=True):
    """`GET /error_report.json` and `/error_history.json`, an item.

    `activated` is ok, warning, error or unknown; the history has a `timestamp` in ms too, as the
    log has.
    """

    sub_system_id: int | None = None
    sub_system_name: str | None = None
    error_id: int | None = None
    error_name: str | None = None
    activated: str | None = None
    message: str | None = None
    details: tuple[Any, ...] = ()
    timestamp: float | None = None


class LogLine(Wire, frozen=True):
    """`GET /logs.json`, an item; `timestamp` in ms."""

    timestamp: float | None = None
    core: int | None = None
    level: str | None = None
    data: str | None = None
    tag: str | None = None
    task: str | None = None
