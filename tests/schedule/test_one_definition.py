"""An option is defined once: everything else follows from its field."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from homevolt.protocol.entry_fields import OPTIONS, WINDOW, EntryFields
from homevolt.protocol.entry_params import EntryParams
from homevolt.protocol.schedule_document import EntryData
from homevolt.schedule.entry import ScheduleEntry
from homevolt.schedule.keywords import EntryOptions, WindowedOptions
from tools.docs_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LAST_FIELD = "    offline: "
NEW_FIELD = (
    '    boost: Annotated[float | None, _About("Limit of the boost.", "W", high=900)] = None\n'
)

PROBE = """
import json
from homevolt.protocol.entry_fields import OPTIONS
from homevolt.protocol.entry_params import EntryParams
from homevolt.protocol.schedule_document import decode_schedule
from homevolt.schedule.entry import ScheduleEntry, typed_schedule
from homevolt.schedule.keywords import EntryOptions
from homevolt.schedule.rendering import render_entry
from homevolt.schedule.times import as_zone
from homevolt.schedule.validation import new_entry
from datetime import UTC, datetime

entry = new_entry(1, {"boost": 7}, datetime(2026, 1, 1, tzinfo=UTC))
answer = b'{"schedule": [{"type": 1, "params": {"boost": 7}}]}'
print(json.dumps({
    "field": entry.boost,
    "table": [option.unit for option in OPTIONS if option.name == "boost"],
    "keyword": "boost" in EntryOptions.__annotations__,
    "wire": "boost" in EntryParams.__struct_fields__,
    "read": typed_schedule(decode_schedule(answer)).entries == (entry,),
    "line": render_entry("sched_add", entry, as_zone("UTC")),
    "text": str(entry),
}))
"""


def test_fields_table_wire_and_keywords_have_the_same_names_in_the_same_order() -> None:
    names = [option.name for option in (*WINDOW, *OPTIONS)]
    assert ScheduleEntry.__struct_fields__ == EntryFields.__struct_fields__
    assert [n for n in ScheduleEntry.__struct_fields__ if n not in {"mode", "id"}] == names
    assert list(EntryParams.__struct_fields__) == [o.name for o in OPTIONS if o.in_params]
    own_keys = {option.key for option in (*WINDOW, *OPTIONS) if not option.in_params}
    assert own_keys | {"id", "type", "params"} == set(EntryData.__struct_encode_fields__)
    assert list(EntryOptions.__annotations__) == [option.name for option in OPTIONS]
    assert set(WindowedOptions.__annotations__) == set(names)


def test_an_option_that_is_added_in_one_place_is_there_in_all(tmp_path: Path) -> None:
    for folder in ("src", "tools", "docs", "man"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "README.md", tmp_path)
    fields = tmp_path / "src/homevolt/protocol/entry_fields.py"
    text = fields.read_text("utf-8")
    assert text.count(LAST_FIELD) == 1
    fields.write_text(text.replace(LAST_FIELD, NEW_FIELD + LAST_FIELD), "utf-8")

    run(tmp_path, "-m", "tools.generate")
    assert json.loads(run(tmp_path, "-c", PROBE)) == {
        "field": 7,
        "table": ["W"],
        "keyword": True,
        "wire": True,
        "read": True,
        "line": "sched_add 1 --boost 7",
        "text": "inverter_charge always, boost 7",
    }
    page = (tmp_path / "docs/control.md").read_text("utf-8")
    assert "| `boost` | 0-900 W | Limit of the boost. |" in page
    manual = (tmp_path / "man/homevolt-schedule-add.1").read_text("utf-8")
    assert "boost" in manual, "made from a module that the same run wrote"


def run(folder: Path, *arguments: str) -> str:
    """Run Python with the package of a folder, and return what it printed."""
    paths = os.pathsep.join((str(folder / "src"), str(folder)))
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
