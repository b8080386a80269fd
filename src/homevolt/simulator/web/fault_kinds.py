"""The table of fault kinds: what each does, the settings it takes, and when it can come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

When = Literal["before", "after"]
Range = tuple[float, float]

MOST_SECONDS: Final = 1e9

EITHER: Final[tuple[When, ...]] = ("before", "after")
BEFORE: Final[tuple[When, ...]] = ("before",)
AFTER: Final[tuple[When, ...]] = ("after",)


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault; what it does is in `fault_actions`.

    Attributes:
        about: What happens, with the settings in backticks.
        settings: Settings it takes besides those that choose the requests.
        moments: Before or after the request takes effect; the first unless `when` is given.
        only_writes: Whether it hits writes alone.
        ranges: Smallest and largest value of a setting where they are not those of other kinds.
    """

    about: str
    settings: tuple[str, ...] = ()
    moments: tuple[When, ...] = EITHER
    only_writes: bool = False
    ranges: Mapping[str, Range] = field(default_factory=dict)


FAULT_KINDS: Final[dict[str, FaultKind]] = {
    # The answer comes late, incomplete, wrong, or not at all.
    "latency": FaultKind("answer after `seconds`", ("seconds",)),
    "silence": FaultKind("take the request and never answer"),
    "stall": FaultKind("send `size` bytes of the body, then nothing more", ("size",), AFTER),
    "truncate": FaultKind("send `size` bytes of the body, then close", ("size",), AFTER),
    "reset": FaultKind("reset the connection without an answer"),
    "status": FaultKind("answer with `status`", ("status",)),
    "garbage": FaultKind("answer with random bytes that claim to be JSON"),
    "html": FaultKind("answer 200 with a page of HTML"),
    "content_type": FaultKind("answer with `text` as Content-Type", ("text",), AFTER),
    "redirect": FaultKind("answer 302 to the same path over https"),
    "double_answer": FaultKind("answer, and once more after `seconds`", ("seconds",), AFTER),
    # The connection is lost after the answer.
    "idle_close": FaultKind(
        "close the idle connection `seconds` after the answer", ("seconds",), AFTER
    ),
    "idle_drop": FaultKind(
        "`seconds` after the answer drop the idle connection without closing it: what the client "
        "sends on it next is answered with a reset",
        ("seconds",),
        AFTER,
    ),
    # The device is in an unusual state.
    "reboot": FaultKind("restart, and answer 503 for `seconds` of simulated time", ("seconds",)),
    "zeros": FaultKind("answer `/ems.json` with every measurement 0, as while starting", (), AFTER),
    "dropout": FaultKind("leave the peers of a cluster out of the answer", (), BEFORE),
    "unavailable": FaultKind("show the measuring points as not available", (), BEFORE),
    "skew": FaultKind(
        "set the device's clock `seconds` ahead (negative: behind)",
        ("seconds",),
        BEFORE,
        ranges={"seconds": (-MOST_SECONDS, MOST_SECONDS)},
    ),
    "clock_unset": FaultKind("have the device's clock count from 1970 since the start", (), BEFORE),
    "uptime_wrap": FaultKind(
        "have the uptime wrap at 2^32 ms in `seconds` of simulated time; at the first hit alone",
        ("seconds",),
        BEFORE,
        ranges={"seconds": (0, 2**32 // 1000)},
    ),
    # A write does not do what it was asked for.
    "ignore": FaultKind("confirm a write and do nothing", (), BEFORE, only_writes=True),
    "normalise": FaultKind(
        "carry a write out with option or parameter `key` limited to `limit`",
        ("key", "limit"),
        BEFORE,
        only_writes=True,
    ),
    # Others use the device at the same time.
    "lockout": FaultKind("another client sends `tries` wrong passwords", ("tries",)),
    "other_client": FaultKind(
        "another client runs the console commands `run`, separated by semicolons", ("run",)
    ),
    "cloud_visit": FaultKind("the cloud replaces the plan, unless local mode is on"),
}
