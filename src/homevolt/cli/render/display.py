"""Showing what was read of a device last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from homevolt.cli.errors import error_document
from homevolt.cli.output import print_json
from homevolt.cli.query import Query
from homevolt.cli.render.devices import StatusTable
from homevolt.cli.render.documents import STATUS_KEYS, sensors_document, status_document
from homevolt.cli.render.status_view import StatusView
from homevolt.cli.render.tables import SensorTable, matching, sensor_sheet
from homevolt.cli.render.terminal import Terminal
from homevolt.cli.session import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from homevolt.cli.session import Reading, Session
    from homevolt.exceptions import HomevoltError
    from homevolt.readings.snapshot import Snapshot


def show_status(session: Session, *, as_json: bool) -> None:
    """Show what was read of a device last."""
    if as_json:
        print_json(session_document(session))
    else:
        snapshot = session.device.snapshot
        Terminal().show(StatusView(snapshot, url=session.url, problems=problems_of(session)))


def status() -> Query:
    """Return the query of the state of an installation at a glance."""

    async def read(session: Session) -> Answer:
        def show() -> None:
            show_status(session, as_json=False)

        return Answer(session_document(session), show)

    def view_of_all(readings: Sequence[Reading]) -> RenderableType:
        return StatusTable(readings)

    return Query(STATUS_KEYS, read, view_of_all)


def sensors(words: Sequence[str]) -> Query:
    """Return the query of the readings that have all `words` in their name or part."""
    nothing = (
        f"No reading has {' and '.join(map(repr, words))} in its name or part; without words "
        "all are shown."
    )

    async def read(session: Session) -> Answer:
        found = matching(session.device.sensors.values(), words)

        def show() -> None:
            Terminal().show(SensorTable(found))

        document = sensors_document(found)
        return Answer(document, show, lambda: sensor_sheet(found), None if found else nothing)

    return Query(("sensors",), read)


def session_document(session: Session) -> dict[str, Any]:
    """Return what was read of a device last, for programs."""
    snapshot = session.device.snapshot
    return update_document(session, snapshot, age_s_of(snapshot))


def update_document(
    session: Session,
    snapshot: Snapshot | None,
    age_s: float | None,
    failure: HomevoltError | None = None,
) -> dict[str, Any]:
    """Return what a read of a device brought, for programs.

    Args:
        session: The device.
        snapshot: What was read last, or None if that is too old.
        age_s: How many seconds ago it was read.
        failure: Why the last read failed, None if it succeeded.
    """
    return status_document(
        snapshot,
        url=session.url,
        simulated=session.is_simulated,
        problems=problems_of(session),
        age_s=age_s,
        error=None if failure is None else error_document(session.shell_error(failure)),
    )


def problems_of(session: Session) -> dict[str, str]:
    """Return what could not be read, by part, in the words of the shell."""
    problems = session.device.problems
    return {part: str(session.shell_error(error)) for part, error in problems.items()}


def age_s_of(snapshot: Snapshot) -> float:
    """Return how many seconds ago a snapshot was read."""
    return round((datetime.now(UTC) - snapshot.ems_at).total_seconds(), 1)
