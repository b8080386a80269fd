"""What the commands that only show the plan ask of a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt.cli.output import print_text
from homevolt.cli.query import Query
from homevolt.cli.render import plan_view
from homevolt.cli.render.rows import Column
from homevolt.cli.render.sheets import Sheet
from homevolt.cli.session import Answer
from homevolt.cli.writing import plan_state, sentences

if TYPE_CHECKING:
    from homevolt.cli.session import Session
    from homevolt.cli.writing.plan_files import PlanFile

STATES = {
    True: "Local mode is on: the cloud's plans are refused.",
    False: "Local mode is off: the cloud decides.",
    None: "The device does not report whether local mode is on.",
}
WORDS = {True: "on", False: "off", None: None}


def plan() -> Query:
    """Return the query of the plan."""

    async def read(session: Session) -> Answer:
        entries = plan_state.known_plan(session).entries
        clocks = plan_state.read_clocks(session)
        return Answer(
            plan_state.plan_document(session, entries),
            lambda: plan_view.show_plan(entries, *clocks),
            lambda: plan_view.plan_sheet(entries, *clocks),
        )

    return Query(("local_mode", "entries"), read)


def difference(replacement: PlanFile) -> Query:
    """Return the query of what would change if a plan took the place of the current one.

    Args:
        replacement: The plan of a file.
    """

    async def read(session: Session) -> Answer:
        diff = await session.device.diff_schedule(plan_state.unexpired(session, replacement))
        clocks = plan_state.read_clocks(session)
        summary = sentences.summary_of(diff)

        def show() -> None:
            plan_view.show_diff(diff, *clocks)
            print_text(f"{summary}\n")

        document = plan_state.diff_document(session, diff)
        return Answer(document, show, lambda: plan_view.diff_sheet(diff, *clocks, summary))

    return Query(("added", "removed", "kept"), read)


def local_mode() -> Query:
    """Return the query of whether local mode is on."""

    async def read(session: Session) -> Answer:
        state = plan_state.known_plan(session).local_mode
        return Answer(
            {"local_mode": state},
            lambda: print_text(f"{STATES[state]}\n"),
            lambda: Sheet([Column("Local mode")], [[WORDS[state]]]),
        )

    return Query(("local_mode",), read)
