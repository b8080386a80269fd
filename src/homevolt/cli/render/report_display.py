"""Reading and showing what a device reports about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from homevolt.cli.output import print_json
from homevolt.cli.query import Query
from homevolt.cli.render import report_documents as documents
from homevolt.cli.render import report_views as views
from homevolt.cli.render.terminal import Terminal
from homevolt.cli.session import Answer
from homevolt.exceptions import HomevoltDataError, HomevoltResponseError
from homevolt.schedule.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from homevolt.cli.render.sheets import Sheet
    from homevolt.cli.session import Session
    from homevolt.discovery import DiscoveredDevice
    from homevolt.reports.health import CheckView

T = TypeVar("T")

SEVERITY = {"error": 0, "warning": 1, "unknown": 3, "ok": 4}
OTHER_STATE = 2
"""Where a state that is not known comes: below a warning, above `unknown`."""


def info() -> Query:
    """Return the query of what a device is."""
    return Query(documents.INFO, _read_info)


def errors(*, every_check: bool) -> Query:
    """Return the query of the checks that are not ok, the worst first, or of all of them."""

    async def read(session: Session) -> Answer:
        checks = sorted(await session.device.fetch_error_report(), key=_severity)
        shown = [check for check in checks if every_check or check.state != views.OK]
        return _answer(documents.errors_document(shown, len(checks)), views.errors_sheet)

    return Query(documents.CHECKS, read)


def alarms() -> Query:
    """Return the query of the alarms and warnings of the readings."""

    async def read(session: Session) -> Answer:
        return _answer(documents.alarms_document(session.device.snapshot), views.alarms_sheet)

    return Query(documents.ALARMS, read)


def nodes() -> Query:
    """Return the query of the radio nodes, with what each is used for and reports."""
    return Query(documents.NODES, _read_nodes)


def history(*, errors: bool, since: str | None, limit: int | None) -> Query:
    """Return the query of what a device recorded of its readings, or of its errors.

    Raises:
        HomevoltValueError: `since` is not a time.
    """
    start = None if since is None else parse_time("--since", since)

    async def read_errors(session: Session) -> Answer:
        checks = await session.device.fetch_error_history(limit=limit)
        document = documents.errors_document(checks, len(checks))
        return _answer(document, views.history_of_errors_sheet)

    async def read_readings(session: Session) -> Answer:
        rows = await session.device.fetch_ems_history(limit=limit, start=start)
        return _answer({"rows": rows}, views.record_sheet)

    return Query(documents.CHECKS, read_errors) if errors else Query(("rows",), read_readings)


def show_discovered(devices: Iterable[DiscoveredDevice], *, as_json: bool) -> None:
    """Show the devices that were found."""
    document = documents.discovered_document(devices)
    if as_json:
        print_json(document)
    else:
        Terminal().show(views.discovered_view(document))


async def _read_info(session: Session) -> Answer:
    problems: dict[str, str] = {}
    status = await session.device.fetch_status()
    reading = session.device.fetch_firmware_updates()
    updates = await _if_offered(session, problems, "ota_manifest", reading)
    document = documents.info_document(session.device.snapshot, status, updates, problems)

    def show() -> None:
        Terminal().show(views.info_view(document, session.url))

    return Answer(document, show, lambda: views.info_sheet(document))


async def _read_nodes(session: Session) -> Answer:
    problems: dict[str, str] = {}
    device = session.device
    found = await device.fetch_nodes()
    uses = await _if_offered(session, problems, "ecu_sense", device.fetch_clamp_functions())
    metrics = {}
    for node_id in [node.node_id for node in found if node.node_id is not None]:
        reading = device.fetch_node_metrics(node_id)
        own = await _if_offered(session, problems, "node_metrics", reading)
        if own is not None:
            metrics[node_id] = own
    document = documents.nodes_document(found, uses or (), metrics, problems)
    return _answer(document, views.nodes_sheet)


def _answer(document: dict[str, Any], sheet: Callable[[dict[str, Any]], Sheet]) -> Answer:
    """Return an answer that is shown as rows, also alone."""
    return Answer(document, lambda: Terminal().show(sheet(document)), lambda: sheet(document))


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
