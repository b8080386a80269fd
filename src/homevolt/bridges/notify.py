"""Telling systemd how the service does: one datagram for each change (`sd_notify`)."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

SOCKET_VARIABLE = "NOTIFY_SOCKET"
WATCHDOG_VARIABLE = "WATCHDOG_USEC"
WATCHDOG_PID_VARIABLE = "WATCHDOG_PID"


class Notifier:
    """Tells systemd; where the process was not started by it, nothing happens.

    Both variables are read once and taken from the environment, so that no child speaks for us.
    """

    def __init__(self) -> None:
        self._address = os.environ.pop(SOCKET_VARIABLE, "")
        interval_us = os.environ.pop(WATCHDOG_VARIABLE, "")
        watched_pid = os.environ.pop(WATCHDOG_PID_VARIABLE, str(os.getpid()))
        is_watched = interval_us.isdecimal() and watched_pid == str(os.getpid())
        self.watchdog_s = int(interval_us) / 1e6 if is_watched else None
        """How often systemd wants to hear of us at least, None if it does not."""

    def ready(self) -> None:
        """Say that everything was started, or that a reload is done."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is loaded again."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that the service ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Say that the service works."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in one line how it goes, for `systemctl status`."""
        self._send(f"STATUS={text}")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):  # an abstract socket
            address = "\0" + address[1:]
        # Whoever listens may be gone; that is no reason to end.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto("\n".join(lines).encode(), address)
