"""One document about a device that can be attached to a bug report."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._common import SYSTEM_CLOCK, Clock
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltError,
)
from homevolt.protocol.disclosable import LARGEST
from homevolt.protocol.queries import NODE_ID
from homevolt.protocol.redaction import Redactor
from homevolt.protocol.report_resources import NODES, RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.reports.methods import DeviceReports

FORMAT = 1
"""The number of the shape of the document; it rises when a key changes its meaning."""
PACKAGES = ("homevolt", "aiohttp", "msgspec")
MOST_NODES = 8
SILENCES = 2
"""After so many requests in a row without any answer the others are not sent."""


class _Answer(NamedTuple):
    """What one request brought.

    Attributes:
        payload: What was answered, None if nothing was.
        duration_s: How long it took.
        error: Why there is no payload.
    """

    payload: Any
    duration_s: float
    error: HomevoltError | None = None


async def diagnostics(device: DeviceReports, *, clock: Clock | None = None) -> dict[str, Any]:
    """Read every endpoint of a device and return one document for a bug report.

    Only what is known to be harmless stays in it: numbers, booleans, states, versions, known words.
    Everything else, such as serial numbers, addresses, names of networks, and whatever is new, is
    replaced by pseudonyms; the same thing has the same pseudonym in the whole document, such as
    `serial-1`. Nothing is written to the device.

    Args:
        device: The device, a `homevolt.Device`.
        clock: The time to go by; tests pass their own.

    Returns:
        What `json.dumps` takes: `$type`, `format`, `at` (UTC, ISO 8601), `versions` (of homevolt,
        its dependencies, Python and the platform), and `endpoints`: for each path that was asked
        for its `duration_s` and either its redacted `payload`, in the units of the device, or
        its `error`: the class, and the HTTP `status` if there was one. After two requests in a
        row without an answer, or a refused password, the remaining endpoints are missing.
    """
    clock = clock or SYSTEM_CLOCK
    answers = await _answers(device, clock)
    redactor = Redactor()
    for answer in answers.values():
        redactor.learn(answer.payload)
    return {
        "$type": "homevolt_diagnostics",
        "format": FORMAT,
        "at": datetime.fromtimestamp(clock.now(), UTC).isoformat(timespec="seconds"),
        "versions": {
            **{name: version(name) for name in PACKAGES},
            "python": platform.python_version(),
            "platform": sys.platform,
        },
        "endpoints": {path: _shown(answer, redactor) for path, answer in answers.items()},
    }


async def _answers(device: DeviceReports, clock: Clock) -> dict[str, _Answer]:
    """Read every endpoint, by the path with its query."""
    answers: dict[str, _Answer] = {}
    silences = 0
    # The nodes first, since other endpoints are asked for each of them.
    for name in (NODES.name, *(name for name in RESOURCES if name != NODES.name)):
        for query in _queries(name, answers):
            answer = await _read(device, clock, name, query)
            answers[_path(name, query)] = answer
            silences = silences + 1 if _is_silence(answer.error) else 0
            if silences == SILENCES or isinstance(answer.error, HomevoltAuthenticationError):
                return answers
    return answers


async def _read(device: DeviceReports, clock: Clock, name: str, query: dict[str, int]) -> _Answer:
    start_s = clock.monotonic()
    try:
        payload = await device.fetch_raw(name, **query)
    except HomevoltError as error:
        return _Answer(None, clock.monotonic() - start_s, error)
    return _Answer(payload, clock.monotonic() - start_s)


def _queries(name: str, answers: dict[str, _Answer]) -> Iterator[dict[str, int]]:
    """Yield the queries to read an endpoint with: one for each node where it wants one."""
    if NODE_ID not in RESOURCES[name].query:
        yield {}
        return
    nodes = answers[_path(NODES.name, {})].payload
    rows = [row for row in nodes if isinstance(row, dict)] if isinstance(nodes, list) else []
    ids: list[Any] = [row.get(NODE_ID.name) for row in rows]
    # They are shown in the path, so no larger ones than may be shown.
    small = [each for each in ids if NODE_ID.check(each) and each <= LARGEST[NODE_ID.name]]
    for node_id in list(dict.fromkeys(small))[:MOST_NODES]:
        yield {NODE_ID.name: node_id}


def _path(name: str, query: dict[str, int]) -> str:
    return RESOURCES[name].path + "".join(f"?{key}={value}" for key, value in query.items())


def _is_silence(error: HomevoltError | None) -> bool:
    """Tell whether the device gave no answer at all."""
    return isinstance(error, HomevoltConnectionError) and error.status is None


def _shown(answer: _Answer, redactor: Redactor) -> dict[str, Any]:
    """Return an answer as it may be shown."""
    shown: dict[str, Any] = {"duration_s": round(answer.duration_s, 3)}
    if answer.error is None:
        return shown | {"payload": redactor.payload(answer.payload)}
    status = getattr(answer.error, "status", None)
    return shown | {"error": type(answer.error).__name__, "status": status}
