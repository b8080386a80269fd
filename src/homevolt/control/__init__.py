"""The write side: every change of a device goes through the one write path in here."""

from __future__ import annotations

from homevolt.control.controller import Controller
from homevolt.control.plan_replacement import ScheduleDiff

__all__ = ["Controller", "ScheduleDiff"]
