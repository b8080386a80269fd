"""Every public method under every fault, before and after it takes effect: docs/reliability.md."""

from __future__ import annotations

import asyncio
import inspect
import re

import pytest

from homevolt import Device, Homevolt
from homevolt.reports.methods import DeviceReports
from tests.support.matrix import METHODS, REPORTS, SILENT, rows, run
from tools.docs_tables import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")
DEADLINE_S, LONG_DEADLINE_S = 3.0, 30.0
"""All methods of a row run at once, on a busy machine; only silence costs the deadline."""


def table(first: str) -> list[list[str]]:
    """Return the cells of the table on the page whose first column has this name."""
    lines = PAGE.split(f"\n| {first} |")[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


OUTCOMES = {row[0] for row in table("outcome")[2:]}
COLUMNS = {
    column: [
        each
        for name, secret in re.findall(r"`([\w.*]+)`( of a secret)?", methods)
        for each in (REPORTS if name == "fetch_*" else [name + (" (a secret)" if secret else "")])
    ]
    for column, methods in table("column")[2:]
}
HEAD, _, *BODY = table("fault")
EXPECTED = {
    fault: {
        method: outcome
        for column, outcome in zip(HEAD, cells, strict=True)
        for method in COLUMNS[column]
    }
    for fault, *cells in BODY
}
ROWS = rows()


def test_the_page_has_every_fault_and_every_method() -> None:
    assert list(EXPECTED) == list(ROWS)
    assert list(COLUMNS) == HEAD
    assert sorted(method for column in COLUMNS.values() for method in column) == sorted(METHODS)
    assert {outcome for row in EXPECTED.values() for outcome in row.values()} <= OUTCOMES


def test_every_public_method_of_a_device_is_in_the_table() -> None:
    public = public_methods(Device) | {f"Homevolt.{name}" for name in public_methods(Homevolt)}
    assert {name.partition(" ")[0] for name in METHODS} == public
    assert REPORTS.keys() == public_methods(DeviceReports)


def public_methods(owner: type) -> set[str]:
    """Return the names of all public methods of a class."""
    found = inspect.getmembers(owner, inspect.isroutine)
    return {name for name, _ in found if name[0] != "_"}


def test_only_a_device_that_obeys_and_then_refuses_the_password_is_believed_wrongly() -> None:
    believed = {row for row, cells in EXPECTED.items() if "denied" in cells.values()}
    assert believed == {f"`status {status}` after" for status in (401, 403, 429)}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.unmeasured
async def test_each_method_ends_as_the_page_says(row: str) -> None:
    fault, when = ROWS[row]
    is_silent = fault["kind"] in SILENT
    deadline_s = DEADLINE_S if is_silent else LONG_DEADLINE_S
    ready = asyncio.Barrier(len(METHODS))
    async with asyncio.TaskGroup() as group:  # a failure ends the others before the next test
        tasks = [
            group.create_task(run(method, fault, when, deadline_s=deadline_s, ready=ready))
            for method in METHODS
        ]
    cells = [task.result() for task in tasks]
    wrong = {
        method: (EXPECTED[row][method], cell.outcome, cell.writes, cell.error)
        for method, cell in zip(METHODS, cells, strict=True)
        if cell.outcome != EXPECTED[row][method]
    }
    assert wrong == {}
    for cell in cells:
        # A rollback clears the plan of a replacement, which had begun by clearing it.
        writes = [write for write in cell.writes if write != "sched_clear"]
        assert len(writes) == len(set(writes)), "a write was sent twice"
