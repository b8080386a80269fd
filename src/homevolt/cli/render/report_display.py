"""Reading and showing what a device reports about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from homevolt.cli.output import print_json
from homevolt.cli.render import report_documents as documents
from homevolt.cli.render import report_views as views
from homevolt.cli.render.display import Terminal
from homevolt.exceptions import HomevoltDataError, HomevoltResponseError
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from rich.console import RenderableType

    from homevolt.cli.session import Session
    from homevolt.discovery import DiscoveredDevice
    from homevolt.reports.health import CheckView

T = TypeVar("T")

SEVERITY = {"error": 0, "warning": 1, "unknown": 3, "ok": 4}
OTHER_STATE = 2
"""Where a state that is not known comes: below a warning, above `unknown`."""


async def show_info(session: Session, *, as_json: bool) -> None:
    """Show what a device is."""
    problems: dict[str, str] = {}
    status = await session.device.fetch_status()
    reading = session.device.fetch_firmware_updates()
    updates = await _if_offered(session, problems, "ota_manifest", reading)
    document = documents.info_document(session.device.snapshot, status, updates, problems)
    _show(session, document, lambda: views.info_view(document, session.url), as_json=as_json)


async def show_errors(session: Session, *, every_check: bool, as_json: bool) -> None:
    """Show the checks of a device that are not ok, the worst first, or all of them."""
    checks = sorted(await session.device.fetch_error_report(), key=_severity)
    shown = [check for check in checks if every_check or check.state != views.OK]
    document = documents.errors_document(shown, len(checks))
    _show(session, document, lambda: views.errors_view(document), as_json=as_json)


def show_alarms(session: Session, *, as_json: bool) -> None:
    """Show the alarms and warnings of the readings."""
    document = documents.alarms_document(session.device.snapshot)
    _show(session, document, lambda: views.alarms_view(document), as_json=as_json)


async def show_nodes(session: Session, *, as_json: bool) -> None:
    """Show the radio nodes, what they are used for, and what they report about themselves."""
    problems: dict[str, str] = {}
    device = session.device
    nodes = await device.fetch_nodes()
    uses = await _if_offered(session, problems, "ecu_sense", device.fetch_clamp_functions())
    metrics = {}
    for node_id in [node.node_id for node in nodes if node.node_id is not None]:
        reading = device.fetch_node_metrics(node_id)
        own = await _if_offered(session, problems, "node_metrics", reading)
        if own is not None:
            metrics[node_id] = own
    document = documents.nodes_document(nodes, uses or (), metrics, problems)
    _show(session, document, lambda: views.nodes_view(document), as_json=as_json)


async def show_history(
    session: Session, *, errors: bool, since: str | None, limit: int | None, as_json: bool
) -> None:
    """Show what a device recorded of its readings, or of its errors."""
    if errors:
        checks = await session.device.fetch_error_history(limit=limit)
        document = documents.errors_document(checks, len(checks))
        view = views.history_of_errors_view
    else:
        start = None if since is None else parse_time("--since", since)
        document = {"rows": await session.device.fetch_ems_history(limit=limit, start=start)}
        view = views.record_view
    _show(session, document, lambda: view(document), as_json=as_json)


def show_discovered(devices: Iterable[DiscoveredDevice], *, as_json: bool) -> None:
    """Show the devices that were found."""
    document = documents.discovered_document(devices)
    if as_json:
        print_json(document)
    else:
        Terminal().show(views.discovered_view(document))


def _show(
    session: Session, document: dict[str, Any], view: Callable[[], RenderableType], *, as_json: bool
) -> None:
    """Print a document with which device it is about, or show the view of it."""
    if as_json:
        print_json({"url": session.url, "simulated": session.is_simulated} | document)
    else:
        Terminal().show(view())


async def _if_offered(
    session: Session, problems: dict[str, str], name: str, reading: Awaitable[T]
) -> T | None:
    """Return what was read, None if the device refused it; then it is among the problems."""
    try:
        return await reading
    except (HomevoltResponseError, HomevoltDataError) as error:
        problems[name] = str(session.shell_error(error))
        return None


def _severity(check: CheckView) -> int:
    return SEVERITY.get(check.state or "unknown", OTHER_STATE)
